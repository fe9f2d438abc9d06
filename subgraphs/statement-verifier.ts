/** Verifies the gateway's statement where a subgraph runs as its own process. Without one a subgraph answers nobody. */
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { z } from 'zod'
import { type Caller, freezeCaller } from '../lib/caller.ts'
import { hashOperation, type Statement } from '../lib/statement.ts'
import type { World } from '../lib/world.ts'

const kind = z.enum(['agent', 'person', 'service'])
const claims = z.object({
  aud: z.string(),
  sub: z.string(),
  requestId: z.string(),
  policyRevision: z.string(),
  operationHash: z.string(),
  caller: z.strictObject({
    id: z.string(),
    kind,
    issuer: z.string(),
    clientId: z.string(),
    tokenId: z.string(),
    roles: z.array(z.string()),
    scopes: z.array(z.string()),
    actors: z.array(z.strictObject({ id: z.string(), kind, roles: z.array(z.string()) })),
    onBehalfOf: z.string().nullable(),
    purpose: z.string().nullable(),
    issuedAt: z.number(),
    expiresAt: z.number(),
  }),
})

export interface StatementVerifierOptions {
  /** The name of this subgraph. */
  readonly audience: string
  readonly jwks: JSONWebKeySet
  readonly world: World
}

/**
 * Makes the check that a subgraph server runs before anything else.
 * @returns a function that gives the statement for exactly this operation text, or rejects: no token, another audience,
 * another operation, expired, or not signed by the gateway.
 */
export function createStatementVerifier({ audience, jwks, world }: StatementVerifierOptions) {
  const keys = createLocalJWKSet(jwks)
  return async (token: string | undefined, query: string): Promise<Statement> => {
    if (!token) throw new Error('There is no statement of the gateway.')
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['Ed25519'],
      issuer: 'mandate-gateway',
      audience,
      typ: 'mandate-statement+jwt',
      requiredClaims: ['sub', 'exp', 'iat', 'jti'],
      maxTokenAge: 60,
      clockTolerance: 5,
      currentDate: world.now(),
    })
    const { caller, aud, requestId, policyRevision, operationHash, sub } = claims.parse(payload)
    if (operationHash !== hashOperation(query)) throw new Error('The statement was made for another operation.')
    if (sub !== caller.id) throw new Error('The statement names two callers.')
    return {
      audience: aud,
      caller: freezeCaller(caller as unknown as Caller),
      requestId,
      policyRevision,
      operationHash,
    }
  }
}
