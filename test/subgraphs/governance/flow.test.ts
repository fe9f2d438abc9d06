/** What people and agents are shown of reads that count, and how a lift is asked for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller, PrincipalId } from '../../../lib/caller.ts'
import type { Database } from '../../../storage/database.ts'
import { createFlowStore } from '../../../storage/stores/flow.ts'
import type { Subgraph } from '../../../subgraphs/subgraph.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { askSubgraph, openGovernance } from '../../support/governance.ts'
import { callerNamed } from '../../support/ledger.ts'

const now = () => new Date('2026-03-02T09:00:00Z')
const expiresAt = new Date('2026-03-03T09:00:00Z')
const person = (roles: readonly string[], scopes: readonly string[] = ['flow:read', 'flow:lift']): Caller => ({
  ...callerNamed('person:jonas.weber'),
  kind: 'person',
  roles,
  scopes,
})
const controller = person(['finance-controller'])
const security = person(['security-engineer'], ['flow:read', 'flow:lift', 'flow:all'])

for (const kind of databaseKinds()) {
  describe(`flow in governance on ${kind}`, () => {
    let database: Database
    let subgraph: Subgraph
    beforeAll(async () => {
      database = await createDatabase(kind)
      const store = createFlowStore(database)
      for (let number = 1; number <= 5; number += 1) {
        const at = new Date(now().getTime() - number * 60_000)
        await store.note(
          {
            bearers: ['agent:reader', 'task:ticket-1'],
            requestId: `request-${number}`,
            reader: 'agent:reader',
            supervisor: number === 5 ? 'hr-manager' : 'finance-controller',
            at,
          },
          [{ label: 'UNTRUSTED', coordinate: 'Case.description', expiresAt }],
          [],
        )
      }
      subgraph = openGovernance(database, now, () => Promise.reject(new Error('not asked here')))
    }, 300_000)
    afterAll(async () => {
      await subgraph.close()
      await database.close()
    })

    async function ask(query: string, caller: Caller, variables: Record<string, unknown> = {}) {
      const { data, errors } = await askSubgraph(subgraph, query, variables, caller)
      return { data: JSON.parse(JSON.stringify(data ?? null)) as Record<string, any> | null, errors }
    }
    const refuses = async (query: string, caller: Caller, variables = {}) =>
      (await ask(query, caller, variables)).errors?.map(({ message, extensions }) => [extensions?.['code'], message])
    const lift =
      'mutation ($input: LiftTaintInput!) { liftTaint(input: $input) { replayed lift { id task principal } } }'
    const lifting = { idempotencyKey: 'k', principal: 'agent:reader', expectedVersion: '0.0', reason: 'r' }

    test('pages of what counts against a principal or a task, with the version of all of it', async () => {
      const query = `query ($after: String) { taints(task: "ticket-1", first: 3, after: $after) {
        version nodes { label coordinate requestId reader at expiresAt values } pageInfo { hasNextPage endCursor }
      } }`
      const first = (await ask(query, security)).data?.['taints']
      expect(first.nodes.map(({ requestId }: { requestId: string }) => requestId)).toEqual([
        'request-1',
        'request-2',
        'request-3',
      ])
      expect(first.nodes[0]).toEqual({
        label: 'UNTRUSTED',
        coordinate: 'Case.description',
        requestId: 'request-1',
        reader: 'agent:reader',
        at: '2026-03-02T08:59:00.000Z',
        expiresAt: '2026-03-03T09:00:00.000Z',
        values: null,
      })
      const second = (await ask(query, security, { after: first.pageInfo.endCursor })).data?.['taints']
      expect(second.nodes.map(({ requestId }: { requestId: string }) => requestId)).toEqual(['request-4', 'request-5'])
      expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false])
      expect(second.version).toBe(first.version)
    })

    test('who supervises some of the agents sees what these have read, and may not lift the rest', async () => {
      const query = '{ taints(principal: "agent:reader") { version nodes { requestId } } }'
      const { nodes, version } = (await ask(query, controller)).data?.['taints']
      expect(nodes).toHaveLength(4)
      expect(await refuses(lift, controller, { input: { ...lifting, expectedVersion: version } })).toEqual([
        ['RECORD_DENIED', 'Agents that the caller does not supervise have read for `agent:reader`.'],
      ])
    })

    test('an agent sees its own, and of a task what another read without the field', async () => {
      const query = '{ myTaints(first: 1) { nodes { coordinate reader requestId } } }'
      const own = await ask(query, callerNamed('agent:reader'))
      expect(own.data?.['myTaints'].nodes[0].coordinate).toBe('Case.description')
      const mate = await ask(query, { ...callerNamed('agent:mate'), task: 'ticket-1' })
      expect(mate.data?.['myTaints'].nodes).toEqual([
        { coordinate: null, reader: 'agent:reader', requestId: 'request-1' },
      ])
      expect((await ask(query, callerNamed('agent:stranger'))).data?.['myTaints'].nodes).toEqual([])
      const asPerson = { ...callerNamed('agent:helper', 'person:jonas.weber') }
      expect(
        (await ask(query, { ...asPerson, onBehalfOf: 'agent:reader' as PrincipalId })).data?.['myTaints'].nodes,
      ).toHaveLength(1)
    })

    test.each([
      ['{ taints { version } }', 'INVALID_INPUT'],
      ['{ taints(principal: "agent:a", task: "t") { version } }', 'INVALID_INPUT'],
      ['{ taints(principal: "support-agent") { version } }', 'INVALID_INPUT'],
      ['{ taints(task: "a b") { version } }', 'INVALID_INPUT'],
      ['{ taints(task: "t", first: 0) { version } }', 'INVALID_INPUT'],
      ['{ taints(task: "t", first: 101) { version } }', 'INVALID_INPUT'],
      ['{ taints(task: "t", after: "x") { version } }', 'INVALID_INPUT'],
      ['{ myTaints(after: "WzFd") { nodes { reader } } }', 'INVALID_INPUT'],
    ])('%s', async (query, code) => {
      expect((await refuses(query, security))?.map(([found]) => found)).toEqual([code])
    })

    test.each([
      ['no reason', { reason: '  ' }, 'INVALID_INPUT'],
      ['no label', { labels: [] }, 'INVALID_INPUT'],
      ['two targets', { task: 't' }, 'INVALID_INPUT'],
      ['no key', { idempotencyKey: '' }, 'INVALID_INPUT'],
      ['a version of before', { expectedVersion: '1.1' }, 'VERSION_CONFLICT'],
      ['nothing to lift', { principal: 'agent:nobody' }, 'NOT_FOUND'],
    ])('a lift with %s is refused', async (_name, changes, code) => {
      const found = await refuses(lift, security, { input: { ...lifting, ...changes } })
      expect(found?.map(([each]) => each)).toEqual([code])
    })

    test('a lift is made once for its key; a refusal leaves the key free', async () => {
      const version = (await ask('{ taints(task: "ticket-1") { version } }', security)).data?.['taints']
        .version as string
      const input = { idempotencyKey: 'once', task: 'ticket-1', expectedVersion: 'wrong', reason: 'Looked at it.' }
      expect(await refuses(lift, security, { input })).toHaveLength(1)
      const right = { ...input, expectedVersion: version }
      const first = await ask(lift, security, { input: right })
      const again = await ask(lift, security, { input: right })
      expect(first.data?.['liftTaint']).toEqual({
        replayed: false,
        lift: { id: expect.any(String) as string, task: 'ticket-1', principal: null },
      })
      expect(again.data?.['liftTaint']).toEqual({ ...first.data?.['liftTaint'], replayed: true })
      expect(await refuses(lift, security, { input: { ...right, reason: 'Another.' } })).toEqual([
        ['IDEMPOTENCY_CONFLICT', expect.any(String)],
      ])
      expect(
        (await ask('{ taints(principal: "agent:reader") { nodes { reader } } }', security)).data?.['taints'].nodes,
      ).toHaveLength(5)
    })
  })
}
