/**
 * Principals that the gateway meets and nobody has registered, entered into the inventory as discovered. What one issuer can
 * bring in is bounded: whoever can make names up at an issuer that is trusted must not fill the table, so further ones are counted.
 */
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../tables.ts'
import { insertPilot, lockInventory } from './pilots.ts'

/** Who enters what the gateway met. */
export const discoverer = 'service:mandate'

export interface Sighting {
  readonly issuer: string
  readonly firstSeen: Date
  /** The id that the pilot gets, if it is new. */
  readonly id: string
  /** How many discovered pilots of one issuer may wait for a person. */
  readonly perIssuer: number
  /** Runs before a new one is entered; when it fails, nothing is entered. */
  readonly beforeEntering?: (pilot: { readonly id: string; readonly principal: string }) => Promise<unknown>
}

/** `seen`: it was in the inventory already. `unlisted`: its issuer has brought in too many, and it was only counted. */
export type SightingOutcome = 'entered' | 'seen' | 'unlisted'

/** How many principals of an issuer were counted and not entered. */
export interface DiscoveryOverflow {
  readonly issuer: string
  readonly unlisted: number
  readonly firstAt: Date
  readonly lastAt: Date
}

/** Enters a principal that nobody registered, or notes that it was seen again. Sightings of one principal may run at once. */
export async function noteUnregistered(
  kysely: Kysely<Tables>,
  principal: string,
  { issuer, firstSeen: at, id, perIssuer, beforeEntering }: Sighting,
): Promise<SightingOutcome> {
  if (await seeAgain(kysely, principal, at)) return 'seen'
  if ((await waiting(kysely, issuer)) >= perIssuer) return await countUnlisted(kysely, issuer, 1, at)
  await beforeEntering?.({ id, principal })
  return await kysely.transaction().execute(async (transaction) => {
    await lockInventory(transaction)
    // Another gateway may have met it, or filled what the issuer may bring in, in the meantime.
    if (await seeAgain(transaction, principal, at)) return 'seen'
    if ((await waiting(transaction, issuer)) >= perIssuer) return await countUnlisted(transaction, issuer, 1, at)
    const facts = { ...nothingKnown, name: principal }
    const entry = { ...facts, id, stage: 'DISCOVERED', discoveredBy: 'GATEWAY_TRAFFIC', principal, issuer } as const
    await insertPilot(transaction, entry, { by: discoverer, at })
    return 'entered'
  })
}

/** Counts principals of an issuer that are not entered. */
export async function countUnlisted(
  kysely: Kysely<Tables>,
  issuer: string,
  unlisted: number,
  at: Date,
): Promise<'unlisted'> {
  await kysely
    .insertInto('mandate.discovery_overflow')
    .values({ issuer, unlisted, first_at: at, last_at: at })
    .onConflict((conflict) =>
      conflict.column('issuer').doUpdateSet({
        unlisted: sql`discovery_overflow.unlisted + excluded.unlisted`,
        last_at: sql`greatest(discovery_overflow.last_at, excluded.last_at)`,
      }),
    )
    .execute()
  return 'unlisted'
}

/** What was counted and not entered, by issuer. */
export async function discoveryOverflow(kysely: Kysely<Tables>): Promise<readonly DiscoveryOverflow[]> {
  const rows = await kysely.selectFrom('mandate.discovery_overflow').selectAll().orderBy('issuer').execute()
  return rows.map((row) => ({
    issuer: row.issuer,
    unlisted: row.unlisted,
    firstAt: row.first_at,
    lastAt: row.last_at,
  }))
}

const nothingKnown = {
  department: '',
  businessOwner: null,
  technicalOwner: null,
  purpose: '',
  role: null,
  responsibilities: [],
  capabilities: [],
  systems: [],
  dataEntities: [],
  dataClasses: [],
  workflowSteps: [],
  evidence: [],
  platform: null,
  model: null,
  monthlyCost: null,
  monthlyVolume: null,
  riskTier: null,
} as const

async function seeAgain(kysely: Kysely<Tables>, principal: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await kysely
    .updateTable('mandate.pilots')
    .set({ last_seen_at: sql`greatest(last_seen_at, ${at})` })
    .where('principal', '=', principal)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

async function waiting(kysely: Kysely<Tables>, issuer: string): Promise<number> {
  const { count } = await kysely
    .selectFrom('mandate.pilots')
    .select(sql<number>`count(*)`.as('count'))
    .where('issuer', '=', issuer)
    .where('stage', '=', 'DISCOVERED')
    .executeTakeFirstOrThrow()
  return count
}
