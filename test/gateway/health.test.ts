import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { type HealthPart, readReadiness, registerHealth } from '../../gateway/health.ts'
import { createMetrics } from '../../gateway/metrics.ts'
import { proofOf } from '../support/proof.ts'
import { startStack } from '../support/stack.ts'

const good: HealthPart = { name: 'good', check: () => undefined }
const bad: HealthPart = { name: 'bad', check: () => Promise.reject(new Error('connect ECONNREFUSED db.corp:5432')) }
const throws: HealthPart = {
  name: 'throws',
  check: () => {
    throw new Error('secret')
  },
}
const hangs: HealthPart = { name: 'hangs', check: () => new Promise(() => undefined) }

describe('readiness', () => {
  test('ready when every part is', async () => {
    expect(await readReadiness([good], createMetrics())).toEqual({ ready: true, parts: { good: 'ready' } })
  })

  test('one part is enough for no, however it fails; all are asked at once', async () => {
    const metrics = createMetrics()
    const startedMs = performance.now()
    const readiness = await readReadiness([good, bad, throws, hangs, { ...hangs, name: 'hangs too' }], metrics)
    expect(performance.now() - startedMs).toBeLessThan(1_900)
    expect(readiness.ready).toBe(false)
    expect(Object.entries(readiness.parts).filter(([, state]) => state === 'ready')).toEqual([['good', 'ready']])
    expect(await metrics.registry.metrics()).toMatch(/mandate_ready\{part="bad"\} 0\n/)
  })

  test('the page says yes or no, and never why', async () => {
    const server = fastify()
    registerHealth(server, [good, bad], createMetrics())
    const { statusCode, body } = await server.inject({ url: '/health/ready' })
    expect([statusCode, JSON.parse(body)]).toEqual([503, { ready: false, parts: { good: 'ready', bad: 'not ready' } }])
    expect((await server.inject({ url: '/health/live' })).json()).toEqual({ live: true })
    await server.close()
  })
})

test('a gateway that has started is ready, and its metrics name no caller, no field and no text from outside', async () => {
  await using stack = await startStack()
  expect((await stack.app.server.inject({ url: '/health/ready' })).json()).toEqual({
    ready: true,
    parts: { database: 'ready', cache: 'ready', ledger: 'ready', identity: 'ready', policies: 'ready', graph: 'ready' },
  })
  const answer = await stack.graphql('support-agent', 'query Curious { account(id: "acc-0001") { name } }')
  await proofOf(stack, answer)
  await stack.graphql('support-agent', '{ noSuchField }')
  const { body } = await stack.app.server.inject({ url: '/metrics' })
  expect(body).toMatch(/mandate_requests_total\{code="OK"\} 1\n/)
  expect(body).toMatch(/mandate_requests_total\{code="GRAPHQL_VALIDATION_FAILED"\} 1\n/)
  expect(body).not.toMatch(/support-agent|Curious|noSuchField|acc-0001|Account/)
})
