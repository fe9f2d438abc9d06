/**
 * Every version that a role for agents has had. The files in `policies/roles/` are where a role is written; here stands which of its
 * versions people have let into force. At most one version of a role is ACTIVE.
 */
import type { Kysely, Selectable } from 'kysely'
import { sql } from 'kysely'
import type { AgentTables, RoleVersionStatus } from '../tables/agents.ts'
import type { Tables } from '../tables.ts'

/** The steps of a version. What only narrows is ACTIVE from the start; a draft of a role is a branch of the repository. */
export const roleVersionSteps: Readonly<Record<RoleVersionStatus, readonly RoleVersionStatus[]>> = {
  IN_REVIEW: ['ACTIVE', 'RETIRED'],
  ACTIVE: ['DEPRECATED'],
  DEPRECATED: ['RETIRED'],
  RETIRED: [],
}

export interface RoleVersion {
  readonly roleKey: string
  readonly version: number
  readonly checksum: string
  /** As the file had it. */
  readonly definition: Readonly<Record<string, unknown>>
  readonly status: RoleVersionStatus
  /** What it opens beyond the version that was ACTIVE when it came. */
  readonly widens: readonly string[]
  readonly createdAt: Date
  readonly decidedAt: Date | null
  readonly decidedBy: string | null
}

/** A definition as a file has it now. */
export interface RoleInFile {
  readonly key: string
  readonly checksum: string
  readonly definition: object
}

/** What became of a definition that was offered. */
export type OfferedVersion =
  { readonly outcome: 'known' } | { readonly outcome: 'activated' | 'waits'; readonly version: RoleVersion }

/** The versions. `kysely` may be a transaction of the caller's. */
export interface RoleVersionStore {
  /** The versions in force, by key. */
  active(): Promise<readonly RoleVersion[]>
  /** All versions of a role, the newest first. */
  of(roleKey: string): Promise<readonly RoleVersion[]>
  /** The keys of all roles that have versions, sorted. */
  keys(): Promise<readonly string[]>
  get(roleKey: string, version: number): Promise<RoleVersion | null>
  /**
   * Takes in a definition. Where it is new it becomes a version: ACTIVE when the role had none or when `widens` finds nothing, else
   * IN_REVIEW. Versions that waited for review and are not the file's any more are RETIRED. Run it in a transaction.
   */
  offer(
    role: RoleInFile,
    widens: (active: RoleVersion) => readonly string[],
    doing: { readonly by: string; readonly now: Date },
  ): Promise<OfferedVersion>
  /** Puts a version that waits into force, and the one before it out of force; null where it does not wait. */
  activate(roleKey: string, version: number, by: string, now: Date): Promise<RoleVersion | null>
}

/** Opens the versions over `mandate.role_versions`. */
export function createRoleVersions(kysely: Kysely<Tables>): RoleVersionStore {
  const versions = () => kysely.selectFrom('mandate.role_versions').selectAll()

  async function of(roleKey: string): Promise<readonly RoleVersion[]> {
    const rows = await versions().where('role_key', '=', roleKey).orderBy('version', 'desc').execute()
    return rows.map(toVersion)
  }

  /** Moves all versions of a role in a state, but for one. */
  async function move(roleKey: string, from: RoleVersionStatus, to: RoleVersionStatus, kept = 0): Promise<void> {
    await kysely
      .updateTable('mandate.role_versions')
      .set({ status: to })
      .where('role_key', '=', roleKey)
      .where('status', '=', from)
      .where('version', '<>', kept)
      .execute()
  }

  /** Gateways that start together offer the same role at once: one after the other. Held until the transaction ends. */
  async function lock(roleKey: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`mandate.role_versions ${roleKey}`}, 0))`.execute(kysely)
  }

  async function insert(
    { key, checksum, definition }: RoleInFile,
    version: number,
    widens: readonly string[],
    { by, now }: { readonly by: string; readonly now: Date },
  ): Promise<RoleVersion> {
    const isActive = widens.length === 0
    const row = await kysely
      .insertInto('mandate.role_versions')
      .values({
        role_key: key,
        version,
        checksum,
        definition: JSON.stringify(definition),
        status: isActive ? 'ACTIVE' : 'IN_REVIEW',
        widens: JSON.stringify(widens),
        created_at: now,
        decided_at: isActive ? now : null,
        decided_by: isActive ? by : null,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    return toVersion(row)
  }

  return {
    of,
    async active() {
      const rows = await versions().where('status', '=', 'ACTIVE').orderBy('role_key').execute()
      return rows.map(toVersion)
    },
    async keys() {
      const rows = await kysely
        .selectFrom('mandate.role_versions')
        .select('role_key')
        .distinct()
        .orderBy('role_key')
        .execute()
      return rows.map(({ role_key: key }) => key)
    },
    async get(roleKey, version) {
      const row = await versions().where('role_key', '=', roleKey).where('version', '=', version).executeTakeFirst()
      return row ? toVersion(row) : null
    },
    async offer(role, widens, doing) {
      await lock(role.key)
      const known = await of(role.key)
      const active = known.find(({ status }) => status === 'ACTIVE')
      const waiting = known.find(({ status, checksum }) => status === 'IN_REVIEW' && checksum === role.checksum)
      await move(role.key, 'IN_REVIEW', 'RETIRED', active?.checksum === role.checksum ? undefined : waiting?.version)
      if (active?.checksum === role.checksum || waiting) return { outcome: 'known' }
      const opened = active === undefined ? [] : widens(active)
      if (opened.length === 0) await move(role.key, 'ACTIVE', 'DEPRECATED')
      const version = await insert(role, (known[0]?.version ?? 0) + 1, opened, doing)
      return { outcome: opened.length === 0 ? 'activated' : 'waits', version }
    },
    async activate(roleKey, version, by, now) {
      await lock(roleKey)
      const found = (await of(roleKey)).find((each) => each.version === version)
      if (found?.status !== 'IN_REVIEW') return null
      await move(roleKey, 'ACTIVE', 'DEPRECATED')
      const row = await kysely
        .updateTable('mandate.role_versions')
        .set({ status: 'ACTIVE', decided_at: now, decided_by: by })
        .where('role_key', '=', roleKey)
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirstOrThrow()
      return toVersion(row)
    },
  }
}

function toVersion(row: Selectable<AgentTables['mandate.role_versions']>): RoleVersion {
  return {
    roleKey: row.role_key,
    version: row.version,
    checksum: row.checksum,
    definition: row.definition,
    status: row.status,
    widens: row.widens,
    createdAt: row.created_at,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
  }
}
