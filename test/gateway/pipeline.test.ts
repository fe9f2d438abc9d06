/** One request through all ten steps, on every pair of adapters: what is fetched, what is answered, what is recorded. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cacheKinds } from '../support/caches.ts'
import { databaseKinds } from '../support/databases.ts'
import { countFetches, expectAnswered, expectRefused, proofOf } from '../support/proof.ts'
import { type Stack, startStack } from '../support/stack.ts'

const pairs = databaseKinds().map((database, index) => [database, cacheKinds()[index] ?? 'memory'] as const)

for (const [database, cache] of pairs) {
  describe(`on ${database} and ${cache}`, () => {
    let stack: Stack
    beforeAll(async () => {
      stack = await startStack({ database, cache })
    })
    afterAll(() => stack[Symbol.asyncDispose]())

    const acrossThree = `query AcrossThree($id: ID!) {
      account(id: $id) { name invoices(first: 3) { number grossTotal } incidents(first: 2) { number state } }
    }`

    test('one query across crm, itsm and finance takes one fetch from each', async () => {
      const ask = () => stack.graphql('support-agent', acrossThree, { id: 'acc-0001' })
      const [answer, fetches] = await countFetches(stack, ask)
      const record = await expectAnswered(stack, answer)
      expect(fetches).toEqual({ crm: 1, itsm: 1, finance: 1 })
      expect(answer.data?.['account']).toMatchObject({ name: 'Nordwind Logistics GmbH' })
      expect(answer.data?.['account'].invoices).toHaveLength(3)
      expect(answer.data?.['account'].incidents).toHaveLength(2)
      expect(record).toMatchObject({
        caller: { id: 'agent:support-agent' },
        operation: { kind: 'query', name: 'AcrossThree' },
        args: { account: { id: 'acc-0001' } },
        denied: [],
      })
      expect([...(record.result?.subgraphs ?? [])].sort()).toEqual(['crm', 'finance', 'itsm'])
      expect(record.result?.delivered).toMatchObject({ 'Account.name': 1, 'Invoice.number': 3, 'Incident.state': 2 })
      expect(record.result?.resolved).toMatchObject({ 'Account.name': 1, 'Invoice.number': 3, 'Incident.state': 2 })
    })

    test('a list of records costs no fetch for each: entities of a page go together', async () => {
      const query = '{ accounts(first: 20) { nodes { name openBalance incidents(first: 1) { id } } } }'
      const [answer, fetches] = await countFetches(stack, () => stack.graphql('support-agent', query))
      await expectAnswered(stack, answer)
      expect(answer.data?.['accounts'].nodes).toHaveLength(20)
      expect(fetches).toEqual({ crm: 1, itsm: 1, finance: 1 })
    })

    test('what a field requires is fetched with its key, and recorded apart from what was asked for', async () => {
      const query = '{ account(id: "acc-0001") { creditStanding { verdict } } }'
      const [answer, fetches] = await countFetches(stack, () => stack.graphql('support-agent', query))
      const record = await expectAnswered(stack, answer)
      expect(fetches).toEqual({ crm: 1, finance: 1 })
      expect(record.transitive).toContain('Account.tier')
      expect(record.requested).not.toContain('Account.tier')
      expect(record.result?.delivered).not.toHaveProperty(['Account.tier'])
      expect(record.result?.resolved).toMatchObject({ 'Account.tier': 1 })
    })

    test('a mutation stands in the ledger twice: its intent before it acts, its outcome before it answers', async () => {
      const create = `mutation Log($input: CreateActivityInput!) { createActivity(input: $input) { replayed activity { id } } }`
      const input = { idempotencyKey: 'pipeline-1', type: 'CALL', subject: 'Called back', whatId: 'acc-0001' }
      const answer = await stack.graphql('support-agent', create, { input })
      expect([answer.status, answer.errors], answer.text).toEqual([200, []])
      const records = await stack.recordsOf(answer.requestId)
      expect(records.map(({ kind }) => kind)).toEqual(['intent', 'outcome'])
      expect(records[0]).toMatchObject({ operation: { kind: 'mutation', name: 'Log' }, result: null })
      const again = await stack.graphql('support-agent', create, { input })
      expect(again.data?.['createActivity']).toMatchObject({
        replayed: true,
        activity: { id: answer.data?.['createActivity'].activity.id as string },
      })
    })

    test('a read of a restricted field waits for its intent, too; another read has none', async () => {
      const restricted = '{ supplier(id: "sup-001") { bankDetails { iban } } }'
      const read = await proofOf(stack, await stack.graphql('jonas.weber', restricted))
      expect([read.outcome, read.intents]).toEqual(['answered', 1])
      const plain = await proofOf(stack, await stack.graphql('jonas.weber', '{ supplier(id: "sup-001") { name } }'))
      expect([plain.outcome, plain.intents]).toEqual(['answered', 0])
    })

    test('a denied operation names every denied coordinate, the scopes and their owners, and fetches nothing', async () => {
      const query = '{ account(id: "acc-0001") { name contacts { name email } incidents { number } } }'
      const [answer, fetches] = await countFetches(stack, () => stack.graphql('finance-agent', query))
      const record = await expectRefused(stack, answer, 'POLICY_DENIED', 403)
      expect(fetches).toEqual({})
      const denied = ['Contact.name', 'Contact.email', 'Account.incidents', 'Incident.number']
      const { extensions, message } = answer.errors[0] ?? {}
      expect(extensions?.['denied'].map((field: { coordinate: string }) => field.coordinate)).toEqual(denied)
      for (const coordinate of denied) expect(message).toContain(`\`${coordinate}\``)
      expect(extensions?.['missingScopes']).toEqual([
        { scope: 'crm:contact', owner: 'sales operations', requestable: true },
        { scope: 'itsm:read', owner: 'service desk', requestable: true },
      ])
      expect(extensions?.['next']).toContain('Send `request`')
      expect(extensions?.['request'].variables.input.coordinates).toEqual(denied)
      expect(record.denied).toEqual(denied)
      expect(record.result?.delivered).toEqual({})
    })

    test('what only the record denies is denied in its system, named in the answer, and stands in the ledger', async () => {
      const query = '{ account(id: "acc-0001") { name annualRevenue } }'
      const answer = await stack.graphql('finance-agent', query)
      expect([answer.status, answer.codes]).toEqual([200, ['RECORD_DENIED']])
      expect(answer.data).toEqual({ account: { name: 'Nordwind Logistics GmbH', annualRevenue: null } })
      const { outcome, record } = await proofOf(stack, answer)
      expect(outcome).toBe('answered-with-errors')
      expect(record.denied).toEqual(['Account.annualRevenue'])
      expect(record.result?.delivered).not.toHaveProperty(['Account.annualRevenue'])
      // Maria looks after this account herself.
      expect((await stack.graphql('maria.keller', query)).errors).toEqual([])
    })

    test('where a person must decide, nothing is fetched for the caller and the answer says who', async () => {
      const approve = `mutation { approveInvoice(input: {
        idempotencyKey: "pipeline-2", id: "INV-2026-00001", expectedVersion: 1, grossTotal: "5000.01"
      }) { replayed } }`
      const [answer, fetches] = await countFetches(stack, () => stack.graphql('finance-agent', approve))
      await expectRefused(stack, answer, 'APPROVAL_REQUIRED', 403)
      // The one reading of the gateway itself: what people are shown of the record.
      expect(fetches).toEqual({ finance: 1 })
      expect(answer.errors[0]?.extensions).toMatchObject({ approvers: ['finance-controller'] })
    })

    test('a document from which no operation is chosen runs nothing', async () => {
      const two = 'query A { me { id } } query B { me { kind } }'
      for (const options of [{}, { operationName: 'C' }]) {
        const [answer, fetches] = await countFetches(stack, () => stack.graphql('support-agent', two, {}, options))
        await expectRefused(stack, answer, 'OPERATION_RESOLUTION_FAILURE', 400)
        expect(fetches).toEqual({})
      }
    })

    test('syntax, variables and introspection beside data: each is refused in its own words', async () => {
      const refused = async (code: Parameters<typeof expectRefused>[2], query: string, variables = {}) =>
        expectRefused(stack, await stack.graphql('support-agent', query, variables), code, 400)
      await refused('GRAPHQL_PARSE_FAILED', '{ account(')
      await refused('BAD_USER_INPUT', 'query ($id: ID!) { account(id: $id) { id } }')
      await refused('BAD_USER_INPUT', 'query ($n: Int!) { accounts(first: $n) { totalCount } }', { n: 'many' })
      await refused('INTROSPECTION_MIXED', '{ __schema { queryType { name } } me { id } }')
      await refused('BAD_REQUEST', 'subscription { changes }')
    })

    test('the chain of the ledger is whole after all this', async () => {
      expect((await stack.ledger.verify()).ok).toBe(true)
    })
  })
}
