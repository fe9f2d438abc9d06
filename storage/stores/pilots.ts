/**
 * Where pilots are kept. Plain functions over a connection or a transaction: the subgraph `agents` acts on them in one
 * transaction with its idempotency keys, the gateway enters the principals it meets.
 */
import { type Kysely, type Selectable, type Transaction, sql } from 'kysely'
import type { Tables } from '../tables.ts'
import type { DiscoveredBy, InventoryTables, PilotStage, RiskTier } from '../tables/inventory.ts'

export type { DiscoveredBy, PilotStage, RiskTier }

/** What people say about a pilot. */
export interface PilotFacts {
  readonly name: string
  readonly department: string
  /** The person who answers for it. */
  readonly businessOwner: string | null
  readonly technicalOwner: string | null
  readonly purpose: string
  /** What it stands in for: `invoice clerk`. */
  readonly role: string | null
  readonly responsibilities: readonly string[]
  /** GraphQL coordinates or names of tools. */
  readonly capabilities: readonly string[]
  readonly systems: readonly string[]
  readonly dataEntities: readonly string[]
  readonly dataClasses: readonly string[]
  readonly workflowSteps: readonly string[]
  /** Links to figures. */
  readonly evidence: readonly string[]
  readonly platform: string | null
  readonly model: string | null
  /** Decimal text. */
  readonly monthlyCost: string | null
  readonly monthlyVolume: number | null
  readonly riskTier: RiskTier | null
}

export interface Pilot extends PilotFacts {
  readonly id: string
  readonly version: number
  readonly stage: PilotStage
  readonly discoveredBy: DiscoveredBy
  /** Who it is to the gateway, where the gateway met it. */
  readonly principal: string | null
  readonly issuer: string | null
  readonly lastSeenAt: Date | null
  readonly mergedInto: string | null
  readonly agentId: string | null
  readonly createdAt: Date
  readonly createdBy: string
  readonly updatedAt: Date
  readonly updatedBy: string
}

/** One change of a pilot's stage. */
export interface PilotStep {
  /** Null for how it came in. */
  readonly from: PilotStage | null
  readonly to: PilotStage
  readonly reason: string | null
  readonly by: string
  readonly at: Date
}

/** Who acts, and when. */
export interface Signature {
  readonly by: string
  readonly at: Date
}

export interface PilotFilter {
  readonly stages?: readonly PilotStage[] | undefined
  readonly department?: string | undefined
  readonly discoveredBy?: readonly DiscoveredBy[] | undefined
  /** Part of its name, purpose or principal. */
  readonly search?: string | undefined
}

export interface PageOf {
  readonly first: number
  /** The id after which to go on. */
  readonly after?: string | undefined
}

type Reading = Kysely<Tables>
type Writing = Transaction<Tables>

/** Name and department without case, marks and spaces: what an import finds a pilot by. */
export function naturalKey({ name, department }: Pick<PilotFacts, 'name' | 'department'>): string {
  return `${plain(name)}|${plain(department)}`
}

function plain(text: string): string {
  const lower = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const words = lower.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
  return words === '' ? lower.trim() : words
}

/** Lets one act on the inventory pass at a time, until the transaction ends: two that do not see one another could hide a duplicate. */
export async function lockInventory(transaction: Writing): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('mandate.inventory', 0))`.execute(transaction)
}

/** Enters a pilot, and the first step of its history. */
export async function insertPilot(
  transaction: Writing,
  pilot: PilotFacts & {
    readonly id: string
    readonly stage: PilotStage
    readonly discoveredBy: DiscoveredBy
    readonly principal?: string
    readonly issuer?: string
  },
  { by, at }: Signature,
): Promise<Pilot> {
  const { id, stage, discoveredBy, principal = null, issuer = null, ...facts } = pilot
  const row = await transaction
    .insertInto('mandate.pilots')
    .values({
      id,
      version: 1,
      ...columnsOf(facts),
      // Two principals may look alike to people; until somebody names them, each has a key of its own.
      ...(principal === null ? {} : { natural_key: `principal:${principal}` }),
      stage,
      discovered_by: discoveredBy,
      principal,
      issuer,
      last_seen_at: principal === null ? null : at,
      created_at: at,
      created_by: by,
      updated_at: at,
      updated_by: by,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await addStep(transaction, id, 1, { from: null, to: stage, reason: null, by, at })
  return toPilot(row)
}

/** Enters many new pilots at once, all in one stage. */
export async function insertPilots(
  transaction: Writing,
  pilots: readonly (PilotFacts & { readonly id: string })[],
  { stage, discoveredBy }: { readonly stage: PilotStage; readonly discoveredBy: DiscoveredBy },
  { by, at }: Signature,
): Promise<void> {
  const signed = { created_at: at, created_by: by, updated_at: at, updated_by: by }
  for (let from = 0; from < pilots.length; from += 200) {
    const some = pilots.slice(from, from + 200)
    await transaction
      .insertInto('mandate.pilots')
      .values(
        some.map(({ id, ...facts }) => ({
          id,
          version: 1,
          ...columnsOf(facts),
          stage,
          discovered_by: discoveredBy,
          ...signed,
        })),
      )
      .execute()
    await transaction
      .insertInto('mandate.pilot_steps')
      .values(
        some.map(({ id }) => ({
          pilot_id: id,
          version: 1,
          from_stage: null,
          to_stage: stage,
          reason: null,
          taken_by: by,
          taken_at: at,
        })),
      )
      .execute()
  }
}

/** Writes what people say about a pilot, where it still has the version; null otherwise. */
export async function updatePilotFacts(
  transaction: Writing,
  { id, version }: { readonly id: string; readonly version: number },
  facts: PilotFacts,
  { by, at }: Signature,
): Promise<Pilot | null> {
  const row = await transaction
    .updateTable('mandate.pilots')
    .set({ ...columnsOf(facts), version: version + 1, updated_at: at, updated_by: by })
    .where('id', '=', id)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? null : toPilot(row)
}

/** Takes a pilot to another stage, where it still has this stage and version, and writes its history; null otherwise. */
export async function stepPilot(
  transaction: Writing,
  { id, stage, version }: Pick<Pilot, 'id' | 'stage' | 'version'>,
  to: PilotStage,
  {
    by,
    at,
    reason = null,
    ...ends
  }: Signature & {
    readonly reason?: string | null
    readonly mergedInto?: string
    readonly agentId?: string
  },
): Promise<Pilot | null> {
  const row = await transaction
    .updateTable('mandate.pilots')
    .set({
      stage: to,
      version: version + 1,
      updated_at: at,
      updated_by: by,
      ...(ends.mergedInto === undefined ? {} : { merged_into: ends.mergedInto }),
      ...(ends.agentId === undefined ? {} : { agent_id: ends.agentId }),
    })
    .where('id', '=', id)
    .where('stage', '=', stage)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) return null
  await addStep(transaction, id, row.version, { from: stage, to, reason, by, at })
  return toPilot(row)
}

/** The pilot with the id, or null. */
export async function findPilot(db: Reading, id: string): Promise<Pilot | null> {
  const row = await db.selectFrom('mandate.pilots').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : toPilot(row)
}

/** The pilots with these ids, by id. */
export async function findPilots(db: Reading, ids: readonly string[]): Promise<ReadonlyMap<string, Pilot>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('mandate.pilots').selectAll().where('id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.id, toPilot(row)]))
}

/** The pilots with these natural keys, by key. */
export async function findPilotsByKey(db: Reading, keys: readonly string[]): Promise<ReadonlyMap<string, Pilot>> {
  const found = new Map<string, Pilot>()
  for (let from = 0; from < keys.length; from += 1_000) {
    const some = keys.slice(from, from + 1_000)
    const rows = await db.selectFrom('mandate.pilots').selectAll().where('natural_key', 'in', some).execute()
    for (const row of rows) found.set(row.natural_key, toPilot(row))
  }
  return found
}

/** Pilots, the newest first; one more than asked for is never given, `hasMore` says that there is one. */
export async function listPilots(
  db: Reading,
  filter: PilotFilter,
  { first, after }: PageOf,
): Promise<{ readonly items: readonly Pilot[]; readonly hasMore: boolean }> {
  const { stages, department, discoveredBy, search } = filter
  let query = db
    .selectFrom('mandate.pilots')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(first + 1)
  if (after !== undefined) query = query.where('id', '<', after)
  if (stages !== undefined) query = query.where('stage', 'in', [...stages])
  if (discoveredBy !== undefined) query = query.where('discovered_by', 'in', [...discoveredBy])
  if (department !== undefined) query = query.where(sql`lower(department)`, '=', department.toLowerCase())
  if (search !== undefined) {
    const pattern = `%${search.replace(/[\\%_]/g, String.raw`\$&`)}%`
    query = query.where((row) =>
      row.or([row('name', 'ilike', pattern), row('purpose', 'ilike', pattern), row('principal', 'ilike', pattern)]),
    )
  }
  const rows = await query.execute()
  return { items: rows.slice(0, first).map(toPilot), hasMore: rows.length > first }
}

/** Every pilot that is not merged away or retired. */
export async function livePilots(db: Reading): Promise<readonly Pilot[]> {
  const rows = await db
    .selectFrom('mandate.pilots')
    .selectAll()
    .where('stage', 'not in', ['MERGED', 'RETIRED'])
    .orderBy('id')
    .execute()
  return rows.map(toPilot)
}

/** How many pilots there are, in any stage. */
export async function countPilots(db: Reading): Promise<number> {
  const { count } = await db
    .selectFrom('mandate.pilots')
    .select(sql<number>`count(*)`.as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** The history of each pilot, oldest first. */
export async function pilotHistories(
  db: Reading,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly PilotStep[]>> {
  const histories = new Map<string, PilotStep[]>(ids.map((id) => [id, []]))
  if (ids.length === 0) return histories
  const rows = await db
    .selectFrom('mandate.pilot_steps')
    .selectAll()
    .where('pilot_id', 'in', ids)
    .orderBy('version')
    .execute()
  for (const row of rows) {
    const { from_stage: from, to_stage: to, reason, taken_by: by, taken_at: at } = row
    histories.get(row.pilot_id)?.push({ from, to, reason, by, at })
  }
  return histories
}

async function addStep(transaction: Writing, id: string, version: number, step: PilotStep): Promise<void> {
  await transaction
    .insertInto('mandate.pilot_steps')
    .values({
      pilot_id: id,
      version,
      from_stage: step.from,
      to_stage: step.to,
      reason: step.reason,
      taken_by: step.by,
      taken_at: step.at,
    })
    .execute()
}

function columnsOf(facts: PilotFacts) {
  return {
    natural_key: naturalKey(facts),
    name: facts.name,
    department: facts.department,
    business_owner: facts.businessOwner,
    technical_owner: facts.technicalOwner,
    purpose: facts.purpose,
    role: facts.role,
    responsibilities: [...facts.responsibilities],
    capabilities: [...facts.capabilities],
    systems: [...facts.systems],
    data_entities: [...facts.dataEntities],
    data_classes: [...facts.dataClasses],
    workflow_steps: [...facts.workflowSteps],
    evidence: [...facts.evidence],
    platform: facts.platform,
    model: facts.model,
    monthly_cost: facts.monthlyCost,
    monthly_volume: facts.monthlyVolume,
    risk_tier: facts.riskTier,
  }
}

function toPilot(row: Selectable<InventoryTables['mandate.pilots']>): Pilot {
  return {
    id: row.id,
    version: row.version,
    stage: row.stage,
    name: row.name,
    department: row.department,
    businessOwner: row.business_owner,
    technicalOwner: row.technical_owner,
    purpose: row.purpose,
    role: row.role,
    responsibilities: row.responsibilities,
    capabilities: row.capabilities,
    systems: row.systems,
    dataEntities: row.data_entities,
    dataClasses: row.data_classes,
    workflowSteps: row.workflow_steps,
    evidence: row.evidence,
    platform: row.platform,
    model: row.model,
    monthlyCost: row.monthly_cost,
    monthlyVolume: row.monthly_volume,
    riskTier: row.risk_tier,
    discoveredBy: row.discovered_by,
    principal: row.principal,
    issuer: row.issuer,
    lastSeenAt: row.last_seen_at,
    mergedInto: row.merged_into,
    agentId: row.agent_id,
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  }
}
