/** Reads requests for approval: each caller sees those that it made or decides, and no others exist for it. */
import { refusal } from '../../../lib/errors.ts'
import { type ApprovalView, findApproval, listApprovals } from '../../../storage/stores/approvals/approvals.ts'
import { takesPart } from '../../../storage/stores/approvals/participants.ts'
import type { ApprovalCase, ApprovalStatus, PreviewArgument } from '../../../storage/stores/approvals/request.ts'
import type { Caller } from '../../../lib/caller.ts'
import type { FieldResolver } from '../../context.ts'
import { approvalNode } from './nodes.ts'
import type { ApprovalServices } from './services.ts'

type Resolver<Args> = FieldResolver<unknown, Args, ApprovalServices>

const maxPage = 50
const maxGrouped = 200

const idForm = /^[0-9A-Za-z-]{1,64}$/

/** `wait` has been obeyed in the gateway. */
const approval: Resolver<{ readonly id: string }> = async (_source, { id }, { services, caller, now }) => {
  const found = idForm.test(id) ? await findApproval(services.database.kysely, id) : null
  return found !== null && takesPart(found, caller) ? approvalNode(found, { caller, now }) : null
}

interface ListArgs {
  readonly view: 'ASKED' | 'TO_DECIDE' | 'DECIDED'
  readonly statuses?: readonly ApprovalStatus[] | null
  readonly group?: string | null
  readonly first: number
  readonly after?: string | null
}

const approvals: Resolver<ListArgs> = async (_source, args, { services, caller, now }) => {
  const { view, statuses, group, first, after } = args
  within('first', first, maxPage)
  if (after != null && !idForm.test(after)) {
    throw refusal('INVALID_INPUT', 'The argument `after` is not a cursor; pass the `endCursor` of the page before.', {
      argument: 'after',
    })
  }
  const found = await listApprovals(services.database.kysely, {
    view: viewOf(view, caller),
    limit: first,
    ...(statuses == null ? {} : { statuses }),
    ...(group == null ? {} : { groupKey: group }),
    ...(after == null ? {} : { before: after }),
  })
  const edges = found
    .slice(0, first)
    .filter((each) => takesPart(each, caller))
    .map((each) => ({ cursor: each.request.id, node: approvalNode(each, { caller, now }) }))
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: { hasNextPage: found.length > first, endCursor: found.slice(0, first).at(-1)?.request.id ?? null },
  }
}

const approvalGroups: Resolver<{ readonly first: number }> = async (_source, { first }, { services, caller, now }) => {
  within('first', first, maxGrouped)
  const found = await listApprovals(services.database.kysely, { view: viewOf('TO_DECIDE', caller), limit: first })
  const groups = Map.groupBy(found.slice(0, first), ({ request }) => request.groupKey)
  return [...groups]
    .map(([key, members]) => ({
      key,
      count: members.length,
      initiators: [...new Set(members.map(({ request }) => request.initiator))],
      expiresAt: new Date(Math.min(...members.map(({ request }) => request.deadline.getTime()))),
      differing: differingIn(members),
      requests: members.map((each) => approvalNode(each, { caller, now })),
    }))
    .toSorted((one, other) => other.count - one.count)
}

export const approvalQueries = { approval, approvals, approvalGroups }

function viewOf(view: ListArgs['view'], { id, kind, roles }: Caller): ApprovalView {
  switch (view) {
    case 'ASKED':
      return { kind: 'asked', by: id }
    case 'DECIDED':
      return { kind: 'decided', by: id }
    case 'TO_DECIDE':
      return { kind: 'to-decide', by: id, roles: kind === 'person' ? roles : [] }
  }
}

/** Arguments whose values are not all the same: what tells look-alikes apart. Keys and versions always do. */
function differingIn(members: readonly ApprovalCase[]): readonly string[] {
  const values = new Map<string, Set<string>>()
  for (const { request } of members) {
    for (const { path, value } of request.preview.acts.flatMap((act): readonly PreviewArgument[] => act.arguments)) {
      if (path.endsWith('idempotencyKey') || path.endsWith('expectedVersion')) continue
      values.set(path, (values.get(path) ?? new Set()).add(JSON.stringify(value)))
    }
  }
  return [...values].filter(([, seen]) => seen.size > 1).map(([path]) => path)
}

function within(argument: string, value: number, most: number): void {
  if (value >= 1 && value <= most) return
  throw refusal('INVALID_INPUT', `The argument \`${argument}\` must be 1 to ${most}.`, { argument })
}
