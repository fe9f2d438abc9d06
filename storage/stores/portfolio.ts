/** What the figures of the portfolio are counted from. */
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../tables.ts'
import type { PilotStage } from '../tables/inventory.ts'

/** Days from when a pilot came in to when it was promoted; percentiles by linear interpolation, null when there is none. */
export interface LeadTimes {
  readonly count: number
  readonly medianDays: number | null
  readonly p90Days: number | null
}

/** How many pilots are in each stage. */
export async function countByStage(kysely: Kysely<Tables>): Promise<ReadonlyMap<PilotStage, number>> {
  const rows = await kysely
    .selectFrom('mandate.pilots')
    .select(['stage', sql<number>`count(*)`.as('count')])
    .groupBy('stage')
    .execute()
  return new Map(rows.map(({ stage, count }) => [stage, count]))
}

/** The lead times of all promotions. */
export async function promotionLeadTimes(kysely: Kysely<Tables>): Promise<LeadTimes> {
  const { rows } = await sql<{ count: number; median: number | null; p90: number | null }>`
    select count(*) as count,
      percentile_cont(0.5) within group (order by days) as median,
      percentile_cont(0.9) within group (order by days) as p90
    from (
      select extract(epoch from step.taken_at - pilot.created_at)::double precision / 86400 as days
      from mandate.pilot_steps step join mandate.pilots pilot on pilot.id = step.pilot_id
      where step.to_stage = 'PROMOTED'
    ) promotions
  `.execute(kysely)
  const [{ count, median, p90 } = { count: 0, median: null, p90: null }] = rows
  return { count, medianDays: median, p90Days: p90 }
}
