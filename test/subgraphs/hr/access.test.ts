/** Groups and positions: access given, taken back and given again; places opened, filled and closed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PositionStatus } from '../../../storage/tables/hr.ts'
import { databaseKinds } from '../../support/databases.ts'
import { manager, openStaff, staff, type Staff } from '../../support/hr.ts'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'

const granted = 'membership { id version grantedBy removedAt removedBy } group { id version }'

for (const kind of databaseKinds()) {
  describe(`access on ${kind}`, () => {
    let stage: Staff
    beforeAll(async () => {
      stage = await openStaff(kind)
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    const refuses = (mutation: string, input: Readonly<Record<string, unknown>>, caller = manager) =>
      stage.refuses(mutation, input, 'replayed', caller)

    test('a group says what it gives access to', async () => {
      const input = { displayName: 'Test Planning', description: 'Plans shipments.', ownerId: 'person:test.head' }
      const { group } = await stage.run(
        'createGroup',
        { ...input, system: 'SUPPLY_CHAIN' },
        'group { system owner { id } members { id } meta { resourceType location } id }',
      )
      const { id } = group as { id: string }
      expect(group).toEqual({
        ...{ id, system: 'SUPPLY_CHAIN', owner: { id: staff.head }, members: [] },
        meta: { resourceType: 'Group', location: `/Groups/${id}` },
      })
      expect(await refuses('createGroup', { ...input, displayName: 'TEST planning' })).toMatchObject({
        code: 'INVALID_INPUT',
      })
      const list = `{ groups(first: 100, filter: { systems: [SUPPLY_CHAIN], displayName: { contains: "test plan" } }) { nodes { id } } }`
      expect(await data(ask(stage.hr, list))).toEqual({ groups: { nodes: [{ id }] } })
      expect(await refuses('createGroup', { ...input, displayName: 'Other', ownerId: 'iris' })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.ownerId',
      })
    })

    test('access is given, taken back with its end on record, and given again', async () => {
      const [id, userId] = [await stage.group(), await stage.person()]
      const first = await stage.run('addGroupMember', { id, expectedVersion: 1, userId, system: 'ERP' }, granted)
      const { id: membership } = first['membership'] as { id: string }
      expect(first).toEqual({
        membership: { id: membership, version: 1, grantedBy: 'agent:hr-agent', removedAt: null, removedBy: null },
        group: { id, version: 2 },
        replayed: false,
      })
      expect(await refuses('addGroupMember', { id, expectedVersion: 2, userId, system: 'ERP' })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.userId',
      })
      const ended = await stage.run('removeGroupMember', { id: membership, expectedVersion: 1 }, granted, manager)
      expect(ended).toMatchObject({
        membership: { version: 2, removedAt: '2026-10-31T12:00:00.000Z', removedBy: manager.id },
        group: { version: 3 },
      })
      expect(await refuses('removeGroupMember', { id: membership, expectedVersion: 2 })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.id',
      })
      const members = `{ group(id: "${id}") { members { id } } }`
      expect(await data(ask(stage.hr, members))).toEqual({ group: { members: [] } })
      const again = await stage.run('addGroupMember', { id, expectedVersion: 3, userId, system: 'ERP' }, granted)
      expect((again['membership'] as { id: string }).id).not.toBe(membership)
    })

    test('row 60: a repeated grant is one membership', async () => {
      const [id, userId] = [await stage.group(), await stage.person()]
      const once = { id, expectedVersion: 1, userId, system: 'ERP', idempotencyKey: `grant-${kind}` }
      const first = await stage.run('addGroupMember', once, granted)
      expect(await stage.run('addGroupMember', once, granted)).toEqual({ ...first, replayed: true })
    })

    test('the system that the rules decide by is the system of the group', async () => {
      const userId = await stage.person()
      const finance = await stage.group({ system: 'finance' })
      const none = await stage.group({ system: null })
      const said = (id: string, system?: string) =>
        refuses('addGroupMember', { id, expectedVersion: 1, userId, system })
      const wrong = { code: 'INVALID_INPUT', argument: 'input.system' }
      expect(await said(finance)).toEqual(wrong)
      expect(await said(finance, 'ERP')).toEqual(wrong)
      expect(await said(none, 'FINANCE')).toEqual(wrong)
      await stage.run('addGroupMember', { id: none, expectedVersion: 1, userId }, granted)
    })

    test('nobody gives access to themselves, to who has left, or to nobody', async () => {
      const id = await stage.group()
      const gone = await stage.person({ active: false, leave_date: '2026-01-31' })
      const add = (userId: string, caller = manager) =>
        refuses('addGroupMember', { id, expectedVersion: 1, userId, system: 'ERP' }, caller)
      const through = callerNamed('agent:hr-agent', { onBehalfOf: manager.id })
      expect(await add(staff.manager)).toEqual({ code: 'SEPARATION_OF_DUTY' })
      expect(await add(staff.manager, through)).toEqual({ code: 'SEPARATION_OF_DUTY' })
      expect(await add(gone)).toEqual({ code: 'INVALID_INPUT', argument: 'input.userId' })
      expect(await add('usr-0000')).toEqual({ code: 'INVALID_INPUT', argument: 'input.userId' })
    })

    const reached: Readonly<Record<PositionStatus, readonly string[]>> = {
      OPEN: ['fillPosition', 'closePosition'],
      FILLED: [],
      CLOSED: [],
    }
    const legal: Readonly<Record<PositionStatus, readonly string[]>> = {
      OPEN: ['CLOSED', 'FILLED'],
      FILLED: ['OPEN'],
      CLOSED: [],
    }
    test.each(['OPEN', 'FILLED', 'CLOSED'] as const)('%s goes where the model says, and nowhere else', async (from) => {
      for (const step of ['fillPosition', 'closePosition']) {
        const [id, userId] = [await stage.position(from), await stage.person()]
        const input = { id, expectedVersion: 1, ...(step === 'fillPosition' ? { userId } : {}) }
        if (reached[from].includes(step)) {
          const { position } = await stage.run(step, input, 'position { version status holder { id } }')
          expect(position, step).toEqual(
            step === 'fillPosition'
              ? { version: 2, status: 'FILLED', holder: { id: userId } }
              : { version: 2, status: 'CLOSED', holder: null },
          )
        } else {
          expect(await refuses(step, input), step).toEqual({ code: 'ILLEGAL_TRANSITION', legal: legal[from] })
        }
        expect(await refuses(step, { ...input, expectedVersion: 9 }), step).toEqual({ code: 'VERSION_CONFLICT' })
        expect(await refuses(step, { ...input, id: 'pos-0000' }), step).toEqual({ code: 'NOT_FOUND' })
      }
    })

    test('who moves takes title, department and plant of the new position and leaves the old one open', async () => {
      const before = await stage.position('FILLED')
      const userId = await stage.person({ position_id: before })
      const above = await stage.position('FILLED')
      const what = { title: 'Chief Tester', department: 'Quality', plantId: 'plant-1010', grade: 'M1' }
      const { position } = await stage.run(
        'openPosition',
        { ...what, reportsToId: above },
        'position { id version status grade reportsTo { id } plant { id } }',
      )
      const { id } = position as { id: string }
      expect(position).toEqual({
        ...{ id, version: 1, status: 'OPEN', grade: 'M1', reportsTo: { id: above }, plant: { id: 'plant-1010' } },
      })
      await stage.run('fillPosition', { id, expectedVersion: 1, userId }, 'position { id }')
      const query = `{
        user(id: "${userId}") { title enterprise { department } plant { id } position { id } version }
        position(id: "${before}") { status holder { id } version }
      }`
      expect(await data(ask(stage.hr, query))).toEqual({
        user: {
          ...{ title: 'Chief Tester', enterprise: { department: 'Quality' }, plant: { id: 'plant-1010' } },
          ...{ position: { id }, version: 2 },
        },
        position: { status: 'OPEN', holder: null, version: 2 },
      })
    })

    test('a position hangs on one that is there, and is filled by who works here', async () => {
      const closed = await stage.position('CLOSED')
      const what = { title: 'Tester', department: 'Quality', grade: 'E1' }
      for (const reportsToId of [closed, 'pos-0000']) {
        expect(await refuses('openPosition', { ...what, reportsToId })).toEqual({
          code: 'INVALID_INPUT',
          argument: 'input.reportsToId',
        })
      }
      const id = await stage.position('OPEN')
      const gone = await stage.person({ active: false, leave_date: '2026-01-31' })
      for (const userId of [gone, 'usr-0000']) {
        expect(await refuses('fillPosition', { id, expectedVersion: 1, userId })).toEqual({
          code: 'INVALID_INPUT',
          argument: 'input.userId',
        })
      }
    })
  })
}
