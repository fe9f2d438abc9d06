/** A workflow through the whole gateway: its operations under agents, its tasks by agents, its end at a person. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../../support/stack.ts'
import { completeTask, doTask, readRun, startRun, takeTask, untilRun } from '../../support/workflows.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ workflows: 'on' })
})
afterAll(() => stack[Symbol.asyncDispose]())

const email = (messageId: string, more: object = {}) => ({
  messageId,
  from: 'erika.brandt@nordwind-logistics.example',
  subject: 'Gateways are offline',
  text: 'Since this morning none of our gateways report. Please help.',
  ...more,
})
const understood = { reason: 'MALFUNCTION', summary: 'Their gateways do not report any more', urgency: 'HIGH' }

test('a customer writes, an incident is opened, and the account manager follows up', async () => {
  const run = await startRun(stack, 'support-agent', 'customer-email', email('<1>'))
  await doTask(stack, 'support-agent', 'support-agent', run, () => understood)
  await doTask(stack, 'it-ops-agent', 'it-ops-agent', run, () => ({ category: 'NETWORK', impact: 'HIGH' }))
  await doTask(stack, 'maria.keller', 'account-manager', run, () => ({ agreed: 'They are called back at noon.' }))
  const ended = await untilRun(stack, run, { status: 'COMPLETED', outcome: 'SUCCESS', hasIncident: false })
  expect(ended.output).toMatchObject({
    agreed: 'They are called back at noon.',
    incident: expect.stringMatching(/^INC/),
  })

  // The systems have it, under the names of the agents that acted.
  const { data } = await stack.graphql(
    'support-agent',
    'query Case($id: ID!) { case(id: $id) { status origin incident { number } } }',
    { id: ended.output.case },
  )
  expect(data!['case']).toMatchObject({ origin: 'EMAIL', incident: { number: ended.output.incident } })
  const records = await stack.ledger.trail('agent:it-ops-agent', { limit: 50 })
  const opened = records.items.find((each) => JSON.stringify(each).includes('OpenIncident'))
  expect(JSON.stringify(opened)).toContain(`service:run-${run}`)
})

test('the same message twice is one run', async () => {
  const first = await startRun(
    stack,
    'support-agent',
    'customer-email',
    email('<2>', { from: 'nobody@nowhere.example' }),
  )
  expect(await startRun(stack, 'support-agent', 'customer-email', email('<2>'))).toBe(first)
  await doTask(stack, 'maria.keller', 'account-manager', first, () => ({
    contactId: null,
    accountId: null,
    ownerId: null,
  }))
})

test('a wrong answer is refused with what is wrong; one that breaks a check is tried again, and then a person decides', async () => {
  const run = await startRun(stack, 'support-agent', 'customer-email', email('<3>', { subject: 'About <3>' }))
  const claimed = await takeTask(stack, 'support-agent', 'support-agent', run)
  const refused = await completeTask(stack, 'support-agent', claimed, { reason: 'SOMETHING', summary: 'short' })
  expect(refused.codes).toStrictEqual(['RESULT_INVALID'])
  const wrong = { ...understood, summary: `It is ${email('').from} again` }
  expect((await completeTask(stack, 'support-agent', claimed, wrong)).errors).toStrictEqual([])
  const again = await takeTask(stack, 'support-agent', 'support-agent', run)
  expect(again.task).toMatchObject({ node: 'understand', attempt: 2 })
  await completeTask(stack, 'support-agent', again, wrong)
  // Nobody else is a support agent, so it comes to the account manager.
  const atPerson = await takeTask(stack, 'maria.keller', 'account-manager', run)
  expect(atPerson.task).toMatchObject({ node: 'understand', level: 2 })
  await completeTask(stack, 'maria.keller', atPerson, { ...understood, reason: 'FEEDBACK' })
  await doTask(stack, 'maria.keller', 'account-manager', run, () => ({ agreed: 'Thanked.' }))
  expect((await readRun(stack, run)).outcome).toBe('SUCCESS')
})

test('an address that nobody knows comes before a person, who may say that it is nobody', async () => {
  const run = await startRun(stack, 'support-agent', 'customer-email', email('<4>', { from: 'nobody@nowhere.example' }))
  await doTask(stack, 'maria.keller', 'account-manager', run, () => ({
    contactId: null,
    accountId: null,
    ownerId: null,
  }))
  await untilRun(stack, run, { status: 'COMPLETED', outcome: 'BUSINESS_REJECTED' })
})

test('what is told of a run can be followed, from where one left off, by whoever may see the run', async () => {
  const run = await startRun(stack, 'support-agent', 'customer-email', email('<5>', { from: 'nobody@nowhere.example' }))
  const nobody = { contactId: null, accountId: null, ownerId: null }
  await doTask(stack, 'maria.keller', 'account-manager', run, () => nobody)
  await untilRun(stack, run, { status: 'COMPLETED' })
  const follow = async (as: string, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${await stack.app.mint!(as)}`
    return await stack.app.server.inject({ url: `/runs/${run}/events`, headers: { authorization, ...headers } })
  }
  const idsOf = (text: string) => [...text.matchAll(/^id: (\d+)$/gmu)].map(([, id]) => Number(id))

  // The run is over, so the stream ends by itself.
  const whole = await follow('maria.keller')
  expect(whole.headers['content-type']).toContain('text/event-stream')
  const ids = idsOf(whole.body)
  expect(ids).toStrictEqual(ids.map((_, index) => index + 1))
  expect(whole.body).toContain('event: run.started\n')
  expect(whole.body).toContain('event: run.completed\n')
  const rest = await follow('maria.keller', { 'last-event-id': '3' })
  expect(idsOf(rest.body)).toStrictEqual(ids.filter((id) => id > 3))

  const other = await follow('sales-agent')
  expect(other.statusCode).toBe(404)
  expect(JSON.parse(other.body).errors[0].extensions.code).toBe('NOT_FOUND')
})
