import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStrictObject, RepeatedMember } from '../../../gateway/identity/strict-json.ts'

const parse = (text: string) => parseStrictObject(Buffer.from(text))

describe('parseStrictObject', () => {
  test.each([
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"\\u0061":3}',
    '{"a":{"b":1,"b":2}}',
    '{"a":[{"b":1},{"b":1,"c":[],"b":2}]}',
    '{"a" : 1 , "a"\n: 2}',
    '{"a":{},"x":{"y":{}},"a":{}}',
    '{"":1,"":2}',
  ])('refuses %s', (text) => {
    expect(() => parse(text)).toThrow(RepeatedMember)
  })

  test.each(['[]', '"a"', '1', 'null', '', '{', '{"a":1}x', '\ufeff{}', "{'a':1}"])(
    'refuses %j, which is no object',
    (text) => {
      expect(() => parse(text)).toThrow(SyntaxError)
    },
  )

  test('refuses bytes that are not UTF-8', () => {
    expect(() => parseStrictObject(Uint8Array.of(0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d))).toThrow(TypeError)
  })

  test('the same name in two objects, or as a value, is no repetition', () => {
    expect(parse('{"a":{"a":"a","b":["a","a:"]},"b":"{\\"a\\":1,\\"a\\":2}"}')).toEqual({
      a: { a: 'a', b: ['a', 'a:'] },
      b: '{"a":1,"a":2}',
    })
  })

  test('property: whatever JSON.stringify writes is read back as it was', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value)
        expect(parse(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('property: repeating any member is refused', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, at) => {
        const names = Object.keys(value)
        const again = JSON.stringify(names[at % names.length])
        expect(() => parse(`${JSON.stringify(value).slice(0, -1)},${again}:0}`)).toThrow(RepeatedMember)
      }),
    )
  })
})
