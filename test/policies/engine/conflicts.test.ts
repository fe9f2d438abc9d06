/** Who stands on both sides: by roles, by what is added, and what the loader refuses. */
import { describe, expect, test } from 'vitest'
import { type Conflict, conflictsMade, conflictsOf } from '../../../policies/engine/conflicts.ts'
import { problemsOf, revisionOf } from '../../support/policies.ts'

const conflict: Conflict = {
  key: 'bank-and-refunds',
  reason: 'whoever does both pays themselves',
  sides: [
    { does: 'change where suppliers are paid', scopes: ['finance:bank:write'] },
    { does: 'release payments', scopes: ['finance:payment:release'], coordinates: ['Mutation.pay'] },
  ],
  exceptions: { treasurer: 'A second treasurer looks at each.' },
}
const [bank, release] = ['finance:bank:write', 'finance:payment:release']
const everywhere = (...scopes: string[]) => ({ scopes, coordinates: 'everywhere' }) as const

describe('scopes held everywhere', () => {
  test('both sides are a conflict, one is none', () => {
    expect(conflictsOf([bank, release, 'crm:read'], [conflict])).toEqual([conflict])
    expect(conflictsOf([bank, 'crm:read'], [conflict])).toEqual([])
  })
})

describe('what is added', () => {
  test('is named with the other side', () => {
    const [made] = conflictsMade([everywhere(bank)], everywhere(release), [conflict])
    expect(made).toEqual({ conflict, added: conflict.sides[1], held: conflict.sides[0] })
    const [turned] = conflictsMade([everywhere(release)], everywhere(bank), [conflict])
    expect(turned).toEqual({ conflict, added: conflict.sides[0], held: conflict.sides[1] })
  })

  test('conflicts with itself', () => {
    expect(conflictsMade([], everywhere(bank, release), [conflict])).toHaveLength(1)
  })

  test('counts at the coordinates of the side only, where it has some', () => {
    const elsewhere = { scopes: [release], coordinates: ['Payment.id'] } as const
    const there = { scopes: [release], coordinates: ['Mutation.pay'] } as const
    expect(conflictsMade([everywhere(bank)], elsewhere, [conflict])).toEqual([])
    expect(conflictsMade([everywhere(bank)], there, [conflict])).toHaveLength(1)
    expect(conflictsMade([there], everywhere(bank), [conflict])).toHaveLength(1)
  })

  test('makes none where both sides are held', () => {
    expect(conflictsMade([everywhere(bank, release)], everywhere(release), [conflict])).toEqual([])
  })
})

describe('the loader', () => {
  const role = (key: string, scopes: readonly string[]) =>
    ({ key, kind: 'person', title: '', responsibilities: [], scopes, purposes: [] }) as const
  // The tables of the support ask a finance controller.
  const controller = role('finance-controller', [])
  const treasurer = role('treasurer', [bank, release])
  const written = { ...conflict, sides: [conflict.sides[0], { does: 'release payments', scopes: [release] }] } as const
  const said = (conflicts: readonly Conflict[], ...roles: readonly ReturnType<typeof role>[]) =>
    problemsOf({ roles: [controller, ...roles], conflicts }).map(({ where, message }) => `${where}: ${message}`)

  test('takes an exception with its reason', () => {
    expect(revisionOf({ roles: [controller, treasurer], conflicts: [written] }).conflicts).toEqual([written])
  })

  test('refuses a role on both sides', () => {
    expect(said([{ ...written, exceptions: {} }], treasurer)).toEqual([
      'policies/roles/treasurer.ts: The role `treasurer` may change where suppliers are paid and release payments: whoever does both pays themselves.',
    ])
  })

  test('refuses an exception that nobody needs, or without a reason', () => {
    expect(said([written], role('treasurer', [bank]))).toEqual([
      'policies/conflicts.ts: The conflict `bank-and-refunds` excepts the role `treasurer`, which does not stand on both sides.',
    ])
    expect(said([{ ...written, exceptions: { treasurer: ' ' } }], treasurer)).toEqual([
      'policies/conflicts.ts: The conflict `bank-and-refunds` excepts the role `treasurer` without a reason.',
    ])
  })

  test('refuses scopes and coordinates that are not there', () => {
    const sides = [
      { does: 'a', scopes: ['finance:bank:wriet'] },
      { does: 'b', scopes: [release], coordinates: ['Mutation.pya'] },
    ] as const
    expect(said([{ ...written, sides, exceptions: {} }])).toEqual([
      expect.stringContaining('names the scope `finance:bank:wriet`'),
      expect.stringContaining('names `Mutation.pya`, which no contract has'),
    ])
  })

  test('refuses a decider who is no role of people', () => {
    const scopes = { 'crm:read': { title: '', owner: '', requestable: [], decidedBy: 'nobody-here' } }
    const problems = problemsOf({ roles: [controller], scopes, tables: {} })
    expect(problems.map(({ message }) => message)).toContain(
      'Requests for the scope `crm:read` are decided by `nobody-here`, which is no role for people.',
    )
  })
})
