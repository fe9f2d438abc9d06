/** Purchase requisition to confirmed order: two checks at once, approval by amount, release by a person, the supplier's confirmation. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../../support/stack.ts'
import { approveAct, completeTask, doTask, startRun, takeTask, untilRun, voteOn } from '../../support/workflows.ts'

let stack: Stack
let requisitions: { id: string; total: string }[] = []
beforeAll(async () => {
  stack = await startStack({ workflows: 'on' })
  const { data } = await stack.graphql(
    'procurement-agent',
    `{ purchaseRequisitions(first: 50, filter: { statuses: [SUBMITTED] }) { nodes { id total } } }`,
  )
  requisitions = data!['purchaseRequisitions'].nodes
})
afterAll(() => stack[Symbol.asyncDispose]())

const fine = { ok: true, reason: 'Nothing speaks against it.' }
const idOf = (amount: (total: number) => boolean) => requisitions.find(({ total }) => amount(Number(total)))?.id
const atStep = (id: string, state: string) => ({
  steps: expect.arrayContaining([expect.objectContaining({ id, state })]),
})

test('a requisition is checked twice at once, approved, ordered, released by a person, sent, and confirmed', async () => {
  const requisitionId = idOf((total) => total > 1_000 && total <= 5_000)
  expect(requisitionId).toBeDefined()
  const run = await startRun(stack, 'procurement-agent', 'purchase-requisition', { requisitionId })
  // Both are there at the same time.
  const supplier = await takeTask(stack, 'supplier-data-agent', 'supplier-data-agent', run)
  const budget = await takeTask(stack, 'finance-agent', 'finance-agent', run)
  expect((await completeTask(stack, 'finance-agent', budget, fine)).errors).toStrictEqual([])
  expect((await completeTask(stack, 'supplier-data-agent', supplier, fine)).errors).toStrictEqual([])
  // The agent may not decide about so much alone: the step waits, and goes on by itself.
  await untilRun(stack, run, atStep('approve', 'APPROVAL_REQUIRED'))
  await approveAct(stack, 'bernd.osthoff', 'Mutation.decideRequisition')
  await doTask(stack, 'bernd.osthoff', 'purchasing-manager', run, async ({ order, netTotal }) => {
    const read = await stack.graphql('bernd.osthoff', 'query O($id: ID!) { purchaseOrder(id: $id) { version } }', {
      id: order,
    })
    const released = await stack.graphql(
      'bernd.osthoff',
      `mutation R($input: ReleasePurchaseOrderInput!) { releasePurchaseOrder(input: $input) { purchaseOrder { version } } }`,
      {
        input: {
          idempotencyKey: crypto.randomUUID(),
          id: order,
          expectedVersion: read.data!['purchaseOrder'].version,
          netTotal,
        },
      },
    )
    expect(released.errors).toStrictEqual([])
    return { released: true, version: released.data!['releasePurchaseOrder'].purchaseOrder.version }
  })
  const waiting = await untilRun(stack, run, atStep('confirmation', 'WAITING'))
  const signalled = await stack.graphql(
    'procurement-agent',
    `mutation S($input: SignalRunInput!) { signalRun(input: $input) { run { status } } }`,
    {
      input: {
        idempotencyKey: crypto.randomUUID(),
        run,
        event: 'orderConfirmed',
        key: waiting.context.order.id,
        payload: JSON.stringify({ deliveredOn: '2027-02-01' }),
      },
    },
  )
  expect(signalled.errors).toStrictEqual([])
  const ended = await untilRun(stack, run, { status: 'COMPLETED', outcome: 'SUCCESS' })
  expect(ended.output).toMatchObject({ confirmation: { deliveredOn: '2027-02-01' } })
})

test('a large one needs people to agree, and is rejected when they do not', async () => {
  const requisitionId = idOf((total) => total > 10_000)
  expect(requisitionId).toBeDefined()
  const run = await startRun(stack, 'procurement-agent', 'purchase-requisition', { requisitionId })
  await doTask(stack, 'supplier-data-agent', 'supplier-data-agent', run, () => fine)
  await doTask(stack, 'finance-agent', 'finance-agent', run, () => fine)
  await untilRun(stack, run, atStep('agree', 'READY'))
  expect((await voteOn(stack, 'ruth.meyer', `${run}:agree`, 'REJECT')).errors).toStrictEqual([])
  await untilRun(stack, run, atStep('reject', 'APPROVAL_REQUIRED'))
  await approveAct(stack, 'bernd.osthoff', 'Mutation.decideRequisition')
  await untilRun(stack, run, { status: 'COMPLETED', outcome: 'BUSINESS_REJECTED' })
})
