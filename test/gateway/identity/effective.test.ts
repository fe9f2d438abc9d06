import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Actor, PrincipalId } from '../../../lib/caller.ts'
import { allowedPurposes, effectiveScopes, type RoleGrant, type RoleMap } from '../../../gateway/identity/effective.ts'

const agent = (...roles: string[]): Actor => ({ id: 'agent:a' as PrincipalId, kind: 'agent', roles })
const person = (...roles: string[]): Actor => ({ id: 'person:p' as PrincipalId, kind: 'person', roles })

const roles: RoleMap = new Map<string, RoleGrant>([
  ['reader', { kind: 'agent', scopes: ['read'], purposes: ['support'] }],
  ['writer', { kind: 'agent', scopes: ['read', 'write'], purposes: ['support', 'sales'] }],
  ['manager', { kind: 'person', scopes: ['read', 'approve'], purposes: ['sales'] }],
])

describe('effective rights', () => {
  test('a token carries no more than its principal has', () => {
    expect(effectiveScopes(['write', 'read', 'admin'], [agent('reader')], roles)).toEqual(['read'])
    expect(effectiveScopes(['write', 'read'], [agent('reader', 'writer')], roles)).toEqual(['read', 'write'])
    expect(effectiveScopes(['read'], [agent('writer')], roles)).toEqual(['read'])
  })

  test('row 53: acting for somebody gives what both may, and no more', () => {
    expect(effectiveScopes(['read', 'write', 'approve'], [person('manager'), agent('writer')], roles)).toEqual(['read'])
    expect(allowedPurposes([person('manager'), agent('writer')], roles)).toEqual(['sales'])
    expect(allowedPurposes([person('manager'), agent('reader')], roles)).toEqual([])
  })

  test('an unknown role, one of another kind, and an empty chain give nothing', () => {
    expect(effectiveScopes(['read'], [agent('nobody', '__proto__')], roles)).toEqual([])
    expect(effectiveScopes(['read', 'approve'], [agent('manager')], roles)).toEqual([])
    expect(effectiveScopes(['read'], [], roles)).toEqual([])
  })

  test('property: taking a scope, a role or a grant away never adds a scope, and neither does one more actor', () => {
    const scope = fc.constantFrom('a', 'b', 'c', 'd')
    const key = fc.constantFrom('r1', 'r2', 'r3')
    const actor = fc.record({ kind: fc.constantFrom('agent', 'person'), roles: fc.uniqueArray(key) })
    const grants = fc.dictionary(
      key,
      fc.record({ kind: fc.constantFrom('agent', 'person'), scopes: fc.uniqueArray(scope) }),
    )
    const without = <T>(items: readonly T[], at: number) => items.filter((_, index) => index !== at % items.length)
    const toMap = (given: Record<string, { kind: string; scopes: string[] }>): RoleMap =>
      new Map(Object.entries(given).map(([name, grant]) => [name, { ...grant, purposes: [] } as unknown as RoleGrant]))

    fc.assert(
      fc.property(
        fc.uniqueArray(scope),
        fc.array(actor, { minLength: 1, maxLength: 4 }),
        grants,
        actor,
        fc.nat(),
        (scopes, chainOf, given, extra, at) => {
          const chain = chainOf as unknown as Actor[]
          const before = new Set(effectiveScopes(scopes, chain, toMap(given)))
          const lessRoles = chain.map((one, index) =>
            index === at % chain.length ? { ...one, roles: without(one.roles, at) } : one,
          )
          const lessGiven = Object.fromEntries(
            Object.entries(given).map(([name, grant]) => [name, { ...grant, scopes: without(grant.scopes, at) }]),
          )
          for (const after of [
            effectiveScopes(without(scopes, at), chain, toMap(given)),
            effectiveScopes(scopes, lessRoles, toMap(given)),
            effectiveScopes(scopes, chain, toMap(lessGiven)),
            effectiveScopes(scopes, [...chain, extra as unknown as Actor], toMap(given)),
          ]) {
            expect(after.filter((one) => !before.has(one))).toEqual([])
          }
          expect([...before].filter((one) => !(scopes as string[]).includes(one))).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })
})
