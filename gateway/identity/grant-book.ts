/**
 * The grants in force, known to every gateway within a second of their change. A grant opens its coordinates to the principal that
 * sends the request, and only while it declares the purpose of the grant. Where the book cannot be read, there are no grants.
 */
import type { Actor, Caller, CallerGrant } from '../../lib/caller.ts'
import type { World } from '../../lib/world.ts'
import type { Cache } from '../../storage/cache.ts'
import { type GrantInForce, type GrantStore, grantsChannel } from '../../storage/stores/grants.ts'
import { type LiveSnapshotOptions, openLiveSnapshot } from '../live-snapshot.ts'
import { type RoleMap, roleScopes } from './effective.ts'

export interface GrantQuestion {
  /** Who sends the request. */
  readonly holder: Actor
  /** Everybody else in its chain. */
  readonly others: readonly Actor[]
  readonly purpose: string | null
  readonly roles: RoleMap
}

/** The question about a caller that no token is at hand of: on behalf of somebody whose roles did not travel along, nothing is granted. */
export function grantQuestionOf(
  { id, kind, roles, actors, onBehalfOf, subject, purpose }: Caller,
  known: RoleMap,
): GrantQuestion {
  const holder: Actor = { id, kind, roles }
  const others: readonly Actor[] =
    onBehalfOf === null ? [] : [subject ?? { id: onBehalfOf, kind: 'person', roles: [] }, ...actors.slice(1)]
  return { holder, others, purpose, roles: known }
}

export interface GrantBook extends AsyncDisposable {
  /** What a caller has beyond its roles, for the purpose that it declared; nothing without one. */
  grantsOf(question: GrantQuestion): Promise<readonly CallerGrant[]>
  /** Whether the snapshot is young enough; readiness reads it. */
  healthy(): boolean
}

export type GrantBookOptions = Pick<LiveSnapshotOptions<unknown>, 'log' | 'pollMs' | 'maxAgeMs' | 'waitMs'> & {
  readonly store: Pick<GrantStore, 'inForce'>
  readonly cache: Pick<Cache, 'subscribe'>
  readonly world: Pick<World, 'now'>
}

/** Opens the book. It comes up without its store too, and grants nothing until it has read it. */
export async function openGrantBook({ store, ...options }: GrantBookOptions): Promise<GrantBook> {
  const { world } = options
  const book = await openLiveSnapshot<ReadonlyMap<string, readonly GrantInForce[]>>({
    ...options,
    name: 'the grants',
    channel: grantsChannel,
    load: async (now) => Map.groupBy(await store.inForce(now), ({ principal }) => principal),
  })
  return {
    async grantsOf({ holder, others, purpose, roles }) {
      if (purpose === null) return []
      const held = (await book.fresh())?.get(holder.id) ?? []
      const now = world.now()
      const inForce = held.filter((grant) => grant.purpose === purpose && now < grant.endsAt)
      return inForce.flatMap((grant) => cutToOthers(grant, others, roles))
    },
    healthy: () => book.healthy(),
    [Symbol.asyncDispose]: () => book.close(),
  }
}

/** Who acts on behalf of others has no more than they have by their roles: a grant is its holder's own. */
function cutToOthers(
  { id, coordinates, scopes }: GrantInForce,
  others: readonly Actor[],
  roles: RoleMap,
): readonly CallerGrant[] {
  const limits = others.map((other) => new Set(roleScopes(other, roles)))
  const left = scopes.filter((scope) => limits.every((limit) => limit.has(scope)))
  return left.length === 0 ? [] : [{ id, coordinates: [...coordinates], scopes: left }]
}
