/** Pay: set from a day on by somebody who gains nothing from it, never overwritten, and summed to the cent. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../../support/databases.ts'
import { manager, openStaff, staff, type Staff } from '../../support/hr.ts'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'

const raise = { annualSalary: '62000', currency: 'EUR', grade: 'E5', effectiveFrom: '2027-01-01' }
const selection = 'user { id version } pay { annualSalary bonusPercent targetIncome grade effectiveFrom changedBy }'

for (const kind of databaseKinds()) {
  describe(`pay on ${kind}`, () => {
    let stage: Staff
    beforeAll(async () => {
      stage = await openStaff(kind)
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    const refuses = (input: Readonly<Record<string, unknown>>, caller = manager) =>
      stage.refuses('changePay', { expectedVersion: 1, ...raise, ...input }, selection, caller)

    test('what holds today is shown; what comes is in the history', async () => {
      const id = await stage.person()
      await stage.pay(id, '2020-01-01', '50000.00')
      await stage.pay(id, '2024-01-01', '55000.00', { bonus_percent: '7.50' })
      const changed = await stage.run(
        'changePay',
        { id, expectedVersion: 1, ...raise, bonusPercent: '33.33', annualSalary: '62000.05' },
        selection,
        manager,
      )
      expect(changed).toEqual({
        user: { id, version: 2 },
        pay: {
          // 62 000.05 and 33.33 % of it: 20 664.616665.
          ...{ annualSalary: '62000.05', bonusPercent: '33.33', targetIncome: '82664.67', grade: 'E5' },
          ...{ effectiveFrom: '2027-01-01', changedBy: manager.id },
        },
        replayed: false,
      })
      const query = `{ user(id: "${id}") { pay { annualSalary targetIncome history { effectiveFrom } } } }`
      expect(await data(ask(stage.hr, query))).toEqual({
        user: {
          pay: {
            ...{ annualSalary: '55000.00', targetIncome: '59125.00' },
            history: ['2027-01-01', '2024-01-01', '2020-01-01'].map((effectiveFrom) => ({ effectiveFrom })),
          },
        },
      })
    })

    test('row 60: a repeated change is one', async () => {
      const id = await stage.person()
      const once = { id, expectedVersion: 1, ...raise, idempotencyKey: `raise-${kind}` }
      const first = await stage.run('changePay', once, selection, manager)
      expect(await stage.run('changePay', once, selection, manager)).toEqual({ ...first, replayed: true })
      expect(await refuses({ id, effectiveFrom: '2028-01-01' })).toEqual({ code: 'VERSION_CONFLICT' })
    })

    test('nobody sets their own pay, or that of those above them', async () => {
      const refused = { code: 'SEPARATION_OF_DUTY' }
      expect(await refuses({ id: staff.manager })).toEqual(refused)
      expect(await refuses({ id: staff.top })).toEqual(refused)
      const clerk = await stage.person({ manager_id: staff.head })
      const caller = callerNamed(`person:test.${clerk}`)
      expect(await refuses({ id: staff.head }, caller)).toEqual(refused)
      expect(await refuses({ id: staff.top }, caller)).toEqual(refused)
      const through = callerNamed('person:test.head', { onBehalfOf: manager.id })
      expect(await refuses({ id: staff.manager }, through)).toEqual(refused)
    })

    test('of whom the directory does not know, nobody knows what they gain', async () => {
      const id = await stage.person()
      expect(await refuses({ id }, callerNamed('person:not.listed'))).toEqual({ code: 'SEPARATION_OF_DUTY' })
      expect(await refuses({ id }, callerNamed('agent:hr-agent'))).toEqual({ code: 'SEPARATION_OF_DUTY' })
    })

    test.each([
      ['annualSalary', '0'],
      ['annualSalary', '-1'],
      ['annualSalary', '1000.001'],
      ['bonusPercent', '100.01'],
      ['bonusPercent', '-1'],
      ['bonusPercent', '1.005'],
      ['currency', 'Euro'],
      ['effectiveFrom', '2019-12-31'],
      ['effectiveFrom', '2026-01-01'],
    ])('refuses `%s` that is `%s`', async (field, value) => {
      const id = await stage.person()
      await stage.pay(id, '2026-01-01', '50000.00')
      expect(await refuses({ id, [field]: value })).toEqual({ code: 'INVALID_INPUT', argument: `input.${field}` })
    })

    test('who has left is paid no more', async () => {
      const id = await stage.person({ active: false, leave_date: '2026-01-31' })
      expect(await refuses({ id })).toEqual({ code: 'INVALID_INPUT', argument: 'input.id' })
      expect(await refuses({ id: 'usr-0000' })).toEqual({ code: 'NOT_FOUND' })
    })
  })
}
