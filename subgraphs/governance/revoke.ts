/** The mutation `revoke`: shuts out a principal or a token, once for each idempotency key. */
import type { Transaction } from 'kysely'
import type { PrincipalId } from '../../lib/caller.ts'
import { refusal } from '../../lib/errors.ts'
import type { Database } from '../../storage/database.ts'
import type { Revocation, RevocationTarget } from '../../storage/stores/revocations.ts'
import type { SubgraphContext } from '../context.ts'
import { claimKey, keepResult } from '../sources/idempotency.ts'

/** Stores a revocation and tells every gateway of it. */
export type Revoke = (revocation: {
  readonly target: RevocationTarget
  readonly reason: string
  readonly revokedBy: string
}) => Promise<Revocation>

export interface RevokeServices {
  readonly database: Pick<Database, 'kysely'>
  readonly revoke: Revoke
}

interface RevokeInput {
  readonly idempotencyKey: string
  readonly principal?: string | null
  readonly tokenId?: string | null
  readonly reason: string
}

const principalForm = /^(?:agent|person|service):[\w.-]{1,180}$/

/** Resolves `Mutation.revoke`. */
export async function resolveRevoke(
  _source: unknown,
  { input }: { readonly input: RevokeInput },
  { caller, now, services }: SubgraphContext<RevokeServices>,
) {
  const target = targetOf(input)
  const reason = input.reason.trim()
  if (reason.length === 0 || reason.length > 500) {
    throw refusal('INVALID_INPUT', 'The argument `reason` must have 1 to 500 characters.', { argument: 'input.reason' })
  }
  const request = {
    idempotencyKey: input.idempotencyKey,
    principal: caller.id,
    act: 'Mutation.revoke',
    args: { ...input },
  }
  const inTransaction = <T>(work: (transaction: Transaction<unknown>) => Promise<T>) =>
    services.database.kysely
      .transaction()
      .execute((transaction) => work(transaction as unknown as Transaction<unknown>))

  const claim = await inTransaction((transaction) => claimKey(transaction, request, now))
  if (!claim.claimed && claim.result !== null) return { revocation: claim.result, replayed: true }
  // INVARIANT: a key without a result is of a request that was cut off, and to revoke twice shuts out no more than once.
  const revocation = node(await services.revoke({ target, reason, revokedBy: caller.id }))
  await inTransaction((transaction) => keepResult(transaction, request, revocation))
  return { revocation, replayed: false }
}

function targetOf({ principal, tokenId }: RevokeInput): RevocationTarget {
  if (typeof principal === 'string' && typeof tokenId !== 'string') {
    if (principalForm.test(principal)) return { kind: 'principal', id: principal as PrincipalId }
    throw refusal(
      'INVALID_INPUT',
      `\`${principal.slice(0, 200)}\` is not a principal; write it as \`agent:support-agent\`.`,
      {
        argument: 'input.principal',
      },
    )
  }
  if (typeof tokenId === 'string' && typeof principal !== 'string') {
    if (tokenId.length > 0 && tokenId.length <= 200) return { kind: 'token', tokenId, expiresAt: null }
    throw refusal('INVALID_INPUT', 'The argument `tokenId` must have 1 to 200 characters.', {
      argument: 'input.tokenId',
    })
  }
  throw refusal('INVALID_INPUT', 'Name exactly one of `principal` and `tokenId`.', { argument: 'input' })
}

function node({ id, target, reason, revokedBy, revokedAt }: Revocation) {
  return {
    id,
    principal: target.kind === 'token' ? null : target.id,
    tokenId: target.kind === 'token' ? target.tokenId : null,
    reason,
    revokedBy,
    revokedAt: revokedAt.toISOString(),
  }
}
