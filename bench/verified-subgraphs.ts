/** All subgraphs in one process of their own, each on its port, as they are: over the database, under rules, statements verified. */
import path from 'node:path'
import { remoteKeys } from '../gateway/identity/remote-keys.ts'
import { createLog } from '../gateway/log.ts'
import { realWorld } from '../lib/world.ts'
import { createRulesReader } from '../policies/engine/rules-reader.ts'
import { watchPolicies } from '../policies/engine/watch.ts'
import { contractIndex, readContracts } from '../schema/contract.ts'
import { openCache } from '../storage/cache.ts'
import { noGraphToStop } from '../storage/stores/stop-states.ts'
import { openDatabase } from '../storage/database.ts'
import { createSubgraphs } from '../subgraphs/index.ts'
import { serveSubgraph } from '../subgraphs/serve.ts'
import { createStatementKeys } from '../subgraphs/statement-keys.ts'
import { createReplayGuard } from '../subgraphs/statement-replay.ts'
import { createStatementVerifier } from '../subgraphs/statement-verifier.ts'
import { serveParent } from './process.ts'
import { nothingRuns } from './nothing-runs.ts'

const { keyUrl } = JSON.parse(process.argv[2] ?? '{}') as { keyUrl: string }
const { DATABASE_URL = '', REDIS_URL = '' } = process.env
const root = path.resolve(import.meta.dirname, '..')
const log = createLog({ level: 'error' })
const world = realWorld
const database = await openDatabase({ kind: 'postgres', url: DATABASE_URL, poolSize: 12, log })
const cache = await openCache({ kind: 'redis', url: REDIS_URL, log })
const contracts = readContracts(path.join(root, 'schema'))
const index = contractIndex(contracts)
const policies = await watchPolicies({ folder: path.join(root, 'policies'), index, log, watch: false })
const keys = createStatementKeys({ sources: [{ name: keyUrl, load: remoteKeys({ url: keyUrl, fetch }) }], world, log })
const subgraphs = createSubgraphs({
  kysely: database.kysely,
  contracts,
  world,
  log,
  rules: createRulesReader(policies),
  controlPlane: {
    database,
    cache,
    revoke: () => Promise.reject(new Error('Nobody is revoked here.')),
    roles: () => policies.current().roles,
    policies,
    access: { maxDays: 30 },
    stopTargets: noGraphToStop,
    ...nothingRuns,
  },
})
const servers = await Promise.all(
  subgraphs.map(async (subgraph) => {
    const audience = subgraph.name
    const replay = createReplayGuard({ audience, cache, world })
    const verifyStatement = createStatementVerifier({ audience, keys: keys.find, replay, world })
    return { name: audience, server: await serveSubgraph(subgraph, { port: 0, verifyStatement, log }) }
  }),
)
serveParent({ urls: Object.fromEntries(servers.map(({ name, server }) => [name, server.url.href])) }, async () => {
  await Promise.all(servers.map(({ server }) => server.close()))
  await keys[Symbol.asyncDispose]()
  await policies.close()
  await cache.close()
  await database.close()
})
