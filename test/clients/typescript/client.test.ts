import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createMandateClient,
  type MandateClientOptions,
  MandateError,
  staticToken,
  type TokenSource,
} from '../../../clients/typescript/index.ts'
import { answering, type FakeGateway, refusing, startFakeGateway } from './fake-gateway.ts'

let gateway: FakeGateway
beforeEach(async () => void (gateway = await startFakeGateway()))
afterEach(() => gateway[Symbol.asyncDispose]())

const open = (options: Partial<MandateClientOptions> = {}) =>
  createMandateClient({
    endpoint: gateway.endpoint,
    tokenSource: staticToken('a-token'),
    retry: { firstWaitMs: 1 },
    ...options,
  })

const refused = async (attempt: Promise<unknown>): Promise<MandateError> => {
  const error = await attempt.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof MandateError) return error
  throw new Error('It was not refused.', { cause: error })
}

const act = 'mutation Act($input: ActInput!) { act(input: $input) { done } }'
const keyed = { input: { idempotencyKey: 'key-1' } }

test('a query gives its data, and is sent with the token, the task and the purpose', async () => {
  gateway.answers(answering({ account: { name: 'Nordlicht' } }))
  const client = open().with({ task: 'run-1', purpose: 'customer-support' })
  const data = await client.query<{ account: { name: string } }>('{ account { name } }', { id: 'acc-1' })
  expect(data.account.name).toBe('Nordlicht')
  const [{ headers, query, variables }] = gateway.asked as [FakeGateway['asked'][number]]
  expect([query, variables]).toEqual(['{ account { name } }', { id: 'acc-1' }])
  expect(headers).toMatchObject({
    authorization: 'Bearer a-token',
    'mandate-task': 'run-1',
    'mandate-purpose': 'customer-support',
  })
})

test('the header of the task has the name that is asked for', async () => {
  await open({ taskHeader: 'x-task' }).query('{ me { id } }', {}, { task: 'run-2' })
  expect(gateway.asked[0]?.headers['x-task']).toBe('run-2')
})

test('a refusal says what it is, what to do, and where the ledger has it', async () => {
  gateway.answers(refusing('POLICY_DENIED', 403))
  const error = await refused(open().query('{ payments { id } }'))
  expect(error).toMatchObject({
    code: 'POLICY_DENIED',
    message: 'This is POLICY_DENIED.',
    next: 'What to do about POLICY_DENIED.',
    status: 403,
    retryable: false,
    retryAfterMs: null,
    requestId: 'request-1',
    approval: null,
  })
  expect(error.errors).toHaveLength(1)
  expect(gateway.asked).toHaveLength(1)
})

test('an answer with data and an error is refused, and keeps what there was', async () => {
  const error = { message: 'Not this one.', path: ['a'], extensions: { code: 'RECORD_DENIED', next: 'Go on.' } }
  gateway.answers(answering({ a: null, b: 1 }, { errors: [error] }))
  const thrown = await refused(open().query('{ a b }'))
  expect([thrown.code, thrown.data, thrown.errors]).toEqual(['RECORD_DENIED', { a: null, b: 1 }, [error]])
})

test('of several errors, that people are asked comes first, and one that stays before one that passes', async () => {
  const [asks, denies, passes] = ['APPROVAL_REQUIRED', 'POLICY_DENIED', 'SYSTEM_UNAVAILABLE'].map((code) => ({
    message: code,
    extensions: { code },
  }))
  gateway.answers({ body: { errors: [passes, denies, asks] } }, { body: { errors: [passes, denies] } })
  expect((await refused(open().query('{ a }'))).code).toBe('APPROVAL_REQUIRED')
  const error = await refused(open().query('{ a }'))
  expect([error.code, error.retryable]).toEqual(['POLICY_DENIED', false])
})

test('a dry run gives its report', async () => {
  gateway.answers(answering(null, { extensions: { dryRun: { verdict: 'wait', cost: 3 } } }))
  const report = await open().mutate(act, keyed, { dryRun: true, justification: 'To see.' })
  expect(report.verdict).toBe('wait')
  expect(gateway.asked[0]?.extensions).toEqual({ dryRun: true, justification: 'To see.' })
})

test('a mutation is not sent as a query', async () => {
  await expect(open().query(act)).rejects.toThrow(TypeError)
  expect(gateway.asked).toHaveLength(0)
})

describe('sending again', () => {
  test('a query is sent again after what passes: a broken line, a system, a proxy that is not the gateway', async () => {
    gateway.answers(
      { broken: true },
      refusing('SYSTEM_UNAVAILABLE', 502),
      { status: 502, body: '<html>' },
      answering({ ok: true }),
    )
    expect(await open().query('{ ok }')).toEqual({ ok: true })
    expect(gateway.asked).toHaveLength(4)
  })

  test('no more often than it may', async () => {
    gateway.answers(refusing('LEDGER_UNAVAILABLE', 503))
    const error = await refused(open({ retry: { attempts: 3, firstWaitMs: 1 } }).query('{ ok }'))
    expect([error.code, error.retryable, gateway.asked.length]).toEqual(['LEDGER_UNAVAILABLE', true, 3])
  })

  test('a rate limit is waited for as long as it says', async () => {
    gateway.answers(refusing('RATE_LIMITED', 429, { retryAfterSeconds: 1 }), answering({ ok: true }))
    const startedMs = performance.now()
    await open().query('{ ok }')
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(990)
  })

  test('a wait that is too long is the caller’s to decide about', async () => {
    gateway.answers(refusing('RATE_LIMITED', 429, { retryAfterSeconds: 50 }))
    const error = await refused(open({ retry: { longestWaitMs: 1_000 } }).query('{ ok }'))
    expect([error.retryAfterMs, gateway.asked.length]).toEqual([50_000, 1])
  })

  test('an act only with an idempotency key, or where the caller says that it is safe', async () => {
    const times = async (variables: object, options = {}) => {
      gateway.asked.splice(0)
      gateway.answers(refusing('TIMEOUT', 504), answering({ act: { done: true } }))
      await open()
        .mutate(act, variables as never, options)
        .catch(() => null)
      return gateway.asked.length
    }
    expect(await times({ input: { id: 1 } })).toBe(1)
    expect(await times(keyed)).toBe(2)
    expect(await times({ idempotencyKey: 'key-1' })).toBe(2)
    expect(await times({ input: { idempotencyKey: '' } })).toBe(1)
    expect(await times({ input: { id: 1 } }, { safe: true })).toBe(2)
  })

  test('what is repeated is the same to the letter', async () => {
    gateway.answers({ broken: true }, answering({ act: { done: true } }))
    await open().mutate(act, keyed)
    expect(gateway.asked.map(({ variables }) => variables)).toEqual([keyed, keyed])
  })

  test('a signal ends the wait, and its reason is thrown', async () => {
    gateway.answers(refusing('RATE_LIMITED', 429, { retryAfterSeconds: 30 }))
    const stop = new AbortController()
    const waiting = open().query('{ ok }', {}, { signal: stop.signal })
    setTimeout(() => {
      stop.abort(new Error('No time.'))
    }, 50)
    await expect(waiting).rejects.toThrow('No time.')
  })

  test('a signal ends a request that is under way; that of the client and that of the request both do', async () => {
    gateway.answers({ afterMs: 5_000, body: { data: {} } })
    for (const which of ['client', 'request']) {
      const stop = new AbortController()
      const other = new AbortController()
      const [first, second] = which === 'client' ? [stop, other] : [other, stop]
      const client = open().with({ signal: first.signal })
      const waiting = client.query('{ ok }', {}, { signal: second.signal })
      setTimeout(() => {
        stop.abort(new Error(`The ${which} stops.`))
      }, 50)
      await expect(waiting).rejects.toThrow(`The ${which} stops.`)
    }
  })

  test('an answer that takes too long is as none', async () => {
    gateway.answers({ afterMs: 1_000, body: { data: {} } }, answering({ ok: true }))
    expect(await open({ timeoutMs: 100 }).query('{ ok }')).toEqual({ ok: true })
  })
})

describe('a token that is refused', () => {
  const unauthenticated = refusing('UNAUTHENTICATED', 401)

  function source(...values: string[]): TokenSource & { renewed: string[] } {
    const renewed: string[] = []
    const tokens = values.map((value) => ({ value, prove: null }))
    return {
      renewed,
      get: () => Promise.resolve(tokens[0] as (typeof tokens)[0]),
      renew: (refusedToken) => {
        renewed.push(refusedToken.value)
        tokens.shift()
        return Promise.resolve(tokens[0] ?? null)
      },
    }
  }

  test('is replaced once, and the request repeated, an act without a key too: nothing was done', async () => {
    const tokenSource = source('old', 'new')
    gateway.answers(unauthenticated, answering({ act: { done: true } }))
    await open({ tokenSource }).mutate(act, { input: {} })
    expect(tokenSource.renewed).toEqual(['old'])
    expect(gateway.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new'])
  })

  test('is not replaced a second time', async () => {
    const tokenSource = source('old', 'new', 'third')
    gateway.answers(unauthenticated)
    expect((await refused(open({ tokenSource }).query('{ ok }'))).code).toBe('UNAUTHENTICATED')
    expect([tokenSource.renewed.length, gateway.asked.length]).toEqual([1, 2])
  })

  test('is the end where there is no other', async () => {
    gateway.answers(unauthenticated)
    await refused(open().query('{ ok }'))
    expect(gateway.asked).toHaveLength(1)
  })
})

test('the clock is that of the gateway', async () => {
  const hour = 3_600_000
  gateway.answers({ headers: { date: new Date(Date.now() + hour).toUTCString() }, body: { data: {} } })
  const client = open()
  await client.query('{ ok }')
  const aheadMs = client.with({ task: 'run-1' }).now() - Date.now() - hour
  expect(aheadMs).toBeGreaterThanOrEqual(-50)
  expect(aheadMs).toBeLessThanOrEqual(1_000)
})
