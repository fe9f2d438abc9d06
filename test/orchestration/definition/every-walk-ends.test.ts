import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cyclesAreBounded } from '../../../orchestration/definition/checks/cycles-are-bounded.ts'
import { waysEnd } from '../../../orchestration/definition/checks/ways-end.ts'
import { subject } from './environment.ts'

interface WalkNode {
  readonly ways: readonly string[]
  readonly atMost: { readonly times: number; readonly then: string } | null
}

const names = ['begin', 'b', 'c', 'd', 'e']
const target = fc.constantFrom(...names, 'done')
const node = fc.record<WalkNode>({
  ways: fc.array(target, { minLength: 1, maxLength: 2 }),
  atMost: fc.option(fc.record({ times: fc.integer({ min: 1, max: 2 }), then: target })),
})
const walkable = fc.tuple(node, node, node, node, node)

/** Each way of a node is a choice. */
function linesOf(nodes: readonly WalkNode[]): string {
  const lines = nodes.map(({ ways: [otherwise, ...choices], atMost }, index) => {
    const decision = {
      type: 'decision',
      choices: [...choices, otherwise].map((next) => ({ when: '= true', next })),
      otherwise,
      ...(atMost === null ? {} : { atMost }),
    }
    return `  ${names[index]!}: ${JSON.stringify(decision)}`
  })
  return `nodes:\n${lines.join('\n')}\n  done: { type: end }`
}

/** How long a walk is that chooses by `choices`; `cap` when it has not ended by then. */
function walk(nodes: readonly WalkNode[], choices: readonly number[], cap: number): number {
  const entered = new Map<string, number>()
  let at = 'begin'
  for (let length = 0; length < cap; length += 1) {
    if (at === 'done') return length
    const { ways, atMost } = nodes[names.indexOf(at)]!
    const times = (entered.get(at) ?? 0) + 1
    entered.set(at, times)
    const chosen = choices[length % choices.length]! % ways.length
    at = atMost !== null && times > atMost.times ? atMost.then : ways[chosen]!
  }
  return cap
}

test('no walk through a definition that passes goes on for ever, whatever it chooses', () => {
  // At most five nodes between any two of the ten entries that are not the last ones allowed.
  const cap = 70
  let passed = 0
  fc.assert(
    fc.property(walkable, fc.array(fc.nat({ max: 1 }), { minLength: 1, maxLength: 7 }), (nodes, choices) => {
      const looked = subject(linesOf(nodes))
      if (waysEnd.find(looked).length + cyclesAreBounded.find(looked).length > 0) return
      passed += 1
      expect(walk(nodes, choices, cap)).toBeLessThan(cap)
    }),
    { numRuns: 1_000 },
  )
  expect(passed).toBeGreaterThan(20)
})
