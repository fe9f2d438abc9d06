/** How an agent has worked, from its outcomes in the ledger: counted where they are, because a month has many. */
import { sql } from 'kysely'
import type { Database } from '../database.ts'

export interface Scorecard {
  readonly since: Date
  readonly until: Date
  readonly requests: number
  /** What the rules, or its autonomy, refused. */
  readonly denials: number
  /** What failed, or was answered with errors that are no denial. */
  readonly errors: number
  readonly approvalsAsked: number
  /** Null below {@link fewest} requests: so few say nothing. */
  readonly p50DurationMs: number | null
  readonly p95DurationMs: number | null
}

const fewest = 5
const denialCodes = ['POLICY_DENIED', 'RECORD_DENIED', 'AUTONOMY_EXCEEDED']

/** Counts the requests of an agent from `since` until before `until`. */
export async function readScorecard(
  { kysely }: Pick<Database, 'kysely'>,
  agentId: string,
  { since, until }: { readonly since: Date; readonly until: Date },
): Promise<Scorecard> {
  const { rows } = await sql<{
    requests: number
    denials: number
    errors: number
    approvals: number
    p50: number | null
    p95: number | null
  }>`
    with outcomes as materialized (
      select body::json -> 'result' ->> 'outcome' as outcome,
        (body::json -> 'result' ->> 'durationMs')::int as ms,
        array(select json_array_elements_text(body::json -> 'result' -> 'codes')) as codes,
        json_array_length(body::json -> 'denied') as denied
      from mandate.ledger
      where principal = ${agentId} and kind = 'outcome' and at >= ${since} and at < ${until}
    ), judged as (
      select *, (denied > 0 or codes && ${denialCodes}::text[]) as is_denial from outcomes
    )
    select count(*) as requests,
      count(*) filter (where is_denial) as denials,
      count(*) filter (where outcome = 'failed' or (outcome = 'answered-with-errors' and not is_denial)) as errors,
      count(*) filter (where 'APPROVAL_REQUIRED' = any(codes)) as approvals,
      percentile_cont(0.5) within group (order by ms) as p50,
      percentile_cont(0.95) within group (order by ms) as p95
    from judged`.execute(kysely)
  const [row] = rows
  if (row === undefined) throw new Error('An aggregate has one row.')
  const enough = row.requests >= fewest
  return {
    since,
    until,
    requests: row.requests,
    denials: row.denials,
    errors: row.errors,
    approvalsAsked: row.approvals,
    p50DurationMs: enough ? row.p50 : null,
    p95DurationMs: enough ? row.p95 : null,
  }
}
