/** Operations: every step between states, under every state of their job order. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobOrderState, OperationState } from '../../../storage/tables/mes.ts'
import { databaseKinds } from '../../support/databases.ts'
import { openShop, type Shop } from '../../support/mes.ts'

const states = ['PENDING', 'RUNNING', 'COMPLETED', 'SKIPPED'] as const
const orderStates = [
  'NOT_ALLOWED_TO_START',
  'ALLOWED_TO_START',
  'RUNNING',
  'INTERRUPTED',
  'ENDED',
  'ABORTED',
] as const satisfies readonly JobOrderState[]

/** While the order runs: a row for the state before, a column for the state after, in the order of `states`. */
const model: Readonly<Record<OperationState, string>> = {
  PENDING: '. x . x',
  RUNNING: 'x . x .',
  COMPLETED: '. . . .',
  SKIPPED: '. . . .',
}
/** What the state of the order lets an operation go to. */
const under: Readonly<Record<JobOrderState, readonly OperationState[]>> = {
  NOT_ALLOWED_TO_START: ['SKIPPED'],
  ALLOWED_TO_START: ['SKIPPED'],
  RUNNING: states,
  INTERRUPTED: ['PENDING', 'SKIPPED'],
  ENDED: [],
  ABORTED: [],
}
const cases = orderStates.flatMap((order) => states.map((from) => [order, from] as const))
const selection = 'operation { id version state actualMinutes } jobOrder { id version state }'

for (const kind of databaseKinds()) {
  describe(`operations on ${kind}`, () => {
    let stage: Shop
    beforeAll(async () => {
      stage = await openShop(kind)
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    const needs = (state: OperationState) => (state === 'COMPLETED' ? { actualMinutes: 55 } : {})
    const refuses = (input: Readonly<Record<string, unknown>>) => stage.refuses('transitionOperation', input, selection)

    test.each(cases)('under %s, %s goes where the model says, and nowhere else', async (order, from) => {
      const possible = states.filter((_, column) => model[from].split(' ')[column] === 'x')
      const legal = possible.filter((state) => under[order].includes(state))
      for (const to of states) {
        const jobOrderId = await stage.jobOrderIn(order)
        const id = await stage.operationIn(jobOrderId, from)
        const input = { id, expectedVersion: 1, state: to, ...needs(to) }
        if (legal.includes(to)) {
          expect(await stage.run('transitionOperation', input, selection), `${from} to ${to}`).toEqual({
            operation: { id, version: 2, state: to, actualMinutes: to === 'COMPLETED' ? 55 : null },
            jobOrder: { id: jobOrderId, version: 2, state: order },
            replayed: false,
          })
        } else {
          // A step that the operation never has names all it has; one that only the order forbids, what is left.
          const shown = possible.includes(to) ? legal : possible
          expect(await refuses(input), `${from} to ${to}`).toEqual({
            code: 'ILLEGAL_TRANSITION',
            legal: shown.toSorted(),
          })
        }
      }
    })

    test.each([
      ['COMPLETED', 'RUNNING', {}],
      ['COMPLETED', 'RUNNING', { actualMinutes: -1 }],
      ['COMPLETED', 'RUNNING', { actualMinutes: 100_001 }],
      ['SKIPPED', 'PENDING', { actualMinutes: 10 }],
      ['RUNNING', 'PENDING', { actualMinutes: 0 }],
    ] as const)('refuses %s after %s with %j', async (state, from, more) => {
      const id = await stage.operationIn(await stage.jobOrderIn('RUNNING'), from)
      expect(await refuses({ id, expectedVersion: 1, state, ...more })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.actualMinutes',
      })
    })

    test.each(['DOWN', 'MAINTENANCE'] as const)('does not start on a work unit that is %s', async (state) => {
      const work_unit_id = await stage.machine({ state })
      const id = await stage.operationIn(await stage.jobOrderIn('RUNNING'), 'PENDING', { work_unit_id })
      expect(await refuses({ id, expectedVersion: 1, state: 'RUNNING' })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.state',
      })
    })

    test('keeps to the version that was read, and to operations that are there', async () => {
      const id = await stage.operationIn(await stage.jobOrderIn('RUNNING'), 'PENDING', { version: 2 })
      expect(await refuses({ id, expectedVersion: 1, state: 'RUNNING' })).toEqual({ code: 'VERSION_CONFLICT' })
      expect(await refuses({ id: 'op-00000', expectedVersion: 1, state: 'RUNNING' })).toEqual({ code: 'NOT_FOUND' })
    })

    test('row 60: a repeated completion is the same one', async () => {
      const id = await stage.operationIn(await stage.jobOrderIn('RUNNING'), 'RUNNING')
      const once = { id, expectedVersion: 1, state: 'COMPLETED', actualMinutes: 55, idempotencyKey: `done-${kind}` }
      const first = await stage.run('transitionOperation', once, selection)
      expect(await stage.run('transitionOperation', once, selection)).toEqual({ ...first, replayed: true })
    })
  })
}
