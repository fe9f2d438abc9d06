/** Idempotency keys that a repeated attempt finds again, because they are made from what is done and not from chance. */
import { createHash } from 'node:crypto'

/**
 * The key for these parts: the same for the same parts in the same order, and another one for all others.
 *
 * @example
 * idempotencyKey(task.id, 'refund', order.id)
 */
export function idempotencyKey(...parts: readonly (string | number)[]): string {
  if (parts.length === 0) throw new TypeError('A key is made from at least one part.')
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

/** Whether variables carry a key: by themselves, or in an input. */
export function carriesKey(variables: Readonly<Record<string, unknown>>): boolean {
  return [variables, ...Object.values(variables)].some(
    (value) =>
      typeof value === 'object' && value !== null && 'idempotencyKey' in value && Boolean(value.idempotencyKey),
  )
}
