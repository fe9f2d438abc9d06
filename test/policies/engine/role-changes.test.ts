import { describe, expect, test } from 'vitest'
import type { RoleDefinition } from '../../../policies/engine/revision.ts'
import { governRoles, narrowRole, roleChanges, roleChecksum, widenings } from '../../../policies/engine/role-changes.ts'

const role: RoleDefinition = {
  key: 'sales-agent',
  kind: 'agent',
  title: 'Sales agent',
  responsibilities: ['Sells'],
  scopes: ['crm:read', 'crm:write'],
  purposes: ['sales'],
  autonomy: 2,
  supervisor: 'account-manager',
  proofOfPossession: 'required',
  budgets: [{ measure: 'mutations', per: 'day', limit: 10, onBreach: 'quarantine' }],
  taskBudgets: [{ measure: 'cost', per: 'hour', limit: 5 }],
}
const changed = (more: Partial<RoleDefinition>): RoleDefinition => ({ ...role, ...more })
const without = (member: keyof RoleDefinition): RoleDefinition => {
  const { [member]: _left, ...rest } = role
  return rest as RoleDefinition
}

describe('what opens more', () => {
  test.each<[string, RoleDefinition, string]>([
    ['a scope', changed({ scopes: [...role.scopes, 'finance:read'] }), 'adds the scope `finance:read`'],
    ['a purpose', changed({ purposes: ['sales', 'audit'] }), 'adds the purpose `audit`'],
    ['a workflow', changed({ workflows: ['quote'] }), 'adds the workflow `quote`'],
    ['autonomy', changed({ autonomy: 3 }), 'raises the autonomy from 2 to 3'],
    ['another supervisor', changed({ supervisor: 'developer' }), 'takes the decision from `account-manager`'],
    ['no supervisor', without('supervisor'), 'takes the decision from `account-manager`'],
    ['no proof of possession', without('proofOfPossession'), 'drops the proof of possession'],
    ['no budget', without('budgets'), 'drops the budget `mutations` per day'],
    [
      'a larger budget',
      changed({ budgets: [{ measure: 'mutations', per: 'day', limit: 11, onBreach: 'quarantine' }] }),
      'raises the budget `mutations` per day from 10 to 11',
    ],
    [
      'a larger task budget',
      changed({ taskBudgets: [{ measure: 'cost', per: 'hour', limit: 6 }] }),
      'raises the task budget `cost` per hour from 5 to 6',
    ],
    ['no task budget', without('taskBudgets'), 'drops the task budget `cost` per hour'],
    [
      'a budget without its breach',
      changed({ budgets: [{ measure: 'mutations', per: 'day', limit: 10 }] }),
      'drops what a breach of the budget `mutations` per day does',
    ],
    [
      'a budget of another period',
      changed({ budgets: [{ measure: 'mutations', per: 'hour', limit: 10, onBreach: 'quarantine' }] }),
      'drops the budget `mutations` per day',
    ],
  ])('%s', (_title, after, sentence) => {
    expect(widenings(role, after)).toEqual([sentence])
    // What holds while it waits opens nothing beyond what holds already.
    expect(widenings(role, narrowRole(after, role))).toEqual([])
  })

  test.each<[string, RoleDefinition]>([
    ['a scope less', changed({ scopes: ['crm:read'] })],
    ['less autonomy', changed({ autonomy: 1 })],
    ['one more budget', changed({ budgets: [...(role.budgets ?? []), { measure: 'cost', per: 'day', limit: 5 }] })],
    ['other words', changed({ title: 'Seller', responsibilities: ['Sells more'] })],
  ])('but not %s', (_title, after) => {
    expect(widenings(role, after)).toEqual([])
    expect(narrowRole(after, role)).toEqual(after)
  })
})

describe('what holds', () => {
  test('is what both give, bound by what either demands', () => {
    const file = changed({ scopes: ['crm:read', 'finance:read'], autonomy: 3, supervisor: 'developer' })
    const approved = { ...without('proofOfPossession'), scopes: ['crm:read', 'crm:write'] }
    expect(narrowRole(file, approved)).toMatchObject({
      scopes: ['crm:read'],
      autonomy: 2,
      supervisor: 'account-manager',
      proofOfPossession: 'required',
    })
  })

  test('is nothing for a role without an approved version, and all for people', () => {
    const person: RoleDefinition = { ...without('autonomy'), key: 'auditor', kind: 'person' }
    const roles = new Map([role, person].map((each) => [each.key, each]))
    expect([...governRoles(roles, new Map()).keys()]).toEqual(['auditor'])
    const approved = new Map([[role.key, { checksum: roleChecksum(role), definition: role }]])
    expect(governRoles(roles, approved)).toBe(roles)
  })
})

test('the same definition in another order is the same version', () => {
  expect(roleChecksum(Object.fromEntries(Object.entries(role).toReversed()) as unknown as RoleDefinition)).toBe(
    roleChecksum(role),
  )
  expect(roleChecksum(changed({ title: 'Seller' }))).not.toBe(roleChecksum(role))
})

test('changes are told member by member', () => {
  expect(roleChanges(role, changed({ autonomy: 3, workflows: ['quote'] }))).toEqual([
    { member: 'autonomy', before: '2', after: '3' },
    { member: 'workflows', before: null, after: '["quote"]' },
  ])
  expect(roleChanges(null, role).map(({ member }) => member)).toEqual(Object.keys(role).toSorted())
})
