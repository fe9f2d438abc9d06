/** Which grants are in use is gathered beside the requests, and what cannot be written is kept. */
import { beforeAll, describe, expect, test } from 'vitest'
import { openGrantUses } from '../../../gateway/access/grant-uses.ts'
import type { Coordinate } from '../../../lib/labels.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { GrantUse } from '../../../storage/stores/grants.ts'
import { callerOf, shippedRevision } from '../../support/access.ts'
import { createTestWorld } from '../../support/identity.ts'

let revision: PolicyRevision
beforeAll(async () => {
  revision = await shippedRevision()
})

function setUp() {
  const world = createTestWorld()
  const written: GrantUse[][] = []
  const state = { away: false }
  const uses = openGrantUses({
    store: {
      noteUses: (batch) => {
        if (state.away) return Promise.reject(new Error('away'))
        written.push([...batch])
        return Promise.resolve()
      },
    },
    world,
    log: { warn: () => undefined },
    everyMs: 3_600_000,
  })
  const grants = [{ id: 'email', coordinates: ['Contact.email'], scopes: ['crm:contact'] }] as const
  const caller = callerOf('agent:it-ops-agent', 'it-ops-agent', revision, { grants })
  const run = (coordinates: readonly Coordinate[], as = caller) => {
    uses.note({ caller: as, revision, operation: { coordinates } as never })
  }
  return { world, uses, written, state, run, caller }
}

describe('the use of grants', () => {
  test('is noted when an operation needs the grant, once for each operation', async () => {
    const { uses, written, run, world } = setUp()
    await using _ = uses
    run(['Query.account', 'Account.contacts', 'Contact.email'])
    world.advance(1_000)
    run(['Contact.email', 'Contact.id'])
    await uses.flush()
    expect(written).toEqual([[{ id: 'email', uses: 2, lastUsedAt: world.now() }]])
    await uses.flush()
    expect(written).toHaveLength(1)
  })

  test('is not noted for what the operation does not ask, or what the caller may without it', async () => {
    const { uses, written, run, caller } = setUp()
    await using _ = uses
    run(['Query.account', 'Account.name'])
    run(['Contact.email'], { ...caller, scopes: [...caller.scopes, 'crm:contact'] })
    run(['Contact.email'], { ...caller, grants: [] })
    await uses.flush()
    expect(written).toEqual([])
  })

  test('is kept while the database is away, and written at the end', async () => {
    const { uses, written, run, state, world } = setUp()
    state.away = true
    run(['Contact.email'])
    await uses.flush()
    run(['Contact.email'])
    state.away = false
    await uses[Symbol.asyncDispose]()
    expect(written).toEqual([[{ id: 'email', uses: 2, lastUsedAt: world.now() }]])
  })
})
