/** The subgraph `orchestration` over an engine and a database of its own, under rules that allow everything, and short ways to ask it. */
import { buildSchema } from 'graphql'
import type { Caller } from '../../lib/caller.ts'
import { realWorld } from '../../lib/world.ts'
import type { PublishEnvironment } from '../../orchestration/definition/check-subject.ts'
import { deliver } from '../../orchestration/engine/deliver.ts'
import { type Engine, transact } from '../../orchestration/engine/engine.ts'
import { ensureQueues } from '../../orchestration/engine/queues.ts'
import type { RunEvent } from '../../orchestration/interpreter/events.ts'
import { policies } from '../../policies/index.ts'
import type { Database } from '../../storage/database.ts'
import { createOrchestration } from '../../subgraphs/orchestration/orchestration.ts'
import { openTestEngine } from './engine.ts'
import { ask, callerNamed, contractOf, rulesWith, subgraphDeps } from './subgraphs.ts'

const roles = new Map(policies.roles.map((role) => [role.key, role]))

/** A caller in a role of the repository, with all scopes of it unless fewer are named. */
export function inRole(id: string, role: string, more: Partial<Caller> = {}): Caller {
  return callerNamed(id, { roles: [role], scopes: [...(roles.get(role)?.scopes ?? [])], ...more })
}

export const support = inRole('agent:support-1', 'support-agent')
export const otherSupport = inRole('agent:support-2', 'support-agent')
export const sales = inRole('agent:sales-1', 'sales-agent')
export const maria = inRole('person:maria.keller', 'account-manager')
export const jonas = inRole('person:jonas.weber', 'finance-controller')
export const ana = inRole('person:ana.silva', 'change-manager')
export const omar = inRole('person:omar.haddad', 'security-engineer')

/** A mail is answered by an agent, and what it says is decided by a person who is no account manager. */
export const mailWorkflow = {
  key: 'mail',
  title: 'Answer a mail',
  owner: 'change-manager',
  input: { type: 'object', required: ['text'], properties: { text: { type: 'string' }, ticket: { type: 'string' } } },
  start: 'answer',
  nodes: {
    answer: {
      type: 'agentTask',
      title: 'Answer the mail',
      role: 'support-agent',
      instructions: 'Be short and kind.',
      leaseSeconds: 30,
      input: { text: '= input.text' },
      result: { type: 'object', required: ['topic'], properties: { topic: { type: 'string' } } },
      checks: [{ expect: '= result.topic != "spam"', message: 'Spam is not answered.' }],
      retry: { max: 3, backoff: 'PT0S' },
      output: { topic: '= result.topic' },
      next: 'decide',
    },
    decide: {
      type: 'approval',
      title: 'Send it?',
      candidates: ['finance-controller', 'account-manager'],
      quorum: 1,
      next: 'done',
      rejected: 'dropped',
    },
    done: { type: 'end', output: { topic: '= context.topic' } },
    dropped: { type: 'end', outcome: 'business_rejected' },
  },
}

const environment: PublishEnvironment = {
  roles: new Map(policies.roles.map(({ key, kind }) => [key, { kind, held: true }])),
  schema: buildSchema('type Query { here: Boolean }'),
  mayRun: () => [],
  calendars: new Set(),
  workflows: new Map(),
}

export interface Answer {
  readonly data: Record<string, any>
  /** Of the first error. */
  readonly code: string | null
  readonly message: string
  readonly extensions: Record<string, any>
}

export interface WorkflowDesk extends AsyncDisposable {
  readonly engine: Engine
  ask(as: Caller, query: string, variables?: object, signal?: AbortSignal): Promise<Answer>
  /** Sends a mutation, with a new key where its input has one and none is given; gives its payload. */
  act(as: Caller, name: string, input: object, signal?: AbortSignal): Promise<Acted>
  /** Publishes a definition and starts a run of it. */
  run(as: Caller, input?: object, definition?: object): Promise<string>
  /** Claims a task of a role; gives what every held mutation takes. */
  claim(as: Caller, role?: string): Promise<{ readonly task: string; readonly leaseToken: string }>
  /** An event that the world brings. */
  deliver(run: string, event: RunEvent): Promise<void>
}

type Acted = Omit<Answer, 'data'> & { readonly payload: any }

const task =
  'task { id run node kind state holder target attempt level candidates result lastError { class code message } question { text answer } }'
const run =
  'run { id workflow workflowVersion businessKey status outcome startedBy context contextRevision version forkedFrom input }'
const claimed = `claimed { ${task} lease { token until } } atLimit`
const selections: Readonly<Record<string, string>> = {
  publishWorkflow:
    'workflow { key version status checksum title publishedBy } problems { where node message mend } replayed',
  claimTasks: claimed,
  claimTask: claimed,
  heartbeatTask: 'until',
}
const ofTasks =
  /^(?:begin|complete|fail|release|handOff|escalate|answer|vote|reassign)Task$|^(?:requestInput|awaitApproval)$/u

export async function openWorkflowDesk(database: Database): Promise<WorkflowDesk> {
  const opened = await openTestEngine(database, { works: false })
  const { engine } = opened
  await ensureQueues(engine.queue, roles.keys())
  const sdl = contractOf('orchestration')
  const services = { database, engine, roles: () => roles, publishEnvironment: () => environment, world: realWorld }
  const deps = { ...subgraphDeps(rulesWith()), world: realWorld }
  const subgraph = createOrchestration(sdl, services, deps)
  const typeOf = (name: string) =>
    new RegExp(`\\b${name}\\(\\s*"[^"]*"\\s*input: (\\w+!)|\\b${name}\\([^)]*input: (\\w+!)`, 'u').exec(sdl)
  const keyed = (type: string) => new RegExp(`input ${type.replace('!', '')} \\{[^}]*idempotencyKey`, 'u').test(sdl)

  const desk: WorkflowDesk = {
    engine,
    async ask(as, query, variables = {}, signal) {
      const options = { variables: { ...variables }, statement: { caller: as }, ...(signal ? { signal } : {}) }
      const { data, errors } = await ask(subgraph, query, options)
      const extensions = { ...errors?.[0]?.extensions }
      const code = errors ? String(extensions['code']) : null
      if (code === 'SYSTEM_UNAVAILABLE')
        throw new Error(
          JSON.stringify(deps.logged.at(-1), Object.getOwnPropertyNames(Error.prototype)) +
            String((deps.logged.at(-1)?.fields['err'] as Error | undefined)?.stack),
        )
      return {
        data: (JSON.parse(JSON.stringify(data ?? null)) ?? {}) as Answer['data'],
        code,
        message: errors?.[0]?.message ?? '',
        extensions,
      }
    },
    async act(as, name, input, signal) {
      const [, one, other] = typeOf(name) ?? []
      const type = one ?? other ?? ''
      const selection = selections[name] ?? (ofTasks.test(name) ? `${task} replayed` : `${run} replayed`)
      const whole = keyed(type) ? { idempotencyKey: realWorld.newId(), ...input } : input
      const text = `mutation ($input: ${type}) { ${name}(input: $input) { ${selection} } }`
      const { data, ...rest } = await desk.ask(as, text, { input: whole }, signal)
      return { payload: data[name] ?? null, ...rest }
    },
    async run(as, input = { text: 'Hello' }, definition = mailWorkflow) {
      const { payload: made } = await desk.act(omar, 'publishWorkflow', { definition: JSON.stringify(definition) })
      if (made.workflow === null) throw new Error(JSON.stringify(made.problems))
      const { payload, message } = await desk.act(as, 'startRun', {
        workflow: made.workflow.key,
        input: JSON.stringify(input),
      })
      if (payload === null) throw new Error(message)
      return payload.run.id
    },
    async claim(as, role = as.roles[0]) {
      const { payload, message } = await desk.act(as, 'claimTasks', { role })
      const [first] = payload?.claimed ?? []
      if (first === undefined) throw new Error(`Nothing to claim. ${message}`)
      return { task: first.task.id, leaseToken: first.lease.token }
    },
    async deliver(id, event) {
      const { outcome } = await transact(engine, (work) => deliver(engine, work, id, event))
      if (outcome !== 'applied') throw new Error(`The event was ${outcome}.`)
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
  return desk
}
