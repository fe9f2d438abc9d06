/** The mutations `requestAccess` and `withdrawAccessRequest`: somebody asks for itself, and may take it back. */
import type { Kysely } from 'kysely'
import { parseDuration } from '../../../lib/duration.ts'
import { refusal } from '../../../lib/errors.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import {
  type AccessRequest,
  type NewAccessRequest,
  createAccessRequestStore,
} from '../../../storage/stores/access-requests.ts'
import { requestSteps } from '../../../storage/stores/access-states.ts'
import { type Grant, createGrantStore } from '../../../storage/stores/grants.ts'
import type { Tables } from '../../../storage/tables.ts'
import { requireChanged, requireStep, requireVersion } from '../../acts.ts'
import { invalid, readValues, required, text } from '../../inputs.ts'
import { actOnce } from '../act-once.ts'
import { lockPrincipal, requireSeparateDuties } from './duty.ts'
import { requestNode } from './nodes.ts'
import { type PlannedRequest, planRequests } from './plan-requests.ts'
import { type AccessContext, type AccessResolver, revisionOf } from './services.ts'

interface RequestAccessInput {
  readonly idempotencyKey: string
  readonly coordinates: readonly string[]
  readonly purpose: string
  readonly reason: string
  readonly duration: string
}

interface WithdrawInput {
  readonly idempotencyKey: string
  readonly requestId: string
  readonly expectedVersion: number
}

const maxCoordinates = 50
/** More open requests than this help nobody decide. */
const maxOpen = 20
const dayMs = 86_400_000
/** A grant that ends within this time may be asked for anew. */
const renewableMs = dayMs

/** Resolves `Mutation.requestAccess`. */
export const requestAccess: AccessResolver<{ readonly input: RequestAccessInput }> = (_source, { input }, context) => {
  const { caller, now, services } = context
  const revision = revisionOf(context)
  readValues({ ...input }, { reason: required(text(1_000)) })
  if (caller.actors.length > 0) {
    throw refusal('INVALID_INPUT', 'Ask for access with a token of your own, not on behalf of somebody else.', {
      argument: 'input',
    })
  }
  const count = input.coordinates.length
  if (count < 1 || count > maxCoordinates) throw invalid('input.coordinates', `must name 1 to ${maxCoordinates} fields`)
  const asked: Asked = {
    purpose: requirePurpose(input.purpose, context, revision),
    durationMs: requireDuration(input.duration, services.access.maxDays),
    planned: planRequests(input.coordinates, caller, revision),
  }
  return actOnce(context, { name: 'Mutation.requestAccess', input }, async (transaction) => {
    await lockPrincipal(transaction, caller.id)
    const wanted = await notGranted(transaction, asked, context)
    const holder = { principal: caller.id, kind: caller.kind, roles: caller.roles }
    await requireSeparateDuties(transaction, holder, wanted, { revision, now })
    const store = createAccessRequestStore(transaction)
    const open = await store.openOf(caller.id)
    const requests: AccessRequest[] = []
    for (const planned of wanted) {
      const standing = open.find((request) => covers(request, planned, asked.purpose))
      requests.push(standing ?? (await store.add(newRequest(planned, asked, input.reason, context), now)))
    }
    const fresh = requests.filter(({ id }) => !open.some((request) => request.id === id)).length
    if (fresh > 0 && open.length + fresh > maxOpen) {
      throw invalid('input', `would make ${open.length + fresh} open requests; withdraw some, ${maxOpen} are allowed`)
    }
    return { requests: requests.map((request) => requestNode(request, null)) }
  })
}

/** Resolves `Mutation.withdrawAccessRequest`. */
export const withdrawAccessRequest: AccessResolver<{ readonly input: WithdrawInput }> = (
  _source,
  { input },
  context,
) => {
  const { caller, now } = context
  return actOnce(context, { name: 'Mutation.withdrawAccessRequest', input }, async (transaction) => {
    const store = createAccessRequestStore(transaction)
    const found = await store.get(input.requestId)
    const own = found?.principal === caller.id ? found : null
    const named = { id: input.requestId, expectedVersion: input.expectedVersion }
    const request = requireVersion(own, 'AccessRequest', named)
    requireStep(requestSteps, request.status, 'WITHDRAWN', { entity: 'AccessRequest', id: request.id })
    const step = { to: 'WITHDRAWN', version: request.version, by: caller.id, reason: null, now } as const
    const withdrawn = requireChanged(await store.step(request.id, step), 'AccessRequest', named)
    return { request: requestNode(withdrawn, null) }
  })
}

interface Asked {
  readonly purpose: string
  readonly durationMs: number
  readonly planned: readonly PlannedRequest[]
}

/** What a grant does not open already; a grant that is about to end may be asked for again. */
async function notGranted(
  kysely: Kysely<Tables>,
  { planned, purpose }: Asked,
  { caller, now }: AccessContext,
): Promise<readonly PlannedRequest[]> {
  if (planned.length === 0) throw invalid('input.coordinates', 'names nothing that is not open to your roles already')
  const grants = await createGrantStore(kysely).activeOf(caller.id, now)
  const lasting = grants.filter(({ expiresAt }) => expiresAt.getTime() - now.getTime() > renewableMs)
  const grantOf = (wanted: PlannedRequest): Grant | undefined => lasting.find((grant) => covers(grant, wanted, purpose))
  const wanted = planned.filter((each) => grantOf(each) === undefined)
  const [first] = planned
  if (wanted.length > 0 || first === undefined) return wanted
  throw refusal(
    'INVALID_INPUT',
    `These fields are granted to you already; send the header \`mandate-purpose: ${purpose}\` with the operation that needs them.`,
    { argument: 'input.coordinates', grants: planned.map((each) => grantOf(each)?.id) },
  )
}

function covers(
  have: Pick<AccessRequest, 'purpose' | 'scopes' | 'coordinates'>,
  wanted: PlannedRequest,
  purpose: string,
): boolean {
  return (
    have.purpose === purpose &&
    wanted.scopes.every((scope) => have.scopes.includes(scope)) &&
    wanted.coordinates.every((coordinate) => have.coordinates.includes(coordinate))
  )
}

function newRequest(
  { decider, scopes, coordinates }: PlannedRequest,
  { purpose, durationMs }: Asked,
  reason: string,
  { caller, services, statement }: AccessContext,
): NewAccessRequest {
  return {
    id: services.world.newId(),
    principal: caller.id,
    kind: caller.kind,
    roles: caller.roles,
    coordinates,
    scopes,
    purpose,
    reason: reason.trim(),
    durationMs,
    decider,
    policyRevision: statement.policyRevision,
  }
}

function requirePurpose(purpose: string, { caller }: AccessContext, revision: PolicyRevision): string {
  const allowed = caller.roles.flatMap((key) => {
    const role = revision.roles.get(key)
    return role?.kind === caller.kind ? role.purposes : []
  })
  if (allowed.includes(purpose)) return purpose
  const list = [...new Set(allowed)].map((each) => `\`${each}\``).join(', ')
  throw invalid(
    'input.purpose',
    list === '' ? 'cannot be given: your roles allow none' : `must be one that your roles allow: ${list}`,
  )
}

function requireDuration(duration: string, maxDays: number): number {
  const ms = parseDuration(duration)
  if (ms === null) throw invalid('input.duration', 'must be a duration like `P7D` or `PT12H` (ISO 8601)')
  if (ms >= 60_000 && ms <= maxDays * dayMs) return ms
  throw invalid('input.duration', `must be \`PT1M\` to \`P${maxDays}D\``)
}
