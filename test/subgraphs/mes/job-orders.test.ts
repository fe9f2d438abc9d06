/** Job orders: planning, every step between states, what each needs and leaves, and what is reported. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobOrderState } from '../../../storage/tables/mes.ts'
import { databaseKinds } from '../../support/databases.ts'
import { agent, manager, openShop, shop, type Shop, type Shown } from '../../support/mes.ts'
import { ask, callerNamed, data, noon } from '../../support/subgraphs.ts'
import { act, payload } from '../../support/systems.ts'

const states = ['NOT_ALLOWED_TO_START', 'ALLOWED_TO_START', 'RUNNING', 'INTERRUPTED', 'ENDED', 'ABORTED'] as const

/** OPC UA 10031-4: a row for the state before, a column for the state after, in the order of `states`. */
const model: Readonly<Record<JobOrderState, string>> = {
  NOT_ALLOWED_TO_START: '. x . . . x',
  ALLOWED_TO_START: 'x . x . . x',
  RUNNING: '. . . x x x',
  INTERRUPTED: '. . x . x x',
  ENDED: '. . . . . .',
  ABORTED: '. . . . . .',
}
const reachable = (from: JobOrderState) => states.filter((_, column) => model[from].split(' ')[column] === 'x')

const now = noon.toISOString()
const aborting = { reason: 'The customer cancelled.' }
const planned = { plannedStart: '2026-11-02T05:00:00.000Z', plannedEnd: '2026-11-04T13:00:00.000Z' }
const planning = {
  productId: 'prd-9001',
  workCenterId: shop.line,
  quantity: '250',
  ...planned,
  supervisorId: 'person:ruth.meyer',
  operations: [
    { name: 'Press the housing', workUnitId: shop.press, plannedMinutes: 300 },
    { name: 'Assemble', workUnitId: shop.bench, plannedMinutes: 480 },
  ],
}
const whole = `jobOrder {
  id version state stateReason product { id } plant { id } workCenter { id } salesOrder { id } quantity unit priority
  plannedStart plannedEnd actualStart actualEnd supervisorId supervisor { principal } goodQuantity scrapQuantity
  operations { id version sequence name state workUnit { id } plannedMinutes actualMinutes }
}`

for (const kind of databaseKinds()) {
  describe(`job orders on ${kind}`, () => {
    let stage: Shop
    beforeAll(async () => {
      stage = await openShop(kind)
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    const does = async (mutation: string, input: Readonly<Record<string, unknown>>, caller = agent): Promise<Shown> =>
      (await stage.run(mutation, input, whole, caller))['jobOrder'] as Shown
    const refuses = (mutation: string, input: Readonly<Record<string, unknown>>, caller = agent) =>
      stage.refuses(mutation, input, whole, caller)
    const step = ({ id, version }: Shown, state: JobOrderState, more: object = {}) =>
      does('transitionJobOrder', { id, expectedVersion: version, state, ...more })

    test('a planned order has its operations in sequence, its plant from the work center, and is not released', async () => {
      const order = await does('createJobOrder', { ...planning, salesOrderId: 'SO-2026-00001', priority: 3 })
      expect(order).toMatchObject({
        state: 'NOT_ALLOWED_TO_START',
        stateReason: null,
        version: 1,
        product: { id: 'prd-9001' },
        plant: { id: 'plant-1010' },
        workCenter: { id: shop.line },
        salesOrder: { id: 'SO-2026-00001' },
        quantity: '250.0000',
        unit: 'C62',
        priority: 3,
        ...planned,
        actualStart: null,
        actualEnd: null,
        supervisorId: 'person:ruth.meyer',
        supervisor: { principal: 'person:ruth.meyer' },
        goodQuantity: '0.0000',
        scrapQuantity: '0.0000',
        operations: [
          { sequence: 10, name: 'Press the housing', state: 'PENDING', workUnit: { id: shop.press } },
          { sequence: 20, name: 'Assemble', plannedMinutes: 480, actualMinutes: null, workUnit: { id: shop.bench } },
        ],
      })
      expect(order.id).toMatch(/^JO-2026-\d{5,}$/)
    })

    test('a person who names nobody answers for the order; an agent must name a person', async () => {
      const { supervisorId: _, ...unanswered } = planning
      expect(await does('createJobOrder', unanswered, manager)).toMatchObject({ supervisorId: 'person:ruth.meyer' })
      const sent = callerNamed('agent:production-agent', { onBehalfOf: callerNamed('person:lea.schubert').id })
      expect(await does('createJobOrder', unanswered, sent)).toMatchObject({ supervisorId: 'person:lea.schubert' })
      const argument = { code: 'INVALID_INPUT', argument: 'input.supervisorId' }
      expect(await refuses('createJobOrder', unanswered)).toEqual(argument)
      expect(await refuses('createJobOrder', { ...planning, supervisorId: agent.id })).toEqual(argument)
    })

    const [first] = planning.operations
    test.each([
      [{ productId: 'scanner' }, 'input.productId'],
      [{ workCenterId: 'eq-0000' }, 'input.workCenterId'],
      [{ workCenterId: shop.press }, 'input.workCenterId'],
      [{ salesOrderId: '17' }, 'input.salesOrderId'],
      [{ quantity: '0' }, 'input.quantity'],
      [{ quantity: '-1' }, 'input.quantity'],
      [{ quantity: '2.5' }, 'input.quantity'],
      [{ quantity: '0.00001', unit: 'KGM' }, 'input.quantity'],
      [{ unit: 'pieces' }, 'input.unit'],
      [{ priority: 0 }, 'input.priority'],
      [{ priority: 10 }, 'input.priority'],
      [{ plannedStart: planned.plannedEnd }, 'input.plannedEnd'],
      [{ plannedStart: '2026-10-01T05:00:00Z', plannedEnd: '2026-10-02T05:00:00Z' }, 'input.plannedEnd'],
      [{ operations: [] }, 'input.operations'],
      [{ operations: Array.from({ length: 51 }, () => first) }, 'input.operations'],
      [{ operations: [first, { ...first, name: ' ' }] }, 'input.operations.1.name'],
      [{ operations: [{ ...first, plannedMinutes: 0 }] }, 'input.operations.0.plannedMinutes'],
      [{ operations: [{ ...first, workUnitId: 'eq-0000' }] }, 'input.operations.0.workUnitId'],
      [{ operations: [first, { ...first, workUnitId: shop.otherBench }] }, 'input.operations.1.workUnitId'],
      [{ operations: [{ ...first, workUnitId: shop.line }] }, 'input.operations.0.workUnitId'],
      [{ idempotencyKey: '' }, 'idempotencyKey'],
    ])('refuses to plan with %j', async (more, argument) => {
      expect(await refuses('createJobOrder', { ...planning, ...more })).toEqual({ code: 'INVALID_INPUT', argument })
    })

    test('a part of a kilogram can be ordered, a part of a piece cannot', async () => {
      const order = await does('createJobOrder', { ...planning, quantity: '0.0625', unit: 'KGM' })
      expect(order).toMatchObject({ quantity: '0.0625', unit: 'KGM' })
    })

    test.each(['NOT_ALLOWED_TO_START', 'ALLOWED_TO_START'] as const)('%s: the plan can change', async (state) => {
      const id = await stage.jobOrderIn(state)
      const changes = { priority: 2, supervisorId: 'person:lea.schubert', ...planned }
      const input = { id, expectedVersion: 1, quantity: '80', salesOrderId: null, ...changes }
      expect(await does('changeJobOrder', input)).toMatchObject({
        ...changes,
        version: 2,
        state,
        quantity: '80.0000',
        salesOrder: null,
      })
    })

    test.each(['RUNNING', 'INTERRUPTED', 'ENDED', 'ABORTED'] as const)('%s: the plan stays', async (state) => {
      const id = await stage.jobOrderIn(state)
      expect(await refuses('changeJobOrder', { id, expectedVersion: 1, priority: 2 })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.id',
      })
    })

    test.each([
      [{}, 'input'],
      [{ quantity: null }, 'input.quantity'],
      [{ quantity: '1.5' }, 'input.quantity'],
      [{ priority: 11 }, 'input.priority'],
      [{ plannedStart: null }, 'input.plannedStart'],
      [{ plannedEnd: '2026-10-01T00:00:00Z' }, 'input.plannedEnd'],
      [{ plannedStart: '2027-01-01T00:00:00Z' }, 'input.plannedEnd'],
      [{ supervisorId: 'agent:production-agent' }, 'input.supervisorId'],
    ])('refuses to change with %j', async (more, argument) => {
      const id = await stage.jobOrderIn('NOT_ALLOWED_TO_START')
      const input = { id, expectedVersion: 1, ...more }
      expect(await refuses('changeJobOrder', input)).toEqual({ code: 'INVALID_INPUT', argument })
    })

    test.each(states)('%s goes where the model says, and nowhere else', async (from) => {
      for (const to of states) {
        const id = await stage.jobOrderIn(from)
        const input = { id, expectedVersion: 1, state: to, ...(to === 'ABORTED' ? aborting : {}) }
        if (reachable(from).includes(to)) {
          expect(await does('transitionJobOrder', input), `${from} to ${to}`).toMatchObject({ state: to, version: 2 })
        } else {
          expect(await refuses('transitionJobOrder', input), `${from} to ${to}`).toEqual({
            code: 'ILLEGAL_TRANSITION',
            legal: reachable(from).toSorted(),
          })
        }
      }
    })

    test('an order goes all the way, and leaves its times and reasons', async () => {
      const order = await does('createJobOrder', planning)
      const released = await step(order, 'ALLOWED_TO_START')
      const withdrawn = await step(released, 'NOT_ALLOWED_TO_START', { reason: 'No housings.' })
      expect(withdrawn).toMatchObject({ stateReason: 'No housings.', actualStart: null })
      const running = await step(await step(withdrawn, 'ALLOWED_TO_START'), 'RUNNING')
      expect(running).toMatchObject({ stateReason: null, actualStart: now, actualEnd: null })
      const interrupted = await step(running, 'INTERRUPTED', { reason: 'The press is hot.' })
      expect(interrupted).toMatchObject({ stateReason: 'The press is hot.', actualStart: now })
      let resumed = await step(interrupted, 'RUNNING')
      for (const { id } of order['operations'] as Shown[]) {
        await does('transitionOperation', { id, expectedVersion: 1, state: 'RUNNING' })
        const done = { id, expectedVersion: 2, state: 'COMPLETED', actualMinutes: 290 }
        resumed = await does('transitionOperation', done)
      }
      expect(await step(resumed, 'ENDED')).toMatchObject({
        state: 'ENDED',
        stateReason: null,
        actualEnd: now,
        operations: [
          { state: 'COMPLETED', actualMinutes: 290 },
          { state: 'COMPLETED', actualMinutes: 290 },
        ],
      })
    })

    test.each(['PENDING', 'RUNNING'] as const)('an order with a %s operation does not end', async (state) => {
      const id = await stage.jobOrderIn('RUNNING')
      await stage.operationIn(id, 'COMPLETED')
      await stage.operationIn(id, 'SKIPPED')
      const open = await stage.operationIn(id, state)
      const input = { id, expectedVersion: 1, state: 'ENDED' }
      expect(await refuses('transitionJobOrder', input)).toEqual({
        code: 'ILLEGAL_TRANSITION',
        legal: ['ABORTED', 'INTERRUPTED'],
      })
      const { errors = [] } = await act(stage.mes, 'transitionJobOrder', input, whole, agent)
      expect(errors[0]?.message).toContain(open)
    })

    test('an aborted order leaves out what it had not finished, and keeps what it had', async () => {
      const id = await stage.jobOrderIn('INTERRUPTED')
      for (const state of ['COMPLETED', 'RUNNING', 'PENDING'] as const) await stage.operationIn(id, state)
      const aborted = await does('transitionJobOrder', { id, expectedVersion: 1, state: 'ABORTED', ...aborting })
      expect(aborted).toMatchObject({ stateReason: aborting.reason, actualEnd: now })
      expect((aborted['operations'] as Shown[]).map(({ state }) => state)).toEqual(['COMPLETED', 'SKIPPED', 'SKIPPED'])
    })

    test.each([
      ['ABORTED', 'RUNNING', {}],
      ['ABORTED', 'RUNNING', { reason: ' ' }],
      ['ALLOWED_TO_START', 'NOT_ALLOWED_TO_START', { reason: 'Now.' }],
      ['RUNNING', 'ALLOWED_TO_START', { reason: 'Now.' }],
      ['ENDED', 'RUNNING', { reason: 'Done.' }],
    ] as const)('refuses %s after %s with %j', async (state, from, more) => {
      const id = await stage.jobOrderIn(from)
      expect(await refuses('transitionJobOrder', { id, expectedVersion: 1, state, ...more })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.reason',
      })
    })

    test.each([
      ['ALLOWED_TO_START', 'DOWN'],
      ['INTERRUPTED', 'MAINTENANCE'],
    ] as const)('an order in %s does not run on a work center that is %s', async (from, state) => {
      const line = await stage.machine({ level: 'WORK_CENTER', parent_id: shop.hall, state })
      const id = await stage.jobOrderIn(from, { work_center_id: line })
      expect(await refuses('transitionJobOrder', { id, expectedVersion: 1, state: 'RUNNING' })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.state',
      })
    })

    describe('job responses', () => {
      const made = {
        startedAt: '2026-10-31T06:00:00.000Z',
        endedAt: '2026-10-31T10:00:00.000Z',
        goodQuantity: '40',
        scrapQuantity: '2',
      }

      test('add up, exactly, on the order', async () => {
        const id = await stage.jobOrderIn('RUNNING', { unit: 'KGM' })
        const operationId = await stage.operationIn(id, 'RUNNING')
        const one = { ...made, operationId, goodQuantity: '0.1', scrapQuantity: '0.0001', note: 'A slow start.' }
        const selection = `${whole} jobResponse { operation { id } startedAt endedAt goodQuantity reportedBy note }`
        const first = await stage.run('reportJobResponse', { id, expectedVersion: 1, ...one }, selection)
        expect(first).toMatchObject({
          jobOrder: { version: 2, goodQuantity: '0.1000', scrapQuantity: '0.0001' },
          jobResponse: {
            operation: { id: operationId },
            ...{ startedAt: made.startedAt, endedAt: made.endedAt, note: 'A slow start.' },
            goodQuantity: '0.1000',
            reportedBy: 'agent:production-agent',
          },
        })
        const other = { ...made, goodQuantity: '0.2', scrapQuantity: '0' }
        const both = await does('reportJobResponse', { id, expectedVersion: 2, ...other })
        expect(both).toMatchObject({ goodQuantity: '0.3000', scrapQuantity: '0.0001' })
      })

      test.each(states)('in %s', async (state) => {
        const id = await stage.jobOrderIn(state)
        const input = { id, expectedVersion: 1, ...made }
        if (state === 'RUNNING' || state === 'INTERRUPTED') {
          expect(await does('reportJobResponse', input)).toMatchObject({ goodQuantity: '40.0000' })
        } else {
          expect(await refuses('reportJobResponse', input)).toEqual({ code: 'INVALID_INPUT', argument: 'input.id' })
        }
      })

      test.each([
        [{ endedAt: '2026-10-31T12:00:00.001Z' }, 'input.endedAt'],
        [{ endedAt: made.startedAt }, 'input.endedAt'],
        [{ startedAt: '2026-10-30T05:59:59.999Z' }, 'input.startedAt'],
        [{ goodQuantity: '-1' }, 'input.goodQuantity'],
        [{ goodQuantity: '1.5' }, 'input.goodQuantity'],
        [{ scrapQuantity: '-0.5' }, 'input.scrapQuantity'],
        [{ operationId: 'op-00000' }, 'input.operationId'],
        [{ note: '' }, 'input.note'],
      ])('refuse %j', async (more, argument) => {
        const id = await stage.jobOrderIn('RUNNING')
        const input = { id, expectedVersion: 1, ...made, ...more }
        expect(await refuses('reportJobResponse', input)).toEqual({ code: 'INVALID_INPUT', argument })
      })

      test('refuse an operation of another order', async () => {
        const id = await stage.jobOrderIn('RUNNING')
        const operationId = await stage.operationIn(await stage.jobOrderIn('RUNNING'), 'RUNNING')
        expect(await refuses('reportJobResponse', { id, expectedVersion: 1, ...made, operationId })).toEqual({
          code: 'INVALID_INPUT',
          argument: 'input.operationId',
        })
      })
    })

    test('each mutation of an order keeps to the version that was read, and to records that are there', async () => {
      const inputs = {
        changeJobOrder: { priority: 2 },
        transitionJobOrder: { state: 'ALLOWED_TO_START' },
        reportJobResponse: { startedAt: now, endedAt: now, goodQuantity: '1' },
      }
      const id = await stage.jobOrderIn('NOT_ALLOWED_TO_START', { version: 2 })
      for (const [mutation, input] of Object.entries(inputs)) {
        expect(await refuses(mutation, { id, expectedVersion: 1, ...input })).toEqual({ code: 'VERSION_CONFLICT' })
        const lost = { id: 'JO-2026-00000', expectedVersion: 1, ...input }
        expect(await refuses(mutation, lost)).toEqual({ code: 'NOT_FOUND' })
      }
    })

    test('row 60: one key plans one order; with other arguments it is a conflict', async () => {
      const once = { ...planning, idempotencyKey: `plan-${kind}` }
      const same = await Promise.all(
        Array.from({ length: 6 }, () => payload(act(stage.mes, 'createJobOrder', once, 'jobOrder { id }', agent))),
      )
      expect(new Set(same.map(({ jobOrder }) => (jobOrder as Shown).id)).size).toBe(1)
      expect(same.filter(({ replayed }) => replayed === false)).toHaveLength(1)
      expect(await refuses('createJobOrder', { ...once, quantity: '251' })).toEqual({
        code: 'IDEMPOTENCY_CONFLICT',
        argument: 'idempotencyKey',
      })
      const { id } = same[0]?.['jobOrder'] as Shown
      const { jobOrder } = await data(ask(stage.mes, `{ jobOrder(id: "${id}") { operations { sequence } } }`))
      expect(jobOrder).toEqual({ operations: [{ sequence: 10 }, { sequence: 20 }] })
    })

    test('a repeated step answers as it did, although the order has moved on; of many at once one wins', async () => {
      const id = await stage.jobOrderIn('ALLOWED_TO_START')
      const start = { id, expectedVersion: 1, state: 'RUNNING', idempotencyKey: `start-${kind}` }
      await does('transitionJobOrder', start)
      await step({ id, version: 2 }, 'INTERRUPTED')
      expect(await stage.run('transitionJobOrder', start, 'jobOrder { state version }')).toEqual({
        jobOrder: { state: 'RUNNING', version: 2 },
        replayed: true,
      })
      const race = await Promise.all(
        Array.from({ length: 6 }, () =>
          act(stage.mes, 'transitionJobOrder', { id, expectedVersion: 3, state: 'RUNNING' }, whole, agent),
        ),
      )
      expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
      const codes = race.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions?.['code']))
      expect(new Set(codes)).toEqual(new Set(['VERSION_CONFLICT']))
    })
  })
}
