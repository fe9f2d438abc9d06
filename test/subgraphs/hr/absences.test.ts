/** Absences: every step between statuses, days that do not overlap, and the second person who decides. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AbsenceStatus } from '../../../storage/tables/hr.ts'
import { databaseKinds } from '../../support/databases.ts'
import { manager, openStaff, staff, type Staff } from '../../support/hr.ts'
import { callerNamed } from '../../support/subgraphs.ts'

const statuses = ['REQUESTED', 'APPROVED', 'REJECTED', 'CANCELLED'] as const
const model: Readonly<Record<AbsenceStatus, readonly AbsenceStatus[]>> = {
  REQUESTED: ['APPROVED', 'CANCELLED', 'REJECTED'],
  APPROVED: ['CANCELLED'],
  REJECTED: [],
  CANCELLED: [],
}
const selection = 'absence { id version status decidedBy decidedAt note }'
const days = { type: 'VACATION', fromDate: '2026-12-21', toDate: '2026-12-31' }

for (const kind of databaseKinds()) {
  describe(`absences on ${kind}`, () => {
    let stage: Staff
    beforeAll(async () => {
      stage = await openStaff(kind)
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    const refuses = (mutation: string, input: Readonly<Record<string, unknown>>, caller = manager) =>
      stage.refuses(mutation, input, selection, caller)

    test.each(statuses)('%s goes where the model says, and nowhere else', async (from) => {
      for (const to of ['APPROVED', 'REJECTED', 'CANCELLED'] as const) {
        const id = await stage.absence(await stage.person(), from)
        const mutation = to === 'CANCELLED' ? 'cancelAbsence' : 'decideAbsence'
        const input = {
          id,
          expectedVersion: 1,
          ...(to === 'CANCELLED' ? {} : { decision: to, note: 'The line stands still then.' }),
        }
        if (model[from].includes(to)) {
          const { absence } = await stage.run(mutation, input, selection, manager)
          const decided = to === 'CANCELLED' ? {} : { decidedBy: manager.id, decidedAt: '2026-10-31T12:00:00.000Z' }
          expect(absence, to).toMatchObject({ version: 2, status: to, ...decided })
        } else {
          expect(await refuses(mutation, input), to).toEqual({ code: 'ILLEGAL_TRANSITION', legal: model[from] })
        }
        expect(await refuses(mutation, { ...input, expectedVersion: 9 })).toEqual({ code: 'VERSION_CONFLICT' })
        expect(await refuses(mutation, { ...input, id: 'abs-00000' })).toEqual({ code: 'NOT_FOUND' })
      }
    })

    test('a request counts its days, the last one too, and waits', async () => {
      const id = await stage.person()
      const { absence } = await stage.run(
        'requestAbsence',
        { id, expectedVersion: 1, ...days, note: 'Home for the holidays.' },
        'absence { status days requestedBy note user { id version } decidedBy }',
      )
      expect(absence).toEqual({
        ...{ status: 'REQUESTED', days: 11, requestedBy: 'agent:hr-agent', note: 'Home for the holidays.' },
        ...{ user: { id, version: 2 }, decidedBy: null },
      })
      // The second of two at once has read the version before the first.
      expect(
        await refuses('requestAbsence', {
          id,
          expectedVersion: 1,
          ...days,
          fromDate: '2027-01-04',
          toDate: '2027-01-04',
        }),
      ).toEqual({ code: 'VERSION_CONFLICT' })
    })

    test('row 60: a repeated request is one absence', async () => {
      const id = await stage.person()
      const once = { id, expectedVersion: 1, ...days, idempotencyKey: `away-${kind}` }
      const first = await stage.run('requestAbsence', once, selection)
      expect(await stage.run('requestAbsence', once, selection)).toEqual({ ...first, replayed: true })
    })

    test.each([
      ['2026-12-22', '2026-12-22', 'REQUESTED', true],
      ['2026-12-01', '2026-12-21', 'APPROVED', true],
      ['2026-12-22', '2027-01-10', 'APPROVED', true],
      ['2026-12-01', '2026-12-20', 'APPROVED', false],
      ['2026-12-23', '2026-12-24', 'APPROVED', false],
      ['2026-12-22', '2026-12-22', 'REJECTED', false],
      ['2026-12-22', '2026-12-22', 'CANCELLED', false],
    ] as const)('from %s to %s beside two days in December that are %s', async (fromDate, toDate, status, overlaps) => {
      const id = await stage.person()
      await stage.absence(id, status)
      const input = { id, expectedVersion: 1, type: 'TRAINING', fromDate, toDate }
      if (overlaps) {
        expect(await refuses('requestAbsence', input)).toEqual({ code: 'INVALID_INPUT', argument: 'input.fromDate' })
      } else {
        expect(await stage.run('requestAbsence', input, 'absence { status }')).toMatchObject({
          absence: { status: 'REQUESTED' },
        })
      }
    })

    test.each([
      ['toDate', { fromDate: '2026-12-22', toDate: '2026-12-21' }],
      ['toDate', { fromDate: '2026-12-22', toDate: '2032-12-21' }],
      ['fromDate', { fromDate: '2019-12-31', toDate: '2020-01-01' }],
      ['note', { note: '' }],
    ])('refuses a request with a wrong %s', async (argument, more) => {
      const id = await stage.person()
      expect(await refuses('requestAbsence', { id, expectedVersion: 1, ...days, ...more })).toEqual({
        code: 'INVALID_INPUT',
        argument: `input.${argument}`,
      })
    })

    test('who has left requests nothing', async () => {
      const id = await stage.person({ active: false, leave_date: '2026-01-31' })
      expect(await refuses('requestAbsence', { id, expectedVersion: 1, ...days })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.id',
      })
    })

    test('nobody decides their own absence, or one that they requested', async () => {
      const own = await stage.absence(staff.manager, 'REQUESTED')
      const asked = await stage.absence(await stage.person(), 'REQUESTED', { requested_by: manager.id })
      const through = callerNamed('agent:hr-agent', { onBehalfOf: manager.id })
      for (const id of [own, asked]) {
        for (const caller of [manager, through]) {
          const input = { id, expectedVersion: 1, decision: 'APPROVED' }
          expect(await refuses('decideAbsence', input, caller)).toEqual({ code: 'SEPARATION_OF_DUTY' })
        }
      }
      const decided = { id: own, expectedVersion: 1, decision: 'APPROVED' }
      expect(await stage.run('decideAbsence', decided, 'absence { status }', callerNamed('person:test.head'))).toEqual({
        absence: { status: 'APPROVED' },
        replayed: false,
      })
    })

    test('a rejection says why; an approval keeps what was said with the request', async () => {
      const id = await stage.absence(await stage.person(), 'REQUESTED', { note: 'A wedding.' })
      expect(await refuses('decideAbsence', { id, expectedVersion: 1, decision: 'REJECTED' })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.note',
      })
      const { absence } = await stage.run(
        'decideAbsence',
        { id, expectedVersion: 1, decision: 'APPROVED' },
        selection,
        manager,
      )
      expect(absence).toMatchObject({ status: 'APPROVED', note: 'A wedding.' })
    })

    test('what has begun is not called off', async () => {
      const begun = { from_date: '2026-10-31', to_date: '2026-11-06' }
      const id = await stage.absence(await stage.person(), 'APPROVED', begun)
      expect(await refuses('cancelAbsence', { id, expectedVersion: 1 })).toEqual({
        code: 'ILLEGAL_TRANSITION',
        legal: [],
      })
    })
  })
}
