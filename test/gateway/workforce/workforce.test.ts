/** The workforce through the gateway: four eyes, keys, budgets, versions of roles, cards and scorecards; and what is done by itself. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkforce } from '../../../gateway/workforce/open-workforce.ts'
import { createLedger } from '../../../gateway/audit/recorder.ts'
import { createLog } from '../../../gateway/log.ts'
import { realWorld } from '../../../lib/world.ts'
import { roleChecksum } from '../../../policies/engine/role-changes.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import { policies } from '../../../policies/index.ts'
import { createAgentBudgets } from '../../../storage/stores/agent-budgets.ts'
import { createAgentKeys } from '../../../storage/stores/agent-keys.ts'
import { createAgentStore } from '../../../storage/stores/agents.ts'
import { createRoleVersions } from '../../../storage/stores/role-versions.ts'
import { type Stack, startStack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { actOnWorkforce, agentProfile } from '../../support/workforce.ts'

const omar = 'omar.haddad'
const nina = 'nina.vogt'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
})

const act = (as: string, name: string, input: object) => actOnWorkforce(stack, as, name, input)
const registration = (name: string, more: object = {}) => {
  const { sponsorId: _sponsor, dataResidency: _residency, a2aUrl: _url, ...profile } = agentProfile(name)
  return { ...profile, ...more }
}
const publicKey = async () => JSON.stringify(await exportJWK((await generateKeyPair('ES256')).publicKey))

describe('the life of an agent', () => {
  test('two people let it work: who registered it and who owns it cannot approve it', async () => {
    const input = registration('invoice-bot', { ownerId: 'person:nina.vogt' })
    expect((await act(omar, 'registerAgent', input)).data?.['registerAgent']).toMatchObject({
      agent: { status: 'DRAFT', version: 1 },
    })
    expect((await act(omar, 'registerAgent', input)).codes).toEqual(['INVALID_INPUT'])
    const change = { agentId: input.id, expectedVersion: 2 }
    const early = await act(nina, 'approveAgent', { ...change, expectedVersion: 1 })
    expect([early.codes, early.errors[0]?.extensions['legal']]).toEqual([
      ['ILLEGAL_TRANSITION'],
      ['PENDING_APPROVAL', 'RETIRED'],
    ])
    await act(omar, 'submitAgent', { ...change, expectedVersion: 1 })
    expect((await act(omar, 'approveAgent', change)).codes).toEqual(['SEPARATION_OF_DUTY'])
    expect((await act(nina, 'approveAgent', change)).codes).toEqual(['SEPARATION_OF_DUTY'])
    // Nor is there another way round them.
    expect((await act(omar, 'resumeAgent', change)).codes).toEqual(['ILLEGAL_TRANSITION'])
    await act(omar, 'changeAgentOwner', { ...change, ownerId: 'person:maria.keller' })
    expect((await act(nina, 'approveAgent', change)).codes).toEqual(['VERSION_CONFLICT'])
    const approved = await act(nina, 'approveAgent', { ...change, expectedVersion: 3 })
    expect(approved.data?.['approveAgent']).toMatchObject({ agent: { status: 'ACTIVE', tokensValidFrom: null } })
  })

  test('the same key answers the same, and acts once', async () => {
    const input = { ...registration('twice'), idempotencyKey: 'twice' }
    expect((await act(omar, 'registerAgent', input)).data?.['registerAgent'].replayed).toBe(false)
    expect((await act(omar, 'registerAgent', input)).data?.['registerAgent']).toMatchObject({
      agent: { id: 'agent:twice', status: 'DRAFT' },
      replayed: true,
    })
    expect((await act(omar, 'registerAgent', { ...input, name: 'other' })).codes).toEqual(['IDEMPOTENCY_CONFLICT'])
  })

  test('nobody who has left the company answers for one', async () => {
    const { rows } = await stack.database.kysely
      .selectFrom('hr.users')
      .select('principal')
      .where('active', '=', false)
      .limit(1)
      .execute()
      .then((found) => ({ rows: found }))
    const refused = await act(omar, 'registerAgent', registration('orphan', { ownerId: rows[0]?.principal }))
    expect([refused.codes, refused.errors[0]?.message]).toEqual([
      ['INVALID_INPUT'],
      expect.stringContaining('somebody who has left'),
    ])
  })

  test('a retired agent takes nothing any more', async () => {
    await act(omar, 'registerAgent', registration('over'))
    const change = { agentId: 'agent:over', expectedVersion: 1 }
    await act(omar, 'retireAgent', { ...change, reason: 'Not needed.' })
    expect((await act(omar, 'assignRole', { agentId: 'agent:over', role: 'sales-agent' })).codes).toEqual([
      'INVALID_INPUT',
    ])
    expect((await act(omar, 'submitAgent', { ...change, expectedVersion: 2 })).codes).toEqual(['ILLEGAL_TRANSITION'])
  })
})

describe('keys', () => {
  test('are added and revoked by people; a private one is refused and nothing of it is recorded', async () => {
    const agentId = 'agent:hr-agent'
    const jwk = await publicKey()
    const added = await act(omar, 'addAgentKey', { agentId, jwk })
    const kid = await calculateJwkThumbprint(JSON.parse(jwk) as object)
    expect(added.data?.['addAgentKey']).toMatchObject({ key: { kid, status: 'ACTIVE' } })
    expect((await act(omar, 'addAgentKey', { agentId: 'agent:sales-agent', jwk })).codes).toEqual(['INVALID_INPUT'])
    expect((await act(omar, 'revokeAgentKey', { agentId, kid })).data?.['revokeAgentKey'].key.status).toBe('REVOKED')
    expect((await act(omar, 'addAgentKey', { agentId, jwk })).codes).toEqual(['INVALID_INPUT'])

    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const secret = await exportJWK(privateKey)
    const refused = await act(omar, 'addAgentKey', { agentId, jwk: JSON.stringify(secret) })
    expect(refused.codes).toEqual(['INVALID_INPUT'])
    expect(refused.text + JSON.stringify(await stack.recordsOf(refused.requestId))).not.toContain(secret.d)
  })

  test('an agent replaces its own, for itself alone; the old one goes on for a while', async () => {
    const id = 'agent:production-agent'
    const keys = createAgentKeys(stack.database.kysely)
    const [seeded] = await keys.activeKeys(id, new Date())
    expect(seeded).toBeDefined()
    const rotated = await act('production-agent', 'rotateOwnKey', { jwk: await publicKey(), overlapSeconds: 60 })
    expect(rotated.codes).toEqual([])
    const kid = rotated.data?.['rotateOwnKey'].kid as string
    const active = async (ms: number) =>
      (await keys.activeKeys(id, new Date(Date.now() + ms))).map((key) => key.kid).toSorted()
    expect(await active(0)).toEqual([kid, seeded?.kid].toSorted())
    expect(await active(61_000)).toEqual([kid])
    expect((await act(omar, 'rotateOwnKey', { jwk: await publicKey() })).codes).toEqual(['POLICY_DENIED'])
  })
})

test('the next request of an agent that was suspended is refused, and the next after it is back is not', async () => {
  const ask = async () => {
    const token = (await stack.app.mint?.('order-agent')) ?? ''
    return (await stack.graphql(null, '{ me { id } }', {}, { token })).codes
  }
  const agentId = 'agent:order-agent'
  for (const turn of [0, 1, 2]) {
    const expectedVersion = 1 + 2 * turn
    const old = (await stack.app.mint?.('order-agent')) ?? ''
    const stopped = await act(omar, 'suspendAgent', { agentId, expectedVersion, reason: 'A look.' })
    expect(stopped.codes).toEqual([])
    expect((await stack.graphql(null, '{ me { id } }', {}, { token: old })).codes).toEqual(['AGENT_NOT_ACTIVE'])
    expect((await act(omar, 'resumeAgent', { agentId, expectedVersion: expectedVersion + 1 })).codes).toEqual([])
    await until(async () => (await ask()).length === 0)
  }
})

test('a limit of one agent is set, read and taken away', async () => {
  const limit = { agentId: 'agent:sales-agent', measure: 'MONEY', per: 'DAY', currency: 'EUR' }
  expect((await act(omar, 'setAgentBudget', { ...limit, limit: 500, quarantines: true })).codes).toEqual([])
  const budgets = () => createAgentBudgets(stack.database.kysely).budgetsOf('agent:sales-agent')
  expect(await budgets()).toEqual([
    { measure: 'money', per: 'day', limit: 500, currency: 'EUR', onBreach: 'quarantine' },
  ])
  expect((await act(omar, 'setAgentBudget', { ...limit, currency: null, limit: 1 })).codes).toEqual(['INVALID_INPUT'])
  expect((await act(omar, 'setAgentBudget', { ...limit, limit: null })).codes).toEqual([])
  expect(await budgets()).toEqual([])
})

test('an agent shows what it may hold, its card and how it has worked', async () => {
  for (let turn = 0; turn < 5; turn += 1) await stack.graphql('logistics-agent', '{ me { id } }')
  await stack.graphql('logistics-agent', '{ payments(first: 1) { totalCount } }')
  const query = `{ agent(id: "agent:logistics-agent") {
    ownerId status effectiveScopes card assignments { roleKey inForce } keys { algorithm status }
    scorecard { requests denials errors approvalsAsked p50DurationMs p95DurationMs }
  } agents(first: 100, filter: { role: "logistics-agent" }) { nodes { id } totalCount } }`
  const { data } = await stack.graphql(omar, query)
  const role = policies.roles.find(({ key }) => key === 'logistics-agent')
  expect(data?.['agent']).toMatchObject({
    ownerId: 'person:pieter.vermeer',
    status: 'ACTIVE',
    effectiveScopes: role?.scopes.toSorted(),
    assignments: [{ roleKey: 'logistics-agent', inForce: true }],
    keys: [{ algorithm: 'ES256', status: 'ACTIVE' }],
    scorecard: { requests: 6, errors: 0, approvalsAsked: 0 },
  })
  expect(data?.['agent'].scorecard.p50DurationMs).not.toBeNull()
  const card = JSON.parse(data?.['agent'].card as string) as { skills: { name: string }[] }
  expect(card).toMatchObject({ name: 'Logistics agent', version: '1', supportedInterfaces: [], capabilities: {} })
  expect(card.skills.map(({ name }) => name)).toEqual(role?.responsibilities)
  expect(data?.['agents']).toEqual({ nodes: [{ id: 'agent:logistics-agent' }], totalCount: 1 })
  const few = await stack.graphql(omar, '{ agent(id: "agent:hr-agent") { scorecard { requests p50DurationMs } } }')
  expect(few.data?.['agent'].scorecard).toEqual({ requests: 0, p50DurationMs: null })
})

describe('what the gateway does by itself', () => {
  const quiet = createLog({ level: 'silent' })
  const open = (revision: PolicyRevision, now = realWorld.now) =>
    openWorkforce({
      database: stack.database,
      cache: stack.cache,
      ledger: createLedger({
        database: stack.database,
        world: realWorld,
        log: quiet,
        knowsCoordinate: () => true,
      }),
      world: { ...realWorld, now },
      log: quiet,
      revision: () => revision,
      seeds: [],
      ownerGraceDays: 7,
    })
  const revisionWith = (scopes: readonly string[]) => {
    const roles = policies.roles.map((role) => (role.key === 'sales-agent' ? { ...role, scopes } : role))
    return {
      id: `r ${scopes.join(' ')}`,
      roles: new Map(roles.map((role) => [role.key, role])),
    } as unknown as PolicyRevision
  }
  const own = policies.roles.find(({ key }) => key === 'sales-agent')?.scopes ?? []
  const eventsNamed = async (name: string) =>
    (await stack.ledger.trail('service:mandate')).items.filter(({ operation }) => operation.name === name)

  test('a role that opens more waits for a person, and gives no more meanwhile', async () => {
    const wider = revisionWith([...own, 'finance:read'])
    await using workforce = await open(wider)
    expect(workforce.revision().roles.get('sales-agent')?.scopes).toEqual(own)
    const role = `{ agentRole(key: "sales-agent") { holders activeVersion { version }
      versions { version status checksum widens changes { member } } } }`
    const [waiting] = (await stack.graphql(omar, role)).data?.['agentRole'].versions as { version: number }[]
    expect(waiting).toMatchObject({
      version: 2,
      status: 'IN_REVIEW',
      widens: ['adds the scope `finance:read`'],
      changes: [{ member: 'scopes' }],
    })
    expect((await eventsNamed('role.waits'))[0]?.args).toMatchObject({ role: 'sales-agent', version: 2 })

    const decision = { role: 'sales-agent', version: 2 }
    expect((await act(omar, 'activateRoleVersion', { ...decision, checksum: 'another' })).codes).toEqual([
      'INVALID_INPUT',
    ])
    const checksum = roleChecksum(wider.roles.get('sales-agent') as never)
    const activated = await act(omar, 'activateRoleVersion', { ...decision, checksum })
    expect(activated.data?.['activateRoleVersion']).toMatchObject({ roleVersion: { status: 'ACTIVE' } })
    await until(() => workforce.revision().roles.get('sales-agent')?.scopes.includes('finance:read') === true)

    // The running stack has the narrower file: nothing of what was approved reaches its agents.
    const agent = await stack.graphql(omar, '{ agent(id: "agent:sales-agent") { effectiveScopes } }')
    expect(agent.data?.['agent'].effectiveScopes).toEqual(own.toSorted())
  })

  test('what only narrows holds at once', async () => {
    await using workforce = await open(revisionWith(['crm:read']))
    expect(workforce.revision().roles.get('sales-agent')?.scopes).toEqual(['crm:read'])
    const [newest] = await createRoleVersions(stack.database.kysely).of('sales-agent')
    expect(newest).toMatchObject({ status: 'ACTIVE', decidedBy: 'service:mandate' })
    expect(await eventsNamed('role.activated')).not.toEqual([])
  })

  test('an agent whose owner has left goes on for a week, and is quarantined then', async () => {
    const agents = createAgentStore(stack.database.kysely)
    const id = 'agent:logistics-agent'
    const setActive = (active: boolean) =>
      stack.database.kysely
        .updateTable('hr.users')
        .set({ active })
        .where('principal', '=', 'person:pieter.vermeer')
        .execute()
    const day = 24 * 3_600_000
    let ahead = 0
    await setActive(false)
    await using workforce = await open(revisionWith(own), () => new Date(Date.now() + ahead))
    expect(await agents.get(id)).toMatchObject({ status: 'ACTIVE', ownerMissingSince: expect.any(Date) })
    await setActive(true)
    await workforce.checkOwners()
    expect(await agents.get(id)).toMatchObject({ status: 'ACTIVE', ownerMissingSince: null })
    await setActive(false)
    await workforce.checkOwners()
    ahead = 6.9 * day
    await workforce.checkOwners()
    expect(await agents.get(id)).toMatchObject({ status: 'ACTIVE' })
    ahead = 7.1 * day
    await workforce.checkOwners()
    expect(await agents.get(id)).toMatchObject({
      status: 'QUARANTINED',
      statusReason: 'Its owner `person:pieter.vermeer` has left, and nobody took it over within 7 days.',
    })
    expect((await eventsNamed('agent.quarantined')).map(({ args }) => args)).toEqual([
      { agent: id, cause: 'owner-missing' },
    ])
    expect(await eventsNamed('agent.owner-found')).toHaveLength(1)
    expect(await eventsNamed('agent.owner-missing')).toHaveLength(2)
  })
})
