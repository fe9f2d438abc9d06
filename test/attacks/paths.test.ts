/** Attacks on authorization, rows 18 to 25: another way to the same field must end in the same verdict. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OwnIssuer, startOwnIssuer } from '../support/own-issuer.ts'
import { countFetches, expectAnswered, expectRefused } from '../support/proof.ts'
import { type Stack, startStack } from '../support/stack.ts'

let issuer: OwnIssuer
let stack: Stack
beforeAll(async () => {
  issuer = await startOwnIssuer()
  stack = await startStack({ settings: issuer.settings })
})
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
  await issuer[Symbol.asyncDispose]()
})

/** Refused before any fetch, with these coordinates denied, in the answer and in the ledger. */
async function denies(as: string, query: string, denied: readonly string[], token?: string): Promise<void> {
  const options = token === undefined ? {} : { token }
  const [answer, fetches] = await countFetches(stack, () => stack.graphql(as, query, {}, options))
  const record = await expectRefused(stack, answer, 'POLICY_DENIED', 403)
  const named = answer.errors[0]?.extensions['denied'].map((field: { coordinate: string }) => field.coordinate)
  expect([named, record.denied, fetches], query).toEqual([denied, denied, {}])
}

describe('row 18: another path to the type', () => {
  test.each([
    '{ contact(id: "con-00001") { email } }',
    '{ case(id: "case-0001") { contact { email } } }',
    '{ account(id: "acc-0001") { cases { contact { email } } } }',
    '{ account(id: "acc-0001") { contacts { email } } }',
    '{ accounts { nodes { contacts { email } } } }',
    '{ accounts { edges { node { cases { contact { email } } } } } }',
    '{ activities { nodes { who { email } } } }',
    '{ opportunity(id: "opp-0001") { activities { who { email } } } }',
    '{ contact(id: "con-00001") { account { contacts { account { contacts { email } } } } } }',
  ])('row 18: an e-mail address by %s', (query) => denies('finance-agent', query, ['Contact.email']))

  test.each([
    '{ supplier(id: "sup-001") { bankDetails { iban } } }',
    '{ suppliers { nodes { bankDetails { iban } } } }',
    '{ supplierByName(name: "x") { bankDetails { iban } } }',
    '{ invoice(id: "INV-2025-00002") { supplier { bankDetails { iban } } } }',
    '{ account(id: "acc-0001") { invoices { supplier { bankDetails { iban } } } } }',
    '{ incidents { nodes { account { invoices { supplier { bankDetails { iban } } } } } } }',
  ])('row 18: bank details by %s', (query) =>
    denies('support-agent', query, ['Supplier.bankDetails', 'SupplierBankDetails.iban']),
  )
})

describe('row 19: the machinery of federation at the gateway', () => {
  test.each([
    [
      '_entities',
      '{ _entities(representations: [{ __typename: "Contact", id: "con-00001" }]) { ... on Contact { email } } }',
    ],
    ['_service', '{ _service { sdl } }'],
  ])('row 19: `%s` is no field, for an agent and for one who may see the whole schema', async (field, query) => {
    for (const as of ['finance-agent', 'dev.patel']) {
      const [answer, fetches] = await countFetches(stack, () => stack.graphql(as, query))
      await expectRefused(stack, answer, 'GRAPHQL_VALIDATION_FAILED', 400)
      expect(answer.errors[0]?.message).toBe(`Cannot query field "${field}" on type "Query".`)
      expect(fetches).toEqual({})
    }
  })
})

describe('row 22: aliases with other arguments', () => {
  const input = (key: string, amount: string) =>
    `{ idempotencyKey: "${key}", id: "INV-2026-00001", expectedVersion: 1, grossTotal: "${amount}" }`

  test.each([
    ['after', '100.00', '9000.00'],
    ['before', '9000.00', '100.00'],
  ])('row 22: an approval above the limit beside one below it, %s it', async (_where, first, second) => {
    const query = `mutation {
      one: approveInvoice(input: ${input('row22-a', first)}) { replayed }
      two: approveInvoice(input: ${input('row22-b', second)}) { replayed }
    }`
    const [answer, fetches] = await countFetches(stack, () => stack.graphql('finance-agent', query))
    await expectRefused(stack, answer, 'APPROVAL_REQUIRED', 403)
    expect(answer.errors[0]?.extensions['asked']).toHaveLength(1)
    expect(answer.errors[0]?.extensions['asked'][0].path).toBe(first === '9000.00' ? 'one' : 'two')
    // What people are shown of the records; nothing for the caller.
    expect(fetches).toEqual({ finance: 1 })
  })

  test('row 22: arguments in variables, and the same variables in another operation', async () => {
    const query = `mutation ($one: ApproveInvoiceInput!, $two: ApproveInvoiceInput!) {
      one: approveInvoice(input: $one) { replayed } two: approveInvoice(input: $two) { replayed }
    }`
    const one = { idempotencyKey: 'row22-c', id: 'INV-none', expectedVersion: 1, grossTotal: '4999.99' }
    const refused = await stack.graphql('finance-agent', query, { one, two: { ...one, grossTotal: '5000.01' } })
    await expectRefused(stack, refused, 'APPROVAL_REQUIRED', 403)
    // Both below the limit: the rules let it through to the system, which knows no such invoice.
    const passed = await stack.graphql('finance-agent', query, { one, two: { ...one, idempotencyKey: 'row22-d' } })
    expect(passed.codes).toEqual(['NOT_FOUND'])
  })

  test('row 22: a filter that tells what one may not read, beside one that does not', async () => {
    const query = `{
      a: contacts(first: 1, filter: { accountId: "acc-0001" }) { totalCount }
      b: contacts(first: 1, filter: { email: { contains: "erika" } }) { totalCount }
    }`
    await denies('finance-agent', query, ['Query.contacts'])
    await expectAnswered(
      stack,
      await stack.graphql('finance-agent', '{ contacts(filter: {accountId: "acc-0001"}) { totalCount } }'),
    )
  })
})

describe('row 23: fragments and type conditions', () => {
  test.each([
    'query { contact(id: "con-00001") { ... { email } } }',
    'query { contact(id: "con-00001") { ... on Contact { email } } }',
    'query { contact(id: "con-00001") { ...F } } fragment F on Contact { email }',
    'query { contact(id: "con-00001") { ...F } } fragment F on Contact { ...G } fragment G on Contact { ... { email } }',
    'query { contact(id: "con-00001") { ...F @include(if: true) } } fragment F on Contact { email @skip(if: false) }',
    'query ($no: Boolean = false) { contact(id: "con-00001") { id ... @skip(if: $no) { email } } }',
    'query { contact(id: "con-00001") { id: email } }',
    'query { ...Q } fragment Q on Query { contact(id: "con-00001") { email } }',
    // Through a union: by its member's name, and by a fragment inside a fragment.
    'query { activity(id: "act-00001") { what { ... on Case { contact { email } } } } }',
    'query { activity(id: "act-00001") { what { ...W } } } fragment W on ActivityTarget { ... on Account { contacts { email } } }',
  ])('row 23: %s', (query) => denies('finance-agent', query, ['Contact.email']))

  test('row 23: what a directive leaves out is not asked for, and not denied', async () => {
    const query = 'query ($yes: Boolean!) { contact(id: "con-00001") { id email @skip(if: $yes) } }'
    await expectAnswered(stack, await stack.graphql('finance-agent', query, { yes: true }))
    await expectRefused(stack, await stack.graphql('finance-agent', query, { yes: false }), 'POLICY_DENIED', 403)
  })
})

describe('row 24: a field of several possible types', () => {
  test('row 24: each member of a union is decided for itself, and one that is denied refuses the whole', async () => {
    const allowed =
      '{ activity(id: "act-00001") { what { __typename ... on Case { subject } ... on Account { name } } } }'
    await expectAnswered(stack, await stack.graphql('finance-agent', allowed))
    await denies(
      'finance-agent',
      '{ activity(id: "act-00001") { what { ... on Case { subject } ... on Account { name incidents { id } } } } }',
      ['Account.incidents', 'Incident.id'],
    )
  })
})

describe('row 25: what a field depends on', () => {
  // A finance agent whose token carries less than its role: it may read finance, and nothing of the crm.
  const narrow = (...scopes: string[]) => issuer.token('agent:finance-agent', ['finance-agent'], scopes)

  test('row 25: without the right to the tier, a credit standing that requires the tier is denied', async () => {
    const query = '{ invoices(first: 1) { nodes { number account { creditStanding { verdict } } } } }'
    await denies('finance-agent', query, ['Account.creditStanding'], await narrow('finance:read'))
    const whole = await stack.graphql(null, query, {}, { token: await narrow('finance:read', 'crm:read') })
    await expectAnswered(stack, whole)
  })

  test('row 25: a field of another system takes the right to the key by which it is fetched', async () => {
    const query = '{ invoices(first: 1) { nodes { account { name } } } }'
    await denies('finance-agent', query, ['Account.name'], await narrow('finance:read'))
    const control = '{ invoices(first: 1) { nodes { number } } }'
    await expectAnswered(stack, await stack.graphql(null, control, {}, { token: await narrow('finance:read') }))
  })
})
