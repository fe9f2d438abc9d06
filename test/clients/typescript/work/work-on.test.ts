import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  AwaitApproval,
  Business,
  Completed,
  createMandateClient,
  Escalate,
  Fatal,
  HandOff,
  type Handler,
  idempotencyKey,
  NeedsInput,
  Retryable,
  staticToken,
  type TaskContext,
  type WorkEvent,
  workOn,
  type WorkOptions,
} from '../../../../clients/typescript/index.ts'
import { answering, type FakeGateway, refusing, startFakeGateway } from '../fake-gateway.ts'
import { type FakeTasks, fakeTasks } from './fake-tasks.ts'

let gateway: FakeGateway
let world: FakeTasks
beforeEach(async () => {
  gateway = await startFakeGateway()
  world = fakeTasks(gateway)
})
afterEach(() => gateway[Symbol.asyncDispose]())

interface Loop extends AsyncDisposable {
  readonly events: WorkEvent[]
  readonly kinds: () => string[]
  readonly ended: Promise<void>
  /** The event, once it is there. */
  until(kind: WorkEvent['kind'], times?: number): Promise<WorkEvent>
  stop(): Promise<void>
}

function start(handler: Handler, options: Partial<WorkOptions> = {}): Loop {
  const stopping = new AbortController()
  const events: WorkEvent[] = []
  const retry = { attempts: 2, firstWaitMs: 1 }
  const client = createMandateClient({ endpoint: gateway.endpoint, tokenSource: staticToken('t'), retry })
  const ended = workOn(client, {
    role: 'clerk',
    handler,
    signal: stopping.signal,
    pauseMs: 20,
    onEvent: (event) => events.push(event),
    ...options,
  })
  ended.catch(() => undefined)
  const stop = async () => {
    stopping.abort()
    await ended
  }
  return {
    events,
    kinds: () => events.map(({ kind }) => kind),
    ended,
    async until(kind, times = 1) {
      for (let turn = 0; turn < 500; turn += 1) {
        const found = events.filter((event) => event.kind === kind)
        if (found.length >= times) return found[times - 1]!
        await delay(10)
      }
      throw new Error(`There was no ${kind}, only ${events.map((event) => JSON.stringify(event)).join('\n')}`)
    },
    stop,
    [Symbol.asyncDispose]: () => stop().catch(() => undefined),
  }
}

/** What the gateway was told of the one task that a handler did. */
async function settledBy(handler: Handler) {
  world.offer('task-1')
  await using loop = start(handler)
  for (let turn = 0; world.tasks.get('task-1')?.settled === null && turn < 200; turn += 1) await delay(10)
  await loop.stop()
  return world.tasks.get('task-1')?.settled
}

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
  })

test('a task is claimed, begun, done in its name, and completed with what the handler gives', async () => {
  world.offer('task-1', { amount: 12 })
  let seen: TaskContext | null = null
  await using loop = start(async (context) => {
    seen = context
    await context.client.query('{ me { id } }')
    context.say('Half of it is done.', { part: 1 })
    return { total: 24 }
  })
  await loop.until('completed')
  expect(world.tasks.get('task-1')?.settled).toEqual({ field: 'completeTask', input: { result: '{"total":24}' } })
  expect(world.fields).toEqual(['claimTasks', 'beginTask', 'completeTask'])
  expect(loop.kinds()).toEqual(['claimed', 'begun', 'said', 'completed'])
  expect(world.claims[0]).toEqual({ role: 'clerk', max: 1, wait: '8s' })
  const context = seen as unknown as TaskContext
  expect([context.input, context.answer, context.task.attempt]).toEqual([{ amount: 12 }, null, 1])
  expect(context.key('refund')).toBe(idempotencyKey('task-1', 'refund'))
  const me = gateway.asked.find(({ query }) => query === '{ me { id } }')
  expect(me?.headers['mandate-task']).toBe('workflow:fake:run-of-task-1')
})

describe('what a handler gives or throws is what the gateway is told', () => {
  const failed = (kind: string, code: string, message: string) => ({
    field: 'failTask',
    input: { class: kind, code, message },
  })

  test('nothing is a result too', async () => {
    expect(await settledBy(() => undefined)).toEqual({ field: 'completeTask', input: { result: 'null' } })
  })

  test('a result with what it has used and how sure it is', async () => {
    const usage = { inputTokens: 900, costEur: '0.0125' }
    expect(await settledBy(() => new Completed({ ok: true }, { usage, confidence: 0.8 }))).toEqual({
      field: 'completeTask',
      input: { result: '{"ok":true}', usage, confidence: 0.8 },
    })
  })

  const cases: readonly (readonly [Error, object])[] = [
    [new Retryable('Not now.'), failed('RETRYABLE', 'AGENT_FAILED', 'Not now.')],
    [new Business('No order.', { code: 'ORDER_MISSING' }), failed('BUSINESS', 'ORDER_MISSING', 'No order.')],
    [new Fatal('Never.', { code: 'not a code' }), failed('FATAL', 'AGENT_FAILED', 'Never.')],
    [
      new HandOff({ role: 'boss' }, 'Too large.'),
      { field: 'handOffTask', input: { role: 'boss', note: 'Too large.' } },
    ],
    [new NeedsInput('Which?'), { field: 'requestInput', input: { question: 'Which?' } }],
    [
      new NeedsInput('Which?', { from: 'boss' }),
      { field: 'requestInput', input: { question: 'Which?', from: 'boss' } },
    ],
    [new AwaitApproval('app-1'), { field: 'awaitApproval', input: { approval: 'app-1' } }],
    [new Escalate('I am not sure.'), { field: 'escalateTask', input: { reason: 'I am not sure.' } }],
    [new TypeError('x is undefined'), failed('RETRYABLE', 'AGENT_FAILED', 'x is undefined')],
    [new Error(''), failed('RETRYABLE', 'AGENT_FAILED', 'AGENT_FAILED')],
    [new Error('wrapped', { cause: new Business('No order.') }), failed('BUSINESS', 'AGENT_FAILED', 'No order.')],
    [
      Object.assign(new Error('A tool failed.'), { error: new NeedsInput('Which?') }),
      { field: 'requestInput', input: { question: 'Which?' } },
    ],
  ]
  for (const [thrown, told] of cases) {
    test(`${thrown.name}: ${thrown.message}`, async () => {
      expect(
        await settledBy(() => {
          throw thrown
        }),
      ).toEqual(told)
    })
  }

  const act: Handler = ({ client, key }) =>
    client.mutate('mutation Act($input: ActInput!) { act(input: $input) { done } }', {
      input: { idempotencyKey: key('act') },
    })

  test('an act that waits for people parks the task', async () => {
    world.other = () => refusing('APPROVAL_REQUIRED', 403, { approval: { id: 'app-7', status: 'PENDING' } })
    expect(await settledBy(act)).toEqual({ field: 'awaitApproval', input: { approval: 'app-7' } })
  })

  test('one for which nobody can be asked does not', async () => {
    world.other = () => refusing('APPROVAL_REQUIRED', 403)
    expect(await settledBy(act)).toMatchObject({ field: 'failTask', input: { code: 'APPROVAL_REQUIRED' } })
  })

  test('another refusal is told by its code', async () => {
    world.other = () => refusing('POLICY_DENIED', 403)
    expect(await settledBy(act)).toEqual(failed('BUSINESS', 'POLICY_DENIED', 'This is POLICY_DENIED.'))
  })

  test('a result that the gateway refuses is an attempt that failed', async () => {
    world.instead.set('completeTask', [refusing('RESULT_INVALID', 422)])
    expect(await settledBy(() => ({}))).toEqual(failed('RETRYABLE', 'RESULT_INVALID', 'This is RESULT_INVALID.'))
  })

  test('a result that cannot be told is told until it is', async () => {
    world.instead.set('completeTask', Array(3).fill({ broken: true }))
    expect(await settledBy(() => ({ ok: true }))).toMatchObject({ field: 'completeTask' })
  })
})

test('a task that was parked comes back with the answer, and with the same keys', async () => {
  world.offer('task-1')
  const keys: string[] = []
  await using loop = start(({ answer, key }) => {
    keys.push(key('refund'))
    if (answer === null) throw new NeedsInput('Which account?')
    return answer
  })
  await loop.until('input-requested')
  world.offer('task-1').question = { text: 'Which account?', answer: '{"account":"A-1"}' }
  await loop.until('completed')
  expect(world.tasks.get('task-1')?.settled?.input['result']).toBe('{"account":"A-1"}')
  expect(keys[0]).toBe(keys[1])
})

describe('the lease', () => {
  test('is kept while the handler works, with a heartbeat at each third', async () => {
    world.leaseMs = 900
    world.offer('task-1')
    await using loop = start(() => delay(1_500))
    await loop.until('completed')
    const { heartbeats } = world.tasks.get('task-1')!
    expect(heartbeats).toBeGreaterThanOrEqual(3)
    expect(heartbeats).toBeLessThanOrEqual(15)
  })

  test('that is lost aborts the handler, and what it gives is dropped', async () => {
    world.leaseMs = 900
    world.offer('task-1')
    let reason: unknown
    await using loop = start(async ({ signal }) => {
      world.takeAway('task-1')
      await aborted(signal).catch((error: unknown) => (reason = error))
      return 'too late'
    })
    await loop.until('lease-lost')
    expect(reason).toMatchObject({ code: 'LEASE_LOST' })
    expect(world.fields).toEqual(['claimTasks', 'beginTask'])
  })

  test('ends what the handler has under way', async () => {
    world.leaseMs = 900
    world.offer('task-1')
    world.other = () => ({ afterMs: 10_000, body: { data: {} } })
    await using loop = start(async ({ client }) => {
      world.takeAway('task-1')
      await client.query('{ slow }')
    })
    await loop.until('lease-lost')
  })

  test('survives a gateway that is away for less than it lasts', async () => {
    world.leaseMs = 2_000
    world.offer('task-1')
    world.instead.set('heartbeatTask', Array(3).fill({ broken: true }))
    await using loop = start(() => delay(2_500))
    await loop.until('completed')
    expect(loop.kinds()).toContain('heartbeat-failed')
  })

  test('is lost when the gateway is away for longer', async () => {
    world.leaseMs = 1_000
    world.offer('task-1')
    world.instead.set('heartbeatTask', Array(100).fill({ broken: true }))
    await using loop = start(({ signal }) => aborted(signal))
    await loop.until('lease-lost')
    expect(world.tasks.get('task-1')?.settled).toBeNull()
  })

  test('that was lost before the work began leaves the handler alone', async () => {
    world.offer('task-1')
    world.instead.set('beginTask', [refusing('LEASE_LOST', 409)])
    let called = 0
    await using loop = start(() => void (called += 1))
    await loop.until('lease-lost')
    expect(called).toBe(0)
  })
})

test('work that cannot begin is given back', async () => {
  world.offer('task-1')
  world.instead.set('beginTask', [refusing('STOPPED', 403)])
  await using loop = start(() => 'done')
  await loop.until('released')
  expect(loop.kinds()).toEqual(['claimed', 'begin-failed', 'released'])
})

test('work that has begun already, because the answer was lost, goes on', async () => {
  world.offer('task-1')
  world.instead.set('beginTask', [refusing('TASK_NOT_OPEN', 409)])
  await using loop = start(() => 'done')
  await loop.until('completed')
})

test('as many at once as it may, and the next when there is room', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) world.offer(name)
  let now = 0
  let most = 0
  await using loop = start(
    async () => {
      most = Math.max(most, (now += 1))
      await delay(60)
      now -= 1
    },
    { concurrency: 2 },
  )
  await loop.until('completed', 5)
  expect(most).toBe(2)
  expect(world.claims[0]).toMatchObject({ max: 2 })
})

describe('to stop', () => {
  test('is to finish what is held, and to claim no more', async () => {
    world.offer('task-1')
    await using loop = start(() => delay(150))
    await loop.until('begun')
    world.offer('task-2')
    await loop.stop()
    expect(loop.kinds()).toEqual(['claimed', 'begun', 'completed'])
  })

  test('is to give back what does not finish in time', async () => {
    world.offer('task-1')
    await using loop = start(({ signal }) => aborted(signal), { finishWithinMs: 50 })
    await loop.until('begun')
    await loop.stop()
    expect(world.tasks.get('task-1')?.settled).toEqual({ field: 'releaseTask', input: {} })
  })

  test('is to give back what a claim still brings', async () => {
    world.offer('task-1')
    world.claimAfterMs = 150
    await using loop = start(() => 'done')
    await delay(50)
    await loop.stop()
    expect(world.tasks.get('task-1')?.settled).toEqual({ field: 'releaseTask', input: {} })
    expect(loop.kinds()).toEqual(['claimed', 'released'])
  })

  test('waits no more than a moment for a handler that does not listen', async () => {
    world.offer('task-1')
    await using loop = start(() => delay(30_000, undefined, { ref: false }), { finishWithinMs: 0 })
    await loop.until('begun')
    const startedMs = performance.now()
    await loop.stop()
    expect(performance.now() - startedMs).toBeLessThan(4_000)
    expect(world.tasks.get('task-1')?.settled?.field).toBe('releaseTask')
  })

  test('keeps what a handler says on purpose in its last moment', async () => {
    world.offer('task-1')
    const handler: Handler = async ({ signal }) => {
      await aborted(signal).catch(() => null)
      throw new Business('There is no order.')
    }
    await using loop = start(handler, { finishWithinMs: 0 })
    await loop.until('begun')
    await loop.stop()
    expect(world.tasks.get('task-1')?.settled).toMatchObject({ field: 'failTask', input: { class: 'BUSINESS' } })
  })
})

describe('a claim that fails', () => {
  test('is made again when it passes', async () => {
    world.offer('task-1')
    world.instead.set('claimTasks', [{ broken: true }, refusing('LIMITS_UNAVAILABLE', 503)])
    await using loop = start(() => 'done')
    await loop.until('completed')
    expect(loop.kinds().slice(0, 2)).toEqual(['claim-failed', 'claim-failed'])
  })

  test('is waited out where people have stopped the agent', async () => {
    world.instead.set('claimTasks', [refusing('STOPPED', 403)])
    await using loop = start(() => 'done')
    expect(await loop.until('claim-failed')).toMatchObject({ pauseMs: 30_000 })
    await loop.stop()
  })

  test('ends the loop where it can never succeed, after what is held', async () => {
    world.offer('task-1')
    await using loop = start(() => delay(100), { concurrency: 2 })
    await loop.until('begun')
    world.instead.set('claimTasks', [refusing('NOT_ELIGIBLE', 403)])
    await expect(loop.ended).rejects.toMatchObject({ code: 'NOT_ELIGIBLE' })
    expect(loop.kinds()).toContain('completed')
  })
})

test('claims that bring nothing keep their distance', async () => {
  world.other = () => answering({})
  await using loop = start(() => 'done', { pauseMs: 100 })
  await delay(350)
  await loop.stop()
  expect(world.claims.length).toBeLessThanOrEqual(5)
})

test('a listener that fails takes nobody’s task away', async () => {
  world.offer('task-1')
  await using loop = start(() => 'done', {
    onEvent: () => {
      throw new Error('The log is full.')
    },
  })
  for (let turn = 0; world.tasks.get('task-1')?.settled === null && turn < 100; turn += 1) await delay(10)
  await loop.stop()
  expect(world.tasks.get('task-1')?.settled?.field).toBe('completeTask')
})
