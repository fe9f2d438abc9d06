import { describe, expect, test } from 'vitest'
import { createRateCheck } from '../../../gateway/checks/rate.ts'
import type { Exchange } from '../../../gateway/exchange.ts'
import type { Operation } from '../../../gateway/operation.ts'
import type { Cache } from '../../../storage/cache.ts'
import { createCache } from '../../support/caches.ts'
import { codeOf } from '../../support/operations.ts'

const away = { rateLimiter: () => ({ take: () => Promise.reject(new Error('away')) }) } as unknown as Cache

async function setUp(shared?: Cache) {
  const check = createRateCheck({
    shared: shared ?? (await createCache('memory')),
    local: await createCache('memory'),
    costPerMinute: 100,
  })
  return (id: string, cost: number, kind: 'query' | 'mutation' = 'query', root = 'Query.accounts') =>
    codeOf(() =>
      check.run({
        operation: { kind, roots: [{ coordinates: [root] }] } as unknown as Operation,
        exchange: { caller: { id }, cost } as unknown as Exchange,
        limits: {} as never,
      }),
    )
}

describe('a minute’s cost units', () => {
  test('belong to the principal, however many tokens it has, and count cost, not requests (row 49)', async () => {
    const take = await setUp()
    expect(await take('agent:a', 60)).toBeNull()
    expect(await take('agent:a', 60)).toBe('RATE_LIMITED')
    expect(await take('agent:b', 60)).toBeNull()
  })

  test('a refusal takes nothing', async () => {
    const take = await setUp()
    await take('agent:a', 60)
    await take('agent:a', 60)
    expect(await take('agent:a', 40)).toBeNull()
  })
})

describe('while the shared counter is away', () => {
  test('reads go on under the same limit, counted here', async () => {
    const take = await setUp(away)
    expect(await take('agent:a', 60)).toBeNull()
    expect(await take('agent:a', 60)).toBe('RATE_LIMITED')
  })
  test('mutations are refused', async () => {
    const take = await setUp(away)
    expect(await take('agent:a', 1, 'mutation', 'Mutation.updateCase')).toBe('LIMITS_UNAVAILABLE')
  })
  test('the brakes still work', async () => {
    const take = await setUp(away)
    expect(await take('person:x', 1, 'mutation', 'Mutation.revoke')).toBeNull()
  })
})
