/** A system fails, hangs or answers nonsense: the caller gets the rest of the data, an error of the catalogue, and in time. */
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type RemoteSystem, json, startRemoteSystem, withRemote } from '../support/remote-system.ts'
import { proofOf } from '../support/proof.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { dial, listen, post } from '../support/wire.ts'

const hang = () => undefined
const invoices = (list: unknown) => json({ data: { _entities: [{ invoices: list }] } })

describe('finance is another process', () => {
  let finance: RemoteSystem
  let stack: Stack
  beforeAll(async () => {
    finance = await startRemoteSystem(hang)
    stack = await startStack({ settings: withRemote('finance', finance, { fetchMs: 1_000 }) })
  })
  afterAll(async () => {
    await stack[Symbol.asyncDispose]()
    await finance[Symbol.asyncDispose]()
  })
  afterEach(() => {
    finance.answer = hang
  })

  const query = '{ account(id: "acc-0001") { name invoices(first: 2) { number } incidents(first: 1) { number } } }'
  const rest = {
    name: 'Nordwind Logistics GmbH',
    invoices: null,
    incidents: [{ number: expect.any(String) as string }],
  }

  test('it works as one of this process does', async () => {
    finance.answer = invoices([{ number: 'INV-1' }, { number: 'INV-2' }])
    const answer = await stack.graphql('support-agent', query)
    expect(answer.errors).toEqual([])
    expect(answer.data?.['account'].invoices).toEqual([{ number: 'INV-1' }, { number: 'INV-2' }])
  })

  test.each([
    ['answers HTTP 500', (response) => void response.writeHead(500).end('<html>nginx on db-internal.corp</html>')],
    ['closes the line', (response) => void response.destroy()],
    ['answers no JSON', (response) => void response.end('{"data":')],
    ['answers no GraphQL', json([1, 2, 3])],
    [
      'has an error of its own',
      json({ data: null, errors: [{ message: 'connect ECONNREFUSED db-internal.corp:5432' }] }),
    ],
  ] satisfies [string, RemoteSystem['answer']][])('one that %s costs its own fields alone', async (_how, how) => {
    finance.answer = how
    const answer = await stack.graphql('support-agent', query)
    expect([answer.status, answer.codes, answer.data]).toEqual([200, ['SYSTEM_UNAVAILABLE'], { account: rest }])
    expect(answer.errors).toHaveLength(1)
    expect(answer.errors[0]?.path?.[0]).toBe('account')
    expect(answer.errors[0]?.message).toMatch(/^The system `finance` /)
    expect(answer.errors[0]?.extensions).toMatchObject({
      requestId: answer.requestId,
      next: expect.stringContaining('Retry') as string,
    })
    expect(answer.text).not.toMatch(/corp|nginx/)
    const { outcome, record } = await proofOf(stack, answer)
    expect([outcome, record.result?.delivered['Account.invoices']]).toEqual(['answered-with-errors', undefined])
    expect(record.result?.delivered).toMatchObject({ 'Account.name': 1, 'Incident.number': 1 })
  })

  test('one that hangs is waited for as long as a fetch may take, and no longer', async () => {
    const startedMs = performance.now()
    const answer = await stack.graphql('support-agent', query)
    expect(performance.now() - startedMs).toBeLessThan(4_000)
    expect([answer.status, answer.codes, answer.data]).toEqual([200, ['TIMEOUT'], { account: rest }])
    expect((await proofOf(stack, answer)).outcome).toBe('answered-with-errors')
  })

  test('null in a place that takes none goes up to the next that does', async () => {
    const errors = [{ message: 'secret', path: ['_entities', 0, 'invoices', 1, 'number'] }]
    finance.answer = json({ data: { _entities: [{ invoices: [{ number: 'INV-1' }, { number: null }] }] }, errors })
    const answer = await stack.graphql('support-agent', query)
    expect(answer.data).toEqual({ account: rest })
    expect(answer.codes).toEqual(['SYSTEM_UNAVAILABLE'])
    expect(answer.text).not.toContain('secret')
  })

  test('a value that does not fit the contract is an error with its place, though its system said nothing', async () => {
    finance.answer = invoices([{ number: 'INV-1' }, { amount: 7 }])
    const answer = await stack.graphql('support-agent', query)
    expect([answer.status, answer.codes, answer.data]).toEqual([200, ['SYSTEM_UNAVAILABLE'], { account: rest }])
    expect(answer.errors.map(({ path }) => path)).toEqual([['account', 'invoices', 1, 'number']])
    expect((await proofOf(stack, answer)).outcome).toBe('answered-with-errors')
  })

  test('a root field that takes no null takes the whole answer with it', async () => {
    finance.answer = (response) => void response.destroy()
    const answer = await stack.graphql('support-agent', '{ account(id: "acc-0001") { name } invoices { totalCount } }')
    expect([answer.codes, answer.data]).toEqual([['SYSTEM_UNAVAILABLE'], null])
    const { outcome, record } = await proofOf(stack, answer)
    expect([outcome, record.result?.delivered]).toEqual(['failed', {}])
  })

  test('a refusal that a system wrote for the caller reaches it, without what travels beside it', async () => {
    const refusal = {
      message: 'There is no Invoice with the id `x`.',
      path: ['_entities', 0, 'invoices'],
      extensions: {
        code: 'NOT_FOUND',
        id: 'x',
        stacktrace: ['at f (/srv/a.ts:1:1)'],
        exception: { stacktrace: ['at g'] },
      },
    }
    finance.answer = json({ data: { _entities: [{ invoices: null }] }, errors: [refusal] })
    const answer = await stack.graphql('support-agent', query)
    expect(answer.errors).toEqual([
      {
        message: refusal.message,
        path: ['account', 'invoices'],
        extensions: { code: 'NOT_FOUND', id: 'x', next: expect.any(String) as string },
      },
    ])
    await proofOf(stack, answer)
  })
})

describe('a request that takes too long', () => {
  let finance: RemoteSystem
  let stack: Stack
  beforeAll(async () => {
    finance = await startRemoteSystem(hang)
    stack = await startStack({ settings: withRemote('finance', finance, { fetchMs: 30_000, requestMs: 1_500 }) })
  })
  afterAll(async () => {
    await stack[Symbol.asyncDispose]()
    await finance[Symbol.asyncDispose]()
  })

  test('is answered when its time is up, and its fetch is cut', async () => {
    const cut = new Promise<void>((resolve) => {
      finance.answer = (response) => response.once('close', resolve)
    })
    const startedMs = performance.now()
    const answer = await stack.graphql('support-agent', '{ invoices { totalCount } }')
    expect(performance.now() - startedMs).toBeLessThan(5_000)
    expect([answer.status, answer.codes]).toEqual([504, ['TIMEOUT']])
    expect((await proofOf(stack, answer)).outcome).toBe('failed')
    await cut
  })

  test('is given up when the client goes away: the fetch is cut, and the ledger says cancelled', async () => {
    const port = await listen(stack)
    const reached = new Promise<{ readonly cut: Promise<unknown> }>((resolve) => {
      finance.answer = (response) => {
        resolve({ cut: once(response, 'close') })
      }
    })
    const mint = stack.app.mint as NonNullable<typeof stack.app.mint>
    const socket = await dial(port)
    socket.write(
      post(
        '{"query":"query Gone { invoices { totalCount } }"}',
        `Authorization: Bearer ${await mint('support-agent')}`,
      ),
    )
    const { cut } = await reached
    socket.destroy()
    await cut
    const gone = async () => {
      const { items } = await stack.ledger.trail('agent:support-agent')
      return items.find((item) => item.operation.name === 'Gone')
    }
    await until(async () => (await gone()) !== undefined)
    expect((await gone())?.result).toMatchObject({ outcome: 'cancelled', subgraphs: ['finance'] })
    await until(async () => (await stack.recordsOf((await gone())?.requestId ?? '')).length === 1)
  })
})
