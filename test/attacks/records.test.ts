/** Attacks on authorization, rows 28, 31, 32 and 37: verdicts about records, documents with several operations and acts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../support/databases.ts'
import { type OwnIssuer, startOwnIssuer } from '../support/own-issuer.ts'
import { countFetches, expectAnswered, expectRefused, proofOf } from '../support/proof.ts'
import { type Stack, type StackAnswer, startStack } from '../support/stack.ts'

for (const kind of databaseKinds()) {
  describe(`on ${kind}`, () => {
    let issuer: OwnIssuer
    let stack: Stack
    let mariasAccount: string
    let tobiasAccount: string
    const tokens: Record<string, string> = {}
    beforeAll(async () => {
      issuer = await startOwnIssuer()
      stack = await startStack({ database: kind, settings: issuer.settings })
      mariasAccount = await accountOf('person:maria.keller')
      tobiasAccount = await accountOf('person:tobias.lang')
      // Without `crm:write` the revenue of an account is open to its owner alone.
      for (const name of ['maria.keller', 'tobias.lang']) {
        tokens[name] = await issuer.token(`person:${name}`, ['account-manager'], ['crm:read'])
      }
    })
    afterAll(async () => {
      await stack[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
    })

    async function accountOf(owner: string): Promise<string> {
      const found = stack.database.kysely.selectFrom('crm.accounts').select('id').where('owner_id', '=', owner)
      return (await found.orderBy('id').executeTakeFirstOrThrow()).id
    }
    const account = (id: string) =>
      stack.database.kysely.selectFrom('crm.accounts').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    const activities = async (subject: string) =>
      (await stack.database.kysely.selectFrom('crm.activities').select('id').where('subject', '=', subject).execute())
        .length
    const askAs = (name: string, query: string, variables = {}) =>
      stack.graphql(null, query, variables, { token: tokens[name] ?? '' })

    const revenues =
      'query ($a: ID!, $b: ID!) { a: account(id: $a) { annualRevenue } b: account(id: $b) { annualRevenue } }'
    const closed = ({ data, errors }: StackAnswer) => ({
      open: ['a', 'b'].filter((key) => data?.[key]?.annualRevenue !== null),
      denied: errors.map(({ path, extensions }) => [path, extensions['code']]),
    })

    test('row 28: two records and two people under one rule, in one operation and interleaved: each has its own verdict', async () => {
      const variables = { a: mariasAccount, b: tobiasAccount }
      const runs = await Promise.all(
        Array.from({ length: 40 }, (_, turn) =>
          askAs(turn % 2 === 0 ? 'maria.keller' : 'tobias.lang', revenues, variables),
        ),
      )
      for (const [turn, answer] of runs.entries()) {
        const [open, denied] = turn % 2 === 0 ? ['a', 'b'] : ['b', 'a']
        expect(closed(answer)).toEqual({ open: [open], denied: [[[denied, 'annualRevenue'], 'RECORD_DENIED']] })
      }
      for (const answer of runs.slice(0, 4)) {
        const { outcome, record } = await proofOf(stack, answer)
        expect([outcome, record.denied]).toEqual(['answered-with-errors', ['Account.annualRevenue']])
        expect(record.result?.delivered).toMatchObject({ 'Account.annualRevenue': 1 })
      }
    })

    test('row 28: of two changes in one document the one of another owner does not happen', async () => {
      const query = `mutation ($mine: ID!, $theirs: ID!) {
        mine: updateAccount(input: { idempotencyKey: "r28-a", id: $mine, expectedVersion: 1, description: "r28" }) { replayed }
        theirs: updateAccount(input: { idempotencyKey: "r28-b", id: $theirs, expectedVersion: 1, description: "r28" }) { replayed }
      }`
      const before = await account(tobiasAccount)
      const answer = await stack.graphql('maria.keller', query, { mine: mariasAccount, theirs: tobiasAccount })
      expect(answer.codes).toEqual(['RECORD_DENIED'])
      expect(answer.errors[0]?.path).toEqual(['theirs'])
      expect(await account(tobiasAccount)).toEqual(before)
      const { record, intents } = await proofOf(stack, answer)
      expect([intents, record.denied]).toEqual([1, ['Mutation.updateAccount']])
    })

    test('row 37: a record of another owner and one that does not exist give the same answer', async () => {
      const query = `mutation ($id: ID!) {
        updateAccount(input: { idempotencyKey: "r37", id: $id, expectedVersion: 1, description: "r37" }) { replayed }
      }`
      const there = await stack.graphql('maria.keller', query, { id: tobiasAccount })
      const missing = await stack.graphql('maria.keller', query, { id: 'acc-9999' })
      expect(there.codes).toEqual(['RECORD_DENIED'])
      expect([missing.status, missing.text]).toEqual([there.status, there.text])
      for (const answer of [there, missing]) await proofOf(stack, answer)
    })

    describe('row 31: a document with several operations', () => {
      const two = (subject: string) => `
        query Look { account(id: "acc-0001") { name } }
        mutation Act { createActivity(input: { idempotencyKey: "${subject}", type: CALL, subject: "${subject}" }) { replayed } }`

      test('row 31: only the chosen one runs', async () => {
        const options = { operationName: 'Look' }
        const record = await expectAnswered(stack, await stack.graphql('support-agent', two('r31-a'), {}, options))
        expect(record.requested).toEqual(['Query.account', 'Account.name'])
        expect(await activities('r31-a')).toBe(0)
        const acted = await stack.graphql('support-agent', two('r31-a'), {}, { operationName: 'Act' })
        expect([acted.errors, await activities('r31-a')]).toEqual([[], 1])
      })

      test('row 31: only the chosen one is decided, and a good name does not cover for the other', async () => {
        // Finance may look, and may not act; what it may ask for is visible to it, so the document is valid.
        const [denied, fetches] = await countFetches(stack, () =>
          stack.graphql('finance-agent', two('r31-b'), {}, { operationName: 'Act' }),
        )
        await expectRefused(stack, denied, 'POLICY_DENIED', 403)
        expect([fetches, await activities('r31-b')]).toEqual([{}, 0])
        const looked = await stack.graphql('finance-agent', two('r31-b'), {}, { operationName: 'Look' })
        await expectAnswered(stack, looked)
        expect(await activities('r31-b')).toBe(0)
      })
    })

    test.each(['first', 'last'])('row 32: an allowed act beside a denied one, %s: neither happens', async (where) => {
      const subject = `r32-${where}`
      const act = `ok: createActivity(input: { idempotencyKey: "${subject}", type: CALL, subject: "${subject}" }) { replayed }`
      const denied = `no: createIncident(input: {
        idempotencyKey: "${subject}", shortDescription: "r32", category: NETWORK, impact: LOW, urgency: LOW }) { replayed }`
      const query = `mutation { ${(where === 'first' ? [act, denied] : [denied, act]).join(' ')} }`
      const [answer, fetches] = await countFetches(stack, () => stack.graphql('sales-agent', query))
      const record = await expectRefused(stack, answer, 'POLICY_DENIED', 403)
      expect(record.denied).toContain('Mutation.createIncident')
      expect([fetches, await activities(subject)]).toEqual([{}, 0])
    })

    test('two steps that need two people: the refusal is told as it is, and nothing changes', async () => {
      const kysely = stack.database.kysely
      const open = kysely.selectFrom('finance.invoices').selectAll().where('status', '=', 'APPROVED')
      const invoice = await open.where('direction', '=', 'PURCHASE').orderBy('id').executeTakeFirstOrThrow()
      const prepare = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { payment { id version } } }`
      const prepared = await stack.graphql('jonas.weber', prepare, {
        input: {
          idempotencyKey: 'sod-1',
          invoiceId: invoice.id,
          expectedVersion: invoice.version,
          amount: '1.00',
          currency: invoice.currency,
          executionDate: '2099-01-04',
        },
      })
      expect(prepared.errors).toEqual([])
      const { id, version } = prepared.data?.['createPayment'].payment as { id: string; version: number }
      const approve = `mutation ($input: ApprovePaymentInput!) { approvePayment(input: $input) { replayed } }`
      const input = { idempotencyKey: 'sod-2', id, expectedVersion: version, amount: '1.00' }
      const refused = await stack.graphql('jonas.weber', approve, { input })
      expect(refused.codes).toEqual(['SEPARATION_OF_DUTY'])
      expect(refused.errors[0]?.message).toContain('person:jonas.weber')
      const payment = kysely.selectFrom('finance.payments').select('status').where('id', '=', id)
      expect(await payment.executeTakeFirst()).toEqual({ status: 'PREPARED' })
    })
  })
}
