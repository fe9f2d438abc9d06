/**
 * Cursors: where a page ends, sealed. A cursor carries the values that the list is sorted by, which its holder may not be
 * allowed to read, so it is encrypted; the same seal makes a forged cursor, or one of another list, unusable.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { refusal } from '../../lib/errors.ts'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** A position: the sort values of a record, its id last. */
export type Position = readonly unknown[]

/** Seals a position of the list called `list`; the same position always gives the same cursor. */
export function sealCursor(key: Buffer, list: string, position: Position): string {
  const plain = JSON.stringify(position)
  // A nonce that depends on all that is sealed never repeats for two different messages (RFC 5297 has the idea).
  const nonce = createHmac('sha256', key).update(list).update('\0').update(plain).digest().subarray(0, nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(list))
  const sealed = [nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat(sealed).toString('base64url')
}

/** Opens a cursor of the list called `list`. Anything that {@link sealCursor} did not make for it is `INVALID_INPUT`. */
export function openCursor(key: Buffer, list: string, cursor: string): Position {
  try {
    const sealed = Buffer.from(cursor, 'base64url')
    const tag = sealed.subarray(sealed.length - tagBytes)
    const body = sealed.subarray(nonceBytes, sealed.length - tagBytes)
    const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    decipher.setAAD(Buffer.from(list)).setAuthTag(tag)
    return JSON.parse(decipher.update(body, undefined, 'utf8') + decipher.final('utf8')) as Position
  } catch {
    throw refusal(
      'INVALID_INPUT',
      'The argument `after` is not a cursor of this list; pass the `endCursor` of its page before, with the same `sort`.',
      { argument: 'after' },
    )
  }
}
