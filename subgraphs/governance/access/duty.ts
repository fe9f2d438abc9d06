/** Separation of duty where access is granted and roles are assigned: nobody comes onto both sides of a conflict by what is added. */
import { sql, type Kysely } from 'kysely'
import type { Caller } from '../../../lib/caller.ts'
import { refusal } from '../../../lib/errors.ts'
import { type Holding, conflictsMade } from '../../../policies/engine/conflicts.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import { type Assignment, createAssignmentStore, isInForce } from '../../../storage/stores/agent-assignments.ts'
import { createGrantStore } from '../../../storage/stores/grants.ts'
import type { Tables } from '../../../storage/tables.ts'
import { scopesOfRoles } from './plan-requests.ts'

/** Whose duties are compared: a principal with the roles that it is known to hold. */
export type DutyHolder = Pick<Caller, 'kind' | 'roles'> & { readonly principal: string }

/** Something that is to be added; a role says which, because what it has on both sides by itself may be excepted. */
export type Addition = Holding & { readonly role?: string }

/**
 * Passes when none of `added` brings the principal onto both sides of a conflict, beside its roles, its grants, and each other. Run it
 * in a transaction: what is granted to one principal is granted one after the other.
 * @throws `SEPARATION_OF_DUTY` naming the conflict and the other side
 */
export async function requireSeparateDuties(
  kysely: Kysely<Tables>,
  { principal, kind, roles }: DutyHolder,
  added: readonly Addition[],
  { revision, now }: { readonly revision: PolicyRevision; readonly now: Date },
): Promise<void> {
  const assigned = await createAssignmentStore(kysely).of([principal])
  // A grant is held against roles that begin later as well. A role is not: who assigns it looks at those of its own time.
  const grants = added.every(({ role }) => role === undefined)
  const current = assigned
    .filter((each) => (grants ? isYetToEnd(each, now) : isInForce(each, now)))
    .map(({ roleKey }) => roleKey)
  const held: Holding[] = [
    {
      scopes: scopesOfRoles({ kind, roles: [...new Set([...roles, ...current])] }, revision),
      coordinates: 'everywhere',
    },
    ...(await createGrantStore(kysely).activeOf(principal, now)),
  ]
  for (const holding of added) {
    const { role } = holding
    const conflicts = revision.conflicts.filter(
      ({ exceptions }) => role === undefined || !Object.hasOwn(exceptions, role),
    )
    const [made] = conflictsMade(held, holding, conflicts)
    if (made !== undefined) {
      const { conflict, added: adds, held: holds } = made
      throw refusal(
        'SEPARATION_OF_DUTY',
        `With this, \`${principal}\` could ${holds.does} and ${adds.does}: ${conflict.reason}.`,
        { conflict: conflict.key, adds: adds.does, holds: holds.does, principal },
      )
    }
    held.push(holding)
  }
}

function isYetToEnd({ endedAt, validUntil }: Assignment, now: Date): boolean {
  return endedAt === null && (validUntil === null || validUntil > now)
}

/** Waits until no other transaction changes what this principal is granted. */
export async function lockPrincipal(kysely: Kysely<Tables>, principal: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`access:${principal}`}, 0))`.execute(kysely)
}
