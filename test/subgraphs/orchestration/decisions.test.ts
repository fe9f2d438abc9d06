/** What people decide in runs: votes with separation of duty, and what is published. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PrincipalId } from '../../../lib/caller.ts'
import { realWorld } from '../../../lib/world.ts'
import type { Database } from '../../../storage/database.ts'
import { createAgentStore } from '../../../storage/stores/agents.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import {
  type WorkflowDesk,
  inRole,
  jonas,
  mailWorkflow,
  maria,
  omar,
  openWorkflowDesk,
  sales,
  support,
} from '../../support/workflow-desk.ts'

for (const kind of databaseKinds()) {
  describe(`decisions on ${kind}`, () => {
    let database: Database
    let desk: WorkflowDesk
    beforeAll(async () => {
      database = await createDatabase(kind)
      desk = await openWorkflowDesk(database)
      // Maria answers for the agent that works, Jonas for the one that starts.
      for (const [id, ownerId] of [
        ['agent:support-1', 'person:maria.keller'],
        ['agent:finance-1', 'person:jonas.weber'],
      ] as const) {
        const profile = {
          id: id as PrincipalId,
          name: id,
          description: 'Of the test',
          ownerId: ownerId as PrincipalId,
          sponsorId: null,
          environment: 'TEST' as const,
          dataResidency: null,
          constraints: [],
          a2aUrl: null,
        }
        await createAgentStore(database.kysely).add(profile, 'ACTIVE', { by: 'person:test', now: new Date() })
      }
    })
    afterAll(async () => {
      await desk[Symbol.asyncDispose]()
      await database.close()
    })

    const finance = inRole('agent:finance-1', 'finance-agent')
    const clara = inRole('person:clara.blum', 'account-manager')
    /** A run whose mail is answered, so that people are to decide. */
    async function answered(startedBy = inRole('agent:nobody-1', 'support-agent'), definition: object = mailWorkflow) {
      const run = await desk.run(startedBy, { text: 'Hello' }, definition)
      const { payload } = await desk.act(support, 'claimTask', { task: `${run}:answer` })
      const held = { task: `${run}:answer`, leaseToken: payload.claimed[0].lease.token }
      await desk.act(support, 'completeTask', { ...held, result: '{"topic":"order"}' })
      return { run, task: `${run}:decide` }
    }

    test('one who is asked decides, and the run goes its way', async () => {
      const { run, task } = await answered()
      const vote = { idempotencyKey: realWorld.newId(), task, decision: 'APPROVE', comment: 'Well said' }
      const { payload } = await desk.act(jonas, 'voteTask', vote)
      expect(payload).toMatchObject({ task: { state: 'COMPLETED' }, replayed: false })
      expect(JSON.parse(payload.task.result)).toMatchObject({
        decision: 'approved',
        votes: [{ by: 'person:jonas.weber', comment: 'Well said' }],
      })
      expect((await desk.act(jonas, 'voteTask', vote)).payload.replayed).toBe(true)
      const { data } = await desk.ask(maria, `{ run(id: "${run}") { status outcome output } }`)
      expect(data['run']).toEqual({ status: 'COMPLETED', outcome: 'SUCCESS', output: '{"topic":"order"}' })
    })

    test('one who is against it ends it', async () => {
      const { run, task } = await answered()
      expect((await desk.act(jonas, 'voteTask', { task, decision: 'REJECT' })).payload.task.state).toBe('REJECTED')
      expect((await desk.ask(maria, `{ run(id: "${run}") { outcome } }`)).data['run'].outcome).toBe('BUSINESS_REJECTED')
    })

    test('who answers for an agent that has worked in the run does not decide in it', async () => {
      const { task } = await answered()
      const { code, extensions } = await desk.act(maria, 'voteTask', { task, decision: 'APPROVE' })
      expect(code).toBe('SEPARATION_OF_DUTY')
      expect(extensions['principal']).toBe('person:maria.keller')
      expect((await desk.act(clara, 'voteTask', { task, decision: 'APPROVE' })).code).toBeNull()
    })

    test('nor who answers for the agent that started it, nor who started it', async () => {
      const byAgent = await answered(finance)
      expect((await desk.act(jonas, 'voteTask', { task: byAgent.task, decision: 'APPROVE' })).code).toBe(
        'SEPARATION_OF_DUTY',
      )
      const byPerson = await answered(clara)
      expect((await desk.act(clara, 'voteTask', { task: byPerson.task, decision: 'APPROVE' })).code).toBe(
        'SEPARATION_OF_DUTY',
      )
    })

    test('a fork forgets nobody who has worked in the run before', async () => {
      const { run } = await answered()
      const { payload } = await desk.act(omar, 'forkRun', { run, after: 3 })
      const task = `${String(payload.run.id)}:decide`
      expect((await desk.act(maria, 'voteTask', { task, decision: 'APPROVE' })).code).toBe('SEPARATION_OF_DUTY')
      expect((await desk.act(jonas, 'voteTask', { task, decision: 'APPROVE' })).code).toBeNull()
    })

    test('only people whose role is asked, each of them once', async () => {
      const twice = {
        ...mailWorkflow,
        key: 'twice',
        nodes: { ...mailWorkflow.nodes, decide: { ...mailWorkflow.nodes.decide, quorum: 2 } },
      }
      const { task } = await answered(undefined, twice)
      expect((await desk.act(omar, 'voteTask', { task, decision: 'APPROVE' })).code).toBe('NOT_ELIGIBLE')
      expect((await desk.act(sales, 'voteTask', { task, decision: 'APPROVE' })).code).toBe('NOT_FOUND')
      const robot = inRole('agent:robot', 'account-manager')
      expect((await desk.act(robot, 'voteTask', { task, decision: 'APPROVE' })).code).toBe('NOT_ELIGIBLE')
      expect((await desk.act(jonas, 'voteTask', { task, decision: 'APPROVE' })).payload.task.state).toBe('READY')
      expect((await desk.act(jonas, 'voteTask', { task, decision: 'APPROVE' })).code).toBe('NOT_ELIGIBLE')
      expect((await desk.act(clara, 'voteTask', { task, decision: 'APPROVE' })).payload.task.state).toBe('COMPLETED')
    })

    test('a definition is published once for each key, and once for each content', async () => {
      const key = `w-${realWorld.newId().slice(-12)}`
      const input = { idempotencyKey: realWorld.newId(), definition: JSON.stringify({ ...mailWorkflow, key }) }
      const first = await desk.act(omar, 'publishWorkflow', input)
      expect(first.payload).toMatchObject({
        workflow: { key, version: 1, status: 'PUBLISHED', title: 'Answer a mail', publishedBy: 'person:omar.haddad' },
        problems: [],
        replayed: false,
      })
      expect((await desk.act(omar, 'publishWorkflow', input)).payload).toEqual({ ...first.payload, replayed: true })
      const same = await desk.act(omar, 'publishWorkflow', { definition: input.definition })
      expect(same.payload.workflow.version).toBe(1)
      const changed = JSON.stringify({ ...mailWorkflow, key, title: 'Answer mails' })
      expect((await desk.act(omar, 'publishWorkflow', { definition: changed })).payload.workflow.version).toBe(2)
      const { data } = await desk.ask(
        omar,
        `{ newest: workflow(key: "${key}") { version title definition }
           first: workflow(key: "${key}", version: 1) { status }
           none: workflow(key: "${key}", version: 3) { status } }`,
      )
      expect(data).toMatchObject({
        newest: { version: 2, title: 'Answer mails' },
        first: { status: 'DEPRECATED' },
        none: null,
      })
      expect(JSON.parse(data['newest'].definition)).toMatchObject({ key, start: 'answer' })
      const list = await desk.ask(omar, `{ workflows(first: 100) { nodes { key version } } }`)
      expect(list.data['workflows'].nodes.filter((each: { key: string }) => each.key === key)).toEqual([
        { key, version: 2 },
      ])
    })

    test('what is wrong with a definition comes back with its place, and nothing is published', async () => {
      const key = `w-${realWorld.newId().slice(-12)}`
      const nodes = { ...mailWorkflow.nodes, answer: { ...mailWorkflow.nodes.answer, next: 'nowhere' } }
      const { payload, code } = await desk.act(omar, 'publishWorkflow', {
        definition: JSON.stringify({ ...mailWorkflow, key, nodes }, null, 2),
      })
      expect(code).toBeNull()
      expect(payload.workflow).toBeNull()
      expect(payload.problems[0]).toMatchObject({ where: expect.stringMatching(/^definition:\d+$/u), node: 'answer' })
      expect((await desk.ask(omar, `{ workflow(key: "${key}") { key } }`)).data['workflow']).toBeNull()
      const unread = await desk.act(omar, 'publishWorkflow', { definition: 'key: [' })
      expect(unread.payload).toMatchObject({ workflow: null, problems: [{ node: null }] })
    })
  })
}
