/** The ledger is away: what needs a record is not done, what was done is not answered, and all comes back by itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLedgerReader } from '../../storage/stores/ledger.ts'
import { type BreakableDatabase, createBreakableDatabase, ledger } from '../support/breakable-database.ts'
import { databaseKinds } from '../support/databases.ts'
import { countFetches, expectNothingLeaks } from '../support/proof.ts'
import { type Stack, type StackAnswer, startStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

for (const kind of databaseKinds()) {
  describe(`on ${kind}`, () => {
    let line: BreakableDatabase
    let stack: Stack
    beforeAll(async () => {
      line = createBreakableDatabase()
      stack = await startStack({
        database: kind,
        wrapDatabase: line.wrap,
        settings: (config) => ({ ...config, timeouts: { ...config.timeouts, ledgerMs: 500 } }),
      })
    })
    afterAll(() => stack[Symbol.asyncDispose]())
    beforeEach(async () => {
      line.fail(null)
      await until(async () => (await ready()).status === 200)
    })

    const ready = async () => {
      const { statusCode, body } = await stack.app.server.inject({ url: '/health/ready' })
      return { status: statusCode, parts: (JSON.parse(body) as { parts: Record<string, string> }).parts }
    }
    const log = (subject: string) =>
      `mutation { createActivity(input: { idempotencyKey: "${subject}", type: CALL, subject: "${subject}" }) { replayed } }`
    const activities = async (subject: string) =>
      (await stack.database.kysely.selectFrom('crm.activities').select('id').where('subject', '=', subject).execute())
        .length
    const refusedAsUnrecordable = (answer: StackAnswer, outcome?: string) => {
      expect([answer.status, answer.codes, answer.data], answer.text).toEqual([503, ['LEDGER_UNAVAILABLE'], undefined])
      expect(answer.errors[0]?.extensions['outcome']).toBe(outcome)
      expectNothingLeaks(answer)
    }

    test('a mutation is refused before anything is fetched or changed', async () => {
      line.fail(ledger)
      const [answer, fetches] = await countFetches(stack, () => stack.graphql('support-agent', log('outage-1')))
      expect([fetches, await activities('outage-1')]).toEqual([{}, 0])
      expect(answer.status).toBe(503)
      line.fail(null)
      await until(async () => (await stack.graphql('support-agent', log('outage-1'))).status === 200)
      expect(await activities('outage-1')).toBe(1)
    })

    test('so is the read of a restricted field', async () => {
      line.fail(ledger)
      const query = '{ supplier(id: "sup-001") { bankDetails { iban } } }'
      const [answer, fetches] = await countFetches(stack, () => stack.graphql('jonas.weber', query))
      expect([answer.status, answer.codes, fetches]).toEqual([503, ['LEDGER_UNAVAILABLE'], {}])
      expect(answer.text).not.toContain('DE')
    })

    test('another read is done, and its answer is withheld', async () => {
      line.fail(ledger)
      const answer = await stack.graphql('support-agent', '{ account(id: "acc-0001") { name } }')
      refusedAsUnrecordable(answer, 'nothing-changed')
      expect(answer.text).not.toContain('Nordwind')
    })

    test('a mutation that has acted when the ledger goes says that its outcome is unknown, and is found afterwards', async () => {
      let acted = false
      line.fail((statement) => {
        acted ||= statement.includes('insert into "crm"."activities"')
        return acted && ledger(statement)
      })
      const answer = await stack.graphql('support-agent', log('outage-2'))
      refusedAsUnrecordable(answer, 'unknown')
      expect(await activities('outage-2')).toBe(1)
      // An intent counts as cut off when its request must long be over.
      const later = createLedgerReader(stack.database, () => new Date(Date.now() + 120_000))
      expect((await later.verify()).openIntents.map((open) => open.requestId)).toEqual([answer.requestId])

      line.fail(null)
      await until(async () => (await stack.recordsOf(answer.requestId)).length === 2)
      const [, late] = await stack.recordsOf(answer.requestId)
      expect(late?.result).toMatchObject({ outcome: 'answered', withheld: true })
      // What the agent is told to do: the same key once more gives the result, and changes nothing.
      const again = await stack.graphql('support-agent', log('outage-2'))
      expect(again.data).toEqual({ createActivity: { replayed: true } })
      expect(await activities('outage-2')).toBe(1)
    })

    test('readiness turns red, names the part, and turns green again', async () => {
      line.fail(ledger)
      await stack.graphql('support-agent', '{ me { id } }')
      expect(await ready()).toMatchObject({ status: 503, parts: { ledger: 'not ready', database: 'ready' } })
      line.fail(null)
      await until(async () => (await ready()).status === 200)
      expect((await stack.graphql('support-agent', '{ me { id } }')).status).toBe(200)
    })

    test('what was refused meanwhile stands in the ledger afterwards, and the chain is whole', async () => {
      line.fail(ledger)
      const denied = await stack.graphql('finance-agent', '{ contact(id: "con-00001") { email } }')
      expect(denied.codes).toEqual(['POLICY_DENIED'])
      line.fail(null)
      await until(async () => (await stack.recordsOf(denied.requestId)).length === 1)
      const [record] = await stack.recordsOf(denied.requestId)
      expect(record).toMatchObject({ denied: ['Contact.email'], result: { outcome: 'refused' } })
      expect((await stack.ledger.verify()).ok).toBe(true)
    })
  })
}
