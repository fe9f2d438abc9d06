/** Values of systems become those of records exactly, or not at all. */
import { expect, test } from 'vitest'
import { parseExactJson, writeExactJson } from '../../../../subgraphs/sources/http/exact-json.ts'
import type { FieldKind, NativeProperty, Value } from '../../../../subgraphs/sources/mapping/mapped-entity.ts'
import { readJsonValue, writeJsonValue } from '../../../../subgraphs/sources/mapping/values.ts'

const property = (kind: FieldKind, more: Partial<NativeProperty> = {}): NativeProperty => ({
  path: ['x'],
  kind,
  native: null,
  scale: null,
  nullable: true,
  ...more,
})
const read = (kind: FieldKind, json: string, more: Partial<NativeProperty> = {}) =>
  readJsonValue(property(kind, more), (parseExactJson(`{"x":${json}}`) as { x: unknown }).x)

test.each([
  ['decimal', '12345678901234567890.12', {}, '12345678901234567890.12'],
  ['decimal', '0.1', { scale: 2 }, '0.10'],
  ['decimal', '1e3', { scale: 2 }, '1000.00'],
  ['decimal', '1.5E-2', { scale: 4 }, '0.0150'],
  ['decimal', '-0.50', { scale: 2 }, '-0.50'],
  ['decimal', '"007.50"', { scale: 2 }, '7.50'],
  ['decimal', '3', { scale: 0 }, '3'],
  ['int', '"42"', {}, 42],
  ['int', '9007199254740991', {}, 9007199254740991],
  ['boolean', '"false"', {}, false],
  ['text', '9007199254740993', {}, '9007199254740993'],
  ['date', '"2026-02-28"', {}, '2026-02-28'],
  ['date', '"2026-02-28T00:00:00Z"', {}, '2026-02-28'],
  ['timestamp', '"2026-03-01T10:30:00.1234567+01:00"', {}, '2026-03-01T09:30:00.123Z'],
  ['timestamp', '"2026-03-01 09:30:00"', {}, '2026-03-01T09:30:00.000Z'],
  ['text', 'null', {}, null],
] satisfies [FieldKind, string, Partial<NativeProperty>, Value][])('%s %s', (kind, json, more, expected) => {
  expect(read(kind, json, more)).toEqual(expected)
})

test.each([
  ['decimal', '1.005', { scale: 2 }],
  ['decimal', '"12,50"', {}],
  ['decimal', 'true', {}],
  ['int', '1.5', {}],
  ['int', '9007199254740993', {}],
  ['boolean', '1', {}],
  ['date', '"2026-02-30"', {}],
  ['date', '"2026-02-28T23:30:00Z"', {}],
  ['timestamp', '"yesterday"', {}],
  ['text', '{"a":1}', {}],
] satisfies [FieldKind, string, Partial<NativeProperty>][])('%s %s is not guessed', (kind, json, more) => {
  expect(() => read(kind, json, more)).toThrow('The property `x` holds a value that is not')
})

test('a decimal is written digit by digit, as a number or as text', () => {
  const amount = '12345678901234567890.10'
  expect(writeExactJson({ x: writeJsonValue(property('decimal', { native: 'number' }), amount) })).toBe(
    `{"x":${amount}}`,
  )
  expect(writeExactJson({ x: writeJsonValue(property('decimal'), amount) })).toBe(`{"x":"${amount}"}`)
})

test('no member can reach a prototype', () => {
  const parsed = parseExactJson('{"__proto__":{"admin":true},"x":1}') as Record<string, unknown>
  expect(parsed['admin']).toBeUndefined()
  expect(Object.keys(parsed)).toEqual(['x'])
})
