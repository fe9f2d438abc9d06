/** Where revocations are kept: the truth behind every gateway's kill list. */
import type { Selectable } from 'kysely'
import type { PrincipalId } from '../../lib/caller.ts'
import type { Database } from '../database.ts'
import type { IdentityTables } from '../tables/identity.ts'

/** What is refused. */
export type RevocationTarget =
  /** One token, by its `jti`; the entry may be forgotten when the token has expired. */
  | { readonly kind: 'token'; readonly tokenId: string; readonly expiresAt: Date | null }
  /** A principal, wherever it stands in a chain. */
  | { readonly kind: 'principal'; readonly id: PrincipalId }
  /** The tokens of a principal that were issued before a moment; newer ones pass. */
  | { readonly kind: 'tokens-before'; readonly id: PrincipalId; readonly before: Date }

export interface Revocation {
  readonly id: string
  readonly target: RevocationTarget
  readonly reason: string
  /** Who shut it out. */
  readonly revokedBy: string
  readonly revokedAt: Date
}

export interface RevocationStore {
  /** The revocations in force, oldest first. */
  active(now: Date): Promise<readonly Revocation[]>
  /** Resolves when the revocation is stored. */
  add(revocation: Revocation): Promise<void>
  /** Takes a revocation back; false when there is none in force with this id. */
  lift(id: string, liftedBy: string, liftedAt: Date): Promise<boolean>
}

/** Makes the store over the table `mandate.revocations`. */
export function createRevocationStore({ kysely }: Pick<Database, 'kysely'>): RevocationStore {
  return {
    async active(now) {
      const rows = await kysely
        .selectFrom('mandate.revocations')
        .selectAll()
        .where('lifted_at', 'is', null)
        .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now)]))
        .orderBy('revoked_at')
        .orderBy('id')
        .execute()
      return rows.map(toRevocation)
    },
    async add({ id, target, reason, revokedBy, revokedAt }) {
      await kysely
        .insertInto('mandate.revocations')
        .values({ id, ...toColumns(target), reason, revoked_by: revokedBy, revoked_at: revokedAt })
        .execute()
    },
    async lift(id, liftedBy, liftedAt) {
      const { numUpdatedRows } = await kysely
        .updateTable('mandate.revocations')
        .set({ lifted_by: liftedBy, lifted_at: liftedAt })
        .where('id', '=', id)
        .where('lifted_at', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}

type Row = Selectable<IdentityTables['mandate.revocations']>

function toColumns(target: RevocationTarget): Pick<Row, 'kind' | 'subject' | 'issued_before' | 'expires_at'> {
  const { kind } = target
  switch (kind) {
    case 'token':
      return { kind, subject: target.tokenId, issued_before: null, expires_at: target.expiresAt }
    case 'principal':
      return { kind, subject: target.id, issued_before: null, expires_at: null }
    case 'tokens-before':
      return { kind, subject: target.id, issued_before: target.before, expires_at: null }
  }
}

function toRevocation(row: Row): Revocation {
  return { id: row.id, target: toTarget(row), reason: row.reason, revokedBy: row.revoked_by, revokedAt: row.revoked_at }
}

function toTarget({ kind, subject, issued_before: before, expires_at: expiresAt }: Row): RevocationTarget {
  if (kind === 'token') return { kind, tokenId: subject, expiresAt }
  const id = subject as PrincipalId
  // INVARIANT: a check of the table gives `tokens-before` its moment; were it lost, the principal is refused altogether.
  return kind === 'tokens-before' && before !== null ? { kind, id, before } : { kind: 'principal', id }
}
