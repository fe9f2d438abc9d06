/** Every step between stages, and between states of a finding: the table says which are taken, the subgraph takes no other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import type { Database } from '../../../../storage/database.ts'
import type { FindingState } from '../../../../storage/stores/duplicate-findings.ts'
import type { PilotStage } from '../../../../storage/stores/pilots.ts'
import { findingSteps } from '../../../../subgraphs/agents/inventory/finding-states.ts'
import { editableStages, stageSteps } from '../../../../subgraphs/agents/inventory/pilot-stages.ts'
import { createDatabase, databaseKinds } from '../../../support/databases.ts'
import { type Inventory, matching, openInventory, pilotInput } from '../../../support/inventory.ts'

const stages = Object.keys(stageSteps) as PilotStage[]
const states = Object.keys(findingSteps) as FindingState[]

for (const kind of databaseKinds()) {
  describe(`steps on ${kind}`, () => {
    let database: Database
    let inventory: Inventory
    let survivor: string

    beforeAll(async () => {
      database = await createDatabase(kind)
      inventory = openInventory(database)
      survivor = (await inventory.act('registerPilot', pilotInput('The one that stays'))).pilot.id
      await sql`insert into mandate.role_versions
        (role_key, version, checksum, definition, status, widens, created_at, decided_at, decided_by)
        values ('finance-agent', 1, 'c', '{}', 'ACTIVE', '[]', now(), now(), 'person:omar.haddad')`.execute(
        database.kysely,
      )
    })
    afterAll(() => database.close())

    /** A pilot in a stage, put there behind the subgraph's back. */
    async function pilotIn(stage: PilotStage, name: string) {
      const { pilot } = await inventory.act('registerPilot', pilotInput(name))
      await database.kysely
        .updateTable('mandate.pilots')
        .set({
          stage,
          merged_into: stage === 'MERGED' ? survivor : null,
          agent_id: stage === 'PROMOTED' ? `agent:${name.toLowerCase()}` : null,
        })
        .where('id', '=', pilot.id)
        .execute()
      return pilot as { id: string; version: number }
    }

    const acts: Partial<Record<PilotStage, (id: string, expectedVersion: number) => Promise<any>>> = {
      REGISTERED: (id, expectedVersion) =>
        inventory.act('registerPilot', { ...pilotInput(`R${id}`), discovered: { id, expectedVersion } }),
      UNDER_REVIEW: (id, expectedVersion) => inventory.act('startPilotReview', { id, expectedVersion }),
      MERGED: (id, expectedVersion) =>
        inventory.act('mergePilot', { id, expectedVersion, into: survivor, reason: 'One is enough.' }),
      RETIRED: (id, expectedVersion) =>
        inventory.act('retirePilot', { id, expectedVersion, reason: 'Nobody needs it.' }),
      PROMOTED: (id, expectedVersion) =>
        inventory.act('promotePilot', {
          id,
          expectedVersion,
          agentId: `agent:p-${id}`,
          roleKey: 'finance-agent',
          environment: 'TEST',
        }),
    }
    for (const decision of ['SCALE', 'REFINE', 'CONSOLIDATE', 'RETIRE'] as const) {
      acts[decision] = (id, expectedVersion) =>
        inventory.act('decidePilot', { id, expectedVersion, decision, reason: 'So it was decided.' })
    }

    test.each(stages)('from %s', async (from) => {
      for (const [to, act] of Object.entries(acts) as [PilotStage, NonNullable<(typeof acts)[PilotStage]>][]) {
        const { id, version } = await pilotIn(from, `From${from}To${to}`)
        const answer = await act(id, version)
        if (stageSteps[from].includes(to)) {
          expect(answer, `${from} to ${to}`).toMatchObject({ pilot: { id, stage: to } })
        } else {
          expect(answer.codes, `${from} to ${to}`).toEqual(['ILLEGAL_TRANSITION'])
        }
      }
      const { id, version } = await pilotIn(from, `Edit${from}`)
      const edited = await inventory.act('updatePilot', {
        id,
        expectedVersion: version,
        purpose: 'Does something else.',
      })
      if (editableStages.includes(from)) expect(edited.pilot).toMatchObject({ id, stage: from, version: version + 1 })
      else expect(edited.codes).toEqual(['ILLEGAL_TRANSITION'])
    })

    test('DISCOVERED is where nobody steps to', () => {
      expect(stages.filter((stage) => stageSteps[stage].includes('DISCOVERED'))).toEqual([])
    })

    test.each(states)('a finding in state %s', async (from) => {
      const decide: Partial<Record<FindingState, (id: string, expectedVersion: number) => Promise<any>>> = {
        CONFIRMED: (id, expectedVersion) =>
          inventory.act('confirmDuplicate', { id, expectedVersion, reason: 'Same.' }, 'finding { id state }'),
        DISMISSED: (id, expectedVersion) =>
          inventory.act('dismissDuplicate', { id, expectedVersion, reason: 'Other.' }, 'finding { id state }'),
        RESOLVED: (id, expectedVersion) =>
          inventory.act(
            'resolveDuplicate',
            { id, expectedVersion, resolution: 'SPLIT', reason: 'Divided.' },
            'finding { id state resolution }',
          ),
      }
      for (const [to, act] of Object.entries(decide) as [FindingState, NonNullable<(typeof decide)[FindingState]>][]) {
        const only = { ...matching, systems: [`System ${from} ${to}`], dataEntities: [`Entity ${from} ${to}`] }
        await inventory.act('registerPilot', pilotInput(`One ${from} ${to}`, only))
        const { pilot } = await inventory.act('registerPilot', pilotInput(`Two ${from} ${to}`, only))
        const { duplicateFindings } = await inventory.query(
          'query ($id: ID) { duplicateFindings(filter: { pilotId: $id }) { nodes { id version score } } }',
          { id: pilot.id },
        )
        const [{ id, version }] = duplicateFindings.nodes
        await database.kysely
          .updateTable('mandate.duplicate_findings')
          .set({ state: from, resolution: from === 'RESOLVED' ? 'SPLIT' : null })
          .where('id', '=', id)
          .execute()
        const answer = await act(id, version)
        if (findingSteps[from].includes(to)) expect(answer.finding).toMatchObject({ id, state: to })
        else expect(answer.codes).toEqual(['ILLEGAL_TRANSITION'])
      }
    })
  })
}
