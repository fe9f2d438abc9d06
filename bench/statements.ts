/** What one statement costs: to sign, to verify, and to verify with its use remembered in Redis. */
import { createLocalJWKSet } from 'jose'
import { createStatementSigner } from '../gateway/federation/statement-signer.ts'
import type { Caller, PrincipalId } from '../lib/caller.ts'
import { hashOperation } from '../lib/statement.ts'
import { realWorld } from '../lib/world.ts'
import { openCache } from '../storage/cache.ts'
import { createReplayGuard, type ReplayGuard } from '../subgraphs/statement-replay.ts'
import { createStatementVerifier } from '../subgraphs/statement-verifier.ts'

const query = 'query ($id: ID!) { account(id: $id) { id name } }'
const variablesJson = '{"id":"acc-0001"}'
const count = 4_000
/** As many as a gateway keeps under way. */
const together = 16

/** Measures, and gives the figures as lines of text. */
export async function measureStatements(redisUrl: string): Promise<string> {
  await using signer = await createStatementSigner(realWorld)
  await using cache = await openCache({ kind: 'redis', url: redisUrl, prefix: 'mandate-bench:' })
  const keys = createLocalJWKSet(signer.jwks)
  const caller: Caller = {
    id: 'agent:bench' as PrincipalId,
    kind: 'agent',
    issuer: 'bench',
    clientId: 'bench',
    tokenId: 'bench',
    roles: ['support-agent'],
    scopes: ['crm:read', 'crm:write', 'itsm:read', 'finance:read'],
    actors: [],
    onBehalfOf: null,
    purpose: null,
    task: null,
    grants: [],
    authenticatedAt: 0,
    issuedAt: 0,
    expiresAt: 0,
  }
  const statement = {
    audience: 'crm',
    caller,
    requestId: 'bench',
    policyRevision: 'bench',
    operationHash: hashOperation(query),
    approval: null,
  }
  const sign = () => signer.sign(statement, variablesJson)
  const verifyWith = async (replay: ReplayGuard) => {
    const verify = createStatementVerifier({ audience: 'crm', keys, replay, world: realWorld })
    const tokens = Array.from({ length: count }, sign)
    return microsOf(async () => {
      const work = async () => {
        for (let token = tokens.pop(); token !== undefined; token = tokens.pop()) {
          await verify(token, { query, variablesJson })
        }
      }
      await Promise.all(Array.from({ length: together }, work))
    })
  }
  const free: ReplayGuard = { use: () => Promise.resolve() }
  const shared = () => createReplayGuard({ audience: 'crm', cache, world: realWorld })
  await verifyWith(free)
  const signing = await microsOf(() => {
    for (let n = 0; n < count; n += 1) sign()
    return Promise.resolve()
  })
  const verifying = await verifyWith(free)
  const once = await verifyWith(shared())
  return [
    `One statement, µs of time with ${together} under way: signed ${signing.toFixed(0)}, verified ${verifying.toFixed(0)},`,
    `verified and remembered in Redis ${once.toFixed(0)} (replay protection: ${(once - verifying).toFixed(0)}).\n`,
  ].join(' ')
}

async function microsOf(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return ((performance.now() - startedMs) * 1_000) / count
}
