import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../storage/database.ts'
import { createAssignmentStore, isInForce } from '../../../storage/stores/agent-assignments.ts'
import { createAgentBudgets } from '../../../storage/stores/agent-budgets.ts'
import { createAgentKeys } from '../../../storage/stores/agent-keys.ts'
import { agentSteps } from '../../../storage/stores/agent-states.ts'
import { createAgentStore, quarantineAgent } from '../../../storage/stores/agents.ts'
import type { AgentStatus } from '../../../storage/tables/agents.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { agentProfile } from '../../support/workforce.ts'

const now = new Date('2026-03-02T09:00:00.123Z')
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000)
const doing = { by: 'person:omar.haddad', now }
const statuses = Object.keys(agentSteps) as AgentStatus[]

test('the table of steps is the one that the documentation has', () => {
  expect(agentSteps).toEqual({
    DRAFT: ['PENDING_APPROVAL', 'RETIRED'],
    PENDING_APPROVAL: ['ACTIVE', 'RETIRED'],
    ACTIVE: ['SUSPENDED', 'QUARANTINED', 'RETIRED'],
    SUSPENDED: ['ACTIVE', 'RETIRED'],
    QUARANTINED: ['ACTIVE', 'SUSPENDED', 'RETIRED'],
    RETIRED: [],
  })
})

for (const kind of databaseKinds()) {
  describe(`the workforce on ${kind}`, () => {
    let database: Database
    let count = 0
    beforeAll(async () => {
      database = await createDatabase(kind)
    })
    afterAll(async () => {
      await database.close()
    })

    async function agentIn(status: AgentStatus) {
      const agent = await createAgentStore(database.kysely).add(agentProfile(`test-${(count += 1)}`), status, doing)
      if (agent === null) throw new Error('There is such an agent already.')
      return agent
    }

    describe.each(statuses)('from %s', (from) => {
      test.each(statuses)('to %s', async (to) => {
        const store = createAgentStore(database.kysely)
        const { id } = await agentIn(from)
        const moved = await store.step(id, { to, reason: 'a test', version: 1, by: 'person:nina.vogt', now: later(1) })
        const legal = agentSteps[from].includes(to)
        expect(moved?.status ?? null).toBe(legal ? to : null)
        expect(await store.get(id)).toMatchObject({
          status: legal ? to : from,
          version: legal ? 2 : 1,
          updatedBy: legal ? 'person:nina.vogt' : 'person:omar.haddad',
          // Leaving ACTIVE, and nothing else, ends the tokens of before.
          tokensValidFrom: legal && from === 'ACTIVE' ? later(1) : null,
        })
      })
    })

    test('an agent comes back as it was stored, and its id is taken', async () => {
      const store = createAgentStore(database.kysely)
      const profile = agentProfile('whole', { constraints: ['Writes no mail', 'Pays nobody'], dataResidency: 'EU' })
      const stored = await store.add(profile, 'DRAFT', doing)
      expect(stored).toMatchObject({ ...profile, status: 'DRAFT', version: 1, createdBy: doing.by, createdAt: now })
      expect(await store.get(profile.id)).toEqual(stored)
      expect(await store.add(profile, 'DRAFT', doing)).toBeNull()
      expect(await store.get('agent:nobody')).toBeNull()
    })

    test('of two that change an agent at the same version, one does', async () => {
      const store = createAgentStore(database.kysely)
      const { id } = await agentIn('ACTIVE')
      const step = { reason: null, version: 1, ...doing }
      const both = await Promise.all([
        store.step(id, { ...step, to: 'SUSPENDED' }),
        store.step(id, { ...step, to: 'QUARANTINED' }),
      ])
      expect(both.filter((agent) => agent !== null)).toHaveLength(1)
      expect(await store.changeOwner(id, 'person:dev.patel', 1, doing)).toBeNull()
    })

    test('the control plane quarantines whatever the version is, and only who is active', async () => {
      const { id } = await agentIn('ACTIVE')
      await createAgentStore(database.kysely).changeOwner(id, 'person:dev.patel', 1, doing)
      const reason = 'It used more than it may.'
      const quarantined = await quarantineAgent(database.kysely, id, { ...doing, reason })
      expect(quarantined).toMatchObject({ status: 'QUARANTINED', statusReason: reason, tokensValidFrom: now })
      expect(await quarantineAgent(database.kysely, id, { ...doing, reason })).toBeNull()
    })

    test('a list is filtered by what holds now, in pages by id', async () => {
      const store = createAgentStore(database.kysely)
      const ids = []
      for (const name of ['list-a', 'list-b', 'list_c']) {
        const agent = await store.add(agentProfile(name, { environment: 'PRODUCTION' }), 'ACTIVE', doing)
        ids.push(agent?.id)
      }
      const filter = { environment: 'PRODUCTION' as const }
      const first = await store.list(filter, { first: 2, after: null, now })
      expect([first.items.map(({ id }) => id), first.hasMore]).toEqual([ids.slice(0, 2), true])
      const rest = await store.list(filter, { first: 2, after: 'agent:list-b', now })
      expect([rest.items.map(({ id }) => id), rest.hasMore]).toEqual([ids.slice(2), false])
      expect(await store.count(filter, now)).toBe(3)
      // What means something to a pattern is text here.
      expect(await store.count({ text: 'LIST_' }, now)).toBe(1)
      expect(await store.count({ status: [] }, now)).toBe(0)
      await assign('agent:list-a', 'filter-role', { validFrom: later(-1), validUntil: later(1) })
      expect(await store.count({ roleKey: 'filter-role' }, now)).toBe(1)
      expect(await store.count({ roleKey: 'filter-role' }, later(1))).toBe(0)
      expect(await store.count({ roleKey: 'filter-role' }, later(-2))).toBe(0)
    })

    const assign = (agentId: string, roleKey: string, times: { validFrom: Date; validUntil: Date | null }) =>
      createAssignmentStore(database.kysely).add({
        id: `assignment-${(count += 1)}`,
        agentId,
        roleKey,
        ...times,
        assignedAt: now,
        assignedBy: doing.by,
      })

    test('an assignment is in force from its first moment until before its last, or until it is ended', async () => {
      const store = createAssignmentStore(database.kysely)
      const { id } = await agentIn('ACTIVE')
      const timed = await assign(id, 'sales-agent', { validFrom: later(1), validUntil: later(3) })
      expect([0, 1, 2, 3].map((minute) => isInForce(timed, later(minute)))).toEqual([false, true, true, false])
      const open = await assign(id, 'support-agent', { validFrom: now, validUntil: null })
      const ended = await store.end(open.id, 'person:nina.vogt', later(2))
      expect(ended).toMatchObject({ endedBy: 'person:nina.vogt', endedAt: later(2) })
      expect([1, 2].map((minute) => ended && isInForce(ended, later(minute)))).toEqual([true, false])
      expect(await store.end(open.id, 'person:nina.vogt', later(2))).toBeNull()
      expect(await store.end(timed.id, 'person:nina.vogt', later(3))).toBeNull()
      expect((await store.of([id])).map((one) => one.id).toSorted()).toEqual([open.id, timed.id].toSorted())
    })

    test('a key counts between its times and until it is revoked, and is nobody else’s', async () => {
      const keys = createAgentKeys(database.kysely)
      const [one, other] = [await agentIn('ACTIVE'), await agentIn('ACTIVE')]
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'x', alg: 'EdDSA' }
      const key = { jwk, agentId: one.id, expiresAt: null, addedAt: now, addedBy: doing.by }
      await keys.add({ ...key, kid: 'now', notBefore: now })
      await keys.add({ ...key, kid: 'soon', notBefore: later(1) })
      await expect(keys.add({ ...key, kid: 'now', agentId: other.id, notBefore: now })).rejects.toMatchObject({
        extensions: { code: 'INVALID_INPUT' },
      })
      const kids = async (at: Date) => (await keys.activeKeys(one.id, at)).map(({ kid }) => kid).toSorted()
      expect(await kids(later(-1))).toEqual([])
      expect(await keys.activeKeys(one.id, now)).toEqual([{ ...jwk, kid: 'now' }])
      expect(await kids(later(1))).toEqual(['now', 'soon'])
      expect(await keys.expire(one.id, 'now', later(2))).toMatchObject({ expiresAt: later(2) })
      // An end is never put off.
      expect(await keys.expire(one.id, 'now', later(3))).toBeNull()
      expect(await kids(later(2))).toEqual(['soon'])
      expect(await keys.revoke(other.id, 'soon', doing.by, now)).toBeNull()
      expect(await keys.revoke(one.id, 'soon', doing.by, now)).toMatchObject({ revokedBy: doing.by })
      expect(await kids(later(1))).toEqual(['now'])
      expect(await keys.activeKeys(other.id, now)).toEqual([])
    })

    test('a budget takes the place of the one before it, and can be taken away', async () => {
      const budgets = createAgentBudgets(database.kysely)
      const { id } = await agentIn('ACTIVE')
      const money = { measure: 'money', per: 'day', currency: 'EUR' } as const
      await budgets.set(id, { ...money, limit: 1000 }, doing.by, now)
      await budgets.set(id, { ...money, limit: 99.5, onBreach: 'quarantine' }, doing.by, now)
      await budgets.set(id, { measure: 'mutations', per: 'hour', limit: 3 }, doing.by, now)
      expect(await budgets.budgetsOf(id)).toEqual([
        { ...money, limit: 99.5, onBreach: 'quarantine' },
        { measure: 'mutations', per: 'hour', limit: 3 },
      ])
      expect(await budgets.remove(id, { ...money, currency: 'USD' })).toBe(false)
      expect(await budgets.remove(id, money)).toBe(true)
      expect(await budgets.budgetsOf(id)).toEqual([{ measure: 'mutations', per: 'hour', limit: 3 }])
    })
  })
}
