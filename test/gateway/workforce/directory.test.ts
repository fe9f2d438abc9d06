/** Who may be here, over the whole stack: agents that are registered, stopped, let work again; two gateways over one database. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { realWorld } from '../../../lib/world.ts'
import { createAssignmentStore } from '../../../storage/stores/agent-assignments.ts'
import { createAgentStore } from '../../../storage/stores/agents.ts'
import { createBreakableDatabase } from '../../support/breakable-database.ts'
import { databaseKinds } from '../../support/databases.ts'
import { type OwnIssuer, startOwnIssuer } from '../../support/own-issuer.ts'
import { type Stack, startStack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { actOnWorkforce, agentProfile } from '../../support/workforce.ts'

const me = '{ me { id roles scopes } }'
const security = 'omar.haddad'

for (const kind of databaseKinds()) {
  describe(`on ${kind}`, () => {
    let aheadMs = 0
    const world = { ...realWorld, now: () => new Date(Date.now() + aheadMs) }
    let issuer: OwnIssuer
    let first: Stack
    let second: Stack
    beforeAll(async () => {
      issuer = await startOwnIssuer(world)
      const options = { world, settings: issuer.settings, company: 'none' as const }
      first = await startStack({ ...options, database: kind })
      // A cache of its own: nothing is announced to the second, so that it finds every change by looking.
      second = await startStack({ ...options, wrapDatabase: () => first.database })
    })
    afterAll(async () => {
      await second[Symbol.asyncDispose]()
      await first[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
    })

    const token = (name: string, roles = [name], scopes = ['crm:read', 'crm:write', 'finance:read']) =>
      issuer.token(`agent:${name}`, roles, scopes)
    const ask = async (stack: Stack, bearer: string) => stack.graphql(null, me, {}, { token: bearer })
    const codeOf = async (stack: Stack, bearer: string) => (await ask(stack, bearer)).codes[0] ?? 'OK'
    const versionOf = async (id: string) =>
      (await createAgentStore(first.database.kysely).get(id))?.version ?? Number.NaN
    const change = async (act: string, id: string, more: object = {}) => {
      const answer = await actOnWorkforce(first, security, act, {
        agentId: id,
        expectedVersion: await versionOf(id),
        ...more,
      })
      expect(answer.codes).toEqual([])
      return answer.data?.[act].agent
    }

    test('an agent that nobody has registered is refused, and the ledger says which', async () => {
      const answer = await ask(first, await token('stranger'))
      expect([answer.status, answer.codes]).toEqual([401, ['AGENT_NOT_REGISTERED']])
      expect(answer.errors[0]?.extensions['agent']).toBe('agent:stranger')
      const [record] = await first.recordsOf(answer.requestId)
      expect(record?.result?.reason).toContain('agent-unknown')
      expect(record?.caller?.id).toBe('agent:stranger')
    })

    test('as an actor for a person it is refused as well, and people need not be registered', async () => {
      const act = { sub: 'agent:stranger', kind: 'agent', roles: ['sales-agent'] }
      const bearer = await issuer.token('person:maria.keller', ['account-manager'], ['crm:read'], { act })
      expect(await codeOf(first, bearer)).toBe('AGENT_NOT_REGISTERED')
      expect(await codeOf(first, await issuer.token('person:maria.keller', ['account-manager'], ['crm:read']))).toBe(
        'OK',
      )
    })

    test('an agent that is suspended is refused on both gateways within seconds, for good with its old token', async () => {
      const bearer = await token('sales-agent')
      expect([await codeOf(first, bearer), await codeOf(second, bearer)]).toEqual(['OK', 'OK'])
      const suspended = await change('suspendAgent', 'agent:sales-agent', { reason: 'Sends too many mails.' })
      expect(suspended).toMatchObject({ status: 'SUSPENDED', statusReason: 'Sends too many mails.' })
      await until(async () => (await codeOf(first, bearer)) === 'AGENT_NOT_ACTIVE')
      await until(async () => (await codeOf(second, bearer)) === 'AGENT_NOT_ACTIVE')

      await change('resumeAgent', 'agent:sales-agent')
      await until(async () => (await codeOf(second, bearer)) === 'IDENTITY_REVOKED')
      expect(await codeOf(first, bearer)).toBe('IDENTITY_REVOKED')
      aheadMs += 2_000
      expect(await codeOf(second, await token('sales-agent'))).toBe('OK')
    })

    test('a token that a stopped agent got for somebody is refused, though it is not in the chain', async () => {
      await change('quarantineAgent', 'agent:order-agent', { reason: 'Behaves strangely.' })
      const client = { client_id: 'agent:order-agent' }
      const bearer = await issuer.token('person:maria.keller', ['account-manager'], ['crm:read'], client)
      await until(async () => (await codeOf(first, bearer)) === 'AGENT_NOT_ACTIVE')
    })

    test('its roles are those of its token that it is assigned to, while the assignment lasts', async () => {
      const id = 'agent:two-hats'
      await createAgentStore(first.database.kysely).add(agentProfile('two-hats'), 'ACTIVE', {
        by: 'person:omar.haddad',
        now: world.now(),
      })
      const bearer = () => token('two-hats', ['sales-agent', 'finance-agent', 'hr-agent'])
      const seen = async () => (await ask(first, await bearer())).data?.['me'] as { roles: string[]; scopes: string[] }
      const assign = (role: string, more: object = {}) =>
        actOnWorkforce(first, security, 'assignRole', { agentId: id, role, ...more })

      await assign('sales-agent')
      await until(async () => (await codeOf(first, await bearer())) === 'OK' && (await seen()).roles.length === 1)
      expect(await seen()).toMatchObject({ roles: ['sales-agent'] })
      expect((await seen()).scopes).not.toContain('finance:read')

      const hour = 3_600_000
      const at = (ms: number) => new Date(world.now().getTime() + ms).toISOString()
      const timed = await assign('finance-agent', { validFrom: at(hour), validUntil: at(2 * hour) })
      expect(timed.data?.['assignRole']).toMatchObject({ assignment: { inForce: false }, replayed: false })
      expect((await assign('finance-agent', { validFrom: at(90 * 60_000) })).codes).toEqual(['INVALID_INPUT'])
      expect((await assign('no-such-role')).codes).toEqual(['INVALID_INPUT'])
      // Who releases payments must not change where suppliers are paid, at any time.
      const both = await assign('supplier-data-agent', { validFrom: at(90 * 60_000) })
      expect([both.codes, both.errors[0]?.extensions['conflict']]).toEqual([
        ['SEPARATION_OF_DUTY'],
        'bank-details-and-payments',
      ])
      aheadMs += hour + 1_000
      await until(async () => (await seen()).roles.length === 2)
      expect((await seen()).scopes).toContain('finance:read')
      aheadMs += hour
      expect((await seen()).roles).toEqual(['sales-agent'])

      const [, assigned] = await createAssignmentStore(first.database.kysely).of([id])
      const ended = await actOnWorkforce(first, security, 'endAssignment', { assignmentId: assigned?.id })
      expect(ended.data?.['endAssignment']).toMatchObject({ assignment: { inForce: false } })
      await until(async () => (await seen()).roles.length === 0)
      expect((await seen()).scopes).toEqual([])
    })

    test('a directory that cannot be read lets no agent pass, people go on, and readiness says so', async () => {
      const breakable = createBreakableDatabase()
      await using third = await startStack({
        world,
        settings: issuer.settings,
        company: 'none',
        wrapDatabase: () => breakable.wrap(first.database),
      })
      expect(await codeOf(third, await token('support-agent'))).toBe('OK')
      breakable.fail((statement) => statement.includes('mandate.agents'))
      aheadMs += 11_000
      expect(await codeOf(third, await token('support-agent'))).toBe('IDENTITY_UNAVAILABLE')
      expect(await codeOf(third, await issuer.token('person:maria.keller', ['account-manager'], ['crm:read']))).toBe(
        'OK',
      )
      expect((await third.app.server.inject('/health/ready')).statusCode).toBe(503)
      breakable.fail(null)
      expect(await codeOf(third, await token('support-agent'))).toBe('OK')
    })
  })
}
