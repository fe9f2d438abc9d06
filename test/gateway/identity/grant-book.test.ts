/** The grants that a caller has: its own, for the purpose that it declared, to the moment, and never beyond the others of its chain. */
import { describe, expect, test } from 'vitest'
import { openGrantBook } from '../../../gateway/identity/grant-book.ts'
import type { RoleMap } from '../../../gateway/identity/effective.ts'
import type { Actor, PrincipalId } from '../../../lib/caller.ts'
import type { GrantInForce } from '../../../storage/stores/grants.ts'
import { createTestWorld } from '../../support/identity.ts'

const agent = (name: string): Actor => ({ id: `agent:${name}` as PrincipalId, kind: 'agent', roles: [name] })
const roles: RoleMap = new Map([
  ['reader', { kind: 'agent', scopes: ['crm:read'], purposes: ['sales'] }],
  ['reacher', { kind: 'agent', scopes: ['crm:read', 'crm:contact'], purposes: ['sales'] }],
])

async function setUp(more: Partial<GrantInForce> = {}, load?: () => Promise<readonly GrantInForce[]>) {
  const world = createTestWorld()
  const grant: GrantInForce = {
    id: 'grant',
    principal: 'agent:reader' as PrincipalId,
    purpose: 'sales',
    coordinates: ['Contact.email'],
    scopes: ['crm:contact'],
    endsAt: new Date(world.now().getTime() + 5_000),
    ...more,
  }
  const book = await openGrantBook({
    store: { inForce: load ?? (() => Promise.resolve([grant])) },
    cache: { subscribe: () => Promise.resolve(() => Promise.resolve()) },
    world,
    log: { warn: () => undefined },
    pollMs: 3_600_000,
    waitMs: 50,
  })
  const ask = (holder: Actor, others: readonly Actor[] = [], purpose: string | null = 'sales') =>
    book.grantsOf({ holder, others, purpose, roles })
  return { world, book, ask }
}

const opened = [{ id: 'grant', coordinates: ['Contact.email'], scopes: ['crm:contact'] }]

describe('grants', () => {
  test('are the holder’s own', async () => {
    const { book, ask } = await setUp()
    await using _ = book
    expect(await ask(agent('reader'))).toEqual(opened)
    expect(await ask(agent('reacher'))).toEqual([])
  })

  test('count only while their purpose is declared', async () => {
    const { book, ask } = await setUp()
    await using _ = book
    expect(await ask(agent('reader'), [], null)).toEqual([])
    expect(await ask(agent('reader'), [], 'support')).toEqual([])
  })

  test('end to the moment', async () => {
    const { book, world, ask } = await setUp()
    await using _ = book
    world.advance(4_999)
    expect(await ask(agent('reader'))).toEqual(opened)
    world.advance(1)
    expect(await ask(agent('reader'))).toEqual([])
  })

  test('give on behalf of others only what these have by their roles', async () => {
    const { book, ask } = await setUp()
    await using _ = book
    expect(await ask(agent('reader'), [agent('reacher')])).toEqual(opened)
    expect(await ask(agent('reader'), [agent('reader')])).toEqual([])
    expect(await ask(agent('reader'), [agent('reacher'), agent('reader')])).toEqual([])
    // A grant of somebody else in the chain is not the caller's.
    expect(await ask(agent('reacher'), [agent('reader')])).toEqual([])
  })

  test('are none where the book cannot be read', async () => {
    const { book, ask } = await setUp({}, () => Promise.reject(new Error('away')))
    await using _ = book
    expect(book.healthy()).toBe(false)
    expect(await ask(agent('reader'))).toEqual([])
  })

  test('are none when the last reading is too old', async () => {
    let away = false
    const grant = { id: 'grant', principal: 'agent:reader' as PrincipalId, purpose: 'sales' }
    const long = { ...grant, coordinates: ['Contact.email'] as const, scopes: ['crm:contact'] }
    const load = () =>
      away ? Promise.reject(new Error('away')) : Promise.resolve([{ ...long, endsAt: new Date('2027-01-01') }])
    const { book, world, ask } = await setUp({}, load)
    await using _ = book
    expect(await ask(agent('reader'))).toEqual(opened)
    away = true
    world.advance(10_001)
    expect(await ask(agent('reader'))).toEqual([])
  })
})
