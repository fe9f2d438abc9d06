/**
 * Records what nobody requested: an approval that expired, a grant that lapsed, an agent that was quarantined. The gateway itself is
 * the caller then, and the entry names what happened in the place of an operation.
 */
import { type Caller, type PrincipalId, freezeCaller } from '../../lib/caller.ts'
import { type World, realWorld } from '../../lib/world.ts'
import type { Ledger, LedgerPosition } from './entry.ts'

/** Who the gateway is where it acts by itself. */
export const gatewayPrincipal = 'service:mandate' as PrincipalId

/** No address, as the issuers of tokens have. */
const ownIssuer = 'mandate'

export interface NotedEvent {
  /** What happened: `approval.expired`. */
  readonly name: string
  /** To what, by id; never data of anybody. */
  readonly args: Readonly<Record<string, unknown>>
  /** The policy revision in force. */
  readonly revision: string
  /** The approval that it is about, or null. */
  readonly approval?: string | null
}

/** Appends one outcome; resolves when it is durable, rejects as {@link Ledger.append} does. */
export function noteEvent(
  ledger: Pick<Ledger, 'append'>,
  event: NotedEvent,
  world: World = realWorld,
): Promise<LedgerPosition> {
  const at = world.now()
  return ledger.append({
    kind: 'outcome',
    requestId: world.newId(),
    caller: gatewayItself(at),
    at,
    policyRevision: event.revision,
    approval: event.approval ?? null,
    operation: { kind: null, name: event.name, hash: null },
    requested: [],
    transitive: [],
    denied: [],
    args: event.args,
    outcome: 'answered',
    codes: [],
    reason: null,
    delivered: {},
    resolved: {},
    subgraphs: [],
    durationMs: 0,
  })
}

/** Whether the gateway itself asks: no issuer has a name like its. */
export function isGatewayItself({ id, issuer }: Pick<Caller, 'id' | 'issuer'>): boolean {
  return id === gatewayPrincipal && issuer === ownIssuer
}

/** The gateway as a caller: no token, no role, no scope. */
export function gatewayItself(now: Date): Caller {
  const seconds = Math.floor(now.getTime() / 1000)
  return freezeCaller({
    id: gatewayPrincipal,
    kind: 'service',
    issuer: ownIssuer,
    clientId: gatewayPrincipal,
    tokenId: 'none',
    roles: [],
    scopes: [],
    actors: [],
    onBehalfOf: null,
    purpose: null,
    task: null,
    grants: [],
    authenticatedAt: seconds,
    issuedAt: seconds,
    expiresAt: seconds,
  })
}
