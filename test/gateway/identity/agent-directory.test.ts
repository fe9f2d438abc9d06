import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PrincipalId } from '../../../lib/caller.ts'
import { type UnknownAgent, openAgentDirectory } from '../../../gateway/identity/agent-directory.ts'
import type { CallerClaims } from '../../../gateway/identity/claims.ts'
import { roleChecksum } from '../../../policies/engine/role-changes.ts'
import type { PolicyRevision, RoleDefinition } from '../../../policies/engine/revision.ts'
import type { Database } from '../../../storage/database.ts'
import { createAssignmentStore } from '../../../storage/stores/agent-assignments.ts'
import { createAgentStore } from '../../../storage/stores/agents.ts'
import { createRoleVersions } from '../../../storage/stores/role-versions.ts'
import { createBreakableDatabase } from '../../support/breakable-database.ts'
import { createDatabase } from '../../support/databases.ts'
import { createTestWorld, verdictOf } from '../../support/identity.ts'
import { agentProfile } from '../../support/workforce.ts'

const world = createTestWorld()
const doing = { by: 'person:omar.haddad', now: world.now() }
const silent = { warn: () => undefined }
const cache = { subscribe: () => Promise.resolve(() => Promise.resolve()) }

let database: Database
beforeAll(async () => {
  database = await createDatabase('embedded')
  await createAgentStore(database.kysely).add(agentProfile('known'), 'ACTIVE', doing)
  await createAssignmentStore(database.kysely).add({
    id: 'one',
    agentId: 'agent:known',
    roleKey: 'sales-agent',
    validFrom: world.now(),
    validUntil: null,
    assignedAt: world.now(),
    assignedBy: doing.by,
  })
})
afterAll(async () => {
  await database.close()
})

const claims = (more: Partial<CallerClaims> = {}): CallerClaims => ({
  issuer: 'https://issuer.test',
  subject: { id: 'agent:known' as PrincipalId, kind: 'agent', roles: ['finance-agent', 'sales-agent'] },
  actors: [],
  clientId: 'client',
  tokenId: 'token',
  scopes: [],
  boundTo: null,
  mayAct: null,
  authenticatedAt: 0,
  issuedAt: Math.floor(world.now().getTime() / 1000),
  expiresAt: 0,
  ...more,
})
const person = { id: 'person:maria.keller' as PrincipalId, kind: 'person', roles: ['account-manager'] } as const
const open = (more: object = {}) =>
  openAgentDirectory({ database, cache, world, log: silent, pollMs: 60_000, waitMs: 500, ...more })

describe('who is admitted', () => {
  test('each agent of the chain with the roles that it is assigned to', async () => {
    await using directory = await open()
    expect((await directory.admit(claims())).subject.roles).toEqual(['sales-agent'])
    const acting = await directory.admit(claims({ subject: person, actors: [claims().subject] }))
    expect([acting.subject, acting.actors[0]?.roles]).toEqual([person, ['sales-agent']])
  })

  test('an unknown one is refused, and told of', async () => {
    const told: UnknownAgent[] = []
    await using directory = await open({ onUnknown: (agent: UnknownAgent) => told.push(agent) })
    const stranger = { id: 'agent:stranger' as PrincipalId, kind: 'agent', roles: ['sales-agent'] } as const
    const verdict = await verdictOf(directory.admit(claims({ subject: person, actors: [claims().subject, stranger] })))
    expect(verdict).toBe('AGENT_NOT_REGISTERED agent-unknown')
    expect(told).toEqual([
      { id: stranger.id, roles: stranger.roles, issuer: 'https://issuer.test', clientId: 'client', at: world.now() },
    ])
  })

  test('a directory that grows old lets no agent pass, and people go on', async () => {
    const breakable = createBreakableDatabase()
    await using directory = await open({ database: breakable.wrap(database) })
    expect(await verdictOf(directory.admit(claims()))).toBe('accepted')
    breakable.fail(() => true)
    world.advance(11_000)
    expect(directory.healthy()).toBe(false)
    expect(await verdictOf(directory.admit(claims()))).toBe('IDENTITY_UNAVAILABLE directory-stale')
    expect(await verdictOf(directory.admit(claims({ subject: person })))).toBe('accepted')
    breakable.fail(null)
    expect(await verdictOf(directory.admit(claims()))).toBe('accepted')
  })
})

describe('what roles give', () => {
  const role: RoleDefinition = {
    key: 'sales-agent',
    kind: 'agent',
    title: 'Sales agent',
    responsibilities: [],
    scopes: ['crm:read'],
    purposes: [],
    autonomy: 1,
  }
  const revisionOf = (...roles: RoleDefinition[]) =>
    ({ id: 'r1', roles: new Map(roles.map((each) => [each.key, each])) }) as unknown as PolicyRevision

  test('nothing before a version is approved, then what both have', async () => {
    await using directory = await open()
    expect([...directory.govern(revisionOf(role)).roles.keys()]).toEqual([])
    await createRoleVersions(database.kysely).offer(
      { key: role.key, checksum: roleChecksum(role), definition: role },
      () => [],
      doing,
    )
    await directory.refresh()
    const revision = revisionOf(role)
    expect(directory.govern(revision)).toBe(revision)
    const wider = revisionOf({ ...role, scopes: ['crm:read', 'crm:write'], autonomy: 3 })
    const governed = directory.govern(wider)
    expect(governed.roles.get(role.key)).toMatchObject({ scopes: ['crm:read'], autonomy: 1 })
    // One object for all requests, so that what is kept by revision is kept.
    expect(directory.govern(wider)).toBe(governed)
  })
})
