/** Runs through the subgraph: started once, told of events, written to, operated, forked. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { realWorld } from '../../../lib/world.ts'
import type { Database } from '../../../storage/database.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import {
  type WorkflowDesk,
  ana,
  mailWorkflow,
  maria,
  omar,
  openWorkflowDesk,
  otherSupport,
  sales,
  support,
} from '../../support/workflow-desk.ts'

/** A run that a ticket names, and that waits for a reply when the mail is answered. */
const ticketWorkflow = {
  ...mailWorkflow,
  key: 'ticket',
  businessKey: '= input.ticket',
  nodes: {
    ...mailWorkflow.nodes,
    answer: { ...mailWorkflow.nodes.answer, next: 'reply' },
    reply: {
      type: 'awaitEvent',
      event: 'reply',
      key: '= input.ticket',
      output: { reply: '= event.text' },
      next: 'decide',
    },
  },
}

for (const kind of databaseKinds()) {
  describe(`runs on ${kind}`, () => {
    let database: Database
    let desk: WorkflowDesk
    let tickets = 0
    beforeAll(async () => {
      database = await createDatabase(kind)
      desk = await openWorkflowDesk(database)
    })
    afterAll(async () => {
      await desk[Symbol.asyncDispose]()
      await database.close()
    })

    const newTicket = () => `T-${String((tickets += 1))}`
    const startTicket = (ticket: string, more: object = {}) =>
      desk.run(support, { text: 'Hello', ticket, ...more }, ticketWorkflow)
    /** Answers the mail of a run. */
    async function answer(run: string, by = support): Promise<void> {
      const { payload } = await desk.act(by, 'claimTask', { task: `${run}:answer` })
      const [{ lease }] = payload.claimed
      const held = { task: `${run}:answer`, leaseToken: lease.token }
      expect((await desk.act(by, 'completeTask', { ...held, result: '{"topic":"order"}' })).code).toBeNull()
    }
    async function held(run: string, by = support) {
      const { payload } = await desk.act(by, 'claimTask', { task: `${run}:answer` })
      return { task: `${run}:answer`, leaseToken: payload.claimed[0].lease.token as string }
    }

    test('a repeated key starts one run; another input under it is refused', async () => {
      await desk.run(support)
      const input = { idempotencyKey: realWorld.newId(), workflow: 'mail', input: '{"text":"Once"}' }
      const first = await desk.act(support, 'startRun', input)
      const again = await desk.act(support, 'startRun', input)
      expect(again.payload).toEqual({ ...first.payload, replayed: true })
      expect(first.payload).toMatchObject({ run: { status: 'RUNNING', startedBy: 'agent:support-1' }, replayed: false })
      expect((await desk.act(support, 'startRun', { ...input, input: '{"text":"Twice"}' })).code).toBe(
        'IDEMPOTENCY_CONFLICT',
      )
    })

    test('input that does not fit starts nothing, and its key stays free', async () => {
      const idempotencyKey = realWorld.newId()
      const wrong = await desk.act(support, 'startRun', { idempotencyKey, workflow: 'mail', input: '{"ticket": 7}' })
      expect(wrong).toMatchObject({ code: 'INVALID_INPUT', extensions: { argument: 'input.input' } })
      expect(wrong.extensions['problems'].map(({ path }: { path: string }) => path).toSorted()).toEqual([
        'text',
        'ticket',
      ])
      const right = await desk.act(support, 'startRun', { idempotencyKey, workflow: 'mail', input: '{"text":"Hi"}' })
      expect(right.code).toBeNull()
      expect((await desk.act(support, 'startRun', { workflow: 'mail', input: '[]' })).code).toBe('INVALID_INPUT')
      expect((await desk.act(support, 'startRun', { workflow: 'mail', input: '{}', priority: 10 })).code).toBe(
        'INVALID_INPUT',
      )
      expect((await desk.act(support, 'startRun', { workflow: 'nothing', input: '{}' })).code).toBe('NOT_FOUND')
    })

    test('a business key has one open run: given to whoever sees it, kept from others', async () => {
      const ticket = newTicket()
      const run = await startTicket(ticket)
      const second = { workflow: 'ticket', input: JSON.stringify({ text: 'Again', ticket }) }
      expect((await desk.act(support, 'startRun', second)).payload.run).toMatchObject({ id: run, businessKey: ticket })
      expect((await desk.act(maria, 'startRun', second)).payload.run.id).toBe(run)
      const stranger = await desk.act(sales, 'startRun', second)
      expect([stranger.code, stranger.payload]).toEqual(['RUN_EXISTS', null])
      await desk.act(omar, 'cancelRun', { run, reason: 'A mistake' })
      expect((await desk.act(sales, 'startRun', second)).payload.run.id).not.toBe(run)
    })

    test('who has no part in a run does not see it, whoever asks for it by its id', async () => {
      const run = await desk.run(support)
      const seenBy = async (caller: typeof support) => {
        const { data } = await desk.ask(caller, `{ run(id: "${run}") { id } runs(first: 100) { nodes { id } } }`)
        return [data['run'] !== null, data['runs'].nodes.some(({ id }: { id: string }) => id === run)]
      }
      expect(await seenBy(support)).toEqual([true, true])
      expect(await seenBy(maria)).toEqual([true, true])
      expect(await seenBy(otherSupport)).toEqual([false, false])
      const signal = { run, event: 'reply', payload: '{}' }
      const hidden = await desk.act(otherSupport, 'signalRun', signal)
      const missing = await desk.act(otherSupport, 'signalRun', { ...signal, run: realWorld.newId() })
      expect([hidden.code, missing.code]).toEqual(['NOT_FOUND', 'NOT_FOUND'])
      expect(hidden.message.replace(run, '')).toBe(missing.message.replace(/`[^`]{36}`/u, '``'))
      // Whoever has worked in it sees it from then on.
      await answer(run, otherSupport)
      expect(await seenBy(otherSupport)).toEqual([true, true])
    })

    test('a task is seen by those who may take it, have it or had it', async () => {
      const run = await desk.run(maria)
      const seenBy = async (caller: typeof support, step = 'answer') => {
        const { data } = await desk.ask(
          caller,
          `{
          task(id: "${run}:${step}") { id } tasks(filter: { run: "${run}" }) { nodes { node } } }`,
        )
        expect(data['tasks'].nodes.some(({ node }: { node: string }) => node === step)).toBe(data['task'] !== null)
        return data['task'] !== null
      }
      expect([await seenBy(support), await seenBy(otherSupport), await seenBy(sales), await seenBy(ana)]).toEqual([
        true,
        true,
        false,
        true,
      ])
      await answer(run)
      expect([await seenBy(support), await seenBy(otherSupport), await seenBy(support, 'decide')]).toEqual([
        true,
        false,
        false,
      ])
      for (const id of ['nothing', run, `${run}:Answer`, `${run}:answer `, `${run}:answer:x`, `x${run}:answer`]) {
        expect((await desk.ask(maria, `{ task(id: ${JSON.stringify(id)}) { id } }`)).data['task']).toBeNull()
      }
    })

    test('lists go page by page, with every filter', async () => {
      const started: string[] = []
      for (let n = 0; n < 3; n += 1) started.push(await startTicket(newTicket()))
      const found: string[] = []
      let after: string | null = null
      do {
        const { data }: { data: Record<string, any> } = await desk.ask(
          maria,
          `query ($after: String) { runs(first: 2, after: $after, filter: { workflow: "ticket", open: true, statuses: [RUNNING] }) {
            nodes { id } pageInfo { hasNextPage endCursor } } }`,
          { after },
        )
        found.push(...data['runs'].nodes.map(({ id }: { id: string }) => id))
        after = data['runs'].pageInfo.hasNextPage ? data['runs'].pageInfo.endCursor : null
      } while (after !== null)
      expect(found.slice(0, 3)).toEqual(started.toReversed())
      expect(new Set(found).size).toBe(found.length)
      const tasks = async (first: number, cursor: string | null) =>
        (
          await desk.ask(
            support,
            `query ($first: Int!, $after: String) { tasks(first: $first, after: $after, filter: { role: "support-agent", states: [READY], mine: false }) {
              nodes { id } pageInfo { hasNextPage endCursor } } }`,
            { first, after: cursor },
          )
        ).data['tasks']
      const all = await tasks(100, null)
      const one = await tasks(2, null)
      const two = await tasks(100, one.pageInfo.endCursor)
      expect([...one.nodes, ...two.nodes]).toEqual(all.nodes)
      for (const cursor of ['x', '2026-02-40T00:00:00.000Z_x', `-_${started[0] ?? ''}`]) {
        expect(
          (await desk.ask(maria, `query ($c: String) { tasks(after: $c) { nodes { id } } }`, { c: cursor })).code,
        ).toBe('INVALID_INPUT')
        expect(
          (await desk.ask(maria, `query ($c: String) { runs(after: $c) { nodes { id } } }`, { c: cursor })).code,
        ).toBe('INVALID_INPUT')
      }
    })

    test('an event goes to the run that waits for it; what nothing waits for is said', async () => {
      const ticket = newTicket()
      const run = await startTicket(ticket)
      const signal = { run, event: 'reply', key: ticket, payload: '{"text":"Thanks"}' }
      expect((await desk.act(support, 'signalRun', signal)).code).toBe('EVENT_NOT_AWAITED')
      await answer(run)
      expect((await desk.act(support, 'signalRun', { ...signal, key: 'another' })).code).toBe('EVENT_NOT_AWAITED')
      expect((await desk.act(support, 'signalRun', { ...signal, payload: 'Thanks' })).code).toBe('INVALID_INPUT')
      const { payload } = await desk.act(support, 'signalRun', signal)
      expect(JSON.parse(payload.run.context)).toEqual({ topic: 'order', reply: 'Thanks' })
    })

    test('the context is written by who works in the run, at the revision that was read', async () => {
      const run = await desk.run(support)
      const write = { run, path: 'customer.tier', value: '"gold"' }
      expect((await desk.act(support, 'writeContext', write)).code).toBe('NOT_ELIGIBLE')
      await held(run)
      const first = await desk.act(support, 'writeContext', { ...write, expectedRevision: 0 })
      expect(first.payload.run).toMatchObject({ contextRevision: 1, context: '{"customer":{"tier":"gold"}}' })
      const late = await desk.act(support, 'writeContext', { ...write, value: '"silver"', expectedRevision: 0 })
      expect(late).toMatchObject({ code: 'CONTEXT_CONFLICT', extensions: { contextRevision: 1, expectedRevision: 0 } })
      expect((await desk.act(support, 'writeContext', { ...write, path: 'no path' })).code).toBe('INVALID_INPUT')
      expect((await desk.act(maria, 'writeContext', write)).code).toBe('NOT_ELIGIBLE')
      const operator = await desk.act(omar, 'writeContext', { ...write, value: '"silver"', expectedRevision: 1 })
      expect(operator.payload.run.contextRevision).toBe(2)
    })

    test('of two who write at once what they have both read, one is told of the conflict', async () => {
      const run = await desk.run(support)
      const both = await Promise.all(
        ['"a"', '"b"'].map((value) => desk.act(omar, 'writeContext', { run, path: 'x', value, expectedRevision: 0 })),
      )
      expect(both.map(({ code }) => code).toSorted()).toEqual(['CONTEXT_CONFLICT', null].toSorted())
    })

    test('operators let a run stand still, go on, and end; a run that is over takes nothing more', async () => {
      const run = await desk.run(support)
      const lease = await held(run)
      expect((await desk.act(omar, 'suspendRun', { run, reason: ' ' })).code).toBe('INVALID_INPUT')
      expect((await desk.act(omar, 'suspendRun', { run, reason: 'To look' })).payload.run.status).toBe('SUSPENDED')
      expect((await desk.act(support, 'heartbeatTask', lease)).code).toBe('LEASE_LOST')
      expect((await desk.act(omar, 'suspendRun', { run, reason: 'Again' })).code).toBe('RUN_NOT_OPEN')
      expect((await desk.act(omar, 'resumeRun', { run })).payload.run.status).toBe('RUNNING')
      const cancel = { idempotencyKey: realWorld.newId(), run, reason: 'Not needed' }
      expect((await desk.act(omar, 'cancelRun', cancel)).payload).toMatchObject({
        run: { status: 'CANCELLED', outcome: 'CANCELLED' },
        replayed: false,
      })
      expect((await desk.act(omar, 'cancelRun', cancel)).payload.replayed).toBe(true)
      expect((await desk.act(omar, 'resumeRun', { run })).code).toBe('RUN_NOT_OPEN')
      expect((await desk.act(omar, 'skipStep', { run, step: 'answer', result: '{}' })).code).toBe('RUN_NOT_OPEN')
    })

    test('a step that failed is done again, left out, or given to somebody', async () => {
      const failed = async () => {
        const run = await desk.run(support)
        const failure = { class: 'FATAL', code: 'BROKEN', message: 'Broken' }
        await desk.act(support, 'failTask', { ...(await held(run)), ...failure })
        return run
      }
      const run = await failed()
      expect((await desk.act(omar, 'retryStep', { run, step: 'nothing' })).code).toBe('NOT_FOUND')
      expect((await desk.act(omar, 'retryStep', { run, step: 'answer' })).code).toBeNull()
      expect((await desk.act(omar, 'retryStep', { run, step: 'answer' })).code).toBe('TASK_NOT_OPEN')
      const other = await failed()
      const skipped = await desk.act(omar, 'skipStep', { run: other, step: 'answer', result: '{"topic":"none"}' })
      expect(JSON.parse(skipped.payload.run.context)).toEqual({ topic: 'none' })
      const third = await failed()
      const given = await desk.act(omar, 'reassignTask', { task: `${third}:answer`, principal: 'agent:support-2' })
      expect(given.payload.task).toMatchObject({ state: 'READY', target: 'agent:support-2' })
      expect((await desk.act(omar, 'reassignTask', { task: `${third}:answer` })).code).toBe('INVALID_INPUT')
      expect((await desk.act(omar, 'reassignTask', { task: `${third}:answer`, role: 'nobody' })).code).toBe(
        'INVALID_INPUT',
      )
      expect((await desk.claim(otherSupport)).task).toBe(`${third}:answer`)
    })

    test('a run goes back to a node that it has come to', async () => {
      const run = await desk.run(support)
      expect((await desk.act(omar, 'rewindRun', { run, node: 'decide' })).code).toBe('INVALID_INPUT')
      await answer(run)
      expect((await desk.act(omar, 'rewindRun', { run, node: 'answer' })).code).toBeNull()
      const { data } = await desk.ask(
        omar,
        `{ run(id: "${run}") { steps { id state } events { seq kind } notices(first: 1) { id name } } }`,
      )
      expect(data['run'].steps).toEqual([
        { id: 'answer', state: 'COMPLETED' },
        { id: 'decide', state: 'CANCELLED' },
        { id: 'answer~2', state: 'READY' },
      ])
      expect(data['run'].events.map(({ kind: each }: { kind: string }) => each)).toEqual([
        'started',
        'claimed',
        'completed',
        'rewound',
      ])
      expect(data['run'].notices).toEqual([{ id: 1, name: 'run.started' }])
      expect((await desk.ask(omar, `{ run(id: "${run}") { events(first: 501) { seq } } }`)).code).toBe('INVALID_INPUT')
    })

    test('a fork has the first events of another run, and goes on by itself with other input', async () => {
      const run = await desk.run(support, { text: 'Hello' })
      await answer(run)
      const input = {
        idempotencyKey: realWorld.newId(),
        run,
        after: 3,
        input: '{"text":"Other"}',
        context: '{"topic":"sale"}',
      }
      const forked = await desk.act(omar, 'forkRun', input)
      const { id } = forked.payload.run
      expect(forked.payload.run).toMatchObject({
        status: 'RUNNING',
        forkedFrom: run,
        startedBy: 'person:omar.haddad',
        version: 4,
        input: '{"text":"Other"}',
        context: '{"topic":"sale"}',
        contextRevision: 1,
      })
      expect(id).not.toBe(run)
      expect((await desk.act(omar, 'forkRun', input)).payload).toMatchObject({ run: { id }, replayed: true })
      const { data } = await desk.ask(maria, `{ tasks(filter: { run: "${id}" }) { nodes { node state holder } } }`)
      expect(data['tasks'].nodes).toEqual(
        expect.arrayContaining([
          { node: 'answer', state: 'COMPLETED', holder: 'agent:support-1' },
          { node: 'decide', state: 'READY', holder: null },
        ]),
      )
      const before = await desk.act(omar, 'forkRun', { run, after: 2 })
      expect((await desk.claim(otherSupport)).task).toMatch(/:answer$/u)
      expect(before.payload.run.id).not.toBe(id)
      expect((await desk.act(omar, 'forkRun', { run, after: 99 })).code).toBe('INVALID_INPUT')
      await desk.act(omar, 'cancelRun', { run, reason: 'Over' })
      expect((await desk.act(omar, 'forkRun', { run, after: 4 })).code).toBe('RUN_NOT_OPEN')
    })
  })
}
