/** Downtimes and the state of equipment: every step, what a downtime does to it, and what it leaves alone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DowntimeReason, EquipmentState } from '../../../storage/tables/mes.ts'
import { databaseKinds } from '../../support/databases.ts'
import { openShop, type Shop, type Shown } from '../../support/mes.ts'
import { ask, data, noon } from '../../support/subgraphs.ts'
import { act } from '../../support/systems.ts'

const states = ['RUNNING', 'IDLE', 'DOWN', 'MAINTENANCE'] as const

/** A row for the state before, a column for the state after, in the order of `states`. */
const model: Readonly<Record<EquipmentState, string>> = {
  RUNNING: '. x x x',
  IDLE: 'x . x x',
  DOWN: '. x . x',
  MAINTENANCE: '. x x .',
}
const reachable = (from: EquipmentState) => states.filter((_, column) => model[from].split(' ')[column] === 'x')

/** What a running machine becomes. */
const stateFor: Readonly<Record<DowntimeReason, EquipmentState>> = {
  BREAKDOWN: 'DOWN',
  QUALITY: 'DOWN',
  PLANNED_MAINTENANCE: 'MAINTENANCE',
  CHANGEOVER: 'IDLE',
  MATERIAL_SHORTAGE: 'IDLE',
  NO_OPERATOR: 'IDLE',
}
const reasons = Object.entries(stateFor) as [DowntimeReason, EquipmentState][]

const now = noon.toISOString()
const whole = `equipment { id version state currentDowntime { id } } downtime {
  id version startedAt endedAt minutes reason comment incident { id } jobOrder { id } reportedBy equipment { id }
}`
const refusal = (argument: string) => ({ code: 'INVALID_INPUT', argument })

for (const kind of databaseKinds()) {
  describe(`downtimes on ${kind}`, () => {
    let stage: Shop
    beforeAll(async () => {
      stage = await openShop(kind)
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    type Input = Readonly<Record<string, unknown>>
    const record = (id: string, more: Input = {}) =>
      stage.run('recordDowntime', { id, expectedVersion: 1, reason: 'BREAKDOWN', ...more }, whole)
    const refusesToRecord = (id: string, more: Input = {}) =>
      stage.refuses('recordDowntime', { id, expectedVersion: 1, reason: 'BREAKDOWN', ...more }, whole)
    const end = (id: string, more: Input = {}) => stage.run('endDowntime', { id, expectedVersion: 1, ...more }, whole)
    const refusesToEnd = (id: string, more: Input = {}) =>
      stage.refuses('endDowntime', { id, expectedVersion: 1, ...more }, whole)
    const set = (id: string, state: EquipmentState, version = 1) =>
      stage.run('setEquipmentState', { id, expectedVersion: version, state }, 'equipment { id version state }')
    const refusesToSet = (id: string, state: EquipmentState, version = 1) =>
      stage.refuses('setEquipmentState', { id, expectedVersion: version, state }, 'equipment { id }')

    describe('equipment', () => {
      test.each(states)('%s goes where the model says, and nowhere else', async (from) => {
        for (const to of states) {
          const id = await stage.machine({ state: from })
          if (reachable(from).includes(to)) {
            expect(await set(id, to), `${from} to ${to}`).toMatchObject({ equipment: { state: to, version: 2 } })
          } else {
            expect(await refusesToSet(id, to), `${from} to ${to}`).toEqual({
              code: 'ILLEGAL_TRANSITION',
              legal: reachable(from).toSorted(),
            })
          }
        }
      })

      test.each(states)('%s stays still while a downtime goes on', async (from) => {
        for (const to of states) {
          const id = await stage.machine({ state: from })
          await stage.downtime(id)
          const legal: readonly EquipmentState[] = reachable(from).filter(
            (state) => state === 'DOWN' || state === 'MAINTENANCE',
          )
          if (legal.includes(to)) expect(await set(id, to)).toMatchObject({ equipment: { state: to } })
          else {
            expect(await refusesToSet(id, to), `${from} to ${to}`).toEqual({
              code: 'ILLEGAL_TRANSITION',
              legal: legal.toSorted(),
            })
          }
        }
      })

      test('keeps to the version that was read, and acts once', async () => {
        const id = await stage.machine({ version: 2 })
        expect(await refusesToSet(id, 'RUNNING')).toEqual({ code: 'VERSION_CONFLICT' })
        expect(await refusesToSet('eq-0000', 'RUNNING')).toEqual({ code: 'NOT_FOUND' })
        const once = { id, expectedVersion: 2, state: 'RUNNING', idempotencyKey: `run-${kind}` }
        const first = await stage.run('setEquipmentState', once, 'equipment { state version }')
        await set(id, 'IDLE', 3)
        expect(await stage.run('setEquipmentState', once, 'equipment { state version }')).toEqual({
          ...first,
          replayed: true,
        })
      })
    })

    describe('recording', () => {
      test.each(reasons)('%s makes a running machine %s', async (reason, state) => {
        const id = await stage.machine({ state: 'RUNNING' })
        const recorded = await record(id, { reason })
        expect(recorded).toMatchObject({
          downtime: { reason, startedAt: now, endedAt: null, minutes: 0, reportedBy: 'agent:production-agent' },
          equipment: { id, state, version: 2, currentDowntime: { id: (recorded['downtime'] as Shown).id } },
        })
      })

      test('never makes a state better', async () => {
        for (const [reason, state] of reasons) {
          const broken = await record(await stage.machine({ state: 'DOWN' }), { reason })
          expect(broken['equipment'], reason).toMatchObject({ state: state === 'MAINTENANCE' ? state : 'DOWN' })
          const maintained = await record(await stage.machine({ state: 'MAINTENANCE' }), { reason })
          expect(maintained['equipment'], reason).toMatchObject({ state: 'MAINTENANCE' })
        }
      })

      test('what is over leaves the state as it is, and may be told while another goes on', async () => {
        const id = await stage.machine({ state: 'RUNNING' })
        const past = { startedAt: '2026-10-31T05:00:00Z', endedAt: '2026-10-31T05:45:59Z' }
        const jobOrderId = await stage.jobOrderIn('RUNNING')
        const more = { ...past, comment: 'A belt slipped.', incidentId: 'INC0010001', jobOrderId }
        expect(await record(id, more)).toMatchObject({
          downtime: {
            ...{
              minutes: 45,
              comment: 'A belt slipped.',
              incident: { id: 'INC0010001' },
              jobOrder: { id: jobOrderId },
            },
            equipment: { id },
          },
          equipment: { state: 'RUNNING', version: 2, currentDowntime: null },
        })
        const { downtime } = await record(id, { expectedVersion: 2 })
        expect(await record(id, { expectedVersion: 3, ...past })).toMatchObject({
          equipment: { state: 'DOWN', currentDowntime: { id: (downtime as Shown).id } },
        })
      })

      test('one goes on at a time, also of many at once', async () => {
        const id = await stage.machine()
        await stage.downtime(id)
        expect(await refusesToRecord(id)).toEqual(refusal('input.id'))
        const other = await stage.machine()
        const input = { id: other, expectedVersion: 1, reason: 'BREAKDOWN' }
        const race = await Promise.all(Array.from({ length: 4 }, () => act(stage.mes, 'recordDowntime', input, whole)))
        expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
        const open = `{ downtimes(filter: { equipmentId: "${other}", ongoing: true }) { totalCount } }`
        expect(await data(ask(stage.mes, open))).toEqual({ downtimes: { totalCount: 1 } })
      })

      test.each([
        [{ startedAt: '2026-10-31T12:00:00.001Z' }, 'input.startedAt'],
        [{ startedAt: '2026-10-31T09:00:00Z', endedAt: '2026-10-31T08:59:59Z' }, 'input.endedAt'],
        [{ startedAt: '2026-10-31T09:00:00Z', endedAt: '2026-10-31T12:00:00.001Z' }, 'input.endedAt'],
        [{ comment: '' }, 'input.comment'],
        [{ incidentId: '17' }, 'input.incidentId'],
        [{ jobOrderId: 'JO-2026-00000' }, 'input.jobOrderId'],
      ])('refuses %j', async (more, argument) => {
        expect(await refusesToRecord(await stage.machine(), more)).toEqual(refusal(argument))
      })

      test('keeps to the version that was read, and acts once', async () => {
        const id = await stage.machine({ version: 2 })
        expect(await refusesToRecord(id)).toEqual({ code: 'VERSION_CONFLICT' })
        expect(await refusesToRecord('eq-0000')).toEqual({ code: 'NOT_FOUND' })
        const once = { expectedVersion: 2, idempotencyKey: `stop-${kind}` }
        const first = await record(id, once)
        expect(await record(id, once)).toEqual({ ...first, replayed: true })
      })
    })

    describe('ending', () => {
      test.each(reasons)('a %s that made the machine %s leaves it IDLE', async (reason, state) => {
        const machine = await stage.machine({ state })
        const id = await stage.downtime(machine, { reason })
        expect(await end(id)).toMatchObject({
          downtime: { version: 2, endedAt: now, minutes: 240 },
          equipment: { id: machine, state: 'IDLE', currentDowntime: null },
        })
      })

      test('leaves alone what was put into maintenance meanwhile', async () => {
        const machine = await stage.machine({ state: 'MAINTENANCE' })
        const id = await stage.downtime(machine)
        const ended = await end(id, { endedAt: '2026-10-31T08:30:00Z' })
        expect(ended).toMatchObject({ downtime: { minutes: 30 }, equipment: { state: 'MAINTENANCE' } })
      })

      test('happens once', async () => {
        const id = await stage.downtime(await stage.machine({ state: 'DOWN' }))
        const once = { idempotencyKey: `end-${kind}` }
        const first = await end(id, once)
        expect(await end(id, once)).toEqual({ ...first, replayed: true })
        expect(await refusesToEnd(id, { expectedVersion: 2 })).toEqual(refusal('input.id'))
        expect(await refusesToEnd(id)).toEqual({ code: 'VERSION_CONFLICT' })
        expect(await refusesToEnd('dt-00000')).toEqual({ code: 'NOT_FOUND' })
      })

      test.each(['2026-10-31T07:59:59Z', '2026-10-31T12:00:00.001Z'])('not at %s', async (endedAt) => {
        const id = await stage.downtime(await stage.machine({ state: 'DOWN' }))
        expect(await refusesToEnd(id, { endedAt })).toEqual(refusal('input.endedAt'))
      })
    })

    test('a downtime is linked to its incident, and the link taken away, whether it goes on or not', async () => {
      const machine = await stage.machine()
      const id = await stage.downtime(machine, { ended_at: '2026-10-31T09:00:00Z' })
      const link = (more: Input) => stage.run('linkDowntimeIncident', { id, ...more }, whole)
      const linked = { expectedVersion: 1, incidentId: 'INC0010002', idempotencyKey: `link-${kind}` }
      expect(await link(linked)).toMatchObject({
        downtime: { incident: { id: 'INC0010002' } },
        equipment: { id: machine },
      })
      const query = `query ($of: [_Any!]!) {
        _entities(representations: $of) { ... on Incident { downtimes { id equipment { id } } } }
      }`
      const variables = { of: [{ __typename: 'Incident', id: 'INC0010002' }] }
      const { _entities } = await data(ask(stage.mes, query, { variables }))
      expect((_entities as { downtimes: unknown[] }[])[0]?.downtimes).toContainEqual({ id, equipment: { id: machine } })
      expect(await link({ expectedVersion: 2, incidentId: null })).toMatchObject({ downtime: { incident: null } })
      expect(await link(linked)).toMatchObject({ downtime: { version: 2 }, replayed: true })
      const refuses = (more: Input) => stage.refuses('linkDowntimeIncident', { id, expectedVersion: 3, ...more }, whole)
      expect(await refuses({ incidentId: 'CHG0030001' })).toEqual(refusal('input.incidentId'))
      expect(await refuses({ incidentId: 'INC0010002', expectedVersion: 1 })).toEqual({ code: 'VERSION_CONFLICT' })
      expect(await refuses({ id: 'dt-00000', incidentId: 'INC0010002' })).toEqual({ code: 'NOT_FOUND' })
    })
  })
}
