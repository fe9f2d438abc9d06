/**
 * The subgraph `governance`: the face of the control plane's stores. It holds nothing itself; who may ask what is decided by
 * `policies/governance.ts`, as for every other subgraph.
 */
import { refusal } from '../../lib/errors.ts'
import type { Coordinate } from '../../lib/labels.ts'
import type { LedgerQuery } from '../../storage/stores/ledger.ts'
import type { ChainPoint } from '../../storage/stores/ledger-evidence.ts'
import type { FieldResolver } from '../context.ts'
import { defineSubgraph, type SubgraphDeps } from '../define.ts'
import type { Subgraph } from '../subgraph.ts'
import * as access from './access/access.ts'
import { amendRequest, delegateApproval, withdrawApproval } from './approvals/change.ts'
import { approveRequest, decideRequests, rejectRequest } from './approvals/decide.ts'
import { approvalQueries } from './approvals/queries.ts'
import { explained } from './explained.ts'
import { flow } from './flow/flow.ts'
import { accessNode, connectionOf, recordNode } from './ledger-shapes.ts'
import { resolveRevoke } from './revoke.ts'
import type { GovernanceServices } from './services.ts'
import { stopResolvers } from './stops/stops.ts'

interface PageArgs {
  readonly first: number
  readonly after?: string | null
  readonly since?: string | null
  readonly until?: string | null
}

type Resolver<Args> = FieldResolver<unknown, Args, GovernanceServices>

const maxPage = 100
const maxVerified = 20_000

/** Makes the subgraph; `sdl` is the contract `schema/governance.graphql` with the shared definitions in front. */
export function createGovernance(sdl: string, services: GovernanceServices, deps: SubgraphDeps): Subgraph {
  return defineSubgraph({ name: 'governance', sdl, resolvers, entities: noEntities, services }, deps)
}

const noEntities = {}

const me: Resolver<object> = (_source, _args, { caller }) => ({
  id: caller.id,
  kind: caller.kind.toUpperCase(),
  roles: caller.roles,
  scopes: caller.scopes,
  onBehalfOf: caller.onBehalfOf,
  actors: caller.actors.map(({ id }) => id),
  purpose: caller.purpose,
  task: caller.task,
  expiresAt: new Date(caller.expiresAt * 1000),
})

const ledgerAccesses: Resolver<PageArgs & { readonly coordinate: string }> = async (_source, args, { services }) => {
  return connectionOf(await services.ledger.whoTouched(coordinateOf(args.coordinate), pageQuery(args)), accessNode)
}

const ledgerTrail: Resolver<PageArgs & { readonly principal: string }> = async (_source, args, { services }) => {
  return connectionOf(await services.ledger.trail(args.principal, pageQuery(args)), recordNode)
}

const ledgerRequest: Resolver<{ readonly id: string }> = async (_source, { id }, { services }) =>
  (await services.ledger.show(id)).map(recordNode)

const verifyLedger: Resolver<{
  readonly from: number
  readonly first: number
  readonly expect?: readonly ChainPoint[] | null
}> = async (_source, { from, first, expect }, { services }) => {
  within('from', from, Number.MAX_SAFE_INTEGER)
  within('first', first, maxVerified)
  return await services.ledger.verify({ from, to: from + first - 1, expect: expect ?? [] })
}

const resolvers = {
  Query: {
    me,
    ledgerAccesses,
    ledgerTrail: explained(ledgerTrail),
    ledgerRequest: explained(ledgerRequest),
    verifyLedger,
    stops: explained(stopResolvers.queries.stops),
    taints: explained(flow.queries.taints),
    myTaints: explained(flow.queries.myTaints),
    ...approvalQueries,
    ...access.queries,
  },
  Mutation: {
    revoke: explained(resolveRevoke),
    engageStop: explained(stopResolvers.mutations.engageStop),
    releaseStop: explained(stopResolvers.mutations.releaseStop),
    liftTaint: explained(flow.mutations.liftTaint),
    approveRequest: explained(approveRequest),
    rejectRequest: explained(rejectRequest),
    decideRequests: explained(decideRequests),
    amendRequest: explained(amendRequest),
    delegateApproval: explained(delegateApproval),
    withdrawApproval: explained(withdrawApproval),
    ...access.mutations,
  },
  ...access.types,
}

function pageQuery({ first, after, since, until }: PageArgs): LedgerQuery {
  within('first', first, maxPage)
  if (typeof after === 'string' && !/^[1-9]\d{0,14}$/.test(after)) {
    throw refusal('INVALID_INPUT', 'The argument `after` is not a cursor; pass the `endCursor` of the page before.', {
      argument: 'after',
    })
  }
  return {
    limit: first,
    ...(typeof after === 'string' ? { before: Number(after) } : {}),
    ...(typeof since === 'string' ? { since: new Date(since) } : {}),
    ...(typeof until === 'string' ? { until: new Date(until) } : {}),
  }
}

function within(argument: string, value: number, most: number): void {
  if (value >= 1 && value <= most) return
  throw refusal('INVALID_INPUT', `The argument \`${argument}\` must be 1 to ${most}.`, { argument })
}

function coordinateOf(text: string): Coordinate {
  if (/^[_A-Za-z]\w*\.[_A-Za-z]\w*$/.test(text)) return text as Coordinate
  throw refusal('INVALID_INPUT', 'The argument `coordinate` must name a field as `Type.field`.', {
    argument: 'coordinate',
  })
}
