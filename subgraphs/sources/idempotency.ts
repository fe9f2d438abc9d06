/**
 * Acts that run once: the key and the result are written in the transaction of the act itself, so that neither can exist
 * without the other. A second request with the same key waits for the first and gets its result.
 */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { GraphQLError } from 'graphql'
import { sql, type Transaction } from 'kysely'
import { refusal } from '../../lib/errors.ts'
import type { MutationRequest } from './entity-source.ts'

/** Claims the key for this transaction, or gives the result that stands beside it already. */
export async function claimKey(
  transaction: Transaction<unknown>,
  request: MutationRequest,
  now: Date,
): Promise<{ readonly claimed: true } | { readonly claimed: false; readonly result: unknown }> {
  const { principal, act, idempotencyKey: key } = request
  requireKey(key)
  const hash = hashArgs(request.args)
  // Waits here while another transaction holds the same key: it commits, or this one takes its place.
  const claim = await sql`
    insert into systems.idempotency (principal, act, key, args_hash, created_at)
    values (${principal}, ${act}, ${key}, ${hash}, ${now}) on conflict do nothing returning key
  `.execute(transaction)
  if (claim.rows.length > 0) return { claimed: true }

  const { rows } = await sql<{ args_hash: string; result: unknown }>`
    select args_hash, result from systems.idempotency where principal = ${principal} and act = ${act} and key = ${key}
  `.execute(transaction)
  const earlier = rows[0]
  if (earlier?.args_hash !== hash) throw keyConflict(key)
  return { claimed: false, result: earlier.result }
}

/** Keeps the result beside the claimed key. */
export async function keepResult(
  transaction: Transaction<unknown>,
  { principal, act, idempotencyKey: key }: MutationRequest,
  result: unknown,
): Promise<void> {
  await sql`
    update systems.idempotency set result = ${JSON.stringify(result)}::jsonb
    where principal = ${principal} and act = ${act} and key = ${key}
  `.execute(transaction)
}

/** SHA-256 of the arguments in canonical form (RFC 8785): the same arguments in another order are the same act. */
export function hashArgs(args: Readonly<Record<string, unknown>>): string {
  return createHash('sha256')
    .update(canonicalize(args) ?? '')
    .digest('base64url')
}

/** Passes a key of a length that is kept. @throws `INVALID_INPUT` */
export function requireKey(key: string): void {
  if (key.length > 0 && key.length <= 200) return
  throw refusal('INVALID_INPUT', 'The argument `idempotencyKey` must have 1 to 200 characters.', {
    argument: 'idempotencyKey',
  })
}

/** The refusal of a key that stands for another act. */
export function keyConflict(key: string): GraphQLError {
  return refusal('IDEMPOTENCY_CONFLICT', `The idempotency key \`${key}\` was used with other arguments before.`, {
    argument: 'idempotencyKey',
  })
}
