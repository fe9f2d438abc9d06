import { expect, test } from 'vitest'
import { catalog, isErrorCode, isRefusal, refusal } from '../../lib/errors.ts'

test('a refusal carries its code, what to do next and its status', () => {
  const error = refusal('RATE_LIMITED', 'Too fast.', { retryAfterSeconds: 12 })
  expect(error.extensions).toEqual({
    code: 'RATE_LIMITED',
    next: catalog.RATE_LIMITED.next,
    retryAfterSeconds: 12,
    http: { status: 429 },
  })
  expect(isRefusal(error)).toBe(true)
})

test('details cannot replace the code', () => {
  expect(refusal('NOT_FOUND', 'No.', { code: 'OTHER' }).extensions['code']).toBe('NOT_FOUND')
})

test.each(['toString', '__proto__', 'constructor', 7, null])('%s is no code of the catalogue', (value) => {
  expect(isErrorCode(value)).toBe(false)
})

test('every entry says what to do next in one sentence', () => {
  for (const [code, entry] of Object.entries(catalog)) {
    expect(entry.next, code).toMatch(/\.$/)
    expect(entry.status, code).toBeGreaterThanOrEqual(400)
  }
})
