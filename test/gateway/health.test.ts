import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { type HealthPart, readReadiness, registerHealth } from '../../gateway/health.ts'
import { createMetrics } from '../../gateway/metrics.ts'

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
