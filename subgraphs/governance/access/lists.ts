/** What can be asked about requests and grants: one's own, those that one decides, and as a reviewer all. */
import type { AccessRequest } from '../../../storage/stores/access-requests.ts'
import { createAccessRequestStore } from '../../../storage/stores/access-requests.ts'
import { type GrantFilter, createGrantStore } from '../../../storage/stores/grants.ts'
import type { GrantStatus, RequestStatus } from '../../../storage/tables/access.ts'
import { type PageArgs, connectionNode, grantNode, readPage, requestNode } from './nodes.ts'
import { type AccessContext, type AccessResolver, sees, sightOf } from './services.ts'

interface RequestFilterArgs {
  readonly status?: RequestStatus | null
  readonly principal?: string | null
  readonly decider?: string | null
}

interface GrantFilterArgs {
  readonly status?: GrantStatus | null
  readonly principal?: string | null
  readonly purpose?: string | null
  readonly unusedSince?: string | null
}

/** Resolves `Query.accessRequest`. */
export const accessRequest: AccessResolver<{ readonly id: string }> = async (_source, { id }, context) => {
  const request = await createAccessRequestStore(context.services.database.kysely).get(id)
  if (request === null || !sees(context.caller, request)) return null
  const [node] = await withGrants([request], context)
  return node
}

/** Resolves `Query.accessRequests`. */
export const accessRequests: AccessResolver<PageArgs & { readonly filter?: RequestFilterArgs | null }> = async (
  _source,
  { filter, ...page },
  context,
) => {
  const store = createAccessRequestStore(context.services.database.kysely)
  const listed = await store.list(given(filter), sightOf(context.caller), readPage(page))
  const nodes = await withGrants(listed.items, context)
  return connectionNode({ items: nodes, hasMore: listed.hasMore }, (node) => node)
}

/** Resolves `Query.myGrants`. */
export const myGrants: AccessResolver<PageArgs> = async (_source, page, { caller, now, services }) => {
  const store = createGrantStore(services.database.kysely)
  return connectionNode(await store.list({ principal: caller.id }, null, readPage(page), now), grantNode)
}

/** Resolves `Query.grants`. */
export const grants: AccessResolver<PageArgs & { readonly filter?: GrantFilterArgs | null }> = async (
  _source,
  { filter, ...page },
  { caller, now, services },
) => {
  const { unusedSince, ...rest } = given(filter)
  const conditions: GrantFilter = {
    ...rest,
    ...(unusedSince === undefined ? {} : { unusedSince: new Date(unusedSince) }),
  }
  const store = createGrantStore(services.database.kysely)
  return connectionNode(await store.list(conditions, sightOf(caller), readPage(page), now), grantNode)
}

/** Requests with the grants that came of them, in one question. */
async function withGrants(requests: readonly AccessRequest[], { now, services }: AccessContext) {
  const approved = requests.filter(({ status }) => status === 'APPROVED').map(({ id }) => id)
  const found = approved.length === 0 ? [] : await createGrantStore(services.database.kysely).ofRequests(approved, now)
  const byRequest = new Map(found.map((grant) => [grant.requestId, grant]))
  return requests.map((request) => requestNode(request, byRequest.get(request.id) ?? null))
}

type Given<Filter> = { readonly [Key in keyof Filter]?: NonNullable<Filter[Key]> }

/** The conditions that were given. */
function given<Filter extends object>(filter: Filter | null | undefined): Given<Filter> {
  const entries = Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(entries) as Given<Filter>
}
