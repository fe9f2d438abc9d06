/** The command line beside a running gateway that holds the embedded ledger: the auditor's and the engineer's questions. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GatewayProcess, startGateway } from '../support/process.ts'

let gateway: GatewayProcess
let denied: string
beforeAll(async () => {
  gateway = await startGateway()
  await gateway.graphql(
    'jonas.weber',
    'query PayWhom { supplier(id: "sup-001") { bankDetails { iban } } }',
    {},
    { 'mandate-purpose': 'accounts-payable' },
  )
  const refused = await gateway.graphql(
    'support-agent',
    'query PayMe { supplier(id: "sup-001") { bankDetails { iban } } }',
  )
  denied = refused.headers.get('mandate-request-id') ?? ''
})
afterAll(() => gateway[Symbol.asyncDispose]())

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await gateway.mandate(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Record<string, any>
}

test('audit who names reader, purpose and the one who was denied', async () => {
  const { accesses } = await json('audit', 'who', 'SupplierBankDetails.iban', '--since', '1h')
  expect(accesses).toMatchObject([
    { principal: 'agent:support-agent', verb: 'denied', delivered: 0, operation: 'PayMe' },
    { principal: 'person:jonas.weber', verb: 'read', delivered: 1, purpose: 'accounts-payable', operation: 'PayWhom' },
  ])
  const text = (await gateway.mandate('audit', 'who', 'SupplierBankDetails.iban')).stdout
  expect(text).toMatch(/SupplierBankDetails\.iban: 2 requests\n/u)
  expect(text).toMatch(/person:jonas\.weber\s+-\s+read\s+1\s+accounts-payable\s+PayWhom/u)
})

test('audit trail tells what an agent did', async () => {
  const { records } = await json('audit', 'trail', 'support-agent')
  expect(records).toMatchObject([
    { operation: { name: 'PayMe' }, result: { outcome: 'refused', codes: ['POLICY_DENIED'], subgraphs: [] } },
  ])
})

test('audit show tells all of one request', async () => {
  const { stdout } = await gateway.mandate('audit', 'show', denied)
  expect(stdout).toContain(`Request ${denied}: 1 record`)
  expect(stdout).toMatch(/denied\s+Supplier\.bankDetails, SupplierBankDetails\.iban/u)
})

test('audit verify goes through the gateway, which holds the folder', async () => {
  const { code, stdout } = await gateway.mandate('audit', 'verify')
  expect(code).toBe(0)
  expect(stdout).toContain(`The ledger in the gateway at ${gateway.url} is whole`)
  const head = /Head: (\d+:[\w-]{43})/u.exec(stdout)?.[1] ?? ''
  expect((await gateway.mandate('audit', 'verify', '--expect', head)).code).toBe(0)
  const other = await gateway.mandate('audit', 'verify', '--expect', `${head.split(':')[0]}:${'A'.repeat(43)}`)
  expect(other.code).toBe(1)
  expect(other.stdout).toContain('other-history')
})

test('policy explain says what the rule is, where it stands and what is missing', async () => {
  const { code, stdout } = await gateway.mandate(
    'policy',
    'explain',
    '--as',
    'support-agent',
    'SupplierBankDetails.iban',
  )
  expect(code).toBe(0)
  expect(stdout).toContain('policies/finance.ts:')
  expect(stdout).toContain('finance:bank:read')
  const { stdout: open } = await gateway.mandate('policy', 'explain', '--as', 'jonas.weber', 'SupplierBankDetails.iban')
  expect(open).toMatch(/allow/u)
})

test('what cannot be answered ends with a message and code 1', async () => {
  for (const args of [
    ['audit', 'show', 'no-such-request'],
    ['token', 'nobody'],
    ['audit', 'who', 'iban'],
  ]) {
    const { code, stdout, stderr } = await gateway.mandate(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).not.toContain('    at ')
    expect(stderr.length).toBeGreaterThan(20)
  }
})
