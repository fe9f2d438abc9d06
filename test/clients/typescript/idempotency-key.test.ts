import { expect, test } from 'vitest'
import { idempotencyKey } from '../../../clients/typescript/index.ts'

test('the same parts give the same key, all others another one', () => {
  const key = idempotencyKey('run-1:refund', 'pay', 3)
  expect(key).toBe(idempotencyKey('run-1:refund', 'pay', 3))
  expect(key).toMatch(/^[\w-]{43}$/)
  const others = [
    idempotencyKey('run-1:refund', 'pay', '3'),
    idempotencyKey('run-1:refund', 'pay3'),
    idempotencyKey('run-1:refundpay', 3),
    idempotencyKey('pay', 'run-1:refund', 3),
  ]
  expect(new Set([key, ...others]).size).toBe(5)
})

test('no parts are no key', () => {
  expect(() => idempotencyKey()).toThrow(TypeError)
})
