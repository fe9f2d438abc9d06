/** An engine for tests: on a database of its own, with operations that a test answers, and workflows given as objects. */
import { createHash } from 'node:crypto'
import { type WorkflowDefinition, definitionSchema } from '../../orchestration/definition/model.ts'
import { publishDefinition } from '../../orchestration/engine/definitions.ts'
import { type Delivered, deliver } from '../../orchestration/engine/deliver.ts'
import { type Engine, transact } from '../../orchestration/engine/engine.ts'
import { openEngine } from '../../orchestration/engine/open-engine.ts'
import { addRun, newestVersion } from '../../orchestration/engine/start-run.ts'
import { type OperationCall, type Performed, startWorkers } from '../../orchestration/engine/workers.ts'
import type { Doer, RunEvent } from '../../orchestration/interpreter/events.ts'
import type { RunState } from '../../orchestration/interpreter/state.ts'
import { always } from '../../orchestration/sla/calendar.ts'
import type { JsonObject } from '../../lib/json.ts'
import { openCache } from '../../storage/cache.ts'
import type { Database } from '../../storage/database.ts'

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

export interface TestEngine extends AsyncDisposable {
  readonly engine: Engine
  publish(definition: object): Promise<WorkflowDefinition>
  start(workflow: string, input?: JsonObject, id?: string): Promise<string>
  state(run: string): Promise<RunState>
  /** Brings an event in a transaction of its own. */
  bring(run: string, event: RunEvent): Promise<Delivered>
}

export interface TestEngineOptions {
  /** Which roles are roles of agents. */
  readonly agentRoles?: readonly string[]
  readonly perform?: (agent: string, call: OperationCall, signal: AbortSignal) => Promise<Performed>
  /** Whether this process does the work that waits. Default true. */
  readonly works?: boolean
  readonly operationLeaseSeconds?: number
  readonly pollMs?: number
}

/** Opens an engine over a database. */
export async function openTestEngine(database: Database, options: TestEngineOptions = {}): Promise<TestEngine> {
  const { agentRoles = [], works = true, operationLeaseSeconds = 60, pollMs = 50 } = options
  const perform = options.perform ?? (() => Promise.resolve({ outcome: 'succeeded', data: {} } as const))
  const cache = await openCache({ kind: 'memory', log: silent })
  const engine = await openEngine({
    database,
    cache,
    calendars: new Map([['always', always]]),
    log: silent,
    newId: () => crypto.randomUUID(),
    roles: () => new Map(agentRoles.map((role) => [role, { kind: 'agent' }])),
    pollMs,
    operationLeaseSeconds,
  })
  const stop = works ? startWorkers(engine, { performer: { perform } }) : null
  return {
    engine,
    publish: (definition) => publish(engine, definition),
    start: (workflow, input = {}, id = crypto.randomUUID()) => startRun(engine, workflow, input, id),
    state: (run) => stateOf(database, run),
    bring: (run, event) => transact(engine, (work) => deliver(engine, work, run, event)),
    async [Symbol.asyncDispose]() {
      await stop?.()
      await engine[Symbol.asyncDispose]()
      await cache.close()
    },
  }
}

/** The state of a run as it is kept. */
export async function stateOf(database: Pick<Database, 'kysely'>, run: string): Promise<RunState> {
  const { state } = await database.kysely
    .selectFrom('mandate.runs')
    .select('state')
    .where('id', '=', run)
    .executeTakeFirstOrThrow()
  return state as unknown as RunState
}

async function publish(engine: Engine, given: object): Promise<WorkflowDefinition> {
  const definition = definitionSchema.parse(given)
  const checksum = createHash('sha256').update(JSON.stringify(definition)).digest('base64url')
  await transact(engine, ({ tx }) => publishDefinition(tx, { definition, checksum, by: 'person:test' }))
  const roles = new Set([definition.owner])
  for (const node of [...Object.values(definition.nodes)]) {
    if ('role' in node) roles.add(node.role)
    if ('candidates' in node) for (const role of node.candidates) roles.add(role)
    if ('escalation' in node) for (const { to } of node.escalation) if (to !== 'another-agent') roles.add(to.role)
    if (node.type === 'forEach' && 'role' in node.do) roles.add(node.do.role)
  }
  for (const role of roles) await engine.queue.ensure(`role-${role}`)
  return definition
}

async function startRun(engine: Engine, workflow: string, input: JsonObject, id: string): Promise<string> {
  await transact(engine, async (work) => {
    const version = await newestVersion(work.tx, workflow)
    if (version === null) throw new Error(`The workflow ${workflow} is not published.`)
    await addRun(engine, work, { id, workflow, version, businessKey: null, startedBy: 'person:test', priority: null })
    const delivered = await deliver(engine, work, id, { kind: 'started', by: 'person:test', input })
    if (delivered.outcome !== 'applied') throw new Error(delivered.reason)
  })
  return id
}

/** A principal of a role. */
export const doer = (id: string, role: string, kind: Doer['kind'] = 'agent'): Doer => ({ id, kind, roles: [role] })
