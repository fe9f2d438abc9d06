/** The HTTP server by itself, before a pipeline of the test's: names, limits, slow clients, the way out. */
import { createLog } from '../../gateway/log.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpServer } from '../../gateway/http.ts'
import { createMetrics } from '../../gateway/metrics.ts'
import type { Pipeline } from '../../gateway/pipeline.ts'
import { type Answer, refusalAnswer } from '../../gateway/response/answer.ts'
import { realWorld } from '../../lib/world.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { proofOf } from '../support/proof.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { dial, post, readAll, readWire, sendRaw } from '../support/wire.ts'

const answered: Answer = { status: 200, headers: { 'x-own': '1' }, body: '{}', codes: [], data: 'whole', cause: null }

/** A server on a socket, and what its pipeline was asked. */
async function serve(options: { readonly receiveMs?: number; readonly run?: Pipeline['run'] } = {}) {
  const refused: (string | undefined)[] = []
  const ran: string[] = []
  const log = createLog({ level: 'silent' })
  const server = createHttpServer({
    pipeline: {
      run: async (arrival, incoming) => {
        ran.push(incoming.method)
        return (await options.run?.(arrival, incoming)) ?? answered
      },
      runAs: () => Promise.resolve({ ...answered, nothingDone: true }),
      refuse: (arrival, error) => {
        refused.push(error.message)
        return Promise.resolve(refusalAnswer(error, arrival, log))
      },
    },
    world: realWorld,
    log,
    metrics: createMetrics(),
    explorer: null,
    currentRevision: () => ({ id: 'r1' }) as PolicyRevision,
    bodyBytes: 1_000,
    requestMs: 5_000,
    receiveMs: options.receiveMs ?? 15_000,
  })
  server.get('/breaks', () => {
    throw new Error('secret at db-internal.corp')
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const port = (server.server.address() as { port: number }).port
  return { port, refused, ran, server, [Symbol.asyncDispose]: () => server.close() }
}

describe('row 17: clients that take their time', () => {
  test('row 17: headers that never end lose the line, and are recorded', async () => {
    await using http = await serve({ receiveMs: 300 })
    const socket = await dial(http.port)
    socket.write('POST /graphql HTTP/1.1\r\nHost: gateway\r\n')
    const drip = setInterval(() => socket.write('X-Slow: 1\r\n'), 50)
    const startedMs = performance.now()
    const answer = readWire(await readAll(socket))
    clearInterval(drip)
    expect(performance.now() - startedMs).toBeLessThan(5_000)
    expect([answer.status, http.ran]).toEqual([400, []])
    expect(http.refused).toEqual(['The HTTP request did not arrive in time.'])
  })

  test('row 17: a body that drips loses the line, and is recorded once', async () => {
    await using http = await serve({ receiveMs: 300 })
    const socket = await dial(http.port)
    socket.write(post('x'.repeat(900)).slice(0, -890))
    const drip = setInterval(() => socket.write('x'), 100)
    await readAll(socket)
    clearInterval(drip)
    await until(() => http.refused.length > 0)
    await delay(50)
    expect([http.refused, http.ran]).toEqual([['The client went away before the answer.'], []])
  })

  test('a client that goes away in the middle of its body is no failure of the gateway', async () => {
    await using http = await serve()
    const socket = await dial(http.port)
    socket.write(post('x'.repeat(900)).slice(0, -500))
    await delay(50)
    socket.destroy()
    await until(() => http.refused.length > 0)
    expect([http.refused, http.ran]).toEqual([['The client went away before the answer.'], []])
  })

  test('the signal of a request fires when its client goes away, and not before', async () => {
    let signal: AbortSignal | undefined
    let release: () => void = () => undefined
    await using http = await serve({
      run: async (arrival) => {
        signal = arrival.signal
        await new Promise<void>((resolve) => (release = resolve))
        return answered
      },
    })
    const socket = await dial(http.port)
    socket.write(post('{}'))
    await until(() => signal !== undefined)
    expect(signal?.aborted).toBe(false)
    socket.destroy()
    await until(() => signal?.aborted === true)
    expect((signal?.reason as Error).name).toBe('AbortError')
    release()
  })
})

describe('what leaves', () => {
  test('each request has an id of the gateway’s, whatever the client calls it', async () => {
    await using http = await serve()
    const ids = new Set<string>()
    for (let turn = 0; turn < 3; turn += 1) {
      const { status, headers } = await sendRaw(
        http.port,
        post('{}', 'mandate-request-id: mine', 'x-request-id: mine', 'request-id: mine'),
      )
      expect([status, headers['x-own'], headers['x-content-type-options']]).toEqual([200, '1', 'nosniff'])
      ids.add(headers['mandate-request-id'] ?? '')
    }
    expect(ids.size).toBe(3)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  })

  test('what another route throws stays inside', async () => {
    await using http = await serve()
    const { statusCode, body } = await http.server.inject({ url: '/breaks' })
    expect(statusCode).toBe(500)
    expect(body).not.toMatch(/secret|corp|stack/)
    expect(body).toContain('INTERNAL_SERVER_ERROR')
  })

  test('two requests on one line are two answers, in their order', async () => {
    await using http = await serve()
    const first = post('{}').replace('Connection: close\r\n', '')
    const { raw } = await sendRaw(http.port, first + post('{}'))
    expect(raw.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
    expect(http.ran).toEqual(['POST', 'POST'])
  })

  test('bytes that are none of HTTP behind a request that is under way: the line is closed, nothing is mixed', async () => {
    await using http = await serve({ run: () => delay(200).then(() => answered) })
    const { raw } = await sendRaw(http.port, `${post('{}').replace('Connection: close\r\n', '')}NONSENSE\r\n\r\n`)
    expect(raw).not.toContain('400')
    expect(http.refused).toEqual([])
  })
})

describe('the endpoint as callers see it', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  test('401 says where to get a token, and names an error only to those who came with one', async () => {
    const none = await stack.graphql(null, '{ me { id } }')
    const metadata = 'resource_metadata="http://localhost:4000/.well-known/oauth-protected-resource/graphql"'
    expect([none.status, none.headers['www-authenticate']]).toEqual([
      401,
      `Bearer realm="mandate", ${metadata}, DPoP algs="ES256 EdDSA"`,
    ])
    const wrong = await stack.graphql(null, '{ me { id } }', {}, { token: 'x.y.z' })
    expect(wrong.status).toBe(401)
    expect(wrong.headers['www-authenticate']).toContain('error="invalid_token"')
    const { statusCode } = await stack.app.server.inject({ url: '/.well-known/oauth-protected-resource/graphql' })
    expect(statusCode).toBe(200)
  })

  test('a purpose that the caller may not declare is refused with those that it may', async () => {
    const answer = await stack.graphql(
      'support-agent',
      '{ me { id } }',
      {},
      { headers: { 'mandate-purpose': 'sales' } },
    )
    expect([answer.status, answer.codes]).toEqual([403, ['PURPOSE_NOT_ALLOWED']])
    expect(answer.errors[0]?.extensions['allowed']).toEqual(['customer-support', 'incident-response'])
    const good = { headers: { 'mandate-purpose': 'customer-support' } }
    const phone = '{ contact(id: "con-00001") { mobilePhone } }'
    expect((await stack.graphql('support-agent', phone)).codes).toEqual(['POLICY_DENIED'])
    expect((await stack.graphql('support-agent', phone, {}, good)).errors).toEqual([])
  })

  test('a refusal is not kept by anybody on the way', async () => {
    for (const answer of [
      await stack.graphql(null, '{ me { id } }'),
      await stack.graphql('support-agent', '{ me { id } }'),
    ]) {
      expect(answer.headers['cache-control']).toBe('no-store')
    }
  })

  test('a gateway that has started is ready, and its metrics name no caller, no field and no text from outside', async () => {
    expect((await stack.app.server.inject({ url: '/health/ready' })).json()).toEqual({
      ready: true,
      parts: {
        database: 'ready',
        cache: 'ready',
        ledger: 'ready',
        identity: 'ready',
        agents: 'ready',
        approvals: 'ready',
        grants: 'ready',
        stops: 'ready',
        policies: 'ready',
        graph: 'ready',
      },
    })
    const answer = await stack.graphql('support-agent', 'query Curious { account(id: "acc-0001") { name } }')
    await proofOf(stack, answer)
    await stack.graphql('support-agent', '{ noSuchField }')
    const { body } = await stack.app.server.inject({ url: '/metrics' })
    expect(body).toMatch(/mandate_requests_total\{code="OK"\} \d+\n/)
    expect(body).toMatch(/mandate_requests_total\{code="GRAPHQL_VALIDATION_FAILED"\} \d+\n/)
    expect(body).not.toMatch(/support-agent|Curious|noSuchField|acc-0001|Account/)
  })
})
