import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createDiscovery, type DiscoveryOptions } from '../../../gateway/identity/discovery.ts'
import { realWorld } from '../../../lib/world.ts'
import type { Database } from '../../../storage/database.ts'
import { discoveryOverflow } from '../../../storage/stores/discovered-principals.ts'
import { startStack } from '../../support/stack.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'

const at = new Date('2026-03-02T09:00:00Z')
const issuer = 'https://idp.example'

for (const kind of databaseKinds()) {
  describe(`discovery on ${kind}`, () => {
    let database: Database
    let statements = 0

    beforeAll(async () => {
      database = await createDatabase(kind, { onQuery: () => (statements += 1) })
    })
    afterEach(async () => {
      await database.kysely.deleteFrom('mandate.pilot_steps').execute()
      await database.kysely.deleteFrom('mandate.pilots').execute()
      await database.kysely.deleteFrom('mandate.discovery_overflow').execute()
    })
    afterAll(() => database.close())

    function setUp(more: Partial<DiscoveryOptions> = {}) {
      const recorded: string[] = []
      const warnings: string[] = []
      const discovery = createDiscovery({
        database,
        world: realWorld,
        log: { warn: (_, message) => void warnings.push(message) },
        perIssuer: 200,
        record: ({ principal }) => Promise.resolve(recorded.push(principal)),
        ...more,
      })
      return { discovery, recorded, warnings }
    }
    const names = async () =>
      (await database.kysely.selectFrom('mandate.pilots').select('principal').orderBy('principal').execute()).map(
        ({ principal }) => principal,
      )

    test('an agent that keeps knocking is recorded and entered once, and costs nothing more', async () => {
      const { discovery, recorded } = setUp()
      for (let n = 0; n < 50; n += 1) discovery.meet({ id: 'agent:shadow', issuer, at })
      await discovery.settled()
      const before = statements
      for (let n = 0; n < 50; n += 1) discovery.meet({ id: 'agent:shadow', issuer, at })
      await discovery.settled()
      expect(statements).toBe(before)
      expect(recorded).toEqual(['agent:shadow'])
      expect(await names()).toEqual(['agent:shadow'])
    })

    test('a flood is counted: no more wait than may, no more stay than may', async () => {
      const { discovery, recorded } = setUp({ perIssuer: 5 })
      for (let n = 0; n < 1_000; n += 1) discovery.meet({ id: `agent:n${n}`, issuer, at })
      await discovery.settled()
      expect(await names()).toHaveLength(5)
      expect(recorded).toHaveLength(5)
      expect(await discoveryOverflow(database.kysely)).toMatchObject([{ issuer, unlisted: 995 }])
    })

    test('what cannot be recorded is said, not entered, and tried again with its next request', async () => {
      let down = true
      const { discovery, warnings } = setUp({
        record: () => (down ? Promise.reject(new Error('no ledger')) : Promise.resolve()),
      })
      discovery.meet({ id: 'agent:shadow', issuer, at })
      await discovery.settled()
      expect(warnings).toHaveLength(1)
      expect(await names()).toEqual([])
      down = false
      discovery.meet({ id: 'agent:shadow', issuer, at })
      await discovery.close()
      expect(await names()).toEqual(['agent:shadow'])
      discovery.meet({ id: 'agent:late', issuer, at })
      await discovery.settled()
      expect(await names()).toEqual(['agent:shadow'])
    })
  })
}

test('an agent that nobody has registered is refused, entered, and stands in the ledger', async () => {
  await using stack = await startStack({
    company: 'none',
    settings: (config) => ({ ...config, demoData: false }),
  })
  const { kysely } = stack.database
  await kysely.deleteFrom('mandate.agent_assignments').where('agent_id', '=', 'agent:sales-agent').execute()
  await kysely.deleteFrom('mandate.agent_keys').where('agent_id', '=', 'agent:sales-agent').execute()
  await kysely.deleteFrom('mandate.agents').where('id', '=', 'agent:sales-agent').execute()
  await expect
    .poll(async () => (await stack.graphql('sales-agent', '{ me { id } }')).codes, { timeout: 40_000 })
    .toEqual(['AGENT_NOT_REGISTERED'])
  const read = '{ pilots(filter: { stages: [DISCOVERED] }) { nodes { id principal issuer createdBy } } }'
  const found = async () => (await stack.graphql('omar.haddad', read)).data?.['pilots'].nodes as any[]
  await expect
    .poll(found, { timeout: 40_000 })
    .toMatchObject([{ principal: 'agent:sales-agent', createdBy: 'service:mandate' }])
  const [{ id }] = await found()
  const { items } = await stack.ledger.trail('service:mandate', { limit: 100 })
  expect(items.filter(({ operation }) => operation.name === 'pilot.discovered')).toMatchObject([
    { args: { id, principal: 'agent:sales-agent' } },
  ])
}, 120_000)
