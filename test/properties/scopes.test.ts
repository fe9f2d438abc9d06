/** The shipped rules, asked about random operations: less authority never gives more, and more questions never get a softer answer. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { authorityView } from '../../gateway/policy/authority.ts'
import { decide } from '../../gateway/policy/decide.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import type { CallerKind } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { scopes } from '../../policies/scopes.ts'
import { contractIndex, readContracts } from '../../schema/contract.ts'
import { repository } from '../support/process.ts'
import { callerNamed } from '../support/subgraphs.ts'

let revision: PolicyRevision
beforeAll(async () => {
  const index = contractIndex(readContracts(`${repository}/schema`))
  const loaded = await loadPolicies({ folder: `${repository}/policies`, index })
  if (loaded.outcome === 'refused') throw new Error('The policies do not load.')
  revision = loaded.revision
})

const now = new Date('2026-03-02T10:00:00Z')
const allScopes = Object.keys(scopes)
const kind = fc.constantFrom<CallerKind>('agent', 'person', 'service')
const someScopes = fc.subarray(allScopes)
/** Numbers into the list of coordinates, which is known only when the policies are loaded. */
const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 4 })
const args = fc.record({
  input: fc.record({
    amount: fc.constantFrom('1', '10000.01'),
    grossTotal: fc.constantFrom('1', '5000.01'),
    type: fc.constantFrom('NORMAL', 'EMERGENCY'),
  }),
})

type Args = Readonly<Record<string, unknown>>
function ask(as: CallerKind, held: readonly string[], picked: readonly number[], given: Args) {
  const known = [...revision.rules.keys()]
  const coordinates = picked.map((pick) => known[pick % known.length] as Coordinate)
  const fields = coordinates.map((coordinate) => ({ coordinate, args: given, path: [coordinate] }))
  return decide({ fields }, callerNamed(`${as}:somebody`, { kind: as, scopes: held }), revision, now)
}

const rank = { deny: 0, ask: 1, allow: 2 } as const

test('taking scopes away never makes a verdict milder', async () => {
  await fc.assert(
    fc.asyncProperty(kind, someScopes, someScopes, picks, args, async (as, held, taken, picked, given) => {
      const before = await ask(as, held, picked, given)
      const after = await ask(
        as,
        held.filter((scope) => !taken.includes(scope)),
        picked,
        given,
      )
      expect(rank[after.outcome]).toBeLessThanOrEqual(rank[before.outcome])
    }),
    { numRuns: 400 },
  )
})

test('asking for one field more never makes a verdict milder', async () => {
  await fc.assert(
    fc.asyncProperty(kind, someScopes, picks, fc.nat(), args, async (as, held, picked, more, given) => {
      const before = await ask(as, held, picked, given)
      const after = await ask(as, held, [...picked, more], given)
      expect(rank[after.outcome]).toBeLessThanOrEqual(rank[before.outcome])
    }),
    { numRuns: 400 },
  )
})

test('taking scopes away never shows a coordinate that was hidden', () => {
  const known = [...revision.rules.keys()]
  fc.assert(
    fc.property(kind, someScopes, someScopes, (as, held, taken) => {
      const disclosed = (scopesHeld: readonly string[]) => {
        const view = authorityView(revision, { kind: as, roles: [], scopes: scopesHeld })
        return known.filter((coordinate) => view.standing(coordinate).disclosure !== 'undisclosed')
      }
      const before = new Set(disclosed(held))
      const shown = disclosed(held.filter((scope) => !taken.includes(scope))).filter(
        (coordinate) => !before.has(coordinate),
      )
      expect(shown).toEqual([])
    }),
    { numRuns: 25 },
  )
})

test('granting what a denial names as missing, and no less, takes the denials for scopes away', async () => {
  await fc.assert(
    fc.asyncProperty(kind, someScopes, picks, async (as, held, picked) => {
      const denied = await ask(as, held, picked, { input: {} })
      if (denied.outcome !== 'deny' || denied.missingScopes.length === 0 || denied.undisclosed.length > 0) {
        fc.pre(false)
        return
      }
      const missing = denied.missingScopes.map(({ scope }) => scope)
      const after = await ask(as, [...held, ...missing], picked, { input: {} })
      const stillMissing = after.outcome === 'deny' ? after.missingScopes : []
      expect(stillMissing).toEqual([])
      for (const scope of missing) {
        const without = await ask(as, [...held, ...missing.filter((other) => other !== scope)], picked, { input: {} })
        expect(without.outcome).toBe('deny')
      }
    }),
    { numRuns: 150 },
  )
})
