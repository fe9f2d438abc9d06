/** `npm run demo -- <workflow>` as it is run: agents as processes of their own, and what is done when they fail. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GatewayProcess, cleanEnvironment, repository, run, startGateway } from '../support/process.ts'

let gateway: GatewayProcess
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const demo = (...args: string[]) =>
  run(process.execPath, ['examples/demo.ts', ...args], { cwd: repository, env: cleanEnvironment() })
const atGateway = (...args: string[]) => demo(...args, '--url', gateway.url, '--data', gateway.folder)

/** Runs it to its end; gives what it told. */
async function tells(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await atGateway(...args)
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' })
  expect(stdout).not.toContain('\u001b')
  return stdout
}

/** The number and the words of a line of the summary. */
const lineOf = (told: string, name: string) => {
  const found = new RegExp(`^  ${name} +(\\d+)(?:  (.*))?$`, 'mu').exec(told)
  return { count: Number(found?.[1]), words: found?.[2] ?? '' }
}

describe.concurrent('each workflow, beside the others', () => {
  test('customer-email, where an agent is killed: another one takes its task over when the lease has ended', async () => {
    const told = await tells('customer-email', '--runs', '2', '--fail', 'agent-dies')
    expect(told).toContain('support-agent #1        is dead, and leaves: Understand what the customer wants')
    expect(told).toContain('ends the lease of support-agent: Understand what the customer wants')
    const took = /support-agent #1 died over “Understand .*”; support-agent #2 had it ([\d.]+) s later/u.exec(told)
    // The lease is of 15 seconds, and began a little before.
    expect(Number(took?.[1])).toBeGreaterThan(10)
    expect(lineOf(told, 'runs')).toEqual({ count: 2, words: '2 SUCCESS' })
    expect(lineOf(told, 'attempts lost').count).toBe(1)
  })

  test('invoice-to-payment: what fits is paid, what is large is approved, what does not fit is disputed', async () => {
    const told = await tells('invoice-to-payment')
    expect(told).toContain('recommends DISPUTE: NO_ORDER')
    expect(told).toContain('approves the act: approveInvoice')
    expect(lineOf(told, 'runs')).toEqual({ count: 3, words: '2 SUCCESS, 1 BUSINESS_REJECTED' })
    expect(lineOf(told, 'tasks done by agents')).toEqual({ count: 1, words: '1 procurement-agent' })
    expect(lineOf(told, 'approvals').words).toContain('2 votes in a workflow, 1 act that a rule put to people')
  })

  test('purchase-requisition: checked, agreed to, ordered, released, and confirmed from outside', async () => {
    const told = await tells('purchase-requisition', '--runs', '2')
    for (const moment of [
      'finance-agent           CC-3100 comes to EUR 92,769.00 of EUR 100,000 in 90 days.',
      'ruth.meyer              votes for it: Agree to a large requisition',
      'bernd.osthoff           approves the act: decideRequisition',
      'bernd.osthoff           releases PO-2026-',
      'outside                 the supplier confirms the order',
    ]) {
      expect(told).toContain(moment)
    }
    expect(lineOf(told, 'runs')).toEqual({ count: 2, words: '2 SUCCESS' })
    expect(lineOf(told, 'tasks done by agents').count).toBe(4)
  })
})

test('customer-email: agents do what they can, a person finds out who nobody knows, and the ledger has all of it', async () => {
  const told = await tells('customer-email')
  expect(lineOf(told, 'runs')).toEqual({ count: 3, words: '2 SUCCESS, 1 BUSINESS_REJECTED' })
  expect(lineOf(told, 'tasks done by agents')).toEqual({ count: 3, words: '2 support-agent, 1 it-ops-agent' })
  expect(lineOf(told, 'tasks done by people')).toEqual({ count: 3, words: '3 maria.keller' })
  expect(told).toMatch(/ support-agent +6 records, +4 on its behalf {2}FindSender, BeginTask, CompleteTask, OpenCase/u)
  expect(told).toMatch(/ it-ops-agent +3 records, +1 on its behalf {2}BeginTask, CompleteTask, OpenIncident/u)
})

test('wrong-answer: the schema refuses the first, a check the second, and a person decides', async () => {
  const told = await tells('customer-email', '--runs', '1', '--fail', 'wrong-answer')
  expect(told).toContain('fails: RESULT_INVALID: ')
  expect(told).toContain('refuses the answer: The summary must not name the address of the sender.')
  expect(told).toContain('asks account-manager: Understand what the customer wants')
  expect(lineOf(told, 'attempts failed')).toEqual({ count: 2, words: '1 RESULT_INVALID, 1 CHECK_FAILED' })
  expect(lineOf(told, 'tasks done by people').count).toBe(2)
})

test('denied: the agent is told which rule, and leaves the task to a person', async () => {
  const told = await tells('customer-email', '--runs', '1', '--fail', 'denied')
  expect(told).toContain('is refused: POLICY_DENIED. Field `Supplier.bankDetails` needs the scope `finance:bank:read`.')
  expect(told).toContain('gives to a person: Understand what the customer wants')
  expect(lineOf(told, 'handed to people').count).toBe(1)
  expect(told).toContain('WhereIsItPaid')
})

test('what there is not is named, with what there is', async () => {
  const answers = await Promise.all([
    demo('customer-mail'),
    demo('customer-email', '--fail', 'bad-luck'),
    demo('customer-email', '--runs', 'many'),
    demo('support', '--runs', '2'),
  ])
  expect(answers.map(({ code, stderr }) => ({ code, stderr: stderr.trim() }))).toEqual([
    {
      code: 1,
      stderr:
        'The demo ended early. There is no story `customer-mail`. Choose from support, life, customer-email, invoice-to-payment, purchase-requisition.',
    },
    {
      code: 1,
      stderr:
        'The demo ended early. There is no fault `bad-luck`. Choose from agent-dies, wrong-answer, slow-system, denied, all-fail.',
    },
    { code: 1, stderr: 'The demo ended early. --runs takes a number from 1 to 40, not `many`.' },
    {
      code: 1,
      stderr:
        'The demo ended early. --runs, --agents and --fail are for workflows: customer-email, invoice-to-payment, purchase-requisition.',
    },
  ])
})
