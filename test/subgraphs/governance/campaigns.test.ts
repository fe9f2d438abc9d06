/** Certification: what is granted and assigned is put before those who answer for it; silence revokes. On every database. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAccessUpkeep, type Upkeep } from '../../../gateway/access/upkeep.ts'
import type { OutcomeEntry } from '../../../gateway/audit/entry.ts'
import type { PrincipalId } from '../../../lib/caller.ts'
import { realWorld } from '../../../lib/world.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { Database } from '../../../storage/database.ts'
import { createAssignmentStore } from '../../../storage/stores/agent-assignments.ts'
import { createAgentStore } from '../../../storage/stores/agents.ts'
import { createGrantStore } from '../../../storage/stores/grants.ts'
import { type Desk, openDesk, shippedRevision } from '../../support/access.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'

const start = `mutation Start($input: StartCampaignInput!) {
  startCampaign(input: $input) { campaign { id title status dueAt progress { total pending revoked } } replayed }
}`
const decide = `mutation Decide($input: DecideCampaignItemInput!) {
  decideCampaignItem(input: $input) { item { id status decidedBy version } replayed }
}`
const read = `query Read($id: ID!, $status: CampaignItemStatus) {
  certificationCampaign(id: $id) {
    status closedAt progress { total pending kept reduced revoked }
    items(first: 50, status: $status) {
      nodes { id kind subjectId principal roleKey scopes coordinates decider status decidedBy version }
    }
  }
}`

const tables = [
  'mandate.campaign_items',
  'mandate.campaigns',
  'mandate.grants',
  'mandate.access_requests',
  'mandate.agent_assignments',
  'mandate.agents',
] as const
const day = 86_400_000
let keys = 0
const key = () => `key-${String((keys += 1))}`
const coordinates = ['Contact.email', 'Contact.phone'] as const

for (const kind of databaseKinds()) {
  describe(`certification on ${kind}`, () => {
    let database: Database
    let revision: PolicyRevision
    let desk: Desk
    let upkeep: Upkeep
    const noted: OutcomeEntry[] = []
    beforeAll(async () => {
      ;[database, revision] = await Promise.all([createDatabase(kind), shippedRevision()])
    })
    afterAll(() => database.close())
    beforeEach(async () => {
      for (const table of tables) await database.kysely.deleteFrom(table).execute()
      desk = openDesk(database, revision)
      noted.length = 0
      const ledger = {
        append: (entry: unknown) => {
          noted.push(entry as OutcomeEntry)
          return Promise.resolve({ seq: noted.length, hash: '' })
        },
        healthy: () => true,
        close: () => Promise.resolve(),
      }
      upkeep = startAccessUpkeep({
        database,
        cache: {
          publish: (channel) => {
            desk.said.push(channel)
            return Promise.resolve()
          },
        },
        ledger,
        world: { now: () => desk.now, newId: realWorld.newId },
        revision: () => revision.id,
        log: { warn: console.error },
        everyMs: 3_600_000,
      })
      return () => upkeep[Symbol.asyncDispose]()
    })

    const omar = () => desk.caller('person:omar.haddad', 'security-engineer')
    const maria = () => desk.caller('person:maria.keller', 'account-manager')
    const ana = () => desk.caller('person:ana.silva', 'change-manager')

    /** A grant of two fields to an agent, decided by account managers. */
    async function grantTo(principal: string, days = 20): Promise<string> {
      const [id, requestId] = [realWorld.newId(), realWorld.newId()]
      const common = {
        principal: principal as PrincipalId,
        kind: 'agent',
        coordinates,
        scopes: ['crm:contact'],
        purpose: 'incident-response',
        decider: 'account-manager',
      } as const
      await database.kysely
        .insertInto('mandate.access_requests')
        .values({
          ...common,
          id: requestId,
          roles: ['it-ops-agent'],
          reason: 'Because',
          duration_ms: days * day,
          policy_revision: revision.id,
          status: 'APPROVED',
          decided_by: 'person:maria.keller',
          decided_at: desk.now,
          version: 2,
          created_at: desk.now,
          updated_at: desk.now,
        })
        .execute()
      const expiresAt = new Date(desk.now.getTime() + days * day)
      const grant = { ...common, id, requestId, grantedBy: 'person:maria.keller', grantedAt: desk.now, expiresAt }
      await createGrantStore(database.kysely).add(grant)
      return id
    }

    async function assign(agentId: string, roleKey: string): Promise<string> {
      const profile = {
        id: agentId as PrincipalId,
        name: agentId,
        description: '',
        ownerId: 'person:thomas.reuter' as PrincipalId,
        sponsorId: null,
        environment: 'PRODUCTION',
        dataResidency: null,
        constraints: [],
        a2aUrl: null,
      } as const
      await createAgentStore(database.kysely).add(profile, 'ACTIVE', { by: 'person:omar.haddad', now: desk.now })
      const id = realWorld.newId()
      const validity = { validFrom: desk.now, validUntil: null, assignedAt: desk.now, assignedBy: 'person:omar.haddad' }
      await createAssignmentStore(database.kysely).add({ id, agentId, roleKey, ...validity })
      return id
    }

    async function campaign(more: object = {}): Promise<string> {
      const input = { idempotencyKey: key(), title: 'Autumn', dueAt: inDays(7), ...more }
      const { data, message } = await desk.ask(omar(), start, { input })
      const id = data['startCampaign']?.campaign.id as string | undefined
      if (id === undefined) throw new Error(message)
      return id
    }
    const inDays = (days: number) => new Date(desk.now.getTime() + days * day).toISOString()
    async function itemsOf(id: string, as = omar(), status?: string) {
      const { data } = await desk.ask(as, read, { id, status })
      return data['certificationCampaign'].items.nodes as Record<string, any>[]
    }
    const progressOf = async (id: string) =>
      (await desk.ask(omar(), read, { id })).data['certificationCampaign'].progress as object
    async function decideOn(item: Record<string, any>, decision: string, as = maria(), more: object = {}) {
      const input = {
        idempotencyKey: key(),
        itemId: item['id'],
        expectedVersion: 1,
        decision,
        reason: 'Looked',
        ...more,
      }
      return desk.ask(as, decide, { input })
    }
    const grantNow = async (id: string) => (await createGrantStore(database.kysely).get(id, desk.now))!

    test('takes in what is in force, and puts it before the role that answers for it', async () => {
      const grant = await grantTo('agent:it-ops-agent')
      const expired = await grantTo('agent:sales-agent', 1)
      const assignment = await assign('agent:it-ops-agent', 'it-ops-agent')
      desk.now = new Date(desk.now.getTime() + 2 * day)
      const id = await campaign()
      const items = await itemsOf(id)
      expect(items.map(({ subjectId }) => subjectId)).not.toContain(expired)
      expect(items).toHaveLength(2)
      expect(items.find(({ kind: what }) => what === 'GRANT')).toMatchObject({
        subjectId: grant,
        principal: 'agent:it-ops-agent',
        decider: 'account-manager',
        coordinates: [...coordinates],
        status: 'PENDING',
      })
      expect(items.find(({ kind: what }) => what === 'ASSIGNMENT')).toMatchObject({
        subjectId: assignment,
        roleKey: 'it-ops-agent',
        decider: 'change-manager',
      })
      expect((await itemsOf(id, maria())).map(({ kind: what }) => what)).toEqual(['GRANT'])
      expect((await itemsOf(id, ana())).map(({ kind: what }) => what)).toEqual(['ASSIGNMENT'])
    })

    test('a filter of scopes takes in only what gives one of them', async () => {
      await grantTo('agent:it-ops-agent')
      await assign('agent:it-ops-agent', 'it-ops-agent')
      const id = await campaign({ scopes: ['itsm:change:write'] })
      expect((await itemsOf(id)).map(({ kind: what }) => what)).toEqual(['ASSIGNMENT'])
      const refused = await desk.ask(omar(), start, {
        input: { idempotencyKey: key(), title: 'None', dueAt: inDays(7), scopes: ['hr:pay:write'] },
      })
      expect(refused.code).toBe('INVALID_INPUT')
    })

    test.each([
      ['too soon', { dueAt: '2026-10-28T10:00:00Z' }],
      ['too late', { dueAt: '2028-10-28T10:00:00Z' }],
      ['no such scope', { scopes: ['crm:raed'] }],
      ['no scope', { scopes: [] }],
      ['no title', { title: ' ' }],
    ])('is not started with %s', async (_what, more) => {
      await grantTo('agent:it-ops-agent')
      const input = { idempotencyKey: key(), title: 'Autumn', dueAt: inDays(7), ...more }
      expect((await desk.ask(omar(), start, { input })).code).toBe('INVALID_INPUT')
    })

    test('what is kept stays, what is revoked ends at once, and each is answered once', async () => {
      const [kept, revoked] = [await grantTo('agent:sales-agent'), await grantTo('agent:order-agent')]
      const id = await campaign()
      const items = await itemsOf(id)
      const itemOf = (grant: string) => items.find(({ subjectId }) => subjectId === grant) ?? {}
      expect((await decideOn(itemOf(kept), 'KEEP')).data['decideCampaignItem'].item.status).toBe('KEPT')
      expect((await decideOn(itemOf(revoked), 'REVOKE')).data['decideCampaignItem'].item.status).toBe('REVOKED')
      expect((await grantNow(kept)).status).toBe('ACTIVE')
      expect(await grantNow(revoked)).toMatchObject({ status: 'REVOKED', endedBy: 'person:maria.keller' })
      const again = await decideOn(itemOf(kept), 'REVOKE', maria(), { expectedVersion: 2 })
      expect([again.code, again.extensions['legal']]).toEqual(['ILLEGAL_TRANSITION', []])
      expect(await progressOf(id)).toEqual({ total: 2, pending: 0, kept: 1, reduced: 0, revoked: 1 })
    })

    test('is decided by the role that answers for it', async () => {
      await grantTo('agent:sales-agent')
      const [item = {}] = await itemsOf(await campaign())
      expect((await decideOn(item, 'KEEP', ana())).code).toBe('NOT_FOUND')
      expect((await decideOn(item, 'KEEP', omar())).code).toBe('NOT_FOUND')
    })

    test('a grant is reduced to fewer fields or less time, never to more', async () => {
      const id = await grantTo('agent:sales-agent')
      const [item = {}] = await itemsOf(await campaign())
      const refuse = async (more: object) => (await decideOn(item, 'REDUCE', maria(), more)).code
      expect(await refuse({})).toBe('INVALID_INPUT')
      expect(await refuse({ coordinates: ['Contact.mobilePhone'] })).toBe('INVALID_INPUT')
      expect(await refuse({ coordinates: [] })).toBe('INVALID_INPUT')
      expect(await refuse({ coordinates: [...coordinates] })).toBe('INVALID_INPUT')
      expect(await refuse({ until: inDays(21) })).toBe('INVALID_INPUT')
      expect((await decideOn(item, 'KEEP', maria(), { until: inDays(1) })).code).toBe('INVALID_INPUT')
      const reduced = await decideOn(item, 'REDUCE', maria(), { coordinates: ['Contact.email'], until: inDays(3) })
      expect(reduced.data['decideCampaignItem'].item.status).toBe('REDUCED')
      expect(await grantNow(id)).toMatchObject({
        coordinates: ['Contact.email'],
        expiresAt: new Date(inDays(3)),
        status: 'ACTIVE',
      })
    })

    test('a role is kept, given an end, or ended', async () => {
      const first = await assign('agent:it-ops-agent', 'it-ops-agent')
      const [item = {}] = await itemsOf(await campaign())
      expect((await decideOn(item, 'REDUCE', ana(), { coordinates: ['Contact.email'] })).code).toBe('INVALID_INPUT')
      expect((await decideOn(item, 'REDUCE', ana(), { until: inDays(10) })).code).toBeNull()
      const [now, before] = await createAssignmentStore(database.kysely).of(['agent:it-ops-agent'])
      expect(before).toMatchObject({ id: first, endedBy: 'person:ana.silva' })
      expect(now).toMatchObject({ roleKey: 'it-ops-agent', validUntil: new Date(inDays(10)), endedAt: null })
      const [second = {}] = await itemsOf(await campaign())
      expect((await decideOn(second, 'REVOKE', ana())).code).toBeNull()
      expect(await createAssignmentStore(database.kysely).inForce(desk.now)).toEqual([])
    })

    test('a role that one campaign shortens is still asked about by another, whose silence ends it', async () => {
      await assign('agent:it-ops-agent', 'it-ops-agent')
      const [first, second] = [await campaign(), await campaign()]
      const [item = {}] = await itemsOf(first)
      expect((await decideOn(item, 'REDUCE', ana(), { until: inDays(300) })).code).toBeNull()
      desk.now = new Date(inDays(7))
      await upkeep.run()
      expect(await progressOf(second)).toMatchObject({ revoked: 1 })
      expect(await createAssignmentStore(database.kysely).inForce(desk.now)).toEqual([])
    })

    test('the owner of an agent may take its role away, and is not the one who says that it stays', async () => {
      await assign('agent:it-ops-agent', 'it-ops-agent')
      const thomas = () => desk.caller('person:thomas.reuter', 'change-manager')
      const [item = {}] = await itemsOf(await campaign(), thomas())
      expect((await decideOn(item, 'KEEP', thomas())).code).toBe('SEPARATION_OF_DUTY')
      expect((await decideOn(item, 'REVOKE', thomas())).code).toBeNull()
    })

    test('what nobody answered is over at the due moment, and written down and recorded soon after, once', async () => {
      const grant = await grantTo('agent:sales-agent')
      const assignment = await assign('agent:it-ops-agent', 'it-ops-agent')
      const id = await campaign()
      const grants = createGrantStore(database.kysely)
      const due = new Date(inDays(7))
      desk.now = new Date(due.getTime() - 1)
      expect(await grants.inForce(desk.now)).toMatchObject([{ id: grant, endsAt: due }])
      await upkeep.run()
      expect(noted).toEqual([])

      desk.now = due
      expect((await grantNow(grant)).status).toBe('REVOKED')
      expect(await progressOf(id)).toEqual({ total: 2, pending: 0, kept: 0, reduced: 0, revoked: 2 })
      expect(await itemsOf(id, omar(), 'REVOKED')).toHaveLength(2)
      expect(await itemsOf(id, omar(), 'PENDING')).toEqual([])
      const [late = {}] = await itemsOf(id, maria())
      expect((await decideOn(late, 'KEEP')).code).toBe('ILLEGAL_TRANSITION')

      await Promise.all([upkeep.run(), upkeep.run()])
      await upkeep.run()
      expect(noted.map(({ operation, args }) => [operation.name, args])).toEqual([
        ['access.campaign.closed', { campaign: id, revoked: 2 }],
        ...noted.slice(1).map(({ operation, args }) => [operation.name, args]),
      ])
      expect(
        noted
          .slice(1)
          .map(({ operation }) => operation.name)
          .toSorted(),
      ).toEqual(['access.assignment.ended', 'access.grant.revoked'])
      expect(noted.every(({ caller }) => caller?.id === 'service:mandate')).toBe(true)
      expect(await grantNow(grant)).toMatchObject({ status: 'REVOKED', endedBy: 'service:mandate' })
      expect((await createAssignmentStore(database.kysely).get(assignment))?.endedBy).toBe('service:mandate')
      expect(desk.said.slice(-2).toSorted()).toEqual(['agents:changed', 'grants:changed'])
      expect((await desk.ask(omar(), read, { id })).data['certificationCampaign'].status).toBe('CLOSED')
      expect((await itemsOf(id, omar(), 'REVOKED')).map(({ decidedBy }) => decidedBy)).toEqual([
        'service:mandate',
        'service:mandate',
      ])
    })

    test('a grant whose time is over is written down and recorded once', async () => {
      const grant = await grantTo('agent:sales-agent', 1)
      desk.now = new Date(desk.now.getTime() + day)
      await upkeep.run()
      await upkeep.run()
      expect(noted.map(({ operation, args }) => [operation.name, args['grant']])).toEqual([
        ['access.grant.expired', grant],
      ])
      expect(await grantNow(grant)).toMatchObject({ status: 'EXPIRED', endedBy: 'service:mandate' })
    })
  })
}
