/** Acts on the inventory: who says what, once for each key, at the version that was read; and what comes of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import type { Database } from '../../../../storage/database.ts'
import { noteUnregistered } from '../../../../storage/stores/discovered-principals.ts'
import { createDatabase, databaseKinds } from '../../../support/databases.ts'
import { type Inventory, matching, openInventory, pilotInput } from '../../../support/inventory.ts'
import { noon } from '../../../support/subgraphs.ts'

for (const kind of databaseKinds()) {
  describe(`acts on ${kind}`, () => {
    let database: Database
    let inventory: Inventory

    beforeAll(async () => {
      database = await createDatabase(kind)
      inventory = openInventory(database)
    })
    afterAll(() => database.close())

    const register = async (name: string, more: object = {}) =>
      (await inventory.act('registerPilot', pilotInput(name, more))).pilot as { id: string; version: number }
    const findingsOf = async (id: string) =>
      (
        await inventory.query(
          `query ($id: ID) { duplicateFindings(filter: { pilotId: $id }) { nodes {
            id version state resolution strength score compared reason a { name } b { name }
            components { name score weight shared onlyA onlyB } } } }`,
          { id },
        )
      ).duplicateFindings.nodes as any[]
    const decide = async (pilot: { id: string; version: number }, decision: string) => {
      await inventory.act('startPilotReview', { id: pilot.id, expectedVersion: pilot.version })
      const decided = await inventory.act('decidePilot', {
        id: pilot.id,
        expectedVersion: pilot.version + 1,
        decision,
        reason: 'Decided by the board.',
      })
      return decided.pilot as { id: string; version: number }
    }

    test('a pilot is registered once for each key, with its history', async () => {
      const input = { idempotencyKey: 'once', ...pilotInput('Registered once', { monthlyCost: '12.5' }) }
      const first = await inventory.act('registerPilot', input)
      expect(first).toMatchObject({ replayed: false, pilot: { stage: 'REGISTERED', version: 1, monthlyCost: '12.50' } })
      expect(await inventory.act('registerPilot', input)).toMatchObject({
        replayed: true,
        pilot: { id: first.pilot.id },
      })
      expect((await inventory.act('registerPilot', { ...input, purpose: 'Another.' })).codes).toEqual([
        'IDEMPOTENCY_CONFLICT',
      ])
      const { pilot } = await inventory.query(
        'query ($id: ID!) { pilot(id: $id) { createdBy history { from to by at } } }',
        { id: first.pilot.id },
      )
      expect(pilot).toEqual({
        createdBy: 'person:omar.haddad',
        history: [{ from: null, to: 'REGISTERED', by: 'person:omar.haddad', at: noon.toISOString() }],
      })
    })

    test('a name is given once in a department, however it is written', async () => {
      await register('Größte Hilfe')
      const again = await inventory.act('registerPilot', pilotInput('  grosste-HILFE'))
      expect(again.pilot).toBeDefined()
      const same = await inventory.act('registerPilot', pilotInput('GRÖSSTE hilfe'))
      expect(same.codes).toEqual(['INVALID_INPUT'])
      expect(await inventory.act('registerPilot', pilotInput('Größte Hilfe', { department: 'Legal' }))).toHaveProperty(
        'pilot',
      )
    })

    test('a change names the version that was read, and changes what it names', async () => {
      const { id } = await register('Changed', { systems: ['SAP'] })
      const changed = await inventory.act('updatePilot', { id, expectedVersion: 1, monthlyCost: '3.00' })
      expect(changed.pilot).toMatchObject({ version: 2, monthlyCost: '3.00', systems: ['SAP'] })
      expect((await inventory.act('updatePilot', { id, expectedVersion: 1, role: 'clerk' })).codes).toEqual([
        'VERSION_CONFLICT',
      ])
      expect((await inventory.act('updatePilot', { id, expectedVersion: 2 })).codes).toEqual(['INVALID_INPUT'])
      expect((await inventory.act('updatePilot', { id, expectedVersion: 2, businessOwner: null })).codes).toEqual([
        'INVALID_INPUT',
      ])
      expect((await inventory.act('updatePilot', { id: 'nobody', expectedVersion: 2, role: 'clerk' })).codes).toEqual([
        'NOT_FOUND',
      ])
    })

    test('of two changes at once, one wins', async () => {
      const { id } = await register('Contended')
      const both = await Promise.all(
        ['one', 'two'].map((role) => inventory.act('updatePilot', { id, expectedVersion: 1, role })),
      )
      expect(both.filter((each) => each.pilot)).toHaveLength(1)
      expect(both.flatMap((each) => each.codes ?? [])).toEqual(['VERSION_CONFLICT'])
    })

    test('values that make no sense are named', async () => {
      for (const wrong of [
        { name: ' ' },
        { name: 'x'.repeat(121) },
        { name: 'turn\u202ed' },
        { businessOwner: 'agent:itself' },
        { businessOwner: 'Jonas Weber' },
        { evidence: ['javascript:alert(1)'] },
        { monthlyCost: '-1' },
        { monthlyVolume: -1 },
        { systems: Array.from({ length: 51 }, (_, n) => `system ${n}`) },
        { systems: ['one; two'] },
      ]) {
        const answer = await inventory.act('registerPilot', { ...pilotInput('Wrong'), ...wrong })
        expect(answer.codes, JSON.stringify(wrong)).toEqual(['INVALID_INPUT'])
      }
    })

    test('two that do the same are found, with everything that the score rests on', async () => {
      const one = await register('First matcher', matching)
      const two = await register('Second matcher', { ...matching, systems: ['S/4HANA', 'Ariba'] })
      const [finding, ...others] = await findingsOf(two.id)
      expect(others).toEqual([])
      expect(finding).toMatchObject({ state: 'OPEN', strength: 'LIKELY', compared: 1 })
      const [capabilities, systems] = finding.components
      expect(capabilities).toMatchObject({ name: 'CAPABILITIES', score: 1, weight: 0.35, onlyA: [], onlyB: [] })
      expect(systems).toEqual({
        name: 'SYSTEMS',
        score: 0.75,
        weight: 0.25,
        shared: ['SAP S/4HANA', 'invoices', 'purchase orders'],
        onlyA: [],
        onlyB: ['Ariba'],
      })
      expect(finding.score).toBeCloseTo(0.35 + 0.25 * 0.75 + 0.25 + 0.15, 3)

      // People say that it is none: it stays closed until one of the two says something else.
      const { id, version } = finding
      await inventory.act(
        'dismissDuplicate',
        { id, expectedVersion: version, reason: 'Other plants.' },
        'finding { id }',
      )
      await inventory.act('detectDuplicates', {}, 'detection { opened reopened rescored closed leftOut }')
      await inventory.act('updatePilot', { id: two.id, expectedVersion: 1, monthlyCost: '5.00' })
      expect((await findingsOf(two.id))[0]).toMatchObject({ state: 'DISMISSED', reason: 'Other plants.' })
      await inventory.act('updatePilot', { id: two.id, expectedVersion: 2, systems: ['SAP S/4HANA'] })
      expect((await findingsOf(two.id))[0]).toMatchObject({ id, state: 'OPEN', score: 1, reason: null })

      // What has no ground any more closes by itself, and opens again when the ground is back.
      await inventory.act('updatePilot', {
        id: two.id,
        expectedVersion: 3,
        capabilities: ['Query.incidents'],
        systems: ['ServiceNow'],
        dataEntities: ['incidents'],
        workflowSteps: ['read incident'],
        purpose: 'Summarises incidents.',
      })
      expect((await findingsOf(two.id))[0]).toMatchObject({
        state: 'DISMISSED',
        reason: expect.stringContaining('overlap'),
      })
      await inventory.act('updatePilot', { id: two.id, expectedVersion: 4, ...matching })
      const [again] = await findingsOf(one.id)
      expect(again).toMatchObject({ id, state: 'OPEN' })

      // Merging confirms and resolves it.
      const decided = await decide({ ...two, version: 5 }, 'CONSOLIDATE')
      const merge = { id: two.id, expectedVersion: decided.version, reason: 'One is enough.' }
      expect((await inventory.act('mergePilot', { ...merge, into: two.id })).codes).toEqual(['INVALID_INPUT'])
      expect((await inventory.act('mergePilot', { ...merge, into: 'nobody' })).codes).toEqual(['INVALID_INPUT'])
      expect(await inventory.act('mergePilot', { ...merge, into: one.id })).toMatchObject({
        pilot: { stage: 'MERGED', mergedInto: one.id },
      })
      expect((await findingsOf(one.id))[0]).toMatchObject({ state: 'RESOLVED', resolution: 'MERGE' })
    })

    test('two that are registered at once are found too', async () => {
      const alike = { ...matching, systems: ['Workday'], dataEntities: ['absences'] }
      const [one] = await Promise.all([register('At once A', alike), register('At once B', alike)])
      const found = await findingsOf(one.id)
      expect(found.filter(({ a, b }) => [a.name, b.name].every((name) => name.startsWith('At once')))).toHaveLength(1)
    })

    test('two that say too little of themselves are not compared', async () => {
      const little = { purpose: 'Answers the telephone at night.', role: 'operator' }
      await register('Says little A', little)
      const other = await register('Says little B', little)
      expect(await findingsOf(other.id)).toEqual([])
    })

    test('a finding is resolved by merging with `mergePilot` only', async () => {
      const answer = await inventory.act(
        'resolveDuplicate',
        { id: 'x', expectedVersion: 1, resolution: 'MERGE', reason: 'So.' },
        'finding { id }',
      )
      expect(answer).toMatchObject({ codes: ['INVALID_INPUT'], message: expect.stringContaining('mergePilot') })
    })

    test('a promoted pilot is a draft of an agent, with its owner and its role', async () => {
      await sql`insert into mandate.role_versions
        (role_key, version, checksum, definition, status, widens, created_at, decided_at, decided_by)
        values ('finance-agent', 1, 'c', '{}', 'ACTIVE', '[]', now(), now(), 'person:omar.haddad')`.execute(
        database.kysely,
      )
      const pilot = await decide(await register('Promoted', { role: 'clerk' }), 'SCALE')
      const promote = {
        id: pilot.id,
        expectedVersion: pilot.version,
        roleKey: 'finance-agent',
        environment: 'PRODUCTION',
      }
      const wrong = await inventory.act('promotePilot', { ...promote, agentId: 'agent:promoted', roleKey: 'no-role' })
      expect(wrong).toMatchObject({ codes: ['INVALID_INPUT'] })
      expect((await inventory.act('promotePilot', { ...promote, agentId: 'person:me' })).codes).toEqual([
        'INVALID_INPUT',
      ])
      const promoted = await inventory.act('promotePilot', { ...promote, agentId: 'agent:promoted' })
      expect(promoted.pilot).toMatchObject({ stage: 'PROMOTED', agentId: 'agent:promoted' })
      const agents = await database.kysely.selectFrom('mandate.agents').selectAll().execute()
      expect(agents).toMatchObject([
        { id: 'agent:promoted', status: 'DRAFT', owner_id: 'person:jonas.weber', environment: 'PRODUCTION' },
      ])
      const assignments = await database.kysely.selectFrom('mandate.agent_assignments').selectAll().execute()
      expect(assignments).toMatchObject([{ agent_id: 'agent:promoted', role_key: 'finance-agent' }])

      // Nothing of a promotion stays when the agent cannot be made.
      const second = await decide(await register('Promoted twice'), 'SCALE')
      const taken = { ...promote, id: second.id, expectedVersion: second.version, agentId: 'agent:promoted' }
      expect((await inventory.act('promotePilot', taken)).codes).toEqual(['INVALID_INPUT'])
      const { pilot: still } = await inventory.query('query ($id: ID!) { pilot(id: $id) { stage } }', { id: second.id })
      expect(still.stage).toBe('SCALE')
    })

    test('what the gateway met is registered under the id that it has', async () => {
      const sighting = { issuer: 'https://idp.example', firstSeen: noon, id: 'met-1', perIssuer: 10 }
      await noteUnregistered(database.kysely, 'agent:shadow', sighting)
      const { pilots } = await inventory.query(
        '{ pilots(filter: { stages: [DISCOVERED] }) { nodes { id version name department principal issuer discoveredBy businessOwner } } }',
      )
      expect(pilots.nodes).toEqual([
        {
          id: 'met-1',
          version: 1,
          name: 'agent:shadow',
          department: '',
          principal: 'agent:shadow',
          issuer: 'https://idp.example',
          discoveredBy: 'GATEWAY_TRAFFIC',
          businessOwner: null,
        },
      ])
      const registered = await inventory.act('registerPilot', {
        ...pilotInput('Shadow, named'),
        discovered: { id: 'met-1', expectedVersion: 1 },
      })
      expect(registered.pilot).toMatchObject({ id: 'met-1', stage: 'REGISTERED', discoveredBy: 'GATEWAY_TRAFFIC' })
    })

    test('pilots page, and are searched for without surprises', async () => {
      for (const n of [1, 2, 3]) await register(`Paged 100% ${n}`, { department: 'Paging' })
      const names: string[] = []
      let after: string | null = null
      do {
        const { pilots }: any = await inventory.query(
          'query ($after: String) { pilots(filter: { department: "paging", search: "100%" }, first: 2, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }',
          { after },
        )
        names.push(...pilots.nodes.map(({ name }: { name: string }) => name))
        after = pilots.pageInfo.hasNextPage ? pilots.pageInfo.endCursor : null
      } while (after !== null)
      expect(names).toEqual(['Paged 100% 3', 'Paged 100% 2', 'Paged 100% 1'])
      const { pilots } = await inventory.query('{ pilots(filter: { search: "100_" }) { nodes { name } } }')
      expect(pilots.nodes).toEqual([])
      expect((await inventory.query('{ pilots(after: "x") { nodes { id } } }')).codes).toEqual(['INVALID_INPUT'])
      expect((await inventory.query('{ pilots(first: 101) { nodes { id } } }')).codes).toEqual(['INVALID_INPUT'])
    })
  })
}
