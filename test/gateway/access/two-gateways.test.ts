/** Two gateways over one database: what is granted and taken back at one holds at the other, at the latest with the next poll. */
import { expect, test } from 'vitest'
import { openGrantBook, type GrantBook } from '../../../gateway/identity/grant-book.ts'
import type { Actor, PrincipalId } from '../../../lib/caller.ts'
import { realWorld } from '../../../lib/world.ts'
import { createGrantStore } from '../../../storage/stores/grants.ts'
import { callerOf, openDesk, shippedRevision } from '../../support/access.ts'
import { createCache } from '../../support/caches.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { until } from '../../support/until.ts'

const holder: Actor = { id: 'agent:it-ops-agent' as PrincipalId, kind: 'agent', roles: ['it-ops-agent'] }
const ask = `mutation Ask($input: RequestAccessInput!) { requestAccess(input: $input) { requests { id } } }`
const decide = `mutation Decide($input: DecideAccessInput!) { decideAccess(input: $input) { grant { id } } }`
const revoke = `mutation Revoke($input: RevokeGrantInput!) { revokeGrant(input: $input) { grant { id } } }`

for (const kind of databaseKinds()) {
  test(`grants at two gateways on ${kind}`, async () => {
    await using database = await createDatabase(kind)
    const revision = await shippedRevision()
    const store = createGrantStore(database.kysely)
    const open = async () =>
      openGrantBook({
        store,
        // A cache of its own for each: nothing is announced, so that only the poll can tell.
        cache: await createCache('memory'),
        world: realWorld,
        log: { warn: () => undefined },
      })
    await using first = await open()
    await using second = await open()
    const has = async (book: GrantBook) =>
      (await book.grantsOf({ holder, others: [], purpose: 'incident-response', roles: revision.roles })).length > 0
    const both = async (expected: boolean) => (await has(first)) === expected && (await has(second)) === expected

    const desk = openDesk(database, revision, realWorld.now().toISOString())
    const agent = callerOf(holder.id, 'it-ops-agent', revision)
    const maria = callerOf('person:maria.keller', 'account-manager', revision)
    const input = {
      idempotencyKey: 'ask',
      coordinates: ['Contact.email'],
      purpose: 'incident-response',
      reason: 'An outage',
      duration: 'P1D',
    }
    const asked = await desk.ask(agent, ask, { input })
    const [{ id: requestId }] = asked.data['requestAccess'].requests
    const named = { expectedVersion: 1, reason: 'An outage' }
    const decision = { ...named, idempotencyKey: 'decide', requestId, decision: 'APPROVE' }
    const { data } = await desk.ask(maria, decide, { input: decision })
    await until(() => both(true))

    const grantId = data['decideAccess'].grant.id as string
    await desk.ask(agent, revoke, { input: { ...named, idempotencyKey: 'revoke', grantId } })
    await until(() => both(false))
    expect(await both(false)).toBe(true)
  })
}
