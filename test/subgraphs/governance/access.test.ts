/** Asking for access, deciding about it and taking it back, on every database, under the rules of the repository. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { Database } from '../../../storage/database.ts'
import { createAgentStore } from '../../../storage/stores/agents.ts'
import { grantsChannel } from '../../../storage/stores/grants.ts'
import type { PrincipalId } from '../../../lib/caller.ts'
import { type Desk, openDesk, shippedRevision } from '../../support/access.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'

const request = `mutation Ask($input: RequestAccessInput!) {
  requestAccess(input: $input) {
    requests { id status decider scopes coordinates purpose duration version reason }
    replayed
  }
}`
const withdraw = `mutation Withdraw($input: WithdrawAccessRequestInput!) {
  withdrawAccessRequest(input: $input) { request { id status decidedBy } replayed }
}`
const decide = `mutation Decide($input: DecideAccessInput!) {
  decideAccess(input: $input) {
    request { status decidedBy decisionReason version }
    grant { id principal coordinates scopes purpose expiresAt status version grantedBy }
    replayed
  }
}`
const revoke = `mutation Revoke($input: RevokeGrantInput!) {
  revokeGrant(input: $input) { grant { id status endedBy endReason version } replayed }
}`
const list = `query List($filter: AccessRequestFilter, $first: Int!, $after: String) {
  accessRequests(filter: $filter, first: $first, after: $after) {
    nodes { id principal status grant { id status } }
    pageInfo { hasNextPage endCursor }
  }
}`
const grants = `query Grants($filter: GrantFilter) { grants(filter: $filter) { nodes { id principal status } } }`

const day = 86_400_000
let keys = 0
const key = () => `key-${String((keys += 1))}`

for (const kind of databaseKinds()) {
  describe(`access on ${kind}`, () => {
    let database: Database
    let revision: PolicyRevision
    let desk: Desk
    beforeAll(async () => {
      ;[database, revision] = await Promise.all([createDatabase(kind), shippedRevision()])
    })
    afterAll(() => database.close())
    beforeEach(() => {
      desk = openDesk(database, revision)
    })

    /** Each test has agents of its own, so that none sees what another asked for. */
    let agents = 0
    const newAgent = (role = 'it-ops-agent') => desk.caller(`agent:own-${String((agents += 1))}-of-${kind}`, role)
    const maria = () => desk.caller('person:maria.keller', 'account-manager')
    const jonas = () => desk.caller('person:jonas.weber', 'finance-controller')
    const omar = () => desk.caller('person:omar.haddad', 'security-engineer')

    const emails = (more: object = {}) => ({
      idempotencyKey: key(),
      coordinates: ['Contact.email'],
      purpose: 'incident-response',
      reason: 'A customer must be told.',
      duration: 'P7D',
      ...more,
    })
    async function asked(agent = newAgent(), more: object = {}) {
      const { data, message } = await desk.ask(agent, request, { input: emails(more) })
      const [made] = data['requestAccess']?.requests ?? []
      if (made === undefined) throw new Error(message)
      return { agent, made }
    }
    const decision = (requestId: string, more: object = {}) => ({
      idempotencyKey: key(),
      requestId,
      expectedVersion: 1,
      decision: 'APPROVE',
      reason: 'The outage concerns their customers.',
      ...more,
    })
    async function granted(agent = newAgent(), more: object = {}) {
      const { made } = await asked(agent, more)
      const { data, message } = await desk.ask(maria(), decide, { input: decision(made.id) })
      const grant = data['decideAccess']?.grant
      if (!grant) throw new Error(message)
      return { agent, grant, made }
    }

    describe('asking', () => {
      test('makes one request for each role that decides and each set of scopes', async () => {
        const coordinates = ['Contact.email', 'Contact.phone', 'User.emails', 'Query.invoice', 'Account.name']
        const { data } = await desk.ask(newAgent(), request, { input: emails({ coordinates }) })
        const made = data['requestAccess'].requests as { decider: string; scopes: string[]; coordinates: string[] }[]
        expect(made.map(({ decider, scopes, coordinates: fields }) => [decider, scopes, fields])).toEqual([
          ['account-manager', ['crm:contact'], ['Contact.email', 'Contact.phone']],
          ['hr-manager', ['hr:contact'], ['User.emails']],
          ['finance-controller', ['finance:read'], ['Query.invoice']],
        ])
      })

      test('an undisclosed field is answered as one that does not exist', async () => {
        const askFor = async (coordinate: string) => {
          const { code, message, extensions } = await desk.ask(newAgent(), request, {
            input: emails({ coordinates: [coordinate] }),
          })
          return JSON.stringify({ code, message, extensions }).replaceAll(coordinate, '…')
        }
        const nowhere = await askFor('User.nickName')
        expect(await askFor('User.pay')).toBe(nowhere)
        expect(await askFor('Mutation.revoke')).toBe(nowhere)
        expect(nowhere).toContain('INVALID_INPUT')
      })

      test('what is open already is not asked for', async () => {
        const { code, message } = await desk.ask(newAgent(), request, {
          input: emails({ coordinates: ['Account.name'] }),
        })
        expect([code, message]).toEqual([
          'INVALID_INPUT',
          'The argument `input.coordinates` names nothing that is not open to your roles already.',
        ])
      })

      test('a token that leaves a scope out asks for nothing that its role gives', async () => {
        const narrow = desk.caller('agent:narrow', 'support-agent', { scopes: ['access:request', 'crm:read'] })
        const { code } = await desk.ask(narrow, request, { input: emails({ purpose: 'customer-support' }) })
        expect(code).toBe('INVALID_INPUT')
      })

      test('a field that takes a scope with some arguments only can be asked for', async () => {
        const { made } = await asked(newAgent(), { coordinates: ['Query.contacts'] })
        expect(made.scopes).toEqual(['crm:contact'])
      })

      test.each([
        [
          'a purpose of another role',
          { purpose: 'sales' },
          'your roles allow: `incident-response`, `change-management`',
        ],
        ['too long', { duration: 'P31D' }, 'must be `PT1M` to `P30D`'],
        ['too short', { duration: 'PT59S' }, 'must be `PT1M` to `P30D`'],
        ['months', { duration: 'P1M' }, 'must be a duration like `P7D`'],
        ['no field', { coordinates: [] }, 'must name 1 to 50 fields'],
        ['51 fields', { coordinates: Array.from({ length: 51 }, () => 'Contact.email') }, 'must name 1 to 50 fields'],
        ['no reason', { reason: ' ' }, 'cannot be empty'],
      ])('%s: refused', async (_what, more, said) => {
        const { code, message } = await desk.ask(newAgent(), request, { input: emails(more) })
        expect([code, message]).toEqual(['INVALID_INPUT', expect.stringContaining(said)])
      })

      test('who acts on behalf of somebody else asks for nothing', async () => {
        const agent = newAgent()
        const actors = [{ id: agent.id, kind: agent.kind, roles: agent.roles }]
        const acting = { ...agent, actors, onBehalfOf: 'person:maria.keller' as PrincipalId }
        expect((await desk.ask(acting, request, { input: emails() })).code).toBe('INVALID_INPUT')
      })

      test('an open request stands for a second one, and a key for its first answer', async () => {
        const agent = newAgent()
        const input = emails()
        const first = await desk.ask(agent, request, { input })
        const again = await desk.ask(agent, request, { input })
        const [made] = first.data['requestAccess'].requests
        expect(again.data['requestAccess']).toEqual({ requests: [made], replayed: true })
        const other = await desk.ask(agent, request, { input: emails() })
        expect(other.data['requestAccess'].requests[0].id).toBe(made.id)
        const changed = await desk.ask(agent, request, { input: { ...input, duration: 'P1D' } })
        expect(changed.code).toBe('IDEMPOTENCY_CONFLICT')
      })

      test('what is granted already is named, until it is about to end', async () => {
        const { agent, grant } = await granted()
        const early = await desk.ask(agent, request, { input: emails() })
        expect(early.code).toBe('INVALID_INPUT')
        expect(early.extensions['grants']).toEqual([grant.id])
        desk.now = new Date(Date.parse(grant.expiresAt) - day / 2)
        expect((await desk.ask(agent, request, { input: emails() })).code).toBeNull()
      })

      test('more than twenty open requests help nobody', async () => {
        const agent = newAgent()
        const fields = [...revision.rules.keys()].filter((coordinate) => coordinate.startsWith('Invoice.')).slice(0, 21)
        expect(fields).toHaveLength(21)
        const codes: (string | null)[] = []
        for (const field of fields) {
          codes.push((await desk.ask(agent, request, { input: emails({ coordinates: [field] }) })).code)
        }
        expect(codes).toEqual([...Array.from({ length: 20 }, () => null), 'INVALID_INPUT'])
      })

      test('separation of duty names the conflict and the other side', async () => {
        const input = emails({ coordinates: ['Mutation.createSupplier'], purpose: 'accounts-payable' })
        const { code, message, extensions } = await desk.ask(jonas(), request, { input })
        expect([code, message]).toEqual([
          'SEPARATION_OF_DUTY',
          'With this, `person:jonas.weber` could change where a supplier is paid and record suppliers: whoever does both can invent a supplier and be paid in its name.',
        ])
        expect(extensions).toMatchObject({
          conflict: 'suppliers-and-bank-details',
          holds: 'change where a supplier is paid',
        })
      })

      test('is taken back by nobody but who asked', async () => {
        const { agent, made } = await asked()
        const input = { idempotencyKey: key(), requestId: made.id, expectedVersion: 1 }
        expect((await desk.ask(newAgent(), withdraw, { input })).code).toBe('NOT_FOUND')
        const { data } = await desk.ask(agent, withdraw, { input })
        expect(data['withdrawAccessRequest'].request).toEqual({
          id: made.id,
          status: 'WITHDRAWN',
          decidedBy: agent.id,
        })
        const late = await desk.ask(maria(), decide, { input: decision(made.id, { expectedVersion: 2 }) })
        expect([late.code, late.extensions['legal']]).toEqual(['ILLEGAL_TRANSITION', []])
      })
    })

    describe('deciding', () => {
      test('grants for the time that was asked for, from the decision on', async () => {
        const { agent, made } = await asked()
        desk.now = new Date(desk.now.getTime() + day)
        const { data } = await desk.ask(maria(), decide, { input: decision(made.id) })
        expect(data['decideAccess']).toMatchObject({
          request: { status: 'APPROVED', decidedBy: 'person:maria.keller', version: 2 },
          grant: {
            principal: agent.id,
            coordinates: ['Contact.email'],
            scopes: ['crm:contact'],
            purpose: 'incident-response',
            expiresAt: new Date(desk.now.getTime() + 7 * day).toISOString(),
            status: 'ACTIVE',
          },
        })
        expect(desk.said).toEqual([grantsChannel])
      })

      test('may end it earlier, never later', async () => {
        const { made } = await asked()
        const until = (ms: number) => new Date(desk.now.getTime() + ms).toISOString()
        const late = await desk.ask(maria(), decide, { input: decision(made.id, { until: until(7 * day + 1) }) })
        expect(late.code).toBe('INVALID_INPUT')
        const past = await desk.ask(maria(), decide, { input: decision(made.id, { until: until(0) }) })
        expect(past.code).toBe('INVALID_INPUT')
        const { data } = await desk.ask(maria(), decide, { input: decision(made.id, { until: until(day) }) })
        expect(data['decideAccess'].grant.expiresAt).toBe(until(day))
      })

      test('refuses, and opens nothing', async () => {
        const { agent, made } = await asked()
        const input = decision(made.id, { decision: 'REFUSE' })
        const { data } = await desk.ask(maria(), decide, { input })
        expect(data['decideAccess']).toMatchObject({ request: { status: 'REFUSED' }, grant: null })
        const { data: read } = await desk.ask(agent, 'query { myGrants { nodes { id } } }')
        expect(read['myGrants'].nodes).toEqual([])
      })

      test('is for the role that answers for the data', async () => {
        const { made } = await asked()
        expect((await desk.ask(jonas(), decide, { input: decision(made.id) })).code).toBe('NOT_FOUND')
        expect((await desk.ask(omar(), decide, { input: decision(made.id) })).code).toBe('NOT_FOUND')
      })

      test('is neither for who asks nor for the owner of the agent', async () => {
        const own = desk.caller('person:maria.keller', 'account-manager')
        // An account manager who asks for what another one may give.
        const fields = { coordinates: ['User.hireDate'], purpose: 'sales' }
        const iris = desk.caller('person:iris.vogel', 'hr-manager')
        const { data } = await desk.ask(own, request, { input: emails(fields) })
        const [mine] = data['requestAccess'].requests
        const both = { ...iris, id: own.id, roles: ['account-manager', 'hr-manager'] }
        expect((await desk.ask(both, decide, { input: decision(mine.id) })).code).toBe('SEPARATION_OF_DUTY')
        expect((await desk.ask(iris, decide, { input: decision(mine.id) })).code).toBeNull()

        const agent = newAgent()
        const profile = {
          id: agent.id,
          name: 'Owned',
          description: '',
          ownerId: 'person:maria.keller' as PrincipalId,
          sponsorId: null,
          environment: 'PRODUCTION',
          dataResidency: null,
          constraints: [],
          a2aUrl: null,
        } as const
        await createAgentStore(database.kysely).add(profile, 'ACTIVE', { by: 'person:omar.haddad', now: desk.now })
        const { made } = await asked(agent)
        expect((await desk.ask(maria(), decide, { input: decision(made.id) })).code).toBe('SEPARATION_OF_DUTY')
        const anna = desk.caller('person:anna.berg', 'account-manager')
        expect((await desk.ask(anna, decide, { input: decision(made.id) })).code).toBeNull()
      })

      test('two decisions at once are one', async () => {
        const { made } = await asked()
        const anna = desk.caller('person:anna.berg', 'account-manager')
        const answers = await Promise.all(
          [maria(), anna].map((who) => desk.ask(who, decide, { input: decision(made.id) })),
        )
        const codes = answers.map(({ code }) => code)
        expect(codes.filter((code) => code === null)).toHaveLength(1)
        expect(codes.find((code) => code !== null)).toMatch(/^(?:VERSION_CONFLICT|ILLEGAL_TRANSITION)$/u)
      })

      test('compares duties again: roles may have come since', async () => {
        const anna = desk.caller('person:anna.berg', 'account-manager')
        const fields = { coordinates: ['Mutation.createSupplier'], purpose: 'sales' }
        const { data } = await desk.ask(anna, request, { input: emails(fields) })
        const [made] = data['requestAccess'].requests
        await database.kysely
          .updateTable('mandate.access_requests')
          .set({ roles: ['account-manager', 'finance-controller'] } as never)
          .where('id', '=', made.id)
          .execute()
        const bernd = desk.caller('person:bernd.osthoff', 'purchasing-manager')
        const { code, extensions } = await desk.ask(bernd, decide, { input: decision(made.id) })
        expect([code, extensions['conflict']]).toEqual(['SEPARATION_OF_DUTY', 'suppliers-and-bank-details'])
        const { data: after } = await desk.ask(anna, list, { first: 1 })
        expect(after['accessRequests'].nodes).toMatchObject([{ id: made.id, status: 'REQUESTED', grant: null }])
      })

      test('what nobody may ask for any more is not granted', async () => {
        const { made } = await asked()
        await database.kysely
          .updateTable('mandate.access_requests')
          .set({ scopes: ['finance:bank:write'] } as never)
          .where('id', '=', made.id)
          .execute()
        const { code, message } = await desk.ask(maria(), decide, { input: decision(made.id) })
        expect([code, message]).toEqual(['INVALID_INPUT', expect.stringContaining('The rules have changed')])
      })
    })

    describe('taking back', () => {
      const end = (grantId: string, more: object = {}) => ({
        idempotencyKey: key(),
        grantId,
        expectedVersion: 1,
        reason: 'It is over.',
        ...more,
      })

      test('by who answers for the data, by who has it, by a reviewer; by nobody else', async () => {
        for (const who of [maria, omar]) {
          const { grant } = await granted()
          expect((await desk.ask(jonas(), revoke, { input: end(grant.id) })).code).toBe('NOT_FOUND')
          const { data } = await desk.ask(who(), revoke, { input: end(grant.id) })
          expect(data['revokeGrant'].grant).toMatchObject({ status: 'REVOKED', endedBy: who().id, version: 2 })
        }
        const { agent, grant } = await granted()
        expect((await desk.ask(newAgent(), revoke, { input: end(grant.id) })).code).toBe('NOT_FOUND')
        const { data } = await desk.ask(agent, revoke, { input: end(grant.id) })
        expect(data['revokeGrant'].grant.status).toBe('REVOKED')
        const again = await desk.ask(agent, revoke, { input: end(grant.id, { expectedVersion: 2 }) })
        expect(again.code).toBe('ILLEGAL_TRANSITION')
      })

      test('what has expired is over, to the moment, whether or not that was written down', async () => {
        const { agent, grant } = await granted()
        const statusAt = async (ms: number) => {
          desk.now = new Date(Date.parse(grant.expiresAt) + ms)
          const { data } = await desk.ask(agent, 'query { myGrants { nodes { status } } }')
          return data['myGrants'].nodes[0].status as string
        }
        expect([await statusAt(-1), await statusAt(0)]).toEqual(['ACTIVE', 'EXPIRED'])
        expect((await desk.ask(agent, revoke, { input: end(grant.id) })).code).toBe('ILLEGAL_TRANSITION')
      })
    })

    describe('reading', () => {
      test('one sees one’s own requests, those of one’s roles, as a reviewer all', async () => {
        const { agent, made } = await asked()
        const seen = async (who: ReturnType<Desk['caller']>) => {
          const { data } = await desk.ask(who, list, { first: 100, filter: { principal: agent.id } })
          return (data['accessRequests'].nodes as { id: string }[]).map(({ id }) => id)
        }
        expect(await Promise.all([agent, maria(), omar()].map(seen))).toEqual([[made.id], [made.id], [made.id]])
        expect(await Promise.all([newAgent(), jonas()].map(seen))).toEqual([[], []])
        const one = (who: ReturnType<Desk['caller']>) =>
          desk.ask(who, 'query One($id: ID!) { accessRequest(id: $id) { id } }', { id: made.id })
        expect((await one(agent)).data['accessRequest']).toEqual({ id: made.id })
        expect((await one(jonas())).data['accessRequest']).toBeNull()
      })

      test('pages hold every request once, the newest first', async () => {
        const agent = newAgent()
        const ids: string[] = []
        for (const field of ['Invoice.id', 'Invoice.number', 'Invoice.status']) {
          ids.unshift((await asked(agent, { coordinates: [field] })).made.id)
        }
        const read: string[] = []
        for (let after: string | null = null; ;) {
          const { data } = await desk.ask(agent, list, { first: 2, after })
          const { nodes, pageInfo } = data['accessRequests']
          read.push(...nodes.map(({ id }: { id: string }) => id))
          if (!pageInfo.hasNextPage) break
          after = pageInfo.endCursor
        }
        expect(read).toEqual(ids)
        expect((await desk.ask(agent, list, { first: 101 })).code).toBe('INVALID_INPUT')
        expect((await desk.ask(agent, list, { first: 1, after: "' or true" })).code).toBe('INVALID_INPUT')
      })

      test('an approved request shows its grant; grants that nobody uses are found', async () => {
        const { agent, grant, made } = await granted()
        const { data } = await desk.ask(agent, list, { first: 1 })
        expect(data['accessRequests'].nodes).toEqual([
          { id: made.id, principal: agent.id, status: 'APPROVED', grant: { id: grant.id, status: 'ACTIVE' } },
        ])
        const unused = async (since: Date) => {
          const filter = { principal: agent.id, unusedSince: since.toISOString() }
          const found = await desk.ask(maria(), grants, { filter })
          return found.data['grants'].nodes.length as number
        }
        expect(await unused(desk.now)).toBe(0)
        expect(await unused(new Date(desk.now.getTime() + day))).toBe(1)
        expect((await desk.ask(jonas(), grants, { filter: { principal: agent.id } })).data['grants'].nodes).toEqual([])
      })
    })
  })
}
