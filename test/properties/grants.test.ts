/** A grant opens its own coordinates to what its scopes open, and never anything else: random grants over every coordinate. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { decide } from '../../gateway/policy/decide.ts'
import type { Caller, CallerGrant } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { subgraphRules } from '../../policies/engine/subgraph-rules.ts'
import type { SubgraphRules } from '../../policies/engine/types.ts'
import { callerOf, shippedRevision } from '../support/access.ts'

const wednesday = new Date('2026-10-28T09:30:00Z')
let revision: PolicyRevision
let rules: SubgraphRules
let coordinates: readonly Coordinate[]
let scopes: readonly string[]
beforeAll(async () => {
  revision = await shippedRevision()
  rules = subgraphRules(revision)
  coordinates = [...revision.rules.keys()]
  scopes = [...revision.scopes.keys()]
})

const pick = <T>(items: readonly T[], at: number): T => items[at % items.length]!

/** Up to three grants of up to five coordinates and three scopes each, by their positions. */
const anyGrants = fc.array(
  fc.record({
    coordinates: fc.array(fc.nat(100_000), { minLength: 1, maxLength: 5 }),
    scopes: fc.array(fc.nat(100_000), { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 3 },
)
const anySituation = fc.record({ role: fc.nat(100_000), grants: anyGrants, asked: fc.nat(100_000) })
type Situation = typeof anySituation extends fc.Arbitrary<infer T> ? T : never

function callersOf({ role, grants }: Situation): { readonly plain: Caller; readonly granted: Caller } {
  const plain = callerOf('agent:somebody', pick([...revision.roles.keys()], role), revision)
  const made = grants.map((grant, position): CallerGrant => ({
    id: `grant-${String(position)}`,
    coordinates: grant.coordinates.map((at) => pick(coordinates, at)),
    scopes: grant.scopes.map((at) => pick(scopes, at)),
  }))
  return { plain, granted: { ...plain, grants: made } }
}

const operationOf = (coordinate: Coordinate) => ({ fields: [{ coordinate, args: {}, path: ['asked'] }] })

/** What the gateway and the subgraph say of one coordinate, without who says it. */
async function verdictsOn(coordinate: Coordinate, caller: Caller) {
  const decision = await decide(operationOf(coordinate), caller, revision, wednesday)
  const rule = rules.ruleFor(coordinate)
  const context = { caller, now: wednesday }
  return { decision, settled: rule?.settled(caller), decided: await rule?.decide(null, {}, context) }
}

const namedBy = ({ grants }: Caller) => new Set(grants.flatMap((grant) => grant.coordinates))

describe('grants', () => {
  test('change no verdict on a coordinate that they do not name', async () => {
    let unnamed = 0
    await fc.assert(
      fc.asyncProperty(anySituation, async (situation) => {
        const { plain, granted } = callersOf(situation)
        const asked = pick(coordinates, situation.asked)
        if (namedBy(granted).has(asked)) return
        unnamed += 1
        expect(await verdictsOn(asked, granted)).toEqual(await verdictsOn(asked, plain))
      }),
      { numRuns: 300 },
    )
    expect(unnamed).toBeGreaterThan(200)
  })

  test('give at a coordinate that they name what their scopes give there, and no more', () =>
    fc.assert(
      fc.asyncProperty(anySituation, async (situation) => {
        const { plain, granted } = callersOf(situation)
        const asked = pick([...namedBy(granted)], situation.asked)
        const added = granted.grants.flatMap((grant) => (grant.coordinates.includes(asked) ? grant.scopes : []))
        const holder = { ...plain, scopes: [...new Set([...plain.scopes, ...added])] }
        const [withGrant, withScopes] = await Promise.all([verdictsOn(asked, granted), verdictsOn(asked, holder)])
        expect(withGrant.decision.outcome).toBe(withScopes.decision.outcome)
        expect([withGrant.settled, withGrant.decided]).toEqual([withScopes.settled, withScopes.decided])
      }),
      { numRuns: 300 },
    ))

  test('never turn a permission into a refusal', () =>
    fc.assert(
      fc.asyncProperty(anySituation, async (situation) => {
        const { plain, granted } = callersOf(situation)
        const order = ['allow', 'ask', 'deny']
        for (const asked of [pick(coordinates, situation.asked), ...namedBy(granted)]) {
          const [before, after] = await Promise.all([verdictsOn(asked, plain), verdictsOn(asked, granted)])
          const rank = order.indexOf(after.decision.outcome)
          expect(rank).toBeLessThanOrEqual(order.indexOf(before.decision.outcome))
        }
      }),
      { numRuns: 100 },
    ))

  test('an operation is allowed only when each of its coordinates is, on its own', () =>
    fc.assert(
      fc.asyncProperty(anySituation, fc.array(fc.nat(100_000), { maxLength: 4 }), async (situation, more) => {
        const { granted } = callersOf(situation)
        const asked = [situation.asked, ...more].map((at) => pick([...namedBy(granted), ...coordinates], at))
        const fields = asked.flatMap((coordinate) => operationOf(coordinate).fields)
        const whole = await decide({ fields }, granted, revision, wednesday)
        const alone = await Promise.all(asked.map((each) => decide(operationOf(each), granted, revision, wednesday)))
        expect(whole.outcome === 'deny').toBe(alone.some(({ outcome }) => outcome === 'deny'))
      }),
      { numRuns: 100 },
    ))
})
