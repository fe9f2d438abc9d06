/** The score of two pilots: by its definition, explained, the same however it is computed, and in time for a thousand pilots. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCorpus } from '../../../../../subgraphs/agents/inventory/duplicates/corpus.ts'
import { findPairs } from '../../../../../subgraphs/agents/inventory/duplicates/find-pairs.ts'
import { type Compared, profileOf } from '../../../../../subgraphs/agents/inventory/duplicates/profile.ts'
import { combine, strengthOf } from '../../../../../subgraphs/agents/inventory/duplicates/score.ts'
import { stem, termsOf } from '../../../../../subgraphs/agents/inventory/duplicates/words.ts'
import { defaultInventorySettings } from '../../../../../subgraphs/agents/inventory/settings.ts'

const settings = defaultInventorySettings.duplicates
const silent: Compared = {
  purpose: '',
  responsibilities: [],
  capabilities: [],
  systems: [],
  dataEntities: [],
  workflowSteps: [],
  role: null,
}
const pilot = (id: string, more: Partial<Compared> = {}) => ({ ...silent, id, ...more })

/** How alike two pilots are in what both speak of; 0 where nothing is shared. */
function alike(one: ReturnType<typeof pilot>, other: ReturnType<typeof pilot>) {
  const found = { capabilities: 0, systems: 0 }
  createCorpus([one, other].map((each) => profileOf(each.id, each))).forEachAlike(0, (_, { capabilities, systems }) => {
    Object.assign(found, { capabilities: capabilities ?? 0, systems: systems ?? 0 })
  })
  return found
}

describe('what counts as the same', () => {
  test.each([
    ['a coordinate and a tool', ['Mutation.updateCase'], ['update_case'], 1],
    ['a query and a getter', ['Query.invoices'], ['get_invoices'], 1],
    ['singular and plural', ['Query.invoice'], ['Query.invoices'], 1],
    ['reading and writing', ['Mutation.updateCase'], ['Query.case'], 0],
    ['one of three', ['a1', 'b1'], ['b1', 'c1'], 1 / 3],
    ['an item twice', ['Query.invoice', 'Query.invoices'], ['Query.invoice'], 1],
  ])('%s', (_, one, other, score) => {
    expect(alike(pilot('a', { capabilities: one }), pilot('b', { capabilities: other })).capabilities).toBeCloseTo(
      score,
      10,
    )
  })

  test.each([
    [['SAP S/4HANA'], ['S/4HANA'], 1],
    [['Microsoft Teams'], ['Teams'], 1],
    [['SAP'], ['Oracle'], 0],
    [['SAP'], ['sap'], 1],
    [['Überwachung'], ['uberwachung'], 1],
  ])('the systems %s and %s', (one, other, score) => {
    expect(alike(pilot('a', { systems: one }), pilot('b', { systems: other })).systems).toBe(score)
  })

  test('a role stands in for steps that nobody named, and not beside them', () => {
    const profiles = [pilot('a', { role: 'clerk' }), pilot('b', { role: 'clerk', workflowSteps: ['read'] })]
    const [a, b] = profiles.map((each) => profileOf(each.id, each))
    expect([[...a!.steps.keys()], [...b!.steps.keys()]]).toEqual([['clerk'], ['read']])
  })

  test('words meet in their forms', () => {
    for (const [one, other] of [
      ['invoices', 'invoicing'],
      ['matches', 'matching'],
      ['matched', 'match'],
      ['summaries', 'summary'],
      ['checks', 'checked'],
      ['planning', 'plan'],
    ] as const) {
      expect(stem(one), one).toBe(stem(other))
    }
    expect(termsOf('The agent is for the 3 best of us')).toEqual(['best', 'us'])
  })
})

describe('the score', () => {
  test('is the weighted mean; what is missing drops out and its weight goes to the others', () => {
    const likeness = { capabilities: 1, systems: 0.5, text: 0.2, steps: 0 }
    expect(combine(likeness, settings.weights)).toEqual({ value: 0.525, compared: 1 })
    expect(combine({ ...likeness, steps: null }, settings.weights)).toEqual({ value: 0.6176, compared: 0.85 })
    expect(combine({ capabilities: null, systems: null, text: null, steps: null }, settings.weights)).toEqual({
      value: 0,
      compared: 0,
    })
  })

  test('is strong from the thresholds on, and says nothing where too little could be compared', () => {
    expect(strengthOf({ value: 0.6, compared: 1 }, settings)).toBe('LIKELY')
    expect(strengthOf({ value: 0.5999, compared: 1 }, settings)).toBe('OVERLAP')
    expect(strengthOf({ value: 0.4, compared: 1 }, settings)).toBe('OVERLAP')
    expect(strengthOf({ value: 0.3999, compared: 1 }, settings)).toBeNull()
    expect(strengthOf({ value: 1, compared: 0.49 }, settings)).toBeNull()
  })
})

const word = fc.constantFrom('invoice', 'order', 'match', 'ship', 'customer', 'plan', 'stock', 'case')
const words = fc.array(word, { maxLength: 4 })
const anyPilot = fc.record({
  purpose: words.map((list) => list.join(' ')),
  responsibilities: words,
  capabilities: words,
  systems: words,
  dataEntities: words,
  workflowSteps: words,
  role: fc.option(word),
})
const loose = { ...settings, overlap: 0.01, likely: 0.5, minimumCompared: 0 }

describe('finding pairs', () => {
  test('gives exactly what comparing each with each gives, whichever changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPilot, { minLength: 2, maxLength: 12 }), fc.nat(), async (drawn, seed) => {
        const pilots = drawn.map((each, n) => ({ ...each, id: `p${String(n).padStart(2, '0')}` }))
        const profiles = pilots.map((each) => profileOf(each.id, each))
        const naive = new Map<string, number>()
        const jaccard = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) => {
          const union = new Set([...one.keys(), ...other.keys()]).size
          return one.size === 0 || other.size === 0 ? null : (one.size + other.size - union) / union
        }
        const corpus = createCorpus(profiles)
        profiles.forEach((a, x) => {
          profiles.slice(x + 1).forEach((b) => {
            const terms = [...a.terms.keys()].filter((term) => b.terms.has(term))
            const y = profiles.indexOf(b)
            const text = terms.reduce((sum, term) => sum + corpus.termWeight(x, term) * corpus.termWeight(y, term), 0)
            const likeness = {
              capabilities: jaccard(a.capabilities, b.capabilities),
              systems: jaccard(a.systems, b.systems),
              steps: jaccard(a.steps, b.steps),
              text: a.terms.size === 0 || b.terms.size === 0 ? null : Math.min(1, text),
            }
            const score = combine(likeness, loose.weights)
            if (strengthOf(score, loose) !== null) naive.set(`${a.id} ${b.id}`, score.value)
          })
        })
        const { pairs } = await findPairs(pilots, { settings: loose })
        expect(new Map(pairs.map(({ a, b, score }) => [`${a} ${b}`, score]))).toEqual(naive)

        const changed = new Set([pilots[seed % pilots.length]!.id])
        const some = await findPairs(pilots, { settings: loose, changed })
        const touching = [...naive].filter(([pair]) => pair.split(' ').some((id) => changed.has(id)))
        expect(new Map(some.pairs.map(({ a, b, score }) => [`${a} ${b}`, score]))).toEqual(new Map(touching))
      }),
      { numRuns: 60 },
    )
  })

  test('a finding shows every part, and the parts give the score', async () => {
    await fc.assert(
      fc.asyncProperty(anyPilot, anyPilot, async (one, other) => {
        const { pairs } = await findPairs(
          [
            { ...one, id: 'a' },
            { ...other, id: 'b' },
          ],
          { settings: loose },
        )
        for (const { components, score } of pairs) {
          expect(components.map(({ name }) => name)).toEqual(['capabilities', 'systems', 'text', 'steps'])
          const sum = components.reduce((total, part) => total + part.weight * (part.score ?? 0), 0)
          expect(sum).toBeCloseTo(score, 3)
          for (const { score: part, shared, onlyA, onlyB } of components) {
            if (part === null) expect(shared).toEqual([])
            else expect(part === 0).toBe(shared.length === 0)
            expect(onlyA.filter((item) => onlyB.includes(item))).toEqual([])
          }
        }
      }),
    )
  })

  test('the order of the pilots changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPilot, { minLength: 2, maxLength: 8 }), async (drawn) => {
        const pilots = drawn.map((each, n) => ({ ...each, id: `p${n}` }))
        const inOrder = await findPairs(pilots, { settings: loose })
        const reversed = await findPairs([...pilots].reverse(), { settings: loose })
        const told = (found: typeof inOrder) =>
          found.pairs.map(({ a, b, score, inputsHash }) => [a, b, score, inputsHash]).sort()
        expect(told(reversed)).toEqual(told(inOrder))
      }),
      { numRuns: 30 },
    )
  })

  test('a thousand pilots of forty kinds: those of one kind are found, in one go', async () => {
    const pilots = Array.from({ length: 1_000 }, (_, n) => {
      const kind = n % 40
      return pilot(`p${String(n).padStart(4, '0')}`, {
        purpose: `Does thing${kind} for customers and checks part${kind} of step${kind} every day number${n}.`,
        capabilities: [`Query.thing${kind}`, 'Query.accounts', `Mutation.change${kind}`],
        systems: [`System ${kind}`, 'Salesforce', 'Outlook'],
        workflowSteps: [`read ${kind}`, `write ${kind}`],
      })
    })
    const { pairs, crowded } = await findPairs(pilots, { settings })
    expect(pairs.every(({ a, b }) => Number(a.slice(1)) % 40 === Number(b.slice(1)) % 40)).toBe(true)
    // 25 of a kind: each pair is found, and nobody has more than are listed.
    expect(pairs).toHaveLength(40 * ((25 * 24) / 2))
    expect(crowded.size).toBe(0)
  }, 60_000)

  test('one that says the same as very many is listed with its strongest pairs, and known to be crowded', async () => {
    const same = { purpose: 'Matches invoices.', capabilities: ['a1'], systems: ['b1'] }
    const { pairs, crowded } = await findPairs(
      Array.from({ length: 60 }, (_, n) => pilot(`p${String(n).padStart(2, '0')}`, same)),
      { settings },
    )
    expect(crowded.size).toBeGreaterThan(0)
    expect(pairs.length).toBeLessThan((60 * 59) / 2)
  })
})
