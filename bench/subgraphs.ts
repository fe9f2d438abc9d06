/**
 * The subgraphs of the benchmark, in one process for both gateways: the real ones over an embedded database, with each answer kept
 * in memory after its first time, so that what is measured is the gateway. Statements are not verified here: bare Apollo sends
 * none, and both shall have the same subgraphs. Mandate signs one for every fetch all the same.
 */
import { createHash } from 'node:crypto'
import fastify from 'fastify'
import type { Caller, PrincipalId } from '../lib/caller.ts'
import { hashOperation } from '../lib/statement.ts'
import { realWorld } from '../lib/world.ts'
import { contractIndex, readContracts } from '../schema/contract.ts'
import { openDatabase } from '../storage/database.ts'
import { noGraphToStop } from '../storage/stores/stop-states.ts'
import { seedCompany } from '../subgraphs/company/seed.ts'
import { createSubgraphs } from '../subgraphs/index.ts'
import type { Subgraph } from '../subgraphs/subgraph.ts'
import { createLog } from '../gateway/log.ts'
import { loadPolicies } from '../policies/engine/load.ts'
import { createRulesReader } from '../policies/engine/rules-reader.ts'
import path from 'node:path'
import { serveParent } from './process.ts'
import { nothingRuns } from './nothing-runs.ts'

const root = path.resolve(import.meta.dirname, '..')
const log = createLog({ level: 'warn' })
const database = await openDatabase({ kind: 'embedded', folder: null, log })
await seedCompany(database)
const contracts = readContracts(path.join(root, 'schema'))
const loaded = await loadPolicies({ folder: path.join(root, 'policies'), index: contractIndex(contracts) })
if (loaded.outcome === 'refused') throw new Error('The policies do not load.')
const { revision } = loaded
const nothing = () => Promise.reject(new Error('The control plane is not asked here.'))
const subgraphs = createSubgraphs({
  kysely: database.kysely,
  contracts,
  world: realWorld,
  log,
  rules: createRulesReader({ revision: () => revision }),
  controlPlane: {
    database,
    cache: { publish: nothing },
    revoke: nothing,
    roles: () => new Map(),
    policies: { revision: () => revision },
    access: { maxDays: 30 },
    stopTargets: noGraphToStop,
    ...nothingRuns,
  },
}).filter((subgraph) => !['governance', 'agents', 'orchestration'].includes(subgraph.name))

const scopes = [...revision.scopes.keys()].sort()
const everything: Caller = {
  id: 'agent:bench' as PrincipalId,
  kind: 'agent',
  issuer: 'bench',
  clientId: 'bench',
  tokenId: 'bench',
  roles: [],
  scopes,
  actors: [],
  onBehalfOf: null,
  purpose: null,
  task: null,
  grants: [],
  authenticatedAt: 0,
  issuedAt: 0,
  expiresAt: 0,
}
const kept = new Map<string, string>()

async function serve(subgraph: Subgraph) {
  const server = fastify({ bodyLimit: 4_000_000 })
  server.post('/graphql', async (request, reply) => {
    const body = request.body as { query: string; variables?: Record<string, unknown>; operationName?: string }
    // The planner names its operations after the caller's: the name is no part of what is asked.
    const query = body.query.replace(/^query \w+/, 'query')
    const key = createHash('sha1')
      .update(`${subgraph.name} ${query} ${JSON.stringify(body.variables ?? {})}`)
      .digest('base64')
    let answer = kept.get(key)
    if (answer === undefined) {
      const response = await subgraph.execute({
        query,
        variables: body.variables ?? {},
        operationName: null,
        statement: {
          audience: subgraph.name,
          caller: everything,
          requestId: 'bench',
          policyRevision: revision.id,
          operationHash: hashOperation(query),
          approval: null,
        },
        signal: new AbortController().signal,
      })
      if (response.errors) throw new Error(JSON.stringify(response.errors))
      answer = JSON.stringify(response)
      kept.set(key, answer)
    }
    return reply.type('application/json').send(answer)
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return { name: subgraph.name, url, close: () => server.close() }
}

const servers = await Promise.all(subgraphs.map(serve))
serveParent({ urls: Object.fromEntries(servers.map(({ name, url }) => [name, `${url}/graphql`])) }, async () => {
  await Promise.all(servers.map(({ close }) => close()))
  await database.close()
})
