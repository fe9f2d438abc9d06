import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { freezeCaller, type Caller, type PrincipalId } from '../../../lib/caller.ts'
import { createKillList, type KillListOptions } from '../../../gateway/identity/kill-list.ts'
import type { RevocationTarget } from '../../../storage/stores/revocations.ts'
import { createMemoryRevocations, createTestWorld, verdictOf } from '../../support/identity.ts'

const id = (name: string) => name as PrincipalId
const now = Math.floor(createTestWorld().now().getTime() / 1000)

function caller(over: Partial<Caller> = {}): Caller {
  return freezeCaller({
    id: id('agent:support-agent'),
    kind: 'agent',
    issuer: 'https://issuer.test',
    clientId: 'agent:support-agent',
    tokenId: 'token-1',
    roles: [],
    scopes: [],
    actors: [],
    onBehalfOf: null,
    purpose: null,
    task: null,
    grants: [],
    authenticatedAt: now,
    issuedAt: now,
    expiresAt: now + 600,
    ...over,
  })
}

/** A cache that only broadcasts, and can be cut off. */
function createBroadcast() {
  const handlers = new Set<(message: string) => void>()
  const self = {
    down: false,
    publish: (_channel: string, message: string): Promise<void> => {
      if (self.down) return Promise.reject(new Error('the cache is out of reach'))
      for (const handler of handlers) handler(message)
      return Promise.resolve()
    },
    subscribe: (_channel: string, handler: (message: string) => void) => {
      if (self.down) return Promise.reject(new Error('the cache is out of reach'))
      handlers.add(handler)
      return Promise.resolve(() => {
        handlers.delete(handler)
        return Promise.resolve()
      })
    },
    handlers,
  }
  return self
}

async function setUp(options: Partial<KillListOptions> = {}) {
  const world = createTestWorld()
  const store = createMemoryRevocations()
  const cache = createBroadcast()
  const warnings: string[] = []
  const log = { warn: (_: unknown, message: string) => void warnings.push(message) }
  const settings = { store, cache, world, log, pollMs: 60_000, waitMs: 100, ...options }
  const killList = await createKillList(settings)
  return { world, store, cache, warnings, settings, killList, [Symbol.asyncDispose]: () => killList.close() }
}

const by = { reason: 'It was stolen.', revokedBy: 'person:omar.haddad' }

describe('what a revocation shuts out', () => {
  const other = { id: id('agent:other'), kind: 'agent', roles: [] } as const
  const cases: [string, RevocationTarget, Caller, string][] = [
    [
      'the token itself',
      { kind: 'token', tokenId: 'token-1', expiresAt: null },
      caller(),
      'IDENTITY_REVOKED token-revoked',
    ],
    ['another token', { kind: 'token', tokenId: 'token-2', expiresAt: null }, caller(), 'accepted'],
    [
      'the caller',
      { kind: 'principal', id: id('agent:support-agent') },
      caller(),
      'IDENTITY_REVOKED principal-revoked',
    ],
    ['another caller', { kind: 'principal', id: id('agent:other') }, caller(), 'accepted'],
    [
      'the person it acts for',
      { kind: 'principal', id: id('person:p') },
      caller({ onBehalfOf: id('person:p') }),
      'IDENTITY_REVOKED principal-revoked',
    ],
    [
      'an actor further back in the chain',
      { kind: 'principal', id: id('agent:other') },
      caller({ actors: [{ id: id('agent:support-agent'), kind: 'agent', roles: [] }, other] }),
      'IDENTITY_REVOKED principal-revoked',
    ],
    [
      'the client that got the token',
      { kind: 'principal', id: id('service:scheduler') },
      caller({ clientId: 'service:scheduler' }),
      'IDENTITY_REVOKED principal-revoked',
    ],
    [
      'a token from before',
      { kind: 'tokens-before', id: id('agent:support-agent'), before: new Date(now * 1000 + 1) },
      caller(),
      'IDENTITY_REVOKED tokens-before-revoked',
    ],
    [
      'a token from after',
      { kind: 'tokens-before', id: id('agent:support-agent'), before: new Date(now * 1000) },
      caller(),
      'accepted',
    ],
  ]
  test.each(cases)('%s', async (_, target, who, verdict) => {
    await using at = await setUp()
    await at.killList.revoke({ target, ...by })
    expect(await verdictOf(at.killList.check(who))).toBe(verdict)
  })

  test('of two moments for one principal, the later one holds', async () => {
    await using at = await setUp()
    for (const before of [new Date(now * 1000 + 5_000), new Date(now * 1000 - 5_000)]) {
      await at.killList.revoke({ target: { kind: 'tokens-before', id: id('agent:support-agent'), before }, ...by })
    }
    expect(await verdictOf(at.killList.check(caller()))).toBe('IDENTITY_REVOKED tokens-before-revoked')
  })

  test('a revocation can be taken back, once', async () => {
    await using at = await setUp()
    const { id: entry } = await at.killList.revoke({ target: { kind: 'principal', id: caller().id }, ...by })
    expect(await at.killList.lift(entry, 'person:omar.haddad')).toBe(true)
    expect(await verdictOf(at.killList.check(caller()))).toBe('accepted')
    expect(await at.killList.lift(entry, 'person:omar.haddad')).toBe(false)
  })
})

describe('how it spreads', () => {
  const target = { kind: 'principal', id: caller().id } as const

  test('row 45: without the cache, another gateway learns of it by polling', async () => {
    await using at = await setUp()
    at.cache.down = true
    await using other = await createKillList({ ...at.settings, pollMs: 20 })
    await at.killList.revoke({ target, ...by })
    expect(at.warnings).toEqual([expect.stringContaining('not announced')])
    await expect.poll(() => verdictOf(other.check(caller()))).toBe('IDENTITY_REVOKED principal-revoked')
  })

  test('it polls by default within a second', async () => {
    await using at = await setUp()
    const { pollMs: _, ...settings } = at.settings
    await using other = await createKillList(settings)
    at.cache.down = true
    await at.killList.revoke({ target, ...by })
    await sleep(1_300)
    expect(await verdictOf(other.check(caller()))).toBe('IDENTITY_REVOKED principal-revoked')
  })

  test('it listens again when the cache comes back', async () => {
    const cache = createBroadcast()
    cache.down = true
    await using at = await setUp({ cache, pollMs: 10 })
    expect(cache.handlers.size).toBe(0)
    cache.down = false
    await expect.poll(() => cache.handlers.size).toBe(1)
    await at.killList.close()
    expect(cache.handlers.size).toBe(0)
  })

  test('a change during a read is read again, not lost', async () => {
    const store = createMemoryRevocations()
    let open = () => undefined as void
    const slow = {
      ...store,
      active: async (at: Date) => {
        const answer = await store.active(at)
        await new Promise<void>((resolve) => (open = resolve))
        return answer
      },
    }
    const opening = setInterval(() => open(), 1)
    await using at = await setUp({ store: slow, waitMs: 5_000 })
    clearInterval(opening)
    void at.cache.publish('', '')
    await expect.poll(() => store.reads).toBe(2)
    const revoked = at.killList.revoke({ target, ...by })
    await sleep(5)
    const reopening = setInterval(() => open(), 1)
    await revoked
    clearInterval(reopening)
    expect(await verdictOf(at.killList.check(caller()))).toBe('IDENTITY_REVOKED principal-revoked')
  })
})

describe('when the list cannot be read', () => {
  const stale = 'IDENTITY_UNAVAILABLE kill-list-stale'

  test('the last one holds for 10 seconds, then nobody passes, and all recovers by itself', async () => {
    await using at = await setUp()
    at.store.down = true
    at.world.advance(10_000)
    expect(await verdictOf(at.killList.check(caller()))).toBe('accepted')
    expect(at.killList.healthy()).toBe(true)
    at.world.advance(1)
    expect(await verdictOf(at.killList.check(caller()))).toBe(stale)
    expect(at.killList.healthy()).toBe(false)
    at.store.down = false
    expect(await verdictOf(at.killList.check(caller()))).toBe('accepted')
    expect(at.killList.healthy()).toBe(true)
  })

  test('it starts without its store, lets nobody pass, and says so once', async () => {
    const store = createMemoryRevocations()
    store.down = true
    await using at = await setUp({ store, pollMs: 5 })
    expect(await verdictOf(at.killList.check(caller()))).toBe(stale)
    await expect.poll(() => store.reads).toBeGreaterThan(3)
    expect(at.warnings).toHaveLength(1)
  })

  test('a store that hangs keeps a request waiting for a bounded time', async () => {
    const hanging = { ...createMemoryRevocations(), active: () => new Promise<never>(() => undefined) }
    await using at = await setUp({ store: hanging, waitMs: 30 })
    const startedAt = performance.now()
    expect(await verdictOf(at.killList.check(caller()))).toBe(stale)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  test('after it is closed nobody passes, and nothing is read any more', async () => {
    await using at = await setUp({ pollMs: 5 })
    await at.killList.close()
    const { reads } = at.store
    await sleep(30)
    expect(await verdictOf(at.killList.check(caller()))).toBe(stale)
    expect(at.store.reads).toBe(reads)
  })
})
