/** What must not compile in a table. The type check of the repository is the test; here the same lines are run, too. */
import { expect, test } from 'vitest'
import type { Coordinates } from '../../schema/generated/coordinates.ts'
import type { Role } from '../../policies/roles/role.ts'
import type { Rules } from '../../policies/rules.ts'
import { all, any, callerIs, callerMay, everyone, forPurpose, recordWhere } from '../../policies/vocabulary.ts'

const read = callerMay('crm:read')

test('a scope that is not in the registry', () => {
  // @ts-expect-error: the scope is misspelt
  expect(callerMay('crm:raed')).toBeDefined()
})

test('a purpose that is not in the registry', () => {
  // @ts-expect-error: the purpose is misspelt
  expect(forPurpose('salez')).toBeDefined()
})

test('a kind of caller that does not exist', () => {
  // @ts-expect-error: robots are agents
  expect(callerIs('robot')).toBeDefined()
})

test('groups without rules', () => {
  // @ts-expect-error: `all` without a rule would allow everything
  expect(all()).toBeDefined()
  // @ts-expect-error: `any` without a rule would allow nothing
  expect(any()).toBeDefined()
})

test('a field that the contract does not have', () => {
  // @ts-expect-error: the field is misspelt
  const table: Rules<'crm'> = { Account: { '*': read, anualRevenue: everyone } }
  expect(table).toBeDefined()
})

test('a type that the contract does not have', () => {
  // @ts-expect-error: the type is misspelt
  const table: Rules<'crm'> = { Acount: { '*': read } }
  expect(table).toBeDefined()
})

test('a field of another contract', () => {
  // @ts-expect-error: invoices are ruled in finance
  const table: Rules<'crm'> = { Account: { invoices: read } }
  expect(table).toBeDefined()
})

test('a contract that does not exist', () => {
  const tableOf = (contract: keyof Coordinates) => contract
  // @ts-expect-error: there is no such contract
  const name: Parameters<typeof tableOf>[0] = 'crn'
  expect(tableOf(name)).toBe('crn')
})

test('a value that is no rule', () => {
  // @ts-expect-error: undefined would open the type
  const missing: Rules<'crm'> = { Account: { name: undefined } }
  // @ts-expect-error: a function is not a rule
  const uncalled: Rules<'crm'> = { Account: { name: callerMay } }
  // @ts-expect-error: true is not a rule
  const truth: Rules<'crm'> = { Account: { name: true } }
  expect([missing, uncalled, truth]).toHaveLength(3)
})

test('a predicate that reads a field it does not declare', () => {
  // @ts-expect-error: `status` is not declared
  expect(recordWhere('open things', ['state'], (record) => record.status === 'OPEN')).toBeDefined()
})

test('a role with a scope or purpose that does not exist', () => {
  const role = { key: 'x', kind: 'agent', title: '', responsibilities: [], autonomy: 3 } as const
  // @ts-expect-error: the scope is misspelt
  const scoped: Role = { ...role, scopes: ['crm:raed'], purposes: [] }
  // @ts-expect-error: the purpose is misspelt
  const purposed: Role = { ...role, scopes: [], purposes: ['fun'] }
  expect([scoped, purposed]).toHaveLength(2)
})
