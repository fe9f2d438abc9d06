/** Verifies the gateway's statement where a subgraph runs as its own process. Without one a subgraph answers nobody. */
import { type CompactVerifyGetKey, jwtVerify } from 'jose'
import { z } from 'zod'
import { type Actor, type Caller, type PrincipalId, freezeCaller } from '../lib/caller.ts'
import {
  hashOperation,
  hashVariables,
  mayChange,
  type Statement,
  statementClockToleranceSeconds,
  statementLifetimeSeconds,
} from '../lib/statement.ts'
import type { Coordinate } from '../lib/labels.ts'
import type { World } from '../lib/world.ts'
import type { ReplayGuard } from './statement-replay.ts'

const kind = z.enum(['agent', 'person', 'service'])
const text = z.string()

const coordinate = z.custom<Coordinate>((value) => typeof value === 'string' && /^\w+\.\w+$/u.test(value))

const actor = z.strictObject({
  sub: text,
  kind,
  roles: z.array(text),
  get act() {
    return actor.optional()
  },
})

const claims = z.object({
  aud: text,
  sub: text,
  act: actor.optional(),
  exp: z.number(),
  jti: z.string().min(1).max(100),
  requestId: text,
  policyRevision: text,
  operationHash: text,
  variablesHash: text,
  purpose: text.nullable(),
  approval: z.strictObject({ id: text, coordinates: z.array(coordinate) }).nullable(),
  caller: z.strictObject({
    kind,
    issuer: text,
    clientId: text,
    tokenId: text,
    roles: z.array(text),
    scopes: z.array(text),
    task: text.nullable(),
    grants: z.array(z.strictObject({ id: text, coordinates: z.array(coordinate), scopes: z.array(text) })),
    authenticatedAt: z.number(),
    issuedAt: z.number(),
    expiresAt: z.number(),
  }),
})

type Claims = z.infer<typeof claims>

/** The fetch that a statement must have been made for. */
export interface StatedFetch {
  readonly query: string
  /** The variables as the body has them. */
  readonly variablesJson: string
}

/** Gives the statement for exactly this fetch, or rejects. */
export type StatementVerifier = (token: string | undefined, fetch: StatedFetch) => Promise<Statement>

export interface StatementVerifierOptions {
  /** The name of this subgraph. */
  readonly audience: string
  /** The gateways' public keys, found by the key id of a token and by nothing else in it. */
  readonly keys: CompactVerifyGetKey
  readonly replay: ReplayGuard
  readonly world: World
}

/**
 * Makes the check that a subgraph server runs before anything else.
 * @returns a function that rejects: no token, another audience, another operation or other variables, expired, used before, or
 * not signed by a gateway.
 */
export function createStatementVerifier({
  audience,
  keys,
  replay,
  world,
}: StatementVerifierOptions): StatementVerifier {
  return async (token, { query, variablesJson }) => {
    if (!token) throw new Error('There is no statement of the gateway.')
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['Ed25519'],
      issuer: 'mandate-gateway',
      audience,
      typ: 'mandate-statement+jwt',
      requiredClaims: ['sub', 'exp', 'iat', 'jti'],
      maxTokenAge: statementLifetimeSeconds,
      clockTolerance: statementClockToleranceSeconds,
      currentDate: world.now(),
    })
    const stated = claims.parse(payload)
    if (stated.operationHash !== hashOperation(query)) throw new Error('The statement was made for another operation.')
    if (stated.variablesHash !== hashVariables(variablesJson)) {
      throw new Error('The statement was made for other variables.')
    }
    // Last, so that nobody without a signature can fill the memory of what was used.
    await replay.use(stated.jti, {
      untilMs: (stated.exp + statementClockToleranceSeconds) * 1_000,
      changes: mayChange(query),
    })
    const { requestId, policyRevision, operationHash, approval } = stated
    return { audience: stated.aud, caller: callerOf(stated), requestId, policyRevision, operationHash, approval }
  }
}

function callerOf({ sub, act, purpose, caller }: Claims): Caller {
  const actors: Actor[] = []
  for (let hop = act; hop !== undefined; hop = hop.act) {
    actors.push({ id: hop.sub as PrincipalId, kind: hop.kind, roles: hop.roles })
  }
  const onBehalfOf = actors.length === 0 ? null : (sub as PrincipalId)
  return freezeCaller({ id: actors[0]?.id ?? (sub as PrincipalId), ...caller, actors, onBehalfOf, purpose })
}
