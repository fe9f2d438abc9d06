/** Reads requests for approval: one with all that was done about it, a page of somebody's, and what gateways have to do. */
import type { Kysely, SelectQueryBuilder, Selectable } from 'kysely'
import type { Tables } from '../../tables.ts'
import type { ApprovalTables } from '../../tables/approvals.ts'
import type { ApprovalCase, ApprovalDelegation, ApprovalRequest, ApprovalStatus, ApprovalVote } from './request.ts'
import { toDelegation, toRequest, toVote } from './rows.ts'

/** A database, or one transaction of it. */
export type Reads = Pick<Kysely<Tables>, 'selectFrom'>

/** Whose requests. */
export type ApprovalView =
  | { readonly kind: 'asked'; readonly by: string }
  /** Pending ones whose present stage a holder of one of these roles, or a delegate, decides. */
  | { readonly kind: 'to-decide'; readonly by: string; readonly roles: readonly string[] }
  | { readonly kind: 'decided'; readonly by: string }

export interface ApprovalQuery {
  readonly view: ApprovalView
  readonly statuses?: readonly ApprovalStatus[]
  /** Only those that look alike: the same mutations on the same types. */
  readonly groupKey?: string
  readonly limit: number
  /** Only those before this id; the newest come first. */
  readonly before?: string
}

/** One request with its votes and delegations; null when there is none. `lock` holds it until the transaction ends. */
export async function findApproval(
  db: Reads,
  id: string,
  lock: 'lock' | 'read' = 'read',
): Promise<ApprovalCase | null> {
  const query = db.selectFrom('mandate.approvals').selectAll().where('id', '=', id)
  const row = await (lock === 'lock' ? query.forUpdate() : query).executeTakeFirst()
  if (row === undefined) return null
  const [found] = await withVotes(db, [toRequest(row)])
  return found ?? null
}

/** A page, the newest first; one more than asked for says that there is more. */
export async function listApprovals(db: Reads, query: ApprovalQuery): Promise<readonly ApprovalCase[]> {
  let rows = viewed(db, query.view)
  if (query.statuses !== undefined) rows = rows.where('status', 'in', query.statuses)
  if (query.groupKey !== undefined) rows = rows.where('group_key', '=', query.groupKey)
  if (query.before !== undefined) rows = rows.where('mandate.approvals.id', '<', query.before)
  const found = await rows
    .orderBy('mandate.approvals.id', 'desc')
    .limit(query.limit + 1)
    .execute()
  return withVotes(db, found.map(toRequest))
}

type Row = Selectable<ApprovalTables['mandate.approvals']>

function viewed(db: Reads, view: ApprovalView): SelectQueryBuilder<Tables, 'mandate.approvals', Row> {
  const all = db.selectFrom('mandate.approvals').selectAll('mandate.approvals')
  switch (view.kind) {
    case 'asked':
      return all.where('initiator', '=', view.by)
    case 'to-decide':
      return all
        .where('status', '=', 'PENDING')
        .where((row) =>
          row.or([
            ...(view.roles.length > 0 ? [row('candidates', 'in', view.roles)] : []),
            row.exists(
              row
                .selectFrom('mandate.approval_delegations as handed')
                .select('handed.id')
                .whereRef('handed.approval_id', '=', 'mandate.approvals.id')
                .whereRef('handed.stage', '=', 'mandate.approvals.stage')
                .where('handed.to_id', '=', view.by),
            ),
          ]),
        )
    case 'decided':
      return all.where((row) =>
        row.exists(
          row
            .selectFrom('mandate.approval_votes as cast')
            .select('cast.id')
            .whereRef('cast.approval_id', '=', 'mandate.approvals.id')
            .where('cast.voter', '=', view.by),
        ),
      )
  }
}

/** What the watchers of a request need to know that it has changed. */
export async function versionsOf(db: Reads, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('mandate.approvals').select(['id', 'version']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, version }) => [id, version]))
}

async function withVotes(db: Reads, requests: readonly ApprovalRequest[]): Promise<readonly ApprovalCase[]> {
  if (requests.length === 0) return []
  const ids = requests.map(({ id }) => id)
  const votes = await db
    .selectFrom('mandate.approval_votes')
    .selectAll()
    .where('approval_id', 'in', ids)
    .orderBy('id')
    .execute()
  const delegations = await db
    .selectFrom('mandate.approval_delegations')
    .selectAll()
    .where('approval_id', 'in', ids)
    .orderBy('id')
    .execute()
  const votesOf = Map.groupBy(votes, (row) => row.approval_id)
  const delegationsOf = Map.groupBy(delegations, (row) => row.approval_id)
  return requests.map((request) => ({
    request,
    votes: (votesOf.get(request.id) ?? []).map((row): ApprovalVote => toVote(row)),
    delegations: (delegationsOf.get(request.id) ?? []).map((row): ApprovalDelegation => toDelegation(row)),
  }))
}
