/** Budgets of roles and the table of money are checked before they count; no amount of the contracts is forgotten. */
import { describe, expect, test } from 'vitest'
import { checkBudgets, checkMoney } from '../../../policies/engine/check-budgets.ts'
import type { BudgetLimit, RoleDefinition } from '../../../policies/engine/revision.ts'
import { money, notCounted } from '../../../policies/money.ts'
import { type ContractArgument, contractIndex, readContracts } from '../../../schema/contract.ts'

const good: BudgetLimit = { measure: 'cost', per: 'hour', limit: 10 }
const problemsOf = (limits: readonly object[], kind: RoleDefinition['kind'] = 'agent') =>
  checkBudgets({ key: 'tester', kind, budgets: limits } as unknown as RoleDefinition).map(({ message }) => message)

describe('a budget', () => {
  test('that is right is left alone', () => {
    expect(
      problemsOf([good, { ...good, per: 'day' }, { measure: 'money', per: 'day', limit: 0.5, currency: 'EUR' }]),
    ).toEqual([])
  })
  test.each([
    [{ ...good, limit: 0 }, /allows `0`/],
    [{ ...good, limit: -1 }, /allows `-1`/],
    [{ ...good, limit: 1.5 }, /allows `1.5`/],
    [{ ...good, limit: Number.NaN }, /allows `NaN`/],
    [{ ...good, limit: Infinity }, /allows `Infinity`/],
    [{ ...good, measure: 'coins' }, /no measure/],
    [{ ...good, per: 'week' }, /no period/],
    [{ ...good, currency: 'EUR' }, /names a currency/],
    [{ measure: 'money', per: 'day', limit: 5 }, /names no currency/],
    [{ measure: 'money', per: 'day', limit: 5, currency: 'euro' }, /names no currency/],
    [{ measure: 'distinct-entities', per: 'month', limit: 200_000 }, /remembers up to 200000/],
    [{ ...good, onBreach: 'shout' }, /does `shout`/],
  ])('%j is refused', (limit, message) => {
    expect(problemsOf([limit])).toEqual([expect.stringMatching(message)])
  })
  test('is given once for each counter', () => {
    expect(problemsOf([good, { ...good, limit: 20 }])).toEqual([expect.stringMatching(/repeats `cost per hour`/)])
  })
  test('quarantines agents only', () => {
    expect(problemsOf([{ ...good, onBreach: 'quarantine' }])).toEqual([])
    expect(problemsOf([{ ...good, onBreach: 'quarantine' }], 'person')).toEqual([expect.stringMatching(/no agents/)])
  })
})

const index = contractIndex(readContracts('schema'))

describe('the table of money', () => {
  test('that is shipped is right', () => {
    expect(checkMoney(money, index)).toEqual([])
  })
  test.each([
    [{ 'Mutation.payNobody': [{ amount: 'input.amount' }] }, /no mutation/],
    [{ 'Query.payments': [{ amount: 'input.amount' }] }, /no mutation/],
    [{ 'Mutation.createPayment': [] }, /names no amount/],
    [{ 'Mutation.createPayment': [{ amount: 'input.amuont' }] }, /no argument `input.amuont`/],
    [{ 'Mutation.createPayment': [{ amount: 'input' }] }, /no argument `input`/],
    [{ 'Mutation.createPayment': [{ amount: 'input.amount', currency: 'input.code' }] }, /no argument `input.code`/],
  ])('%j is refused', (table, message) => {
    expect(checkMoney(table, index).map((problem) => problem.message)).toEqual([expect.stringMatching(message)])
  })

  test('has every confidential amount of every mutation, or a reason why not', () => {
    const amounts = [...index.fields.values()]
      .filter(({ parentType }) => parentType === 'Mutation')
      .flatMap(({ coordinate, args }) => amountsIn(args, '').map((path) => ({ coordinate, path })))
    expect(amounts.length).toBeGreaterThan(20)
    const counted = (coordinate: keyof typeof money, path: string) =>
      money[coordinate]?.some(({ amount }) => amount === path) === true
    const unknown = amounts.filter(
      ({ coordinate, path }) => counted(coordinate, path) === Object.hasOwn(notCounted, `${coordinate} ${path}`),
    )
    expect(unknown).toEqual([])
    const known = new Set(amounts.map(({ coordinate, path }) => `${coordinate} ${path}`))
    expect(Object.keys(notCounted).filter((name) => !known.has(name))).toEqual([])
  })
})

function amountsIn(args: readonly ContractArgument[], prefix: string): readonly string[] {
  return args.flatMap(({ name, typeName, labels }) => {
    const path = `${prefix}${name}`
    const inner = index.types.get(typeName)?.inputFields ?? []
    if (inner.length > 0) return typeName.endsWith('Filter') ? [] : amountsIn(inner, `${path}.`)
    return typeName === 'Decimal' && labels.some((label) => label === 'CONFIDENTIAL' || label === 'RESTRICTED')
      ? [path]
      : []
  })
}
