/** Rows 1 to 15 over the whole stack: hostile documents are refused for little, and the next request is answered at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../lib/errors.ts'
import { countFetches, expectAnswered, expectRefused, proofOf } from '../support/proof.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

const times = (count: number, text: (turn: number) => string) =>
  Array.from({ length: count }, (_, turn) => text(turn)).join(' ')

/** How long the process could do nothing else while the request was on its way. A busy machine adds to it. */
async function longestStall(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 1)
  try {
    await work()
    return Math.max(longest, performance.now() - last)
  } finally {
    clearInterval(timer)
  }
}

const doubling = (levels: number) =>
  `{ account(id: "acc-0001") { ...F0 } } ${times(levels, (n) => `fragment F${n} on Account { ...F${n + 1} ...F${n + 1} }`)} fragment F${levels} on Account { name }`
const nest = (levels: number) =>
  `{ account(id: "acc-0001") { ${'cases { account { '.repeat(levels)} id ${'} } '.repeat(levels)} } }`

const hostile: readonly (readonly [title: string, code: ErrorCode, text: string])[] = [
  ['row 1: 3,000 aliases', 'OPERATION_TOO_LARGE', `{ ${times(3_000, (n) => `a${n}: __typename`)} }`],
  ['row 1: 100 aliases', 'TOO_MANY_ALIASES', `{ ${times(100, (n) => `a${n}: __typename`)} }`],
  [
    'row 3: 14 aliases, 50 times each by a fragment',
    'TOO_MANY_ALIASES',
    `{ ${times(10, (n) => `a${n}: account(id: "acc-0001") { ...F }`)} } fragment F on Account { ${times(14, (n) => `b${n}: name`)} }`,
  ],
  ['row 4: 6,000 times the same field', 'OPERATION_TOO_LARGE', `{ me { ${'id '.repeat(6_000)} } }`],
  ['row 5: 8,000 directives', 'OPERATION_TOO_LARGE', `{ me { id ${'@include(if: true) '.repeat(8_000)} } }`],
  ['row 5: 100 unknown directives', 'TOO_MANY_DIRECTIVES', `{ me { id ${times(100, (n) => `@x${n}`)} } }`],
  ['row 10: a page of 100,000', 'COST_EXCEEDED', '{ accounts(first: 100000) { nodes { id } } }'],
  ['row 10: pages in pages', 'COST_EXCEEDED', '{ accounts(first: 100) { nodes { contacts(first: 100) { id } } } }'],
  ['row 10: a negative page', 'COST_EXCEEDED', '{ accounts(first: -100000) { nodes { id } } }'],
  ['depth', 'OPERATION_TOO_DEEP', nest(6)],
]

describe('documents that ask for too much', () => {
  test.each(hostile)('%s', async (_title, code, text) => {
    const [[answer, stalledMs], fetches] = await countFetches(stack, async () => {
      let answer: Awaited<ReturnType<Stack['graphql']>> | undefined
      const stalledMs = await longestStall(async () => (answer = await stack.graphql('support-agent', text)))
      return [answer as Awaited<ReturnType<Stack['graphql']>>, stalledMs] as const
    })
    const record = await expectRefused(stack, answer, code, 400)
    expect(record.caller?.id).toBe('agent:support-agent')
    expect(answer.errors).toHaveLength(1)
    expect(fetches).toEqual({})
    // Unprotected, the largest of these took two seconds of the event loop.
    expect(stalledMs).toBeLessThan(1_000)
  })

  test('row 10: the size of a page in a variable', async () => {
    const text = 'query ($n: Int!) { accounts(first: $n) { nodes { id } } }'
    await expectRefused(stack, await stack.graphql('support-agent', text, { n: 100_000 }), 'COST_EXCEEDED', 400)
    await expectAnswered(stack, await stack.graphql('support-agent', text, { n: 3 }))
  })

  test('row 6: a fragment that doubles 22 times is expanded once', async () => {
    let answer: Awaited<ReturnType<Stack['graphql']>> | undefined
    const stalledMs = await longestStall(async () => (answer = await stack.graphql('support-agent', doubling(22))))
    expect(answer?.data).toEqual({ account: { name: 'Nordwind Logistics GmbH' } })
    expect(stalledMs).toBeLessThan(2_000)
  })

  test('row 6: fragments that each spread the next two, 60 deep, are refused before they are planned', async () => {
    const growing = times(60, (n) => `fragment F${n} on Account { ...F${n + 1} ...F${n + 2} }`)
    const ends = 'fragment F60 on Account { name } fragment F61 on Account { id }'
    const answer = await stack.graphql('support-agent', `{ account(id: "acc-0001") { ...F0 } } ${growing} ${ends}`)
    await expectRefused(stack, answer, 'OPERATION_TOO_LARGE', 400)
  })

  test('row 6: a fragment that spreads itself is refused', async () => {
    const text = '{ me { ...A } } fragment A on Identity { ...B } fragment B on Identity { ...A }'
    await expectRefused(stack, await stack.graphql('support-agent', text), 'GRAPHQL_VALIDATION_FAILED', 400)
  })

  test('row 7: fields that several systems could resolve are planned within the time of a request', async () => {
    const level = (inner: string) =>
      `{ id incidents(first: 1) { id account ${inner} } invoices(first: 1) { id account { id name } } }`
    const text = `{ account(id: "acc-0001") ${level(level('{ id name }'))} }`
    const startedMs = performance.now()
    await expectAnswered(stack, await stack.graphql('support-agent', text))
    expect(performance.now() - startedMs).toBeLessThan(5_000)
  })
})

describe('requests of an unusual shape', () => {
  const send = async (payload: unknown) => {
    const token = await (stack.app.mint as NonNullable<typeof stack.app.mint>)('support-agent')
    const { statusCode, body, headers } = await stack.app.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      payload: JSON.stringify(payload),
    })
    return { status: statusCode, text: body, headers, requestId: String(headers['mandate-request-id']) }
  }

  test('row 11: ten operations in one array', async () => {
    const answer = await send(Array.from({ length: 10 }, () => ({ query: '{ me { id } }' })))
    expect(answer.status).toBe(400)
    const { outcome, codes } = await proofOf(stack, answer)
    expect([outcome, codes]).toEqual(['refused', ['BAD_REQUEST']])
  })

  test('row 12: introspection in circles is refused, and so is the whole schema twenty times over', async () => {
    const circles = (levels: number) =>
      `{ __schema { types { ${'fields { type { '.repeat(levels)} name ${'} } '.repeat(levels)} } } }`
    const refused = async (text: string, code: ErrorCode) => {
      const stalledMs = await longestStall(async () => {
        await expectRefused(stack, await stack.graphql('support-agent', text), code, 400)
      })
      expect(stalledMs).toBeLessThan(1_000)
    }
    await refused(circles(4), 'GRAPHQL_VALIDATION_FAILED')
    await refused(`{ ${times(20, (n) => `a${n}: __schema { types { name } }`)} }`, 'COST_EXCEEDED')
    await refused(`{ ${times(20, (n) => `a${n}: __type(name: "Account") { name }`)} }`, 'COST_EXCEEDED')
    await expectAnswered(stack, await stack.graphql('support-agent', circles(1)))
  })

  test('row 15: a text by its hash is not looked up, and nobody can store one', async () => {
    const persistedQuery = { version: 1, sha256Hash: 'a'.repeat(64) }
    for (const query of [undefined, '{ me { id } }', '{ payments { totalCount } }']) {
      const answer = await send({ query, extensions: { persistedQuery } })
      const { outcome, codes } = await proofOf(stack, answer)
      expect([answer.status, outcome, codes]).toEqual([400, 'refused', ['PERSISTED_QUERY_NOT_SUPPORTED']])
    }
  })

  test.each([
    [null],
    ['{ me { id } }'],
    [7],
    [{}],
    [{ query: 7 }],
    [{ query: '' }],
    [{ query: '{ me { id } }', variables: 'x' }],
  ])('a body of %j is no request', async (body) => {
    const answer = await send(body)
    const { outcome, codes } = await proofOf(stack, answer)
    expect([answer.status, outcome, codes]).toEqual([400, 'refused', ['BAD_REQUEST']])
  })
})

describe('names of what every object has', () => {
  test('row 13: as aliases, across two systems', async () => {
    const text = `{ __proto__: account(id: "acc-0001") {
      constructor: name toString: incidents(first: 1) { __proto__: number valueOf: id } hasOwnProperty: id
    } constructor: account(id: "acc-0001") { __proto__: invoices(first: 1) { constructor: number } } }`
    const answer = await stack.graphql('support-agent', text)
    const record = await expectAnswered(stack, answer)
    expect(answer.text).toMatch(
      /^\{"data":\{"__proto__":\{"constructor":"Nordwind Logistics GmbH","toString":\[\{"__proto__":"INC/,
    )
    expect(record.result?.delivered).toMatchObject({ 'Account.name': 1, 'Incident.number': 1, 'Invoice.number': 1 })
    expect(({} as Record<string, unknown>)['number']).toBeUndefined()
    // Denied under such a name as under every other.
    const denied = '{ __proto__: contact(id: "con-00001") { constructor: email } }'
    await expectRefused(stack, await stack.graphql('finance-agent', denied), 'POLICY_DENIED', 403)
  })

  test('row 13: as variables and in them', async () => {
    const text =
      'query ($constructor: ID!, $toString: TextFilter) { account(id: $constructor) { id } accounts(filter: { name: $toString }) { totalCount } }'
    const good = await stack.graphql('support-agent', text, {
      constructor: 'acc-0001',
      toString: { contains: 'nordwind' },
    })
    await expectAnswered(stack, good)
    const variables = JSON.parse(
      '{"constructor":"acc-0001","__proto__":{"x":1},"toString":{"__proto__":{"polluted":1}}}',
    ) as object
    const answer = await stack.graphql('support-agent', text, variables)
    expect(answer.codes).not.toContain('INTERNAL_SERVER_ERROR')
    await proofOf(stack, answer)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
