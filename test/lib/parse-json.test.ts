import { expect, test } from 'vitest'
import { parseJson } from '../../lib/parse-json.ts'

test('reads JSON as it is', () => {
  expect(parseJson('{"a":[1,{"b":"x"}]}')).toEqual({ a: [1, { b: 'x' }] })
})

test.each(['{"a":{"__proto__":{"polluted":1}}}', String.raw`{"a":{"\u005f_proto__":{"polluted":1}}}`])(
  'drops the prototype member: %s',
  (text) => {
    const parsed = parseJson(text) as { a: object }
    expect(Object.getOwnPropertyNames(parsed.a)).toEqual([])
  },
)

test('keeps escaped text', () => {
  expect(parseJson(String.raw`{"a":"gr\u00fcn"}`)).toEqual({ a: 'grün' })
})

test('what is no JSON is a SyntaxError', () => {
  expect(() => parseJson('{')).toThrow(SyntaxError)
})
