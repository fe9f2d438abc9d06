/** What a caller sent is bounded and cannot forge a line or steer a terminal. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeText, safeValue } from '../../../gateway/audit/safe-text.ts'

const limits = { text: 20, depth: 3, items: 4 }

test.each([
  ['a line break', 'a\nb', 'a\\u{000a}b'],
  ['an escape sequence', '\u001b[2J', '\\u{001b}[2J'],
  ['a C1 control', '\u009b31m', '\\u{009b}31m'],
  ['NUL', 'a\u0000', 'a\\u{0000}'],
  ['a right-to-left override', '\u202eexe', '\\u{202e}exe'],
  ['a zero-width space', 'ad\u200bmin', 'ad\\u{200b}min'],
  ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
])('%s', (_title, text, safe) => {
  expect(safeText(text, 100)).toBe(safe)
})

test('ordinary text stays as it is', () => {
  expect(safeText('Müller & Söhne, 東京 🙂', 100)).toBe('Müller & Söhne, 東京 🙂')
})

test('long text is cut and says how long it was, also in the middle of a pair', () => {
  expect(safeText('x'.repeat(10_000_000), 5)).toBe('xxxxx… (10000000 characters)')
  expect(safeText('abcd🙂', 5)).toBe('abcd\ufffd… (6 characters)')
})

test('values: names, depth, width, and members that are called like methods', () => {
  expect(safeValue({ 'a\nb': 'c\u0000' }, limits)).toEqual({ 'a\\u{000a}b': 'c\\u{0000}' })
  expect(safeValue([[[['deep']]]], limits)).toEqual([[['[too deep]']]])
  expect(safeValue([1, 2, 3, 4, 5, 6], limits)).toEqual([1, 2, 3, 4, '[2 more]'])
  expect(safeValue({ a: 1, b: 2, c: 3, d: 4, e: 5 }, limits)).toEqual({ a: 1, b: 2, c: 3, d: 4, '[more]': 1 })
  const hostile = JSON.parse('{"__proto__":{"admin":true},"toJSON":"x","constructor":1}') as unknown
  expect(JSON.stringify(safeValue(hostile, limits))).toBe('{"__proto__":{"admin":true},"toJSON":"x","constructor":1}')
  expect(safeValue([Number.NaN, 10n, undefined, Symbol('s')], limits)).toEqual(['NaN', '10', null, null])
  expect(safeValue(new Date('2026-03-01T00:00:00Z'), limits)).toBe('2026-03-01T00:00:00.000Z')
})

test('property: whatever came in, what is kept is well-formed and has no control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, limit) => {
      const safe = safeText(text + '\ud800', limit)
      expect(safe.isWellFormed()).toBe(true)
      expect(safe).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/)
    }),
  )
})
