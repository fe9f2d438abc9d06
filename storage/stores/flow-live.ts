/** Which reads still count, and how those who write them and those who lift them keep apart. */
import { type RawBuilder, type Transaction, sql } from 'kysely'
import type { Tables } from '../tables.ts'

/** The condition on a row `r` of the flow tables: it is of one of the bearers, has not expired, and was not lifted. */
export function liveIn(bearers: readonly string[], now: Date): RawBuilder<boolean> {
  return sql`r.bearer = any(${[...bearers]}::text[]) and ${liveAt(now)}`
}

/** The same, whoever its bearer is. */
export function liveAt(now: Date): RawBuilder<boolean> {
  return sql`r.expires_at > ${now} and not exists (
    select from mandate.flow_lifts as l
    where l.bearer = r.bearer and l.label = r.label and l.generation > r.generation
  )`
}

/**
 * Locks the bearers until the transaction ends: those who read share, one who lifts is alone. So a person lifts exactly what stood
 * there, and what is read at the same moment comes before and is seen, or after and still counts.
 */
export async function lockBearers(
  transaction: Transaction<Tables>,
  bearers: readonly string[],
  mode: 'shared' | 'alone',
): Promise<void> {
  const lock = sql.raw(mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock')
  await sql`select count(${lock}(hashtextextended('mandate.flow ' || b, 0))::text)
    from (select distinct b from unnest(${[...bearers]}::text[]) as given(b) order by b) as ordered`.execute(
    transaction,
  )
}
