/**
 * Joins the parts: everything that a gateway needs is made here, in the order in which one needs the other, and closed in the
 * opposite order. No part reaches for another; this file hands them over.
 */
import type { FastifyInstance } from 'fastify'
import path from 'node:path'
import type { World } from '../lib/world.ts'
import { type Cache, openCache } from '../storage/cache.ts'
import { type Database, openDatabase } from '../storage/database.ts'
import { createBudgetStore } from '../storage/stores/budgets.ts'
import { createFlowStore } from '../storage/stores/flow.ts'
import { createGrantStore } from '../storage/stores/grants.ts'
import { createRevocationStore } from '../storage/stores/revocations.ts'
import { openGrantUses } from './access/grant-uses.ts'
import { startAccessUpkeep } from './access/upkeep.ts'
import { agentsChannel, ownersOf, quarantineAgent } from '../storage/stores/agents.ts'
import { createStopStore } from '../storage/stores/stops.ts'
import { createAudit } from './audit/audit.ts'
import { loadLedgerKey } from './audit/ledger-key.ts'
import { gatewayPrincipal, noteEvent } from './audit/note-event.ts'
import { createLedger } from './audit/recorder.ts'
import { operationChecks } from './checks/index.ts'
import { createRateCheck } from './checks/rate.ts'
import type { Config } from './config.ts'
import { approvalEvents } from './controls/approvals/events.ts'
import { openApprovals } from './controls/approvals/open.ts'
import { undecidable } from './controls/approvals/undecidable.ts'
import { createAutonomy } from './controls/autonomy.ts'
import { openBudgets } from './controls/budgets/open-budgets.ts'
import type { Controls } from './controls/controls.ts'
import { createFlow } from './controls/flow/flow.ts'
import { openStops } from './controls/stops/open-stops.ts'
import { registerEventStreams } from './event-streams.ts'
import type { ExplorerOptions } from './explorer/options.ts'
import { presets } from './explorer/presets.ts'
import { registerExplorer } from './explorer/register.ts'
import { createFederation, loadGraph } from './federation/federation.ts'
import { openConfiguredConnectors } from './federation/open-configured-connectors.ts'
import { openGraph } from './federation/graph.ts'
import { type StatementSignerOptions, createStatementSigner } from './federation/statement-signer.ts'
import { openTransport, seedCompany } from './federation/open-transport.ts'
import { type HealthPart, registerHealth } from './health.ts'
import { createHttpServer } from './http.ts'
import { demoIdentities, identitiesOf } from './identity/demo-identities.ts'
import { grantQuestionOf, openGrantBook } from './identity/grant-book.ts'
import { createRegisteredAgents } from './identity/issuer-clients.ts'
import { createDiscovery } from './identity/discovery.ts'
import { assertDevelopmentOnly, openIdentity } from './identity/open-identity.ts'
import { registerIdentityRoutes } from './identity-routes.ts'
import { openOrchestration } from './orchestration/open-orchestration.ts'
import { runEvents } from './orchestration/run-events.ts'
import { initialAgents } from './workforce/seed-agents.ts'
import { obeyAtOnce } from './workforce/obey-at-once.ts'
import { openWorkforce } from './workforce/open-workforce.ts'
import type { Log } from './log.ts'
import { createMetrics } from './metrics.ts'
import { type Pipeline, createPipeline } from './pipeline.ts'
import { createPolicyGate } from './policy/gate.ts'
import { openEngine } from '../orchestration/engine/open-engine.ts'
import { publishEnvironment } from '../orchestration/engine/publish-environment.ts'
import { readCalendars, readWorkflowFiles } from '../orchestration/engine/workflow-files.ts'
import { createRulesReader } from '../policies/engine/rules-reader.ts'
import { watchPolicies } from '../policies/engine/watch.ts'
import { StartError } from './start-error.ts'
import { stopTargetsOf } from './stop-targets.ts'

/** Where contracts and policies are. */
const root = path.resolve(import.meta.dirname, '..')

export interface AppOptions {
  readonly config: Config
  readonly world: World
  readonly log: Log
  readonly env: Readonly<Record<string, string | undefined>>
  /** Told what is being done while the gateway starts. */
  readonly onProgress?: (step: string) => void
  /** Told how far the demo company is, from 0 to 1, while it is made. */
  readonly onSeeding?: (done: number, rows: number) => void
  /** Parts that a test brings itself. */
  readonly given?: {
    readonly database?: Database
    readonly cache?: Cache
    readonly policiesFolder?: string
    readonly loadGraph?: typeof loadGraph
    /** Stands between the pipeline and the controls. */
    readonly controls?: (real: Controls) => Controls
  }
}

export interface App extends AsyncDisposable {
  readonly server: FastifyInstance
  /** Where callers find it, `http://localhost:4000`. */
  readonly address: string
  /** Mints a token for a demo identity; null where the development issuer does not run. */
  readonly mint: ((identity: string) => Promise<string>) | null
  readonly summary: AppSummary
  /** Starts to listen. */
  listen(): Promise<void>
  /** Replaces the key that signs statements; resolves when the new one signs. */
  rotateStatementKey(): Promise<void>
  /** Lets running requests finish, writes what waits for the ledger, and closes everything. */
  close(): Promise<void>
}

export interface AppSummary {
  readonly database: Database['kind']
  readonly cache: Cache['kind']
  readonly subgraphs: readonly string[]
  readonly policyRevision: string
  readonly identities: readonly { readonly name: string; readonly title: string; readonly roles: readonly string[] }[]
}

export async function createApp(options: AppOptions): Promise<App> {
  const { config, world, log, env, onProgress = () => undefined, onSeeding = () => undefined, given = {} } = options
  await using opened = new AsyncDisposableStack()
  const address = config.server.publicUrl ?? `http://localhost:${config.server.port}`
  const metrics = createMetrics()
  // What can be refused is refused before any data is touched.
  assertDevelopmentOnly({ config, address })
  const hashKey = await loadLedgerKey({ configured: config.ledgerKey, folder: config.data })

  onProgress('Opening the database')
  const database = given.database ?? opened.use(await openConfiguredDatabase(config, address, log))
  const cache = given.cache ?? opened.use(await openConfiguredCache(config, log))
  const local = opened.use(await openCache({ kind: 'memory', log }))

  if (config.demoData) {
    onProgress('Looking after the demo company')
    await seedCompany(database, { scale: config.demo.scale, onProgress: onSeeding })
  }

  onProgress('Composing the graph')
  const { supergraphSdl, index, contracts, urls } = openGraph(config, path.join(root, 'schema'))

  onProgress('Reading the policies')
  const policies = opened.use(
    await watchPolicies({
      folder: given.policiesFolder ?? config.policies.folder ?? path.join(root, 'policies'),
      index,
      log,
      watch: config.policies.watch,
      onAttempt: ({ outcome }) => {
        metrics.policyLoaded(outcome)
      },
    }),
  )

  const ledger = createLedger({
    database,
    world,
    log,
    knowsCoordinate: (coordinate) => index.fields.has(coordinate),
    timeoutMs: config.timeouts.ledgerMs,
  })
  opened.defer(() => ledger.close())

  onProgress('Opening the workforce')
  const discovery = opened.use(
    createDiscovery({
      database,
      world,
      log,
      perIssuer: config.inventory.discovery.perIssuer,
      record: (pilot) =>
        noteEvent(ledger, { name: 'pilot.discovered', args: pilot, revision: policies.current().id }, world),
    }),
  )
  const identities = config.supergraph === undefined ? demoIdentities : identitiesOf(policies.current().roles.values())
  const workforce = opened.use(
    await openWorkforce({
      database,
      cache,
      ledger,
      world,
      log,
      revision: () => policies.current(),
      seeds: await initialAgents(config, identities),
      ownerGraceDays: config.agents.ownerGraceDays,
      onUnknown: (agent) => {
        discovery.meet(agent)
      },
    }),
  )

  onProgress('Starting identity')
  const grantStore = createGrantStore(database.kysely)
  const grants = opened.use(await openGrantBook({ store: grantStore, cache, world, log }))
  const identity = opened.use(
    await openIdentity({
      config,
      address,
      env,
      world,
      log,
      cache,
      store: createRevocationStore(database),
      registered: createRegisteredAgents(database.kysely, world),
      roles: () => workforce.revision().roles,
      identities,
      directory: workforce.directory,
      grants,
    }),
  )

  onProgress('Opening the workflows')
  const workflows = config.workflows.folder ?? path.join(root, 'workflows')
  const engine = opened.use(
    await openEngine({
      database,
      cache,
      calendars: readCalendars(workflows),
      log,
      newId: () => world.newId(),
      roles: () => policies.current().roles,
    }),
  )

  onProgress('Opening the subgraphs')
  const signer = opened.use(await createStatementSigner(world, signing(config, log)))
  const connectors = opened.use(
    openConfiguredConnectors({ config, env, kysely: database.kysely, world, metrics, log, runsHere: () => true }),
  )
  const transport = openTransport({
    config,
    urls,
    metrics,
    sign: (statement, variablesJson) => signer.sign(statement, variablesJson),
    subgraphs: {
      kysely: database.kysely,
      connectors,
      contracts,
      world,
      log,
      rules: createRulesReader(policies),
      controlPlane: {
        database,
        cache,
        revoke: (revocation) => identity.killList.revoke(revocation),
        roles: () => policies.current().roles,
        policies,
        access: config.access,
        stopTargets: stopTargetsOf(index, () => policies.current().roles),
        inventory: config.inventory,
        orchestration: engine,
        publishEnvironment: () => publishEnvironment(database.kysely, publishSources()),
      },
    },
  })
  opened.use(transport)
  const graph = opened.use(await (given.loadGraph ?? loadGraph)(supergraphSdl, log))
  const federation = obeyAtOnce(createFederation(graph, transport), workforce.directory)
  const publishSources = () => ({
    revision: workforce.revision(),
    schema: federation.apiSchema,
    calendars: new Set(engine.calendars.keys()),
  })

  const budgets = opened.use(
    openBudgets({
      store: createBudgetStore(database),
      agents: workforce.directory,
      quarantine: async (id, reason) => {
        await quarantineAgent(database.kysely, id, { reason, by: gatewayPrincipal, now: world.now() })
        await cache.publish(agentsChannel, 'changed').catch(() => undefined)
        await workforce.directory.refresh()
      },
      ledger,
      timeoutMs: config.timeouts.ledgerMs,
      world,
      log,
    }),
  )
  const stops = opened.use(
    await openStops({
      store: createStopStore(database),
      cache,
      ledger,
      world,
      log,
      currentRevision: () => policies.current(),
    }),
  )
  const grantUses = opened.use(openGrantUses({ store: grantStore, world, log }))
  opened.use(startAccessUpkeep({ database, cache, ledger, world, log, revision: () => policies.current().id }))
  const flow = createFlow({
    store: createFlowStore(database),
    ledgerKey: hashKey,
    world,
    log,
    timeoutMs: config.timeouts.ledgerMs,
  })
  const approvals = openApprovals({
    config,
    database,
    cache,
    ledger,
    world,
    log,
    currentRevision: () => workforce.revision(),
    killList: identity.killList,
    pipeline: () => pipeline,
    ownersOf: (agents) => ownersOf(database, agents),
    admit: (claims) => workforce.directory.admit(claims),
    withGrants: async (caller) => ({
      ...caller,
      grants: await grants.grantsOf(grantQuestionOf(caller, workforce.revision().roles)),
    }),
  })
  opened.use(approvals.watch)
  // Where the graph has no subgraph in which people could decide, an act that waits for them is refused.
  const decidable = index.fields.has('Mutation.approveRequest')
  const controls: Controls = {
    stops: stops.control,
    concerns: [createAutonomy(), flow.concern],
    approvals: decidable ? approvals.control : undecidable,
    budgets,
    flow: flow.recorder,
  }
  const audit = createAudit({ ledger, index, hashKey, log })
  const pipeline: Pipeline = createPipeline({
    authenticator: identity.authenticator,
    policy: createPolicyGate({ apiSchema: federation.apiSchema, world }),
    federation,
    audit,
    checks: operationChecks(createRateCheck({ shared: cache, local, costPerMinute: config.limits.costPerMinute })),
    controls: given.controls?.(controls) ?? controls,
    grantUses,
    limits: config.limits,
    challenge: (request, refused) => identity.resource.challenge(request, refused),
    log,
  })
  const executor = opened.use(await approvals.start())
  if (index.subgraphs.includes('orchestration') && config.workflows.work) {
    opened.use(
      await openOrchestration({
        engine,
        world,
        log,
        files: publishes(config) ? readWorkflowFiles(workflows) : [],
        sources: publishSources,
        currentRevision: () => workforce.revision(),
        rebuildCaller: approvals.rebuildCaller,
        runAs: (arrival, act) => pipeline.runAs(arrival, act),
        requestMs: config.timeouts.requestMs,
      }),
    )
  }
  const { demo } = identity
  const mint = demo ? (name: string) => demo.mint(name) : null
  const explorer: ExplorerOptions | null =
    config.explorer && demo && mint
      ? {
          endpoint: '/graphql',
          identities: demo.identities.map((each) => ({ ...each, principal: each.id })),
          mint,
          presets: config.supergraph === undefined ? presets : [],
          log,
        }
      : null
  const server = createHttpServer({
    pipeline,
    world,
    log,
    metrics,
    explorer,
    currentRevision: () => workforce.revision(),
    bodyBytes: config.limits.bodyBytes,
    requestMs: config.timeouts.requestMs,
  })
  registerIdentityRoutes(server, { ...identity, statementKeys: () => signer.jwks })
  const streams = [approvalEvents({ database, watch: approvals.watch, world }), runEvents(engine)]
  registerEventStreams(server, streams, {
    authenticator: identity.authenticator,
    recheck: (caller) => approvals.recheck(caller),
    watchStop: (caller, close) => stops.control.watchStream(caller, close),
    audit,
    world,
    log,
    currentRevision: () => workforce.revision(),
    challenge: (request) => identity.resource.challenge(request),
  })
  if (explorer) registerExplorer(server, explorer)
  registerHealth(server, healthParts(), metrics)

  const resources = opened.move()
  return {
    server,
    address,
    mint,
    summary: {
      database: database.kind,
      cache: cache.kind,
      subgraphs: index.subgraphs,
      policyRevision: policies.current().id,
      identities: demo?.identities ?? [],
    },
    rotateStatementKey: () => signer.rotate(),
    async listen() {
      await server.listen({ host: config.server.host, port: config.server.port })
    },
    close,
    [Symbol.asyncDispose]: close,
  }

  async function close() {
    await server.close()
    await resources.disposeAsync()
  }

  function healthParts(): HealthPart[] {
    return [
      { name: 'database', check: () => database.ping(900) },
      { name: 'cache', check: () => cache.ping(900) },
      { name: 'ledger', check: () => mustHold(ledger.healthy()) },
      { name: 'identity', check: () => mustHold(identity.killList.healthy()) },
      { name: 'agents', check: () => mustHold(workforce.directory.healthy()) },
      { name: 'approvals', check: () => mustHold(executor.healthy()) },
      { name: 'grants', check: () => mustHold(grants.healthy()) },
      { name: 'stops', check: () => mustHold(stops.healthy()) },
      { name: 'policies', check: () => mustHold(policies.current().rules.size > 0) },
      { name: 'graph', check: () => mustHold(federation.apiSchema.getQueryType() != null) },
      ...connectors.names.map((name) => ({
        name: `connector ${name}`,
        check: async () => mustHold(await connectors.isWell(name)),
        optional: true as const,
      })),
    ]
  }
}

/** A key that nobody outside verifies with need not be replaced. */
function signing({ subgraphs, statements }: Config, log: Log): StatementSignerOptions {
  const onRotation = (kid: string) => {
    log.info({ kid }, 'statements are signed with a new key')
  }
  return { onRotation, ...(Object.keys(subgraphs).length > 0 ? { rotateMs: statements.rotateSeconds * 1_000 } : {}) }
}

/** The workflows that come with the code are the demo company's. */
function publishes({ workflows: { publish, folder }, demoData }: Config): boolean {
  return publish ?? (folder !== undefined || demoData)
}

function mustHold(holds: boolean): void {
  if (!holds) throw new Error('not ready')
}

async function openConfiguredDatabase({ database, data }: Config, address: string, log: Log): Promise<Database> {
  const { url, poolSize } = database
  if (!url) return await openDatabase({ kind: 'embedded', folder: data, address, log })
  try {
    return await openDatabase({ kind: 'postgres', url, poolSize, log })
  } catch (cause) {
    // The URL itself is never shown: it has a password in it.
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(`The database of DATABASE_URL cannot be used. ${reason}`, { cause })
  }
}

function openConfiguredCache({ redis }: Config, log: Log): Promise<Cache> {
  return redis.url ? openCache({ kind: 'redis', url: redis.url, log }) : openCache({ kind: 'memory', log })
}
