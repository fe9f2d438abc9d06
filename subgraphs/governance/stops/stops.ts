/** The kill switch in GraphQL: `engageStop`, `releaseStop`, `stops`. A gateway obeys within a second of the answer. */
import type { Transaction } from 'kysely'
import { refusal } from '../../../lib/errors.ts'
import type { World } from '../../../lib/world.ts'
import type { Cache } from '../../../storage/cache.ts'
import type { Database } from '../../../storage/database.ts'
import {
  type StopMode,
  type StopScopeKind,
  type StopState,
  type StopTargets,
  stopSteps,
} from '../../../storage/stores/stop-states.ts'
import {
  type Stop,
  type StopStore,
  createStopStore,
  gatewaySilenceMs,
  stopsChannel,
} from '../../../storage/stores/stops.ts'
import { requireStep, requireVersion } from '../../acts.ts'
import type { FieldResolver, SubgraphContext } from '../../context.ts'
import { claimKey, keepResult } from '../../sources/idempotency.ts'
import { type StopFields, placeOf, stopConnection, stopFields, stopNode } from './shapes.ts'
import { scopeOf } from './targets.ts'

export interface StopServices {
  readonly database: Pick<Database, 'kysely'>
  readonly cache: Pick<Cache, 'publish'>
  readonly stopTargets: StopTargets
  readonly newId: World['newId']
}

interface EngageInput {
  readonly idempotencyKey: string
  readonly scope: StopScopeKind
  readonly target?: string | null
  readonly mode: StopMode
  readonly reason: string
  readonly expiresAt?: string | null
  readonly releaseNeeds: number
}

interface ReleaseInput {
  readonly idempotencyKey: string
  readonly id: string
  readonly expectedVersion: number
}

interface ListArgs {
  readonly state?: readonly StopState[] | null
  readonly ids?: readonly string[] | null
  readonly first: number
  readonly after?: string | null
}

type Context = SubgraphContext<StopServices>

/** Resolves `Mutation.engageStop`. */
export const engageStop: FieldResolver<unknown, { readonly input: EngageInput }, StopServices> = async (
  _source,
  { input },
  context,
) => {
  const { caller, now, services } = context
  const { mode } = input
  const scope = scopeOf(input.scope, input.target, services.stopTargets)
  const reason = reasonOf(input.reason)
  const expiresAt = endOf(input.expiresAt, now)
  const releaseNeeds = peopleOf(input.releaseNeeds)
  return await once('engageStop', input, context, async (store) => {
    const stop: Stop = {
      ...{ id: services.newId(), scope, mode, reason, state: 'ENGAGED', engagedBy: caller.id, engagedAt: now },
      ...{ expiresAt, releaseNeeds, releaseRequestedBy: null, releaseRequestedAt: null },
      ...{ releasedBy: null, releasedAt: null, version: 1 },
    }
    await store.engage(stop)
    return stop
  })
}

/** Resolves `Mutation.releaseStop`: the first of two releases waits for another person's. */
export const releaseStop: FieldResolver<unknown, { readonly input: ReleaseInput }, StopServices> = async (
  _source,
  { input },
  context,
) => {
  const { caller, now } = context
  const { id, expectedVersion } = input
  return await once('releaseStop', input, context, async (store) => {
    const [found = null] = await store.find({ ids: [id], limit: 1 })
    const stop = requireVersion(found, 'stop', { id, expectedVersion })
    const isFirst = stop.releaseNeeds === 2 && stop.state === 'ENGAGED'
    requireStep(stopSteps, stop.state, isFirst ? 'RELEASE_PENDING' : 'RELEASED', { entity: 'stop', id })
    if (stop.state === 'RELEASE_PENDING' && stop.releaseRequestedBy === caller.id) {
      throw refusal('SEPARATION_OF_DUTY', `The stop \`${id}\` waits for a second person to release it.`, { id })
    }
    const changed = isFirst
      ? await store.requestRelease(id, expectedVersion, caller.id, now)
      : await store.release(id, expectedVersion, stop.state, caller.id, now)
    const [after = null] = await store.find({ ids: [id], limit: 1 })
    if (!changed || after === null) throw requireVersionLost(id, expectedVersion)
    return after
  })
}

/** Resolves `Query.stops`. */
export const stops: FieldResolver<unknown, ListArgs, StopServices> = async (
  _source,
  { state, ids, first, after },
  { services, now },
) => {
  if (first < 1 || first > 100) {
    throw refusal('INVALID_INPUT', 'The argument `first` must be 1 to 100.', { argument: 'first' })
  }
  const place = typeof after === 'string' ? placeOf(after) : null
  if (typeof after === 'string' && place === null) {
    throw refusal('INVALID_INPUT', 'The argument `after` is not a cursor; pass the `endCursor` of the page before.', {
      argument: 'after',
    })
  }
  if (ids?.length === 0 || state?.length === 0) return stopConnection([], false)
  const store = createStopStore(services.database)
  const found = await store.find({
    limit: first + 1,
    ...(state ? { state } : {}),
    ...(ids ? { ids: ids.slice(0, 100) } : {}),
    ...(place === null ? {} : { after: place }),
  })
  const nodes = await nodesOf(found.slice(0, first).map(stopFields), store, now)
  return stopConnection(nodes, found.length > first)
}

/** Runs an act once for each idempotency key, in one transaction, and tells the gateways. */
async function once(
  act: 'engageStop' | 'releaseStop',
  input: { readonly idempotencyKey: string },
  { caller, now, services }: Context,
  work: (store: StopStore) => Promise<Stop>,
) {
  const { idempotencyKey } = input
  const request = { idempotencyKey, principal: caller.id, act: `Mutation.${act}`, args: { ...input } }
  const { fields, replayed } = await services.database.kysely.transaction().execute(async (transaction) => {
    const keys = transaction as unknown as Transaction<unknown>
    const claim = await claimKey(keys, request, now)
    if (!claim.claimed) return { fields: claim.result as StopFields, replayed: true }
    const made = stopFields(await work(createStopStore({ kysely: transaction })))
    await keepResult(keys, request, made)
    return { fields: made, replayed: false }
  })
  // One that could not be announced is found by polling, within a second.
  await services.cache.publish(stopsChannel, 'changed').catch(() => undefined)
  const [stop] = await nodesOf([fields], createStopStore(services.database), now)
  return { stop, replayed }
}

async function nodesOf(found: readonly StopFields[], store: StopStore, now: Date) {
  const reports = await store.reportsOf(found.map(({ id }) => id))
  const gateways = await store.gateways(new Date(now.getTime() - gatewaySilenceMs))
  return found.map((fields) => stopNode(fields, reports, gateways))
}

function requireVersionLost(id: string, expectedVersion: number) {
  return refusal('VERSION_CONFLICT', `The stop \`${id}\` is not at version ${expectedVersion} any more.`, {
    id,
    expectedVersion,
  })
}

function reasonOf(text: string): string {
  const reason = text.trim()
  if (reason.length > 0 && reason.length <= 500) return reason
  throw refusal('INVALID_INPUT', 'The argument `reason` must have 1 to 500 characters.', { argument: 'input.reason' })
}

function endOf(text: string | null | undefined, now: Date): Date | null {
  if (text === null || text === undefined) return null
  const end = new Date(text)
  if (end > now) return end
  throw refusal('INVALID_INPUT', 'The argument `expiresAt` must be in the future.', { argument: 'input.expiresAt' })
}

function peopleOf(count: number): 1 | 2 {
  if (count === 1 || count === 2) return count
  throw refusal('INVALID_INPUT', 'The argument `releaseNeeds` must be 1 or 2.', { argument: 'input.releaseNeeds' })
}

/** What the subgraph joins to its resolvers. */
export const stopResolvers = { queries: { stops }, mutations: { engageStop, releaseStop } }
