/** The people of the generated company: everybody whom a record names is one of them, managers form a tree, leavers are out. */
import { describe, expect, test } from 'vitest'
import { demoIdentities } from '../../../gateway/identity/demo-identities.ts'
import { generateCompany, type Planted } from '../../../subgraphs/company/company.ts'
import { referenceDay } from '../../../subgraphs/company/random.ts'

let planted: Planted = {}
const company = generateCompany(1, (found) => {
  planted = found
})
const users = company['hr.users']
const byId = new Map(users.map((user) => [user.id, user]))

describe('the people of the company', () => {
  test('are all whom any record names, and all demo identities', () => {
    const known = new Set(users.map(({ principal }) => principal))
    const named = new Set(JSON.stringify(company).match(/person:[a-z0-9.-]+/g))
    expect([...named].filter((principal) => !known.has(principal))).toEqual([])
    const people = demoIdentities.filter(({ kind }) => kind === 'person').map(({ id }) => id)
    for (const id of [...people, 'person:ruth.meyer', 'person:bernd.osthoff', 'person:iris.vogel']) {
      expect(known.has(id), id).toBe(true)
    }
  })

  test('have managers up to one head', () => {
    const heads = users.filter(({ manager_id }) => manager_id === null)
    expect(heads.map(({ title }) => title)).toEqual(['Chief Executive Officer'])
    for (const user of users) {
      const seen = new Set<string>()
      for (let one = user; one.manager_id !== null; one = byId.get(one.manager_id) ?? one) {
        expect(seen.has(one.id), user.id).toBe(false)
        seen.add(one.id)
      }
      expect(byId.get(user.manager_id ?? '')?.active ?? true, user.id).toBe(true)
    }
  })

  test('are inactive exactly when they have left, and then in no group but where that is planted', () => {
    const memberships = Map.groupBy(company['hr.group_members'], ({ user_id }) => user_id)
    const [leaver] = planted['a leaver with open access'] ?? []
    for (const { id, active, leave_date, hire_date } of users) {
      expect(active, id).toBe(leave_date === null)
      if (leave_date === null) continue
      expect(leave_date > hire_date && leave_date <= referenceDay, id).toBe(true)
      expect(memberships.has(id), id).toBe(id === leaver)
    }
    expect(users.filter(({ active }) => !active).length).toBeGreaterThan(8)
  })

  test('hold the positions that are filled, one each', () => {
    const held = users.flatMap(({ position_id }) => position_id ?? [])
    expect(new Set(held).size).toBe(held.length)
    const filled = company['hr.positions'].filter(({ status }) => status === 'FILLED').map(({ id }) => id)
    expect(new Set(held)).toEqual(new Set(filled))
  })

  test('manage the plants, and are paid what the ledger says', () => {
    expect(company['erp.plants'].map(({ manager_id }) => manager_id)).toEqual([
      'person:ruth.meyer',
      'person:luc.moreau',
      'person:harriet.cole',
    ])
    const wages = company['finance.journal_entries'].filter(({ reference }) => reference?.startsWith('PAYROLL'))
    expect(wages).toHaveLength(12)
    const employees = users.filter(({ active, user_type }) => active && user_type === 'EMPLOYEE')
    const october = Number(wages.find(({ reference }) => reference === 'PAYROLL-2026-10')?.total)
    expect(october / employees.length).toBeGreaterThan(2_500)
    expect(october / employees.length).toBeLessThan(6_500)
  })

  test('decide about the absences of others, never of their own', () => {
    for (const { id, user_id, decided_by } of company['hr.absences']) {
      if (decided_by !== null) expect(decided_by, id).not.toBe(byId.get(user_id)?.principal)
    }
  })
})
