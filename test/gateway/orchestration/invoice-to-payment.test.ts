/** Invoice intake to payment: what fits is approved and proposed, what does not comes before people. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Stack, startStack } from '../../support/stack.ts'
import { approveAct, doTask, readRun, startRun, untilRun, voteOn } from '../../support/workflows.ts'

let stack: Stack
let invoices: { id: string; grossTotal: string; verdict: string }[] = []
beforeAll(async () => {
  stack = await startStack({ workflows: 'on' })
  const { data, errors } = await stack.graphql(
    'finance-agent',
    `{ invoices(first: 50, filter: { statuses: [RECEIVED], direction: PURCHASE }) {
      nodes { id grossTotal createdBy threeWayMatch { verdict } }
    } }`,
  )
  expect(errors).toStrictEqual([])
  // Whoever entered an invoice does not approve it.
  invoices = data!['invoices'].nodes
    .filter(({ createdBy }: any) => createdBy !== 'agent:finance-agent')
    .map((each: any) => ({ ...each, verdict: each.threeWayMatch?.verdict ?? 'NO_ORDER' }))
})
afterAll(() => stack[Symbol.asyncDispose]())

const payOn = '2027-01-15'
const agreeTo = async (run: string, decision: 'APPROVE' | 'REJECT') => {
  await untilRun(stack, run, {
    steps: expect.arrayContaining([expect.objectContaining({ id: 'agree', state: 'READY' })]),
  })
  return await voteOn(stack, 'jonas.weber', `${run}:agree`, decision)
}
const one = (verdict: (text: string) => boolean, amount: (total: number) => boolean) => {
  const found = invoices.find((each) => verdict(each.verdict) && amount(Number(each.grossTotal)))
  invoices = invoices.filter((each) => each !== found)
  return found?.id
}

test('what fits is approved by the agent, proposed, and paid when people agree', async () => {
  const id = one(
    (verdict) => verdict === 'MATCHED',
    (total) => total <= 5_000,
  )
  expect(id).toBeDefined()
  const run = await startRun(stack, 'finance-agent', 'invoice-to-payment', { invoiceId: id, payOn })
  expect((await agreeTo(run, 'APPROVE')).errors).toStrictEqual([])
  const ended = await untilRun(stack, run, { status: 'COMPLETED', outcome: 'SUCCESS' })
  expect(ended.output.payment).toMatch(/^PAY-/)
})

test('what is above the agent’s limit waits for the approval of the act', async () => {
  const id = one(
    (verdict) => verdict === 'MATCHED',
    (total) => total > 5_000,
  )
  expect(id).toBeDefined()
  const run = await startRun(stack, 'finance-agent', 'invoice-to-payment', { invoiceId: id, payOn })
  await untilRun(stack, run, {
    steps: expect.arrayContaining([expect.objectContaining({ id: 'approve', state: 'APPROVAL_REQUIRED' })]),
  })
  await approveAct(stack, 'jonas.weber', 'Mutation.approveInvoice')
  // It is carried out, and the run goes on by itself; not agreed to, what it proposed is taken back.
  expect((await agreeTo(run, 'REJECT')).errors).toStrictEqual([])
  const ended = await untilRun(stack, run, { status: 'COMPENSATED', outcome: 'FAILED' })
  const { payment } = ended.context
  const { data: after } = await stack.graphql('jonas.weber', 'query P($id: ID!) { payment(id: $id) { status } }', {
    id: payment.id,
  })
  expect(after!['payment'].status).toBe('CANCELLED')
})

test('what does not fit is looked into by an agent, and a person decides', async () => {
  const id = one(
    (verdict) => verdict !== 'MATCHED',
    () => true,
  )
  expect(id).toBeDefined()
  const run = await startRun(stack, 'finance-agent', 'invoice-to-payment', { invoiceId: id, payOn })
  await doTask(stack, 'procurement-agent', 'procurement-agent', run, () => ({
    recommendation: 'DISPUTE',
    explanation: 'Nobody here ordered what the supplier bills.',
  }))
  await doTask(stack, 'jonas.weber', 'finance-controller', run, ({ examination }) => ({
    decision: examination.recommendation,
    reason: 'The supplier has to correct it.',
  }))
  await untilRun(stack, run, { status: 'COMPLETED', outcome: 'BUSINESS_REJECTED' })
  const { data } = await stack.graphql('jonas.weber', 'query I($id: ID!) { invoice(id: $id) { status } }', { id })
  expect(data!['invoice'].status).toBe('DISPUTED')
})

test('a stop of the workflow reaches its runs, and one that is cancelled ends', async () => {
  const id = one(
    (verdict) => verdict === 'MATCHED',
    () => true,
  )
  expect(id).toBeDefined()
  const engage = `mutation E($input: EngageStopInput!) { engageStop(input: $input) { stop { id version } } }`
  const stopped = await stack.graphql('nina.vogt', engage, {
    input: {
      idempotencyKey: crypto.randomUUID(),
      scope: 'WORKFLOW',
      target: 'invoice-to-payment',
      mode: 'BLOCK_NEW',
      reason: 'A drill',
      releaseNeeds: 1,
    },
  })
  expect(stopped.errors).toStrictEqual([])
  const run = await startRun(stack, 'finance-agent', 'invoice-to-payment', { invoiceId: id, payOn })
  const failed = await vi.waitFor(
    async () => {
      const { notices } = await readRun(stack, run)
      const told = notices.find(({ name }: any) => name === 'task.attempt-failed')
      expect(told).toBeDefined()
      return told
    },
    { timeout: 8_000, interval: 100 },
  )
  expect(JSON.parse(failed.data)).toMatchObject({ code: 'STOPPED', class: 'RETRYABLE' })
  const cancel = `mutation C($input: CancelRunInput!) { cancelRun(input: $input) { run { status } } }`
  const cancelled = await stack.graphql('omar.haddad', cancel, {
    input: { idempotencyKey: crypto.randomUUID(), run, reason: 'Not needed' },
  })
  expect(cancelled.errors).toStrictEqual([])
  await untilRun(stack, run, { status: 'CANCELLED', outcome: 'CANCELLED' })
})
