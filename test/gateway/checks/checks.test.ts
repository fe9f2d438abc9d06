import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aliasesExpanded } from '../../../gateway/checks/aliases.ts'
import { estimateCost } from '../../../gateway/checks/cost.ts'
import { depth } from '../../../gateway/checks/depth.ts'
import { checkText, operationChecks, textChecks } from '../../../gateway/checks/index.ts'
import type { Limits } from '../../../gateway/checks/limits.ts'
import { mixedIntrospection } from '../../../gateway/checks/mixed-introspection.ts'
import { scan } from '../../../gateway/checks/scan.ts'
import type { Exchange } from '../../../gateway/exchange.ts'
import { codeOf, describeText } from '../../support/operations.ts'

const limits: Limits = {
  bodyBytes: 10_000,
  tokens: 200,
  aliases: 5,
  directives: 5,
  depth: 3,
  fields: 100,
  cost: 1_000,
  costPerMinute: 5_000,
}
const refusesText = (text: string) => codeOf(() => checkText(text, limits))
const runs = (check: { run: typeof depth.run }, text: string) =>
  codeOf(() => check.run({ operation: describeText(text), limits, exchange: {} as Exchange }))

test('the order is fixed', () => {
  const rate = { name: 'rate', run: () => undefined }
  expect(textChecks.map((check) => check.name)).toEqual(['tokens', 'aliases written', 'directives'])
  expect(operationChecks(rate).map((check) => check.name)).toEqual([
    'mixed introspection',
    'depth',
    'aliases expanded',
    'cost',
    'rate',
  ])
})

describe('text checks, before anything is parsed', () => {
  test('an ordinary document passes', async () => {
    expect(await refusesText('{ account(id: "1") { id } }')).toBeNull()
  })
  test('duplicate fields by the thousand are too many tokens (row 4)', async () => {
    expect(await refusesText(`{ ${'tags '.repeat(6_000)} }`)).toBe('OPERATION_TOO_LARGE')
  })
  test('an alias flood is refused (row 1)', async () => {
    expect(await refusesText(`{ ${Array.from({ length: 30 }, (_, n) => `a${n}: tags`).join(' ')} }`)).toBe(
      'TOO_MANY_ALIASES',
    )
  })
  test('a directive flood is refused with one error (row 5)', async () => {
    expect(await refusesText(`{ tags ${'@x '.repeat(10)} }`)).toBe('TOO_MANY_DIRECTIVES')
  })
  test('3,000 aliases are scanned in a bounded number of tokens', () => {
    const text = `{ ${Array.from({ length: 3_000 }, (_, n) => `a${n}: tags`).join(' ')} }`
    expect(scan(text, 200)).toMatchObject({ tokens: 201, truncated: true })
  })
  test('arguments, objects and variable definitions are no aliases', () => {
    expect(scan('query q($a: Int = 1) { pay(input: { amount: $a, note: "x" }) { id } }', 500).aliases).toBe(0)
  })
  test('an alias inside strings or comments is none', () => {
    expect(scan('{ search(text: "a: b") { __typename } } # c: d', 500).aliases).toBe(0)
  })
  test('a lexical error is left to the parser', async () => {
    expect(await refusesText('{ tags \u0000')).toBeNull()
  })
})

describe('operation checks', () => {
  test('depth', async () => {
    expect(await runs(depth, '{ account(id: "1") { parent { name } } }')).toBeNull()
    expect(await runs(depth, '{ account(id: "1") { parent { parent { name } } } }')).toBe('OPERATION_TOO_DEEP')
  })
  test('aliases are counted after expansion (row 3)', async () => {
    const text =
      '{ a: account(id: "1") { ...F } b: account(id: "2") { ...F } } fragment F on Account { x: name y: name }'
    expect(await runs(aliasesExpanded, text)).toBe('TOO_MANY_ALIASES')
  })
  test('introspection beside data', async () => {
    expect(await runs(mixedIntrospection, '{ tags __schema { queryType { name } } }')).toBe('INTROSPECTION_MIXED')
  })
})

describe('cost', () => {
  const cost = (text: string, variables = {}) => estimateCost(describeText(text, variables))

  test('list sizes multiply, whether written, by default or in a variable (row 10)', () => {
    expect(cost('{ accounts(first: 50) { nodes { id } } }')).toBe(51)
    expect(cost('{ accounts { nodes { contacts { id } } } }')).toBe(1 + 20 + 200)
    expect(cost('query ($n: Int!) { accounts(first: $n) { nodes { id } } }', { n: 100_000 })).toBe(100_001)
  })
  test('a negative size counts as its amount, zero as one', () => {
    expect(cost('{ accounts(first: -100000) { nodes { id } } }')).toBe(100_001)
    expect(cost('{ accounts(first: 0) { nodes { id } } }')).toBe(2)
  })
  test('a mutation costs more than the object it returns', () => {
    expect(cost('mutation { pay(input: { amount: 1 }) { id } }')).toBe(11)
  })
  test('each look at the schema costs as much as many objects (row 12)', () => {
    expect(cost('{ __typename }')).toBe(1)
    expect(cost('{ __schema { queryType { name } } }')).toBe(500)
    expect(cost('{ ...F } fragment F on Query { a: __schema { types { name } } b: __type(name: "X") { name } }')).toBe(
      1_000,
    )
  })
  test('adding a field never makes an operation cheaper', () => {
    const field = fc.constantFrom(
      'id',
      'name',
      'parent { id }',
      'contacts(first: 3) { id }',
      'parent { contacts { id } }',
    )
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), field, (fields, extra) => {
        const of = (list: string[]) => cost(`{ account(id: "1") { ${list.map((f, n) => `f${n}: ${f}`).join(' ')} } }`)
        return of([...fields, extra]) >= of(fields)
      }),
    )
  })
})
