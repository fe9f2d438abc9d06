/** Requests, grants and campaigns as they are stored: every step of every table, and what two at once come to. On every database. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { realWorld } from '../../../lib/world.ts'
import type { Database } from '../../../storage/database.ts'
import { createAccessRequestStore } from '../../../storage/stores/access-requests.ts'
import { grantSteps, itemSteps, requestSteps } from '../../../storage/stores/access-states.ts'
import { createCampaignStore } from '../../../storage/stores/campaigns.ts'
import { createGrantStore } from '../../../storage/stores/grants.ts'
import type { GrantStatus, ItemStatus, RequestStatus } from '../../../storage/tables/access.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'

const now = new Date('2026-10-28T09:30:00Z')
const later = (ms: number) => new Date(now.getTime() + ms)
const day = 86_400_000
const id = realWorld.newId
const someone = {
  principal: 'agent:a',
  kind: 'agent',
  coordinates: ['Contact.email', 'Contact.phone'],
  scopes: ['crm:contact'],
  purpose: 'sales',
  decider: 'account-manager',
} as const
const states = <S extends string>(steps: Readonly<Record<S, readonly S[]>>) => Object.keys(steps) as S[]
const pairs = <S extends string>(steps: Readonly<Record<S, readonly S[]>>) =>
  states(steps).flatMap((from) => states(steps).map((to) => [from, to] as const))

for (const kind of databaseKinds()) {
  describe(`access on ${kind}`, () => {
    let database: Database
    beforeAll(async () => {
      database = await createDatabase(kind)
    })
    afterAll(() => database.close())
    beforeEach(async () => {
      for (const table of ['campaign_items', 'campaigns', 'grants', 'access_requests'] as const) {
        await database.kysely.deleteFrom(`mandate.${table}`).execute()
      }
    })

    const answered = (open: boolean) => ({ decided_by: open ? null : 'person:b', decided_at: open ? null : now })

    async function request(status: RequestStatus): Promise<string> {
      const row = { ...someone, id: id(), roles: [], reason: 'r', duration_ms: day, policy_revision: 'p', version: 1 }
      const times = { created_at: now, updated_at: now }
      await database.kysely
        .insertInto('mandate.access_requests')
        .values({ ...row, ...times, ...answered(status === 'REQUESTED'), status })
        .execute()
      return row.id
    }
    async function grant(status: GrantStatus = 'ACTIVE', expiresAt = later(day)): Promise<string> {
      const row = { ...someone, id: id(), request_id: await request('APPROVED'), granted_by: 'person:b', version: 1 }
      const times = { granted_at: now, expires_at: expiresAt }
      const ended = status === 'ACTIVE' ? {} : { ended_by: 'person:b', ended_at: now }
      await database.kysely
        .insertInto('mandate.grants')
        .values({ ...row, ...times, ...ended, status })
        .execute()
      return row.id
    }
    async function campaign(subjects: readonly string[], dueAt = later(day), status: ItemStatus = 'PENDING') {
      const campaignId = id()
      const begun = { id: campaignId, title: 't', scopes: null, dueAt, startedBy: 'person:c', startedAt: now }
      const about = {
        coordinates: [],
        scopes: [],
        purpose: null,
        endsAt: null,
        decider: null,
        lastUsedAt: null,
        uses: 0,
      }
      const item = { ...about, campaignId, kind: 'GRANT', principal: 'agent:a', roleKey: null } as const
      const items = subjects.map((subjectId) => ({ ...item, id: id(), subjectId }))
      await createCampaignStore(database.kysely).start(begun, items)
      await database.kysely
        .updateTable('mandate.campaign_items')
        .set({ status, ...answered(status === 'PENDING') })
        .where('campaign_id', '=', campaignId)
        .execute()
      return { campaignId, itemIds: items.map((each) => each.id) }
    }
    const doing = { by: 'person:b', reason: 'because', now }

    describe('steps', () => {
      test.each(pairs(requestSteps))('a request from %s to %s', async (from, to) => {
        const store = createAccessRequestStore(database.kysely)
        const step = await store.step(await request(from), { ...doing, to: to as never, version: 1 }).catch(() => null)
        expect(step?.status ?? null).toBe(requestSteps[from].includes(to) ? to : null)
      })

      test.each(pairs(grantSteps))('a grant from %s to %s', async (from, to) => {
        const end = { ...doing, to: to as never, version: 1 }
        const ended = await createGrantStore(database.kysely)
          .end(await grant(from), end)
          .catch(() => null)
        expect(ended?.status ?? null).toBe(grantSteps[from].includes(to) ? to : null)
      })

      test.each(pairs(itemSteps))('an item from %s to %s', async (from, to) => {
        const { itemIds } = await campaign(['subject'], later(day), from)
        const step = { ...doing, to: to as never, version: 1 }
        const moved = await createCampaignStore(database.kysely)
          .step(itemIds[0] ?? '', step)
          .catch(() => null)
        expect(moved?.status ?? null).toBe(itemSteps[from].includes(to) ? to : null)
      })

      test('need the version that was read', async () => {
        const requests = createAccessRequestStore(database.kysely)
        expect(await requests.step(await request('REQUESTED'), { ...doing, to: 'REFUSED', version: 2 })).toBeNull()
        const grants = createGrantStore(database.kysely)
        expect(await grants.end(await grant(), { ...doing, to: 'REVOKED', version: 2 })).toBeNull()
      })
    })

    test('nobody grants to themselves, whatever was checked before', async () => {
      const requestId = await request('APPROVED')
      const own = { ...someone, id: id(), requestId, grantedBy: 'agent:a', grantedAt: now, expiresAt: later(day) }
      await expect(createGrantStore(database.kysely).add(own as never)).rejects.toThrow()
    })

    test('a grant is narrowed, and by no call widened', async () => {
      const store = createGrantStore(database.kysely)
      const grantId = await grant()
      const narrow = (coordinates: readonly string[], expiresAt: Date) =>
        store.narrow(grantId, { coordinates: coordinates as never, expiresAt }, now)
      expect(await narrow(['Contact.email', 'User.pay'], later(day))).toBeNull()
      expect(await narrow(['Contact.email'], later(day + 1))).toBeNull()
      expect(await narrow(['Contact.email'], later(day / 2))).toMatchObject({
        coordinates: ['Contact.email'],
        expiresAt: later(day / 2),
        version: 2,
      })
      expect(await narrow([...someone.coordinates], later(day / 2))).toBeNull()
    })

    test('uses add up, and the last one stays the last', async () => {
      const store = createGrantStore(database.kysely)
      const grantId = await grant()
      await store.noteUses([{ id: grantId, uses: 2, lastUsedAt: later(5) }])
      await store.noteUses([
        { id: grantId, uses: 1, lastUsedAt: later(3) },
        { id: 'gone', uses: 1, lastUsedAt: later(9) },
      ])
      expect(await store.get(grantId, now)).toMatchObject({ uses: 3, lastUsedAt: later(5), version: 1 })
    })

    test('in force is what is active, to the moment, and no longer than a campaign lets it', async () => {
      const store = createGrantStore(database.kysely)
      const [plain, certified] = [await grant(), await grant()]
      await grant('REVOKED')
      await grant('ACTIVE', now)
      await campaign([certified], later(1_000))
      const ends = new Map((await store.inForce(now)).map((each) => [each.id, each.endsAt]))
      expect(ends).toEqual(
        new Map([
          [plain, later(day)],
          [certified, later(1_000)],
        ]),
      )
      expect((await store.get(certified, later(999)))?.status).toBe('ACTIVE')
      expect((await store.get(certified, later(1_000)))?.status).toBe('REVOKED')
      expect((await store.active(later(1_000))).map((each) => each.id)).toEqual([plain])
    })

    test('what is over is given to one of two that look at once', async () => {
      const [first, second] = [await grant('ACTIVE', now), await grant('ACTIVE', now)]
      const store = createGrantStore(database.kysely)
      const both = await Promise.all([store.expireDue('service:mandate', now), store.expireDue('service:mandate', now)])
      expect(
        both
          .flat()
          .map((each) => each.id)
          .sort(),
      ).toEqual([first, second].sort())

      const grantId = await grant()
      const { campaignId } = await campaign([grantId], now)
      const close = () =>
        database.kysely
          .transaction()
          .execute((transaction) => createCampaignStore(transaction).closeNextDue('service:mandate', now))
      const closed = await Promise.all([close(), close()])
      expect(closed.filter((each) => each !== null)).toMatchObject([{ campaign: { id: campaignId, status: 'CLOSED' } }])
      expect(await store.get(grantId, now)).toMatchObject({ status: 'REVOKED', endedBy: 'service:mandate' })
    })
  })
}
