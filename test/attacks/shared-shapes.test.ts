/**
 * Rows 22, 28 and 29 once more, for texts that differ in their literals alone: they share validation and plan, and nothing else.
 * Every value, verdict, name and record is that of the text that was sent.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countFetches, expectAnswered, expectRefused, proofOf } from '../support/proof.ts'
import { type Stack, type StackAnswer, type StackOptions, startStack } from '../support/stack.ts'

const unlimited: NonNullable<StackOptions['settings']> = (config) => ({
  ...config,
  limits: { ...config.limits, costPerMinute: 10_000_000 },
  approvals: { ...config.approvals, openPerAgent: 1_000 },
})

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ settings: unlimited, ownGraph: true })
})
afterAll(() => stack[Symbol.asyncDispose]())

/** The same document in a text that has no shape: it is validated and planned for itself. */
const shapeless = (text: string) => `${text}\n# _literal`

const approve = (amount: string, key: string, name = '') =>
  `mutation ${name} { approveInvoice(input: { idempotencyKey: "${key}", id: "INV-none", expectedVersion: 1, grossTotal: "${amount}" }) { replayed } }`

describe('verdicts', () => {
  test('row 29: what one amount was allowed, or had to ask for, says nothing about the next', async () => {
    const amounts = fc.sample(fc.constantFrom('1.00', '4999.99', '5000', '5000.01', '999999', '-1', '1e9'), {
      numRuns: 80,
      seed: 7,
    })
    const answers: { readonly amount: string; readonly answer: StackAnswer }[] = []
    const waves = Object.values(Object.groupBy(['5000.01', '1.00', ...amounts].entries(), ([turn]) => turn % 8))
    // Side by side, but not all at once: what waits for a person is stored, with the record that it is about.
    for (const wave of waves) {
      const sent = (wave ?? []).map(async ([turn, amount]) => {
        const answer = await stack.graphql('finance-agent', approve(amount, `shape-${turn}`, `Approve${turn}`))
        return { amount, answer }
      })
      answers.push(...(await Promise.all(sent)))
    }
    for (const { amount, answer } of answers) {
      // Allowed by the rules, and then unknown to the system, or no amount for it.
      if (['1.00', '4999.99', '5000', '-1'].includes(amount))
        expect(answer.codes[0], amount).toMatch(/NOT_FOUND|INVALID_INPUT/)
      else
        expect(['APPROVAL_REQUIRED', 'POLICY_DENIED', 'BAD_USER_INPUT'], `${amount} ${answer.text}`).toContain(
          answer.codes[0],
        )
      if (['5000.01', '999999'].includes(amount)) {
        expect(answer.codes, amount).toEqual(['APPROVAL_REQUIRED'])
        expect((await proofOf(stack, answer)).record.result?.subgraphs).toEqual([])
      }
    }
  })

  test('row 28: two literals under one rule, in turns: each is filtered for itself', async () => {
    const list = (filter: string) => `{ contacts(first: 1, filter: { ${filter} }) { totalCount } }`
    for (let turn = 0; turn < 4; turn += 1) {
      await expectAnswered(stack, await stack.graphql('finance-agent', list(`accountId: "acc-000${turn + 1}"`)))
      const denied = await stack.graphql('finance-agent', list(`email: { contains: "${turn}" }`))
      await expectRefused(stack, denied, 'POLICY_DENIED', 403)
    }
  })

  test('row 29: a sort by what one may not read, where the allowed sort has just been planned', async () => {
    const sorted = (field: string) => `{ accounts(first: 1, sort: { field: ${field} }) { totalCount } }`
    for (const field of ['NAME', 'ANNUAL_REVENUE', 'CREATED_AT', 'ANNUAL_REVENUE', 'NAME']) {
      const [answer, fetches] = await countFetches(stack, () => stack.graphql('finance-agent', sorted(field)))
      if (field !== 'ANNUAL_REVENUE') await expectAnswered(stack, answer)
      else {
        await expectRefused(stack, answer, 'POLICY_DENIED', 403)
        expect(fetches).toEqual({})
      }
    }
  })

  test('a literal that only its system can refuse is told of as if it were the first', async () => {
    const since = (day: string) => `{ opportunities(filter: { closeDate: { gte: "${day}" } }) { totalCount } }`
    const first = await stack.graphql('finance-agent', shapeless(since('31.12.2026; x')))
    await expectAnswered(stack, await stack.graphql('finance-agent', since('2026-01-01')))
    const later = await stack.graphql('finance-agent', since('31.12.2026; x'))
    expect(later.codes).toEqual(['INVALID_INPUT'])
    expect(later.text).toBe(first.text)
  })

  test('the cost of a page is that of its own number', async () => {
    const page = (first: number) => `{ accounts(first: ${first}) { nodes { id } } }`
    for (const [first, status] of [
      [1, 200],
      [100_000, 400],
      [2, 200],
      [-100_000, 400],
    ] as const) {
      expect((await stack.graphql('support-agent', page(first))).status, String(first)).toBe(status)
    }
  })
})

describe('records', () => {
  test('name, hash and arguments are those of the text that was sent', async () => {
    const text = (id: string, name: string) => `query ${name} { account(id: "${id}") { name } }`
    const sent = Array.from(
      { length: 20 },
      (_, turn) => [`acc-00${String(turn + 1).padStart(2, '0')}`, `Named${turn}`] as const,
    )
    const answers = await Promise.all(sent.map(([id, name]) => stack.graphql('support-agent', text(id, name))))
    const hashes = new Set<string | null>()
    for (const [turn, answer] of answers.entries()) {
      const record = await expectAnswered(stack, answer)
      const [id, name] = sent[turn] ?? ['', '']
      expect([record.operation.name, record.args]).toEqual([name, { account: { id } }])
      hashes.add(record.operation.hash)
    }
    expect(hashes.size).toBe(sent.length)
  })

  test('a literal that does not fit is told and recorded as if nothing of the kind had been seen before', async () => {
    const sorted = (field: string) => `query Sorted { accounts(first: 1, sort: { field: ${field} }) { totalCount } }`
    await expectAnswered(stack, await stack.graphql('support-agent', sorted('NAME')))
    const texts = [
      sorted('NO_SUCH_FIELD'),
      sorted('"NAME"'),
      sorted('7'),
      sorted('null'),
      sorted('NAME, direction: SIDEWAYS'),
    ]
    for (const text of texts) await expectSame('support-agent', text)
  })

  test('callers cannot speak for the variables that take the place of literals', async () => {
    const text = '{ account(id: "acc-0001") { name } }'
    await stack.graphql('support-agent', text)
    for (const variables of [{ _literal0: 'acc-0002' }, { _literal0: null }, { _literal1: 'acc-0002' }]) {
      const answer = await stack.graphql('support-agent', text, variables)
      expect(answer.data).toEqual({ account: { name: 'Nordwind Logistics GmbH' } })
      expect((await proofOf(stack, answer)).record.args).toEqual({ account: { id: 'acc-0001' } })
    }
    const own = 'query ($_literal0: ID!) { account(id: $_literal0) { name } a: account(id: "acc-0001") { name } }'
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await stack.graphql('support-agent', own, { _literal0: 'acc-0002' })
      expect(answer.data?.['account']).not.toEqual(answer.data?.['a'])
    }
  })
})

const said = ({ status, text, requestId }: StackAnswer) => [status, text.replaceAll(requestId, 'id')]

/** The answer under a known shape is that of a text without one; and so is the record. */
async function expectSame(as: string, text: string): Promise<void> {
  const [shaped, alone] = [await stack.graphql(as, text), await stack.graphql(as, shapeless(text))]
  expect(said(shaped), text).toEqual(said(alone))
  const seen = async (answer: StackAnswer) => {
    const { outcome, codes, record } = await proofOf(stack, answer)
    const { requested, denied, args, transitive } = record
    const { kind, name } = record.operation
    return { outcome, codes, requested, denied, args, transitive, kind, name, delivered: record.result?.delivered }
  }
  expect(await seen(shaped), text).toEqual(await seen(alone))
}

test('a text under a known shape is answered as it would be by itself, whatever its literals (property)', async () => {
  const id = fc.constantFrom(
    '"acc-0001"',
    '"acc-0002"',
    '""',
    '7',
    '-0',
    '"""acc-0001"""',
    '"acc\\u002d0001"',
    'ENUM',
    'true',
    '1.5',
    'null',
  )
  const first = fc.constantFrom('1', '2', '0', '-1', '101', '"1"', '1.0', '2147483648', '[1]', 'null')
  const text = fc.constantFrom('"nord"', '"%s"', '" "', '7', '["a", "b"]', '[]', 'X')
  const tiers = fc.constantFrom('KEY', '[KEY]', '[KEY, STRATEGIC]', '[]', '["KEY"]', '[NONE]', 'null', '[null]')
  const shapes = [
    fc.record({ a: id, b: first }).map(({ a, b }) => `{ account(id: ${a}) { name contacts(first: ${b}) { id } } }`),
    fc
      .record({ a: text, b: tiers })
      .map(
        ({ a, b }) =>
          `query Q { accounts(first: 2, filter: { name: { contains: ${a} }, tiers: ${b} }) { totalCount } }`,
      ),
    fc
      .record({ a: text, b: first })
      .map(({ a, b }) => `{ accounts(first: ${b}, filter: { name: { in: ${a} } }) { nodes { id } } }`),
    fc.record({ a: id, b: id }).map(({ a, b }) => `{ account(id: ${a}) { name } account(id: ${b}) { id } }`),
    fc
      .record({ a: id, b: tiers })
      .map(
        ({ a, b }) =>
          `query ($v: [AccountTier!] = ${b}) { x: account(id: ${a}) { id } accounts(filter: { tiers: $v }) { totalCount } }`,
      ),
  ]
  // Each shape with good literals first, so that it is known.
  for (const good of [
    '{ account(id: "acc-0001") { name contacts(first: 1) { id } } }',
    'query Q { accounts(first: 2, filter: { name: { contains: "n" }, tiers: [KEY] }) { totalCount } }',
    '{ accounts(first: 1, filter: { name: { in: "n" } }) { nodes { id } } }',
  ]) {
    await stack.graphql('support-agent', good)
  }
  await fc.assert(
    fc.asyncProperty(fc.oneof(...shapes), async (sent) => {
      await expectSame('support-agent', sent)
    }),
    { numRuns: 80, seed: 42 },
  )
})
