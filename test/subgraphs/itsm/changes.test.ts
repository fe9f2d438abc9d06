/** Changing changes: every step of every type, what each needs, and the change manager's decision. */
import type { Insertable } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChangeRow, ChangeState, ChangeType } from '../../../storage/tables/itsm.ts'
import { databaseKinds } from '../../support/databases.ts'
import { callerNamed } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused } from '../../support/systems.ts'

const states = ['NEW', 'ASSESS', 'AUTHORIZE', 'SCHEDULED', 'IMPLEMENT', 'REVIEW', 'CLOSED', 'CANCELED'] as const

/** ServiceNow's change models: a row for the state before, a column for the state after, in the order of `states`. */
const models: Readonly<Record<ChangeType, Readonly<Partial<Record<ChangeState, string>>>>> = {
  NORMAL: {
    NEW: '      . x . . . . . x',
    ASSESS: '   x . x . . . . x',
    AUTHORIZE: 'x . . . . . . x',
    SCHEDULED: 'x . . . x . . x',
    IMPLEMENT: '. . . . . x . .',
    REVIEW: '   . . . . . . x .',
    CLOSED: '   . . . . . . . .',
    CANCELED: ' . . . . . . . .',
  },
  STANDARD: {
    NEW: '      . . . x . . . x',
    SCHEDULED: '. . . . x . . x',
    IMPLEMENT: '. . . . . x . .',
    REVIEW: '   . . . . . . x .',
    CLOSED: '   . . . . . . . .',
    CANCELED: ' . . . . . . . .',
  },
  EMERGENCY: {
    NEW: '      . . x . . . . x',
    AUTHORIZE: 'x . . . . . . x',
    SCHEDULED: 'x . . . x . . x',
    IMPLEMENT: '. . . . . x . .',
    REVIEW: '   . . . . . . x .',
    CLOSED: '   . . . . . . . .',
    CANCELED: ' . . . . . . . .',
  },
}
const cases = Object.entries(models).flatMap(([type, model]) =>
  Object.entries(model).map(([from, row]) => {
    const marks = row.trim().split(' ')
    const reachable = states.filter((_, column) => marks[column] === 'x')
    return { type: type as ChangeType, from: from as ChangeState, reachable }
  }),
)

const noon = '2026-10-31T12:00:00.000Z'
const plannedWindow = { plannedStart: '2026-11-07T20:00:00.000Z', plannedEnd: '2026-11-07T22:00:00.000Z' }
const closing = { closeCode: 'SUCCESSFUL', closeNotes: 'As planned.' }
const drafting = { type: 'NORMAL', shortDescription: 'Renew certificate', risk: 'LOW', configurationItemId: 'CI-0002' }
const whole = `change {
  id number version type state approval approvedBy approvedAt requestedBy assignmentGroup plannedStart plannedEnd
  actualStart actualEnd closeCode closeNotes configurationItem { id }
}`

interface Change {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}

for (const kind of databaseKinds()) {
  describe(`changing changes on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    beforeAll(async () => {
      systems = await openSystems(kind)
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const requester = callerNamed('agent:it-ops-agent')
    const manager = callerNamed('person:ana.silva')
    const does = async (
      mutation: string,
      input: Readonly<Record<string, unknown>>,
      caller = requester,
    ): Promise<Change> => (await payload(act(systems.itsm, mutation, input, whole, caller)))['change'] as Change
    const refuses = (mutation: string, input: Readonly<Record<string, unknown>>, caller = requester) =>
      refused(act(systems.itsm, mutation, input, whole, caller))
    const step = ({ id, version }: Change, state: ChangeState, more: object = {}) =>
      does('transitionChange', { id, expectedVersion: version, state, ...more })

    let made = 0
    /** A change that stands in `state` already. */
    async function changeIn(type: ChangeType, state: ChangeState, more: Partial<Insertable<ChangeRow>> = {}) {
      const id = `CHG009${String(++made).padStart(4, '0')}`
      const approved = type === 'STANDARD' || ['SCHEDULED', 'IMPLEMENT', 'REVIEW', 'CLOSED'].includes(state)
      await systems.database.kysely
        .insertInto('itsm.changes')
        .values({
          id,
          version: 1,
          created_at: noon,
          updated_at: noon,
          type,
          state,
          short_description: 'Renew certificate',
          risk: 'LOW',
          approval: approved ? 'APPROVED' : 'NOT_REQUESTED',
          requested_by: 'person:joanna.krol',
          opened_by: 'agent:it-ops-agent',
          assigned_to: 'person:oliver.grant',
          configuration_item_id: 'CI-0002',
          planned_start: plannedWindow.plannedStart,
          planned_end: plannedWindow.plannedEnd,
          close_code: state === 'CLOSED' ? 'SUCCESSFUL' : null,
          close_notes: state === 'CLOSED' ? 'As planned.' : null,
          ...more,
        })
        .execute()
      return { id, version: 1 }
    }

    test.each(cases)(
      '$type in $from goes where its model says, and nowhere else',
      async ({ type, from, reachable }) => {
        for (const to of states) {
          const { id } = await changeIn(type, from)
          const input = { id, expectedVersion: 1, state: to, ...(to === 'CLOSED' ? closing : {}) }
          if (reachable.includes(to)) {
            expect(await does('transitionChange', input), `${from} to ${to}`).toMatchObject({ state: to, version: 2 })
          } else {
            expect(await refuses('transitionChange', input), `${from} to ${to}`).toEqual({
              code: 'ILLEGAL_TRANSITION',
              legal: reachable.toSorted(),
            })
          }
        }
      },
    )

    test('a normal change goes all the way, with the manager between, and leaves its traces', async () => {
      const drafted = await does('createChange', drafting)
      expect(drafted).toMatchObject({
        state: 'NEW',
        approval: 'NOT_REQUESTED',
        requestedBy: 'agent:it-ops-agent',
        assignmentGroup: 'Network Operations',
        configurationItem: { id: 'CI-0002' },
      })
      expect(drafted.id).toBe(drafted['number'])
      const asked = await step(await step(drafted, 'ASSESS'), 'AUTHORIZE', plannedWindow)
      expect(asked).toMatchObject({ approval: 'REQUESTED', ...plannedWindow })
      const approval = { id: asked.id, expectedVersion: asked.version, decision: 'APPROVED' }
      const scheduled = await does('approveChange', approval, manager)
      expect(scheduled).toMatchObject({
        state: 'SCHEDULED',
        approval: 'APPROVED',
        approvedBy: 'person:ana.silva',
        approvedAt: noon,
      })
      const checked = await step(await step(scheduled, 'IMPLEMENT'), 'REVIEW')
      expect(checked).toMatchObject({ actualStart: noon, actualEnd: noon })
      expect(await step(checked, 'CLOSED', closing)).toMatchObject({ state: 'CLOSED', ...closing })
    })

    test('a rejected change goes back to NEW, and a revised one must be approved again', async () => {
      const { id } = await changeIn('NORMAL', 'AUTHORIZE', { approval: 'REQUESTED' })
      const rejected = await does('approveChange', { id, expectedVersion: 1, decision: 'REJECTED' }, manager)
      expect(rejected).toMatchObject({ state: 'NEW', approval: 'REJECTED', approvedBy: 'person:ana.silva' })
      const scheduled = await changeIn('NORMAL', 'SCHEDULED', { approved_by: 'person:ana.silva', approved_at: noon })
      const revised = await step(scheduled, 'NEW')
      expect(revised).toMatchObject({ approval: 'NOT_REQUESTED', approvedBy: null, approvedAt: null })
    })

    test('a standard change is approved as a kind, and low in risk', async () => {
      const standard = { ...drafting, type: 'STANDARD', ...plannedWindow }
      const drafted = await does('createChange', standard)
      expect(drafted).toMatchObject({ approval: 'APPROVED', approvedBy: null })
      expect(await step(drafted, 'SCHEDULED')).toMatchObject({ state: 'SCHEDULED' })
      expect(await refuses('createChange', { ...standard, risk: 'HIGH' })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.risk',
      })
    })

    test.each(states.filter((state) => state !== 'AUTHORIZE'))('nothing is decided in %s', async (state) => {
      const { id } = await changeIn('NORMAL', state)
      const input = { id, expectedVersion: 1, decision: 'APPROVED' }
      expect(await refuses('approveChange', input, manager)).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
    })

    test.each([
      ['who asked for it', callerNamed('person:joanna.krol')],
      ['who wrote it down', callerNamed('agent:it-ops-agent')],
      ['who carries it out', callerNamed('person:oliver.grant')],
      ['an agent for who asked', callerNamed('agent:other', { onBehalfOf: callerNamed('person:joanna.krol').id })],
      [
        'an agent that who wrote it down sent',
        callerNamed('agent:other', { actors: [{ id: requester.id, kind: 'agent', roles: [] }] }),
      ],
    ])('not decided by %s', async (_, caller) => {
      const { id } = await changeIn('NORMAL', 'AUTHORIZE', { approval: 'REQUESTED' })
      const input = { id, expectedVersion: 1, decision: 'APPROVED' }
      expect(await refuses('approveChange', input, caller)).toEqual({ code: 'SEPARATION_OF_DUTY' })
    })

    test('what is approved is the version that was read', async () => {
      const { id } = await changeIn('NORMAL', 'AUTHORIZE', { approval: 'REQUESTED', version: 2 })
      const input = { id, expectedVersion: 1, decision: 'APPROVED' }
      expect(await refuses('approveChange', input, manager)).toEqual({ code: 'VERSION_CONFLICT' })
    })

    test.each([
      ['AUTHORIZE', 'ASSESS', {}, 'input.plannedStart'],
      ['AUTHORIZE', 'ASSESS', { plannedStart: plannedWindow.plannedStart }, 'input.plannedEnd'],
      [
        'AUTHORIZE',
        'ASSESS',
        { plannedStart: plannedWindow.plannedEnd, plannedEnd: plannedWindow.plannedStart },
        'input.plannedEnd',
      ],
      [
        'AUTHORIZE',
        'ASSESS',
        { plannedStart: '2026-10-01T08:00:00Z', plannedEnd: '2026-10-01T09:00:00Z' },
        'input.plannedEnd',
      ],
      ['CANCELED', 'ASSESS', plannedWindow, 'input.plannedStart'],
      ['CLOSED', 'REVIEW', {}, 'input.closeCode'],
      ['CLOSED', 'REVIEW', { closeCode: 'SUCCESSFUL' }, 'input.closeNotes'],
      ['CANCELED', 'NEW', closing, 'input.closeCode'],
    ] as const)('refuses %s after %s with %j', async (to, from, more, argument) => {
      const unplanned = from === 'ASSESS' ? { planned_start: null, planned_end: null } : {}
      const { id } = await changeIn('NORMAL', from, unplanned)
      const input = { id, expectedVersion: 1, state: to, ...more }
      expect(await refuses('transitionChange', input)).toEqual({ code: 'INVALID_INPUT', argument })
    })

    test('a draft names an item that is there, and a window in order', async () => {
      const lost = { ...drafting, configurationItemId: 'CI-9999' }
      expect(await refuses('createChange', lost)).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.configurationItemId',
      })
      const past = { ...drafting, plannedStart: '2026-01-01T08:00:00Z', plannedEnd: '2026-01-01T09:00:00Z' }
      expect(await refuses('createChange', past)).toEqual({ code: 'INVALID_INPUT', argument: 'input.plannedEnd' })
    })

    test('row 60: two managers at once decide once, and a repeated decision is the same', async () => {
      const { id } = await changeIn('NORMAL', 'AUTHORIZE', { approval: 'REQUESTED' })
      const input = { id, expectedVersion: 1, decision: 'APPROVED', idempotencyKey: `decide-${kind}` }
      const other = { ...input, decision: 'REJECTED', idempotencyKey: `reject-${kind}` }
      const race = await Promise.all([
        act(systems.itsm, 'approveChange', input, whole, manager),
        act(systems.itsm, 'approveChange', other, whole, callerNamed('person:second.manager')),
      ])
      expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
      const again = await changeIn('NORMAL', 'AUTHORIZE', { approval: 'REQUESTED' })
      const once = { id: again.id, expectedVersion: 1, decision: 'APPROVED', idempotencyKey: `once-${kind}` }
      const first = await payload(act(systems.itsm, 'approveChange', once, whole, manager))
      expect(await payload(act(systems.itsm, 'approveChange', once, whole, manager))).toEqual({
        ...first,
        replayed: true,
      })
    })
  })
}
