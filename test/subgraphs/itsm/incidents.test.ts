/** Changing incidents: every step between states, what each needs, priorities, notes, and that a key acts once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { IncidentLevel, IncidentState } from '../../../storage/tables/itsm.ts'
import { databaseKinds } from '../../support/databases.ts'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused } from '../../support/systems.ts'

const states: readonly IncidentState[] = ['NEW', 'IN_PROGRESS', 'ON_HOLD', 'RESOLVED', 'CLOSED', 'CANCELED']

/** ServiceNow's state model: a row for the state before, a column for the state after, in the order of `states`. */
const model: Readonly<Record<IncidentState, string>> = {
  NEW: '. x x x . x',
  IN_PROGRESS: '. . x x . x',
  ON_HOLD: '. x . x . x',
  RESOLVED: '. x . . x .',
  CLOSED: '. . . . . .',
  CANCELED: '. . . . . .',
}
const reachable = (from: IncidentState) => states.filter((_, column) => model[from].split(' ')[column] === 'x')

/** What a step needs beside the state. */
const needs: Partial<Record<IncidentState, object>> = {
  ON_HOLD: { onHoldReason: 'AWAITING_VENDOR' },
  RESOLVED: { closeCode: 'SOLUTION_PROVIDED', closeNotes: 'Replaced the antenna.' },
}

const noon = '2026-10-31T12:00:00.000Z'
const opening = { shortDescription: 'Scanner is dead', category: 'HARDWARE', impact: 'MEDIUM', urgency: 'HIGH' }
const whole = `incident {
  id number version state onHoldReason priority assignmentGroup assignedTo openedBy account { id } case { id } caller { id }
  configurationItem { id } closeCode closeNotes reopenCount openedAt resolvedAt closedAt updatedAt workNotes { kind text authorId }
}`

interface Incident {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}

for (const kind of databaseKinds()) {
  describe(`changing incidents on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    beforeAll(async () => {
      systems = await openSystems(kind)
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const does = async (mutation: string, input: Readonly<Record<string, unknown>>): Promise<Incident> =>
      (await payload(act(systems.itsm, mutation, input, whole)))['incident'] as Incident
    const refuses = (mutation: string, input: Readonly<Record<string, unknown>>) =>
      refused(act(systems.itsm, mutation, input, whole))
    const open = (more: object = {}) => does('createIncident', { ...opening, ...more })
    const step = ({ id, version }: Incident, state: IncidentState, more: object = {}) =>
      does('transitionIncident', { id, expectedVersion: version, state, ...needs[state], ...more })

    /** An incident that went the way to `state`. */
    async function incidentIn(state: IncidentState): Promise<Incident> {
      const incident = await open()
      if (state === 'NEW') return incident
      if (state === 'CLOSED') return step(await step(incident, 'RESOLVED'), 'CLOSED')
      return step(incident, state)
    }

    test.each(states)('%s goes where the model says, and nowhere else', async (from) => {
      for (const to of states) {
        const before = await incidentIn(from)
        const input = { id: before.id, expectedVersion: before.version, state: to, ...needs[to] }
        if (reachable(from).includes(to)) {
          expect(await does('transitionIncident', input)).toMatchObject({ state: to, version: before.version + 1 })
        } else {
          const legal = reachable(from).toSorted()
          expect(await refuses('transitionIncident', input), `${from} to ${to}`).toEqual({
            code: 'ILLEGAL_TRANSITION',
            legal,
          })
        }
      }
    })

    test('opens an incident on an item: team and account come from it, the number and the priority from the system', async () => {
      const input = { configurationItemId: 'CI-0001', caseId: 'case-0001', callerId: 'con-00001', impact: 'HIGH' }
      const incident = await open(input)
      expect(incident).toMatchObject({
        state: 'NEW',
        version: 1,
        priority: 'P1_CRITICAL',
        assignmentGroup: 'Field Devices',
        openedBy: 'agent:it-ops-agent',
        openedAt: noon,
        account: { id: 'acc-0001' },
        case: { id: 'case-0001' },
        caller: { id: 'con-00001' },
        configurationItem: { id: 'CI-0001' },
      })
      expect(incident.id).toMatch(/^INC00110\d\d$/)
      expect(incident['number']).toBe(incident.id)
    })

    test.each([
      ['HIGH', 'HIGH', 'P1_CRITICAL'],
      ['HIGH', 'MEDIUM', 'P2_HIGH'],
      ['HIGH', 'LOW', 'P3_MODERATE'],
      ['MEDIUM', 'HIGH', 'P2_HIGH'],
      ['MEDIUM', 'MEDIUM', 'P3_MODERATE'],
      ['MEDIUM', 'LOW', 'P4_LOW'],
      ['LOW', 'HIGH', 'P3_MODERATE'],
      ['LOW', 'MEDIUM', 'P4_LOW'],
      ['LOW', 'LOW', 'P5_PLANNING'],
    ] as const)('impact %s and urgency %s make %s', async (impact: IncidentLevel, urgency: IncidentLevel, priority) => {
      expect(await open({ impact, urgency })).toMatchObject({ priority })
    })

    test('a changed impact changes the priority; what is left out stays', async () => {
      const { id } = await open({ description: 'Does not start.' })
      const changed = await does('updateIncident', {
        id,
        expectedVersion: 1,
        impact: 'LOW',
        assignedTo: 'person:ines.costa',
      })
      expect(changed).toMatchObject({ version: 2, priority: 'P3_MODERATE', assignedTo: 'person:ines.costa' })
      const { incident } = await data(ask(systems.itsm, `{ incident(id: "${id}") { description urgency } }`))
      expect(incident).toEqual({ description: 'Does not start.', urgency: 'HIGH' })
    })

    test('resolving says how, reopening takes that back and counts, closing ends it', async () => {
      const solved = await step(await open(), 'RESOLVED')
      expect(solved).toMatchObject({ closeCode: 'SOLUTION_PROVIDED', resolvedAt: noon, closedAt: null })
      const again = await step(solved, 'IN_PROGRESS')
      expect(again).toMatchObject({ closeCode: null, closeNotes: null, resolvedAt: null, reopenCount: 1 })
      expect(await step(await step(again, 'RESOLVED'), 'CLOSED')).toMatchObject({ state: 'CLOSED', closedAt: noon })
    })

    test('waiting for the caller tells the caller what is awaited', async () => {
      const waiting = { onHoldReason: 'AWAITING_CALLER' }
      const { id } = await open()
      const input = { id, expectedVersion: 1, state: 'ON_HOLD', ...waiting }
      expect(await refuses('transitionIncident', input)).toEqual({ code: 'INVALID_INPUT', argument: 'input.comment' })
      const comment = 'Please send us the serial number.'
      expect(await does('transitionIncident', { ...input, comment })).toMatchObject({
        state: 'ON_HOLD',
        onHoldReason: 'AWAITING_CALLER',
        workNotes: [{ kind: 'COMMENT', text: comment, authorId: 'agent:it-ops-agent' }],
      })
    })

    test.each([
      ['ON_HOLD', {}, 'input.onHoldReason'],
      ['RESOLVED', {}, 'input.closeCode'],
      ['RESOLVED', { closeCode: 'USER_ERROR' }, 'input.closeNotes'],
      ['RESOLVED', { closeCode: 'USER_ERROR', closeNotes: '  ' }, 'input.closeNotes'],
      ['IN_PROGRESS', { onHoldReason: 'AWAITING_VENDOR' }, 'input.onHoldReason'],
      ['IN_PROGRESS', { closeCode: 'USER_ERROR' }, 'input.closeCode'],
      ['CANCELED', { closeNotes: 'No longer wanted.' }, 'input.closeNotes'],
    ] as const)('refuses %s with %j', async (state, more, argument) => {
      const { id } = await open()
      const input = { id, expectedVersion: 1, state, ...more }
      expect(await refuses('transitionIncident', input)).toEqual({ code: 'INVALID_INPUT', argument })
    })

    test('notes stand newest first under their author, and count as a change', async () => {
      const { id } = await open()
      const first = await does('addWorkNote', { id, expectedVersion: 1, text: 'Looked at it.' })
      expect(first.version).toBe(2)
      expect(await refuses('addWorkNote', { id, expectedVersion: 1, text: 'Too late.' })).toEqual({
        code: 'VERSION_CONFLICT',
      })
      const second = await does('addWorkNote', { id, expectedVersion: 2, kind: 'COMMENT', text: 'On our way.' })
      expect(second['workNotes']).toHaveLength(2)
      expect(second['workNotes']).toContainEqual({
        kind: 'COMMENT',
        text: 'On our way.',
        authorId: 'agent:it-ops-agent',
      })
    })

    test.each([
      ['createIncident', { ...opening, configurationItemId: 'CI-9999' }, 'input.configurationItemId'],
      ['createIncident', { ...opening, configurationItemId: 'CI-0001', accountId: 'acc-0002' }, 'input.accountId'],
      ['createIncident', { ...opening, accountId: 'nordwind' }, 'input.accountId'],
      ['createIncident', { ...opening, callerId: 'erika' }, 'input.callerId'],
      ['createIncident', { ...opening, caseId: '1' }, 'input.caseId'],
      ['createIncident', { ...opening, assignedTo: 'Ines' }, 'input.assignedTo'],
      ['createIncident', { ...opening, shortDescription: ' ' }, 'input.shortDescription'],
      ['createIncident', { ...opening, shortDescription: 'x'.repeat(161) }, 'input.shortDescription'],
      ['createIncident', { ...opening, idempotencyKey: '' }, 'idempotencyKey'],
      ['updateIncident', { id: 'INC0010001', expectedVersion: 99, impact: 'LOW' }, undefined],
      ['updateIncident', { id: 'INC9999999', expectedVersion: 1, impact: 'LOW' }, undefined],
    ] as const)('%s refuses %j', async (mutation, input, argument) => {
      const code = argument ? 'INVALID_INPUT' : input.id === 'INC9999999' ? 'NOT_FOUND' : 'VERSION_CONFLICT'
      expect(await refuses(mutation, input)).toEqual({ code, ...(argument ? { argument } : {}) })
    })

    test('what is over cannot be edited or noted on', async () => {
      for (const state of ['CLOSED', 'CANCELED'] as const) {
        const { id, version } = await incidentIn(state)
        const edit = { id, expectedVersion: version, impact: 'LOW' }
        expect(await refuses('updateIncident', edit)).toEqual({ code: 'INVALID_INPUT', argument: 'input.id' })
        const note = { id, expectedVersion: version, text: 'One more thing.' }
        expect(await refuses('addWorkNote', note)).toEqual({ code: 'INVALID_INPUT', argument: 'input.id' })
      }
    })

    test('an empty change, and a reference to nothing, are refused', async () => {
      const { id } = await open()
      expect(await refuses('updateIncident', { id, expectedVersion: 1 })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input',
      })
      for (const field of ['changeId', 'configurationItemId']) {
        const input = { id, expectedVersion: 1, [field]: 'nothing' }
        expect(await refuses('updateIncident', input)).toEqual({ code: 'INVALID_INPUT', argument: `input.${field}` })
      }
    })

    test('row 60: the same key gives the same incident again, with other arguments it is a conflict', async () => {
      const once = { ...opening, idempotencyKey: `once-${kind}` }
      const first = await payload(act(systems.itsm, 'createIncident', once, 'incident { id version }'))
      const second = await payload(act(systems.itsm, 'createIncident', once, 'incident { id version }'))
      expect(first['replayed']).toBe(false)
      expect(second).toEqual({ ...first, replayed: true })
      expect(await refuses('createIncident', { ...once, urgency: 'LOW' })).toEqual({
        code: 'IDEMPOTENCY_CONFLICT',
        argument: 'idempotencyKey',
      })
    })

    test('the same key of another caller is another act', async () => {
      const once = { ...opening, idempotencyKey: `shared-${kind}` }
      const mine = await payload(act(systems.itsm, 'createIncident', once, 'incident { id }'))
      const theirs = act(systems.itsm, 'createIncident', once, 'incident { id }', callerNamed('person:ines.costa'))
      expect((await payload(theirs))['incident']).not.toEqual(mine['incident'])
    })

    test('a repeated step answers as it did, although the state has moved on', async () => {
      const { id } = await open()
      const take = { id, expectedVersion: 1, state: 'IN_PROGRESS', idempotencyKey: `take-${kind}` }
      await does('transitionIncident', take)
      await step({ id, version: 2 }, 'RESOLVED')
      expect(await payload(act(systems.itsm, 'transitionIncident', take, 'incident { state version }'))).toEqual({
        incident: { state: 'IN_PROGRESS', version: 2 },
        replayed: true,
      })
    })

    test('of many steps on one version one wins, and one key at once acts once', async () => {
      const { id } = await open()
      const input = { id, expectedVersion: 1, state: 'IN_PROGRESS' }
      const race = await Promise.all(
        Array.from({ length: 8 }, () => act(systems.itsm, 'transitionIncident', input, 'incident { version }')),
      )
      expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
      const codes = race.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions?.['code']))
      expect(new Set(codes)).toEqual(new Set(['VERSION_CONFLICT']))

      const once = { ...opening, idempotencyKey: `at-once-${kind}` }
      const same = await Promise.all(
        Array.from({ length: 8 }, () => payload(act(systems.itsm, 'createIncident', once, 'incident { id }'))),
      )
      expect(new Set(same.map(({ incident }) => (incident as Incident).id)).size).toBe(1)
      expect(same.filter(({ replayed }) => replayed === false)).toHaveLength(1)
    })
  })
}
