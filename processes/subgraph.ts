/**
 * `node processes/subgraph.ts <name>`: one subgraph as a process of its own. It answers the statements of the gateways whose keys
 * it was told of, under the policies of the same folder, over the same database.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { buildSchema } from 'graphql'
import type { Config } from '../gateway/config.ts'
import { openConfiguredConnectors } from '../gateway/federation/open-configured-connectors.ts'
import { type HealthPart, registerHealth } from '../gateway/health.ts'
import { remoteKeys } from '../gateway/identity/remote-keys.ts'
import { createRevoker } from '../gateway/identity/revoker.ts'
import { listenOn, runProcess } from '../gateway/run-process.ts'
import { StartError } from '../gateway/start-error.ts'
import { stopTargetsOf } from '../gateway/stop-targets.ts'
import { realWorld } from '../lib/world.ts'
import { openEngine } from '../orchestration/engine/open-engine.ts'
import { publishEnvironment } from '../orchestration/engine/publish-environment.ts'
import { readCalendars } from '../orchestration/engine/workflow-files.ts'
import { createWaitingRulesReader } from '../policies/engine/rules-reader.ts'
import { watchPolicies } from '../policies/engine/watch.ts'
import { contractIndex, readContracts } from '../schema/contract.ts'
import { createRevocationStore } from '../storage/stores/revocations.ts'
import { createSubgraph, subgraphNames } from '../subgraphs/index.ts'
import { serveSubgraph } from '../subgraphs/serve.ts'
import { type KeySource, createStatementKeys } from '../subgraphs/statement-keys.ts'
import { createReplayGuard } from '../subgraphs/statement-replay.ts'
import { createStatementVerifier } from '../subgraphs/statement-verifier.ts'
import { openStorage } from './open-storage.ts'
import { createSubgraphMetrics } from './subgraph-metrics.ts'

const root = path.resolve(import.meta.dirname, '..')

/** A subgraph runs few statements at a time, and there are many subgraphs on one database. */
const poolSize = 4

/** How long a fetch waits for a policy revision that the gateway has seen and this process has not. */
const revisionWaitMs = 1_000

await runProcess(async ({ config, log, onStop }) => {
  const name = requireName(process.argv[2])
  const sources = keySources(config)
  const world = realWorld
  await using opened = new AsyncDisposableStack()

  const keys = opened.use(createStatementKeys({ sources, world, log }))
  const metrics = createSubgraphMetrics(name, () => keys.known())
  const { database, cache } = await openStorage(config, log, poolSize)
  opened.use(database)
  opened.use(cache)
  const contracts = readContracts(path.join(root, 'schema'))
  const index = contractIndex(contracts)
  const policies = opened.use(
    await watchPolicies({
      folder: config.policies.folder ?? path.join(root, 'policies'),
      index,
      log,
      watch: config.policies.watch,
      onAttempt: ({ outcome }) => {
        metrics.policyLoaded(outcome)
      },
    }),
  )
  const revoker = createRevoker({ store: createRevocationStore(database), cache, world, log })
  const connectors = opened.use(
    openConfiguredConnectors({
      config,
      env: process.env,
      kysely: database.kysely,
      world,
      metrics,
      log,
      runsHere: (subgraph) => subgraph === name,
    }),
  )
  const calendars = readCalendars(config.workflows.folder ?? path.join(root, 'workflows'))
  const engine =
    name === 'orchestration'
      ? await openEngine({
          database,
          cache,
          calendars,
          log,
          newId: () => world.newId(),
          roles: () => policies.current().roles,
        })
      : null
  if (engine !== null) opened.use(engine)
  const schema = buildSchema(readFileSync(path.join(root, 'schema/api.graphql'), 'utf8'))
  const subgraph = createSubgraph(name, {
    kysely: database.kysely,
    connectors,
    contracts,
    world,
    log,
    rules: createWaitingRulesReader(policies, revisionWaitMs),
    controlPlane: {
      database,
      cache,
      revoke: (revocation) => revoker.revoke(revocation),
      roles: () => policies.current().roles,
      policies,
      access: config.access,
      stopTargets: stopTargetsOf(index, () => policies.current().roles),
      inventory: config.inventory,
      orchestration: engine,
      publishEnvironment: () =>
        publishEnvironment(database.kysely, {
          revision: policies.current(),
          schema,
          calendars: new Set(calendars.keys()),
        }),
    },
  })
  const parts: readonly HealthPart[] = [
    { name: 'database', check: () => database.ping(900) },
    { name: 'cache', check: () => cache.ping(900) },
    ...connectors.names.map((connector) => ({
      name: `connector ${connector}`,
      check: async () => {
        if (!(await connectors.isWell(connector))) throw new Error('not ready')
      },
      optional: true as const,
    })),
  ]
  const replay = createReplayGuard({
    audience: name,
    cache,
    world,
    onAway: () => {
      metrics.replayMemoryAway()
    },
  })
  const resources = opened.move()
  const close = () => resources.disposeAsync()
  await listenOn(
    config.server.port,
    async () => {
      const server = await serveSubgraph(subgraph, {
        ...config.server,
        log,
        verifyStatement: createStatementVerifier({ audience: name, keys: keys.find, replay, world }),
        onFetch: (outcome, durationMs) => {
          metrics.fetched(outcome, durationMs)
        },
        addPages: (app) => {
          registerHealth(app, parts, metrics)
        },
      })
      resources.use(server)
    },
    close,
  )
  onStop(close)
})

function requireName(name: string | undefined): string {
  if (name !== undefined && subgraphNames.includes(name)) return name
  throw new StartError(
    `Name the subgraph to run: \`node processes/subgraph.ts <name>\` with one of ${subgraphNames.join(', ')}.`,
  )
}

function keySources({ statements: { keyUrls, keysOverHttp } }: Config): readonly KeySource[] {
  if (keyUrls.length === 0) {
    throw new StartError(
      'A subgraph answers gateways only: set MANDATE_STATEMENT_KEYS to the addresses of their keys, such as ' +
        '`http://127.0.0.1:4000/.well-known/statement-keys.json`, with commas between.',
    )
  }
  return keyUrls.map((url) => ({ name: url, load: loaderOf(url, keysOverHttp ? 'anywhere' : 'this-machine') }))
}

function loaderOf(url: string, plainHttp: 'anywhere' | 'this-machine'): KeySource['load'] {
  try {
    return remoteKeys({ url, fetch, plainHttp })
  } catch (cause) {
    throw new StartError(
      `${cause instanceof Error ? cause.message : ''} On a network that nobody else is on, set MANDATE_KEYS_OVER_HTTP=true.`,
      { cause },
    )
  }
}
