import { describe, expect, test } from 'vitest'
import type { JsonSchema } from '../../../orchestration/definition/model.ts'
import { compileSchema } from '../../../orchestration/definition/schemas.ts'

const schema: JsonSchema = {
  type: 'object',
  required: ['total', 'lines'],
  additionalProperties: false,
  properties: {
    total: { type: 'number', minimum: 0 },
    state: { enum: ['OPEN', 'PAID'] },
    due: { type: 'string', format: 'date' },
    lines: {
      type: 'array',
      minItems: 1,
      items: { type: 'object', properties: { 'a/b': { type: ['string', 'null'] } } },
    },
  },
}
const messages = (value: unknown, name?: string) => compileSchema(schema, name)(value).map(({ message }) => message)

describe('a value', () => {
  test('that fits has no findings', () => {
    expect(messages({ total: 1, lines: [{}], due: '2026-03-31' })).toEqual([])
  })

  test('that does not fit is told whole, in our words', () => {
    expect(messages({ total: 'many', state: 'LOST', due: 'soon', lines: [{ 'a/b': 1 }], more: 1 })).toEqual([
      '`result.more` is not allowed',
      '`result.total` must be a number',
      '`result.state` must be one of `OPEN`, `PAID`',
      '`result.due` must be a date',
      '`result.lines[0].a/b` must be a text or null',
    ])
    expect(messages({ total: -1, lines: [] })).toEqual([
      '`result.total` must be >= 0',
      '`result.lines` must have at least 1 items',
    ])
    expect(messages({}, 'input')).toEqual(['`input.total` is missing', '`input.lines` is missing'])
    expect(messages(5)).toEqual(['`result` must be an object'])
  })

  test('has a path to what does not fit', () => {
    expect(compileSchema(schema)({ total: 1, lines: [1] })).toEqual([
      { path: 'lines[0]', message: '`result.lines[0]` must be an object' },
    ])
  })

  test('with a thousand mistakes is told the first twenty', () => {
    expect(messages({ total: 1, lines: Array.from({ length: 1_000 }, () => 1) })).toHaveLength(20)
  })

  test('is not changed', () => {
    const value = Object.freeze({ total: '1', lines: Object.freeze([]) })
    compileSchema({ ...schema, default: {} })(value)
    expect(value).toEqual({ total: '1', lines: [] })
  })
})

describe('a schema', () => {
  test('is compiled once', () => {
    expect(compileSchema({ type: 'object' })).toBe(compileSchema({ type: 'object' }))
  })

  test('may have the name of another', () => {
    expect(compileSchema({ $id: 'invoice', type: 'object' })({})).toEqual([])
    expect(compileSchema({ $id: 'invoice', type: 'string' })({})).toHaveLength(1)
  })

  test.each<[string, JsonSchema, string]>([
    ['a keyword that there is not', { requires: ['a'] }, 'unknown keyword: "requires"'],
    ['a type that there is not', { type: 'text' }, 'schema is invalid'],
    ['a format that there is not', { type: 'string', format: 'iban' }, 'unknown format "iban"'],
    ['a reference elsewhere', { $ref: 'https://example.com/schema' }, "can't resolve reference"],
    ['a pattern that is none', { type: 'string', pattern: '(' }, 'Invalid regular expression'],
    ['a promise', { $async: true, type: 'object' }, '`$async` cannot be used'],
  ])('cannot have %s', (_, wrong, message) => {
    expect(() => compileSchema(wrong)).toThrow(message)
  })
})
