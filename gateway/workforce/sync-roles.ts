/**
 * Brings what the files say of the roles for agents into the store: a first version holds, a narrower one holds at once, and one that
 * opens anything waits until a person lets it into force.
 */
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { definitionOf, roleChecksum, widenings } from '../../policies/engine/role-changes.ts'
import type { Database } from '../../storage/database.ts'
import { type OfferedVersion, createRoleVersions } from '../../storage/stores/role-versions.ts'

/** A version that took another's place, or that waits to. */
export interface RoleNews {
  readonly role: string
  readonly version: number
  readonly outcome: 'activated' | 'waits'
  readonly widens: readonly string[]
}

/** Offers every role for agents of the revision; gives what is new beside the first versions. */
export async function syncRoles(
  { kysely }: Pick<Database, 'kysely'>,
  revision: PolicyRevision,
  doing: { readonly by: string; readonly now: Date },
): Promise<readonly RoleNews[]> {
  const roles = [...revision.roles.values()].filter(({ kind }) => kind === 'agent')
  return await kysely.transaction().execute(async (transaction) => {
    const versions = createRoleVersions(transaction)
    const known = new Set(await versions.keys())
    const news: RoleNews[] = []
    // In one order, so that gateways that start together wait for one another and not in a circle.
    for (const role of roles.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
      const offered = await versions.offer(
        { key: role.key, checksum: roleChecksum(role), definition: role },
        (active) => widenings(definitionOf(active), role),
        doing,
      )
      if (known.has(role.key)) news.push(...newsOf(offered))
    }
    return news
  })
}

function newsOf(offered: OfferedVersion): readonly RoleNews[] {
  if (offered.outcome === 'known') return []
  const { roleKey, version, widens } = offered.version
  return [{ role: roleKey, version, outcome: offered.outcome, widens }]
}
