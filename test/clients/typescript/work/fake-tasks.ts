/** Tasks behind a fake gateway: offered, leased for a moment, and settled as the contract says. */
import { answering, type Asked, type FakeAnswer, type FakeGateway, refusing } from '../fake-gateway.ts'

export interface FakeTask {
  readonly id: string
  readonly run: string
  readonly workItem: string
  input: unknown
  question: { text: string; answer: string | null } | null
  attempt: number
  token: string | null
  untilMs: number
  heartbeats: number
  /** How it was settled: the field of the mutation, and its input without task and token. */
  settled: { readonly field: string; readonly input: Record<string, any> } | null
}

export interface FakeTasks {
  readonly tasks: Map<string, FakeTask>
  /** What the operations were, in order: `claimTasks`, `beginTask` … without empty claims and heartbeats. */
  readonly fields: string[]
  readonly claims: Record<string, any>[]
  leaseMs: number
  /** How long the answer to a claim takes. */
  claimAfterMs: number
  /** What is answered in the place of what is right, once for each. */
  readonly instead: Map<string, FakeAnswer[]>
  /** What other operations are answered with. */
  other: (asked: Asked) => FakeAnswer
  offer(id: string, input?: unknown): FakeTask
  /** Takes a task away from its holder. */
  takeAway(id: string): void
}

export function fakeTasks(gateway: FakeGateway): FakeTasks {
  let leases = 0
  const self: FakeTasks = {
    tasks: new Map(),
    fields: [],
    claims: [],
    leaseMs: 30_000,
    claimAfterMs: 0,
    instead: new Map(),
    other: () => answering({}),
    offer(id, input = {}) {
      const before = self.tasks.get(id)
      const fresh = { question: null, attempt: 0, token: null, untilMs: 0, heartbeats: 0 }
      const task: FakeTask = {
        ...fresh,
        ...before,
        id,
        run: `run-of-${id}`,
        workItem: `workflow:fake:run-of-${id}`,
        input,
        token: null,
        settled: null,
      }
      self.tasks.set(id, task)
      return task
    },
    takeAway(id) {
      const task = self.tasks.get(id)
      if (task) task.token = 'somebody-else'
    },
  }

  function claim({ max }: { max: number }): FakeAnswer {
    const ready = [...self.tasks.values()].filter(({ token, settled }) => token === null && settled === null)
    const claimed = ready.slice(0, max).map((task) => {
      task.attempt += 1
      task.token = `lease-${(leases += 1)}`
      task.untilMs = Date.now() + self.leaseMs
      const { id, run, workItem, attempt, question, token } = task
      const words = { workflow: 'w', node: 'n', title: 'A task', instructions: 'Do it.', level: 0, priority: 5 }
      const rest = { dueAt: null, resultSchema: null, lastError: null, input: JSON.stringify(task.input) }
      return {
        task: { id, run, workItem, attempt, question, ...words, ...rest },
        lease: { token, until: untilOf(task) },
      }
    })
    if (claimed.length > 0) self.fields.push('claimTasks')
    return { ...answering({ claimTasks: { claimed, atLimit: false } }), afterMs: self.claimAfterMs }
  }

  const untilOf = (task: FakeTask) => new Date(task.untilMs).toISOString()

  gateway.answers((asked) => {
    const [, field = ''] = /\{\s*(\w+)/u.exec(asked.query.replace(/^[^{]*/u, '')) ?? []
    const input = (asked.variables['input'] ?? {}) as Record<string, any>
    const instead = self.instead.get(field)?.shift()
    if (instead) return instead
    if (field === 'claimTasks') {
      self.claims.push(input)
      return claim(input as { max: number })
    }
    const task = self.tasks.get(String(input['task']))
    if (task === undefined || !('leaseToken' in input)) return self.other(asked)
    const holds = task.token === input['leaseToken'] && task.untilMs > Date.now() && task.settled === null
    if (!holds) return refusing('LEASE_LOST', 409)
    if (asked.headers['mandate-task'] !== task.workItem) return refusing('BAD_REQUEST', 400)
    if (field === 'heartbeatTask') {
      task.heartbeats += 1
      task.untilMs = Date.now() + self.leaseMs
      return answering({ heartbeatTask: { until: untilOf(task) } })
    }
    self.fields.push(field)
    const { task: _1, leaseToken: _2, ...said } = input
    if (field !== 'beginTask') task.settled = { field, input: said }
    return answering({ [field]: { task: { id: task.id, state: '' }, replayed: false } })
  })
  return self
}
