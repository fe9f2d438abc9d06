/**
 * Rows 34, 35 and 37: what a caller may not know of answers as if it were not there, byte for byte and header for header; the
 * ledger alone knows better.
 */
import {
  type GraphQLSchema,
  type IntrospectionQuery,
  buildClientSchema,
  getIntrospectionQuery,
  parse,
  validate,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAnswered, expectRefused } from '../support/proof.ts'
import { type Stack, type StackAnswer, startStack } from '../support/stack.ts'

let stack: Stack
/** What introspection shows to `support-agent`. */
let mine: GraphQLSchema
beforeAll(async () => {
  stack = await startStack()
  mine = await introspect('support-agent')
})
afterAll(() => stack[Symbol.asyncDispose]())

async function introspect(as: string): Promise<GraphQLSchema> {
  const answer = await stack.graphql(as, getIntrospectionQuery({ inputValueDeprecation: true }))
  const record = await expectAnswered(stack, answer)
  expect([record.requested, record.result?.subgraphs]).toEqual([[], []])
  return buildClientSchema(answer.data as unknown as IntrospectionQuery)
}

/** What reaches the caller, without what is new in each answer. */
function seen({ status, text, headers }: StackAnswer): unknown {
  const { 'mandate-request-id': id, date: _date, ...others } = headers
  return { status, text, headers: others, hasId: typeof id === 'string' }
}

const withoutSuggestion = (text: string) => text.replaceAll(/ Did you mean [^?]*\?/g, '')

/** A name of the same length that no contract has, and that resembles none of them. */
const invented = (name: string) => `${/^[A-Z]/.test(name) ? 'X' : 'x'}${'q'.repeat(name.length - 1)}`

/** Hidden names by the place where a document can say them; `support-agent` may know of none. */
const hidden: readonly (readonly [place: string, name: string, text: (name: string) => string, denied: string])[] = [
  ['root field', 'payments', (name) => `{ ${name}(first: 1) { nodes { id } } }`, 'Query.payments'],
  ['root field', 'journalEntries', (name) => `{ ${name} { totalCount } }`, 'Query.journalEntries'],
  [
    'root field',
    'ledgerTrail',
    (name) => `{ ${name}(principal: "agent:support-agent") { nodes { seq } } }`,
    'Query.ledgerTrail',
  ],
  ['mutation', 'revoke', (name) => `mutation { ${name}(input: {}) { replayed } }`, 'Mutation.revoke'],
  ['mutation', 'releasePayment', (name) => `mutation { ${name}(input: {}) { replayed } }`, 'Mutation.releasePayment'],
  [
    'mutation',
    'updateSupplierBankDetails',
    (name) => `mutation { ${name}(input: { id: "sup-001", iban: "DE66" }) { replayed } }`,
    'Mutation.updateSupplierBankDetails',
  ],
  ['field', 'payments', (name) => `{ invoice(id: "INV-2026-00001") { number ${name} { id } } }`, 'Invoice.payments'],
  [
    'field behind one that may be asked for',
    'callbackReference',
    (name) => `{ supplier(id: "sup-001") { bankDetails { ${name} } } }`,
    'SupplierBankDetails.callbackReference',
  ],
  [
    'field in a fragment',
    'payments',
    (name) => `{ invoice(id: "x") { ...F } } fragment F on Invoice { ${name} { id } }`,
    'Invoice.payments',
  ],
  ['aliased field', 'payments', (name) => `{ a: ${name} { totalCount } }`, 'Query.payments'],
  ['type condition', 'JournalEntry', (name) => `{ me { ... on ${name} { id } } }`, ''],
  ['fragment type', 'JournalLine', (name) => `{ me { ...F } } fragment F on ${name} { id }`, ''],
  ['variable type', 'ReleasePaymentInput', (name) => `query ($v: ${name}) { me { id } }`, ''],
  ['variable type', 'PaymentSortField', (name) => `query ($v: [${name}!]) { me { id } }`, ''],
]

describe('row 37: a hidden name and one that does not exist', () => {
  test.each(hidden)('row 37: %s `%s`', async (_place, name, text, denied) => {
    const other = invented(name)
    const there = await stack.graphql('support-agent', text(name))
    const missing = await stack.graphql('support-agent', text(other))
    expect(there.codes).toEqual(['GRAPHQL_VALIDATION_FAILED'])
    const renamed = missing.text.replaceAll(other, name)
    if (!there.text.includes('Did you mean')) expect(seen(there)).toEqual(seen({ ...missing, text: renamed }))
    // A suggestion depends on the letters of a name. It is the one that the caller's own schema gives for them.
    const asked = validate(mine, parse(text(name))).map(({ message }) => message)
    expect(there.errors.map(({ message }) => message)).toEqual(asked)
    expect(withoutSuggestion(there.text)).toBe(withoutSuggestion(renamed))
    const record = await expectRefused(stack, there, 'GRAPHQL_VALIDATION_FAILED', 400)
    const invention = await expectRefused(stack, missing, 'GRAPHQL_VALIDATION_FAILED', 400)
    expect(invention.denied).toEqual([])
    if (denied === '') return
    expect(record.denied).toContain(denied)
    expect(record.result?.reason).toBe('The operation asked for coordinates that the caller may not know of.')
    expect(invention.result?.reason).toBeNull()
  })

  test('row 37: beside a field that is only denied, the hidden one does not change what is said', async () => {
    const text = (name: string) => `{ supplier(id: "sup-001") { ${name} bankDetails { iban ${name} } } }`
    const there = await stack.graphql('support-agent', text('callbackReference'))
    const missing = await stack.graphql('support-agent', text(invented('callbackReference')))
    expect(there.text).toBe(missing.text.replaceAll(invented('callbackReference'), 'callbackReference'))
    expect(there.text).not.toContain('POLICY_DENIED')
  })

  test('row 37: the name of a hidden type by introspection', async () => {
    for (const name of ['Payment', 'JournalEntry', 'RevokeInput', 'LedgerRecord', 'PaymentBeneficiary']) {
      const text = (each: string) => `{ __type(name: "${each}") { name kind description fields { name } } }`
      const there = await stack.graphql('support-agent', text(name))
      const missing = await stack.graphql('support-agent', text(invented(name)))
      expect(there.data).toEqual({ __type: null })
      expect(seen(there)).toEqual(seen(missing))
      await expectAnswered(stack, there)
    }
  })

  // A sanity test, with a bound that a busy machine keeps: a lookup that only one of the two makes would take far longer.
  test('row 37: takes as long, within noise', async () => {
    const text = (name: string) => `{ ${name} { totalCount } }`
    const took: Record<'there' | 'missing', number[]> = { there: [], missing: [] }
    for (let run = 0; run < 150; run += 1) {
      for (const which of run % 2 === 0 ? (['there', 'missing'] as const) : (['missing', 'there'] as const)) {
        const startedMs = performance.now()
        await stack.graphql('support-agent', text(which === 'there' ? 'journalEntries' : invented('journalEntries')))
        took[which].push(performance.now() - startedMs)
      }
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
    const [there, missing] = [median(took.there), median(took.missing)]
    expect(Math.abs(there - missing)).toBeLessThan(Math.max(1.5, 0.35 * missing))
  })
})

describe('row 35: suggestions', () => {
  test.each([
    ['support-agent', '{ payment(id: "x") { id } }', 'payment'],
    ['support-agent', '{ paymnts { totalCount } }', 'payments'],
    ['support-agent', '{ supplier(id: "x") { bankDetails { callbackReferenc } } }', 'callbackReference'],
    ['support-agent', 'mutation { releasePaymen(input: {}) { replayed } }', 'releasePayment'],
    ['finance-agent', '{ journalEntrie { totalCount } }', 'journalEntries'],
    ['finance-agent', 'mutation { updateSupplierBankDetail(input: {}) { replayed } }', 'updateSupplierBankDetails'],
    ['sales-agent', '{ me { ... on JournalEntri { id } } }', 'JournalEntry'],
  ])('row 35: as %s, %s does not suggest `%s`', async (as, query, name) => {
    const answer = await stack.graphql(as, query)
    await expectRefused(stack, answer, 'GRAPHQL_VALIDATION_FAILED', 400)
    const said = answer.errors.map(({ message }) => message.replace(/^[^.]*\./, '')).join(' ')
    expect(said).not.toContain(name)
  })

  test('row 35: what the caller may know of is suggested, and so the test above means something', async () => {
    const { errors } = await stack.graphql('jonas.weber', '{ paymnts { totalCount } }')
    expect(errors[0]?.message).toContain('Did you mean "payments"')
  })
})

describe('row 34: introspection', () => {
  test('row 34: an agent is shown its own schema; what it may ask for is marked with whom to ask', () => {
    const query = mine.getQueryType()?.getFields() ?? {}
    const names = Object.keys(query)
    expect(names).toEqual(expect.arrayContaining(['account', 'incident', 'invoice', 'supplier', 'me']))
    for (const name of ['payments', 'journalEntries', 'ledgerTrail']) expect(names).not.toContain(name)
    expect(mine.getType('JournalEntry')).toBeUndefined()
    const supplier = mine.getType('Supplier')
    const bank = supplier && 'getFields' in supplier ? supplier.getFields()['bankDetails'] : undefined
    expect(bank?.description).toContain('needs the scope `finance:bank:read` (ask treasury)')
  })

  test('row 34: whoever holds the explorer scope is shown all, and may use no more than before', async () => {
    const schema = await introspect('dev.patel')
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(
      expect.arrayContaining(['payments', 'ledgerTrail']),
    )
    await expectRefused(stack, await stack.graphql('dev.patel', '{ payments { totalCount } }'), 'POLICY_DENIED', 403)
  })

  test('row 34: what introspection shows is what validation takes', async () => {
    const schema = await introspect('finance-agent')
    for (const text of [
      '{ payments { totalCount } }',
      '{ journalEntries { totalCount } }',
      '{ incidents { totalCount } }',
    ]) {
      const valid = validate(schema, parse(text)).length === 0
      const { codes } = await stack.graphql('finance-agent', text)
      expect(codes.includes('GRAPHQL_VALIDATION_FAILED'), text).toBe(!valid)
    }
  })
})
