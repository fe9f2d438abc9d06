/**
 * Where findings are kept: two pilots that look like the same work. A pair has one finding for good; what people decided about it
 * holds until one of the two pilots says something else about itself.
 */
import { type Kysely, type Selectable, type Transaction, sql } from 'kysely'
import type { Tables } from '../tables.ts'
import type { FindingState, InventoryTables, Resolution, Strength } from '../tables/inventory.ts'
import type { PageOf, Signature } from './pilots.ts'

export type { FindingState, Resolution, Strength }

/** One part of a score, with what it rests on. */
export interface FindingComponent {
  readonly name: 'capabilities' | 'systems' | 'text' | 'steps'
  /** 0 to 1; null when one of the two says nothing, and its weight went to the others. */
  readonly score: number | null
  /** Its share of the whole, after missing parts were left out. */
  readonly weight: number
  readonly shared: readonly string[]
  readonly onlyA: readonly string[]
  readonly onlyB: readonly string[]
}

/** What the scoring says about a pair; `a` is the smaller id. */
export interface ScoredPair {
  readonly a: string
  readonly b: string
  readonly strength: Strength
  readonly score: number
  /** The share of the weights that both pilots could be compared by. */
  readonly compared: number
  readonly components: readonly FindingComponent[]
  readonly inputsHash: string
}

export interface DuplicateFinding extends ScoredPair {
  readonly id: string
  readonly version: number
  readonly state: FindingState
  readonly resolution: Resolution | null
  readonly decidedBy: string | null
  readonly decidedAt: Date | null
  readonly reason: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface FindingFilter {
  readonly states?: readonly FindingState[] | undefined
  readonly strength?: Strength | undefined
  /** One of the two. */
  readonly pilotId?: string | undefined
}

type Reading = Kysely<Tables>
type Writing = Transaction<Tables>

/** How many findings are new, open again, or measured anew. */
export interface Kept {
  readonly opened: number
  readonly reopened: number
  readonly rescored: number
}

/** Enters pairs, scores them again, and opens again those of which a pilot has changed since people decided. */
export async function keepFindings(
  transaction: Writing,
  pairs: readonly ScoredPair[],
  { newId, at }: { readonly newId: () => string; readonly at: Date },
): Promise<Kept> {
  const kept = { opened: 0, reopened: 0, rescored: 0 }
  for (let from = 0; from < pairs.length; from += 100) {
    const some = pairs.slice(from, from + 100)
    const entered = await transaction
      .insertInto('mandate.duplicate_findings')
      .values(
        some.map((pair) => ({
          id: newId(),
          version: 1,
          pilot_a: pair.a,
          pilot_b: pair.b,
          state: 'OPEN' as const,
          ...measured(pair, at),
          created_at: at,
        })),
      )
      .onConflict((conflict) => conflict.columns(['pilot_a', 'pilot_b']).doNothing())
      .returning(['pilot_a', 'pilot_b'])
      .execute()
    kept.opened += entered.length
    const isNew = new Set(entered.map((row) => `${row.pilot_a} ${row.pilot_b}`))
    for (const pair of some) {
      if (isNew.has(`${pair.a} ${pair.b}`)) continue
      const outcome = await measureAgain(transaction, pair, at)
      if (outcome !== null) kept[outcome] += 1
    }
  }
  return kept
}

/** Writes the new measure of a known pair; null where what is known still holds. */
async function measureAgain(transaction: Writing, pair: ScoredPair, at: Date): Promise<'reopened' | 'rescored' | null> {
  const current = await findingBetween(transaction, pair.a, pair.b)
  if (current === null) return null
  const closed = current.state === 'RESOLVED' || current.state === 'DISMISSED'
  if (current.inputsHash === pair.inputsHash && (closed || current.score === pair.score)) return null
  await transaction
    .updateTable('mandate.duplicate_findings')
    .set({
      ...measured(pair, at),
      version: current.version + 1,
      ...(closed ? { state: 'OPEN', resolution: null, decided_by: null, decided_at: null, reason: null } : {}),
    })
    .where('id', '=', current.id)
    .where('version', '=', current.version)
    .execute()
  return closed ? 'reopened' : 'rescored'
}

function measured({ strength, score, compared, components, inputsHash }: ScoredPair, at: Date) {
  return {
    strength,
    score,
    compared,
    components: JSON.stringify(components),
    inputs_hash: inputsHash,
    updated_at: at,
  }
}

/** The findings of these pilots that nobody has decided yet. */
export async function openFindingsOf(db: Reading, pilotIds: readonly string[]): Promise<readonly DuplicateFinding[]> {
  if (pilotIds.length === 0) return []
  const rows = await db
    .selectFrom('mandate.duplicate_findings')
    .selectAll()
    .where('state', '=', 'OPEN')
    .where(sql<boolean>`(pilot_a = any(${[...pilotIds]}) or pilot_b = any(${[...pilotIds]}))`)
    .orderBy('id')
    .execute()
  return rows.map(toFinding)
}

/** Takes a finding to another state, where it still has this state and version; null otherwise. */
export async function stepFinding(
  transaction: Writing,
  { id, state, version }: Pick<DuplicateFinding, 'id' | 'state' | 'version'>,
  to: FindingState,
  {
    by,
    at,
    reason,
    resolution = null,
    forgetInputs,
  }: Signature & {
    readonly reason: string
    readonly resolution?: Resolution | null
    /** Forgets what the pair said, so that it opens again when it is found again. */
    readonly forgetInputs?: true
  },
): Promise<DuplicateFinding | null> {
  const row = await transaction
    .updateTable('mandate.duplicate_findings')
    .set({
      state: to,
      resolution,
      version: version + 1,
      decided_by: by,
      decided_at: at,
      reason,
      updated_at: at,
      ...(forgetInputs === true ? { inputs_hash: '' } : {}),
    })
    .where('id', '=', id)
    .where('state', '=', state)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? null : toFinding(row)
}

/** The finding with the id, or null. */
export async function findFinding(db: Reading, id: string): Promise<DuplicateFinding | null> {
  const row = await db.selectFrom('mandate.duplicate_findings').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : toFinding(row)
}

/** The finding about two pilots, or null. */
export async function findingBetween(db: Reading, one: string, other: string): Promise<DuplicateFinding | null> {
  const [a, b] = one < other ? [one, other] : [other, one]
  const row = await db
    .selectFrom('mandate.duplicate_findings')
    .selectAll()
    .where('pilot_a', '=', a)
    .where('pilot_b', '=', b)
    .executeTakeFirst()
  return row === undefined ? null : toFinding(row)
}

/** Findings, the strongest first. */
export async function listFindings(
  db: Reading,
  { states, strength, pilotId }: FindingFilter,
  { first, after }: PageOf,
): Promise<{ readonly items: readonly DuplicateFinding[]; readonly hasMore: boolean }> {
  let query = db
    .selectFrom('mandate.duplicate_findings')
    .selectAll()
    .orderBy('score', 'desc')
    .orderBy('id')
    .limit(first + 1)
  if (states !== undefined) query = query.where('state', 'in', [...states])
  if (strength !== undefined) query = query.where('strength', '=', strength)
  if (pilotId !== undefined)
    query = query.where((row) => row.or([row('pilot_a', '=', pilotId), row('pilot_b', '=', pilotId)]))
  if (after !== undefined) {
    const last = sql<number>`(select score from mandate.duplicate_findings where id = ${after})`
    query = query.where(sql<boolean>`(score < ${last} or (score = ${last} and id > ${after}))`)
  }
  const rows = await query.execute()
  return { items: rows.slice(0, first).map(toFinding), hasMore: rows.length > first }
}

/** The pairs that people confirmed and that still stand, for the portfolio. */
export async function confirmedPairs(db: Reading): Promise<readonly { readonly a: string; readonly b: string }[]> {
  return await db
    .selectFrom('mandate.duplicate_findings')
    .select(['pilot_a as a', 'pilot_b as b'])
    .where('state', '=', 'CONFIRMED')
    .execute()
}

function toFinding(row: Selectable<InventoryTables['mandate.duplicate_findings']>): DuplicateFinding {
  return {
    id: row.id,
    version: row.version,
    a: row.pilot_a,
    b: row.pilot_b,
    state: row.state,
    resolution: row.resolution,
    strength: row.strength,
    score: row.score,
    compared: row.compared,
    // INVARIANT: written by `keepFindings` only, from this type.
    components: row.components as readonly FindingComponent[],
    inputsHash: row.inputs_hash,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    reason: row.reason,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
