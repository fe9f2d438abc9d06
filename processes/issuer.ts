/** `node processes/issuer.ts`: the development issuer as a process of its own, for several gateways of this machine. */
import path from 'node:path'
import fastify from 'fastify'
import { Registry, collectDefaultMetrics } from 'prom-client'
import { registerHealth } from '../gateway/health.ts'
import { toCaller } from '../gateway/identity/authenticate.ts'
import { createRegisteredAgents } from '../gateway/identity/issuer-clients.ts'
import { createDevelopmentIssuer } from '../gateway/identity/issuer.ts'
import { createKillList } from '../gateway/identity/kill-list.ts'
import { registerIssuer } from '../gateway/identity-routes.ts'
import { listenOn, runProcess } from '../gateway/run-process.ts'
import { StartError } from '../gateway/start-error.ts'
import { realWorld } from '../lib/world.ts'
import { watchPolicies } from '../policies/engine/watch.ts'
import { contractIndex, readContracts } from '../schema/contract.ts'
import { createRevocationStore } from '../storage/stores/revocations.ts'
import { closeWhenAnswered } from '../subgraphs/draining.ts'
import { openStorage } from './open-storage.ts'

/** It reads who is registered and who is shut out, a few rows at a time. */
const poolSize = 2

const root = path.resolve(import.meta.dirname, '..')

await runProcess(async ({ config, log, onStop }) => {
  const { audience } = config.identity
  if (audience === undefined) {
    throw new StartError(
      'Whom the tokens are for is not set: set MANDATE_AUDIENCE to the address of the endpoint, such as `http://localhost:4000/graphql`.',
    )
  }
  await using opened = new AsyncDisposableStack()
  const { database, cache } = await openStorage(config, log, poolSize)
  opened.use(database)
  opened.use(cache)
  const world = realWorld
  const policies = opened.use(
    await watchPolicies({
      folder: config.policies.folder ?? path.join(root, 'policies'),
      index: contractIndex(readContracts(path.join(root, 'schema'))),
      log,
      watch: config.policies.watch,
    }),
  )
  const roles = () => policies.current().roles
  const killList = opened.use(await createKillList({ store: createRevocationStore(database), cache, world, log }))
  const issuer = await createDevelopmentIssuer({
    issuer: `http://localhost:${config.server.port}`,
    bindHost: config.server.host,
    audience,
    folder: config.data,
    environment: { ...process.env, NODE_ENV: config.environment },
    world,
    roles,
    log,
    registered: createRegisteredAgents(database.kysely, world),
    assertInForce: (claims) => killList.check(toCaller(claims, roles())),
  })
  const server = fastify({ logger: false, forceCloseConnections: 'idle', requestTimeout: 10_000 })
  const closeServer = closeWhenAnswered(server)
  registerIssuer(server, issuer)
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'mandate_' })
  const parts = [
    { name: 'database', check: () => database.ping(900) },
    { name: 'cache', check: () => cache.ping(900) },
  ]
  registerHealth(server, parts, { registry, readiness: () => undefined })
  const resources = opened.move()
  const close = async () => {
    await closeServer()
    await resources.disposeAsync()
  }
  await listenOn(config.server.port, () => server.listen(config.server), close)
  onStop(close)
})
