/** The mutations `decideAccess` and `revokeGrant`: those who answer for data open it, and close it again. */
import { refusal } from '../../../lib/errors.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import { requestableScopes } from '../../../policies/engine/standing.ts'
import { type AccessRequest, createAccessRequestStore } from '../../../storage/stores/access-requests.ts'
import { grantSteps, requestSteps } from '../../../storage/stores/access-states.ts'
import { type NewGrant, createGrantStore, grantsChannel } from '../../../storage/stores/grants.ts'
import { requireChanged, requireFound, requireStep, requireVersion } from '../../acts.ts'
import { invalid, readValues, required, text } from '../../inputs.ts'
import { requireSecondPrincipal } from '../../separation-of-duty.ts'
import { actOnce } from '../act-once.ts'
import { lockPrincipal, requireSeparateDuties } from './duty.ts'
import { grantNode, requestNode } from './nodes.ts'
import { type AccessContext, type AccessResolver, announce, decidesFor, ownerOf, revisionOf, sees } from './services.ts'

interface DecideAccessInput {
  readonly idempotencyKey: string
  readonly requestId: string
  readonly expectedVersion: number
  readonly decision: 'APPROVE' | 'REFUSE'
  readonly reason: string
  readonly until?: string | null
}

interface RevokeGrantInput {
  readonly idempotencyKey: string
  readonly grantId: string
  readonly expectedVersion: number
  readonly reason: string
}

/** Why something is decided, for those who look at it later. */
const reasonOf = { reason: required(text(500)) }

/** Resolves `Mutation.decideAccess`. */
export const decideAccess: AccessResolver<{ readonly input: DecideAccessInput }> = async (
  _source,
  { input },
  context,
) => {
  const { caller, now } = context
  const revision = revisionOf(context)
  const { requestId: id, expectedVersion, decision } = input
  readValues({ ...input }, reasonOf)
  const result = await actOnce(context, { name: 'Mutation.decideAccess', input }, async (transaction) => {
    const store = createAccessRequestStore(transaction)
    const found = await store.get(id)
    // A request that is none of the caller's to decide is not there for it.
    const mine = found !== null && decidesFor(caller).includes(found.decider) ? found : null
    const request = requireFound(mine, 'AccessRequest', id)
    await lockPrincipal(transaction, request.principal)
    const owner = await ownerOf(transaction, request.principal)
    requireSecondPrincipal(caller, [request.principal, owner], 'decide about access for themselves or their own agent')
    requireVersion(request, 'AccessRequest', { id, expectedVersion })
    const to = decision === 'APPROVE' ? 'APPROVED' : 'REFUSED'
    requireStep(requestSteps, request.status, to, { entity: 'AccessRequest', id })
    const step = { to, version: expectedVersion, by: caller.id, reason: input.reason.trim(), now } as const
    const decided = requireChanged(await store.step(id, step), 'AccessRequest', { id, expectedVersion })
    if (to === 'REFUSED') return { request: requestNode(decided, null), grant: null }
    requireStillAskable(request, revision)
    await requireSeparateDuties(transaction, request, [request], { revision, now })
    const grant = await createGrantStore(transaction).add(newGrant(request, input, context))
    return { request: requestNode(decided, grant), grant: grantNode(grant) }
  })
  if (result.grant !== null) await announce(context, grantsChannel)
  return result
}

/** Resolves `Mutation.revokeGrant`. */
export const revokeGrant: AccessResolver<{ readonly input: RevokeGrantInput }> = async (
  _source,
  { input },
  context,
) => {
  const { caller, now } = context
  const { grantId: id, expectedVersion, reason } = input
  readValues({ ...input }, reasonOf)
  const result = await actOnce(context, { name: 'Mutation.revokeGrant', input }, async (transaction) => {
    const store = createGrantStore(transaction)
    const found = await store.get(id, now)
    const grant = requireVersion(found !== null && sees(caller, found) ? found : null, 'Grant', { id, expectedVersion })
    requireStep(grantSteps, grant.status, 'REVOKED', { entity: 'Grant', id })
    const end = { to: 'REVOKED', version: expectedVersion, by: caller.id, reason: reason.trim(), now } as const
    const ended = requireChanged(await store.end(id, end), 'Grant', { id, expectedVersion })
    return { grant: grantNode(ended) }
  })
  await announce(context, grantsChannel)
  return result
}

/** The rules may have changed since it was asked: what nobody may ask for any more is not granted. */
function requireStillAskable(
  { id, kind, scopes, coordinates, decider }: AccessRequest,
  revision: PolicyRevision,
): void {
  const requestable = requestableScopes(revision, { kind })
  const holds =
    coordinates.every((coordinate) => revision.rules.has(coordinate)) &&
    scopes.every((scope) => requestable.has(scope) && revision.scopes.get(scope)?.decidedBy === decider)
  if (holds) return
  throw refusal(
    'INVALID_INPUT',
    `The rules have changed since the request \`${id}\` was made; refuse it, and have it asked anew.`,
    { argument: 'input.requestId' },
  )
}

function newGrant(
  request: AccessRequest,
  { until }: DecideAccessInput,
  { caller, now, services }: AccessContext,
): NewGrant {
  const whole = new Date(now.getTime() + request.durationMs)
  const expiresAt = typeof until === 'string' ? new Date(until) : whole
  if (expiresAt <= now || expiresAt > whole) {
    throw invalid('input.until', `must lie between now and \`${whole.toISOString()}\`, the end that was asked for`)
  }
  const { principal, kind, coordinates, scopes, purpose, decider } = request
  return {
    id: services.world.newId(),
    requestId: request.id,
    principal,
    kind,
    coordinates,
    scopes,
    purpose,
    decider,
    grantedBy: caller.id,
    grantedAt: now,
    expiresAt,
  }
}
