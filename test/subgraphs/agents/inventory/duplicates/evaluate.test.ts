/** The labelled set of the repository, and how well the scoring that is in force judges it. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  comparePairs,
  evaluate,
  halvesOf,
  tuneThresholds,
  tuneWeights,
} from '../../../../../subgraphs/agents/inventory/duplicates/evaluate.ts'
import { readLabelledSet } from '../../../../../subgraphs/agents/inventory/duplicates/labelled-set.ts'
import { defaultInventorySettings } from '../../../../../subgraphs/agents/inventory/settings.ts'

const settings = defaultInventorySettings.duplicates
const set = readLabelledSet(path.resolve(import.meta.dirname, '../../../../../examples/inventory'))
const names = set.pilots.map(({ name }) => name)
const pairs = comparePairs(set.pilots, set.labels)
const all = evaluate(pairs, settings, new Set(names))

describe('the labelled set', () => {
  test('has pilots of many departments, labels of each kind, and a reason for each', () => {
    expect(set.pilots.length).toBeGreaterThanOrEqual(60)
    expect(new Set(set.pilots.map(({ department }) => department)).size).toBeGreaterThan(20)
    for (const label of ['DUPLICATE', 'OVERLAP', 'DIFFERENT']) {
      expect(set.labels.filter((pair) => pair.label === label).length, label).toBeGreaterThanOrEqual(15)
    }
    expect(new Set(set.labels.map(({ a, b }) => [a, b].sort().join('|'))).size).toBe(set.labels.length)
  })

  test('is divided so that no label joins the halves', () => {
    const { tuning, heldOut } = halvesOf(names, set.labels)
    expect(tuning.size + heldOut.size).toBe(names.length)
    expect(Math.abs(tuning.size - heldOut.size)).toBeLessThan(5)
    for (const { a, b } of set.labels) expect(tuning.has(a)).toBe(tuning.has(b))
  })
})

describe('the scoring in force', () => {
  test('takes no pair for a duplicate that is none', () => {
    expect(all.likely.precision).toBe(1)
    expect(all.likely.truePositives).toBeGreaterThanOrEqual(5)
  })

  test('finds fifteen of sixteen duplicates at least as an overlap', () => {
    const missed = all.mistakes.filter(({ label, found }) => label === 'DUPLICATE' && found === 'DIFFERENT')
    expect(missed).toHaveLength(1)
    expect(all.overlap.precision).toBeGreaterThan(0.9)
  })

  test('is counted right', () => {
    const { likely, overlap, pairs: count } = all
    expect(count).toBe((names.length * (names.length - 1)) / 2)
    const duplicates = set.labels.filter(({ label }) => label === 'DUPLICATE').length
    const overlaps = set.labels.filter(({ label }) => label === 'OVERLAP').length
    expect(likely.truePositives + likely.falseNegatives).toBe(duplicates)
    expect(overlap.truePositives + overlap.falseNegatives).toBe(duplicates + overlaps)
    expect(likely.recall).toBe(likely.truePositives / duplicates)
  })

  test('tuning looks at its half only, and is better there', () => {
    const { tuning, heldOut } = halvesOf(names, set.labels)
    const few = pairs.filter(({ label }) => label !== 'DIFFERENT')
    const { capabilities, systems, text, steps } = tuneWeights(few, settings, tuning)
    expect(capabilities + systems + text + steps).toBeCloseTo(1, 10)
    const { likely, overlap } = tuneThresholds(pairs, settings, tuning)
    expect(overlap).toBeLessThanOrEqual(likely)
    const tuned = evaluate(pairs, { ...settings, likely, overlap }, tuning)
    const before = evaluate(pairs, settings, tuning)
    expect(tuned.likely.f1).toBeGreaterThanOrEqual(before.likely.f1 ?? 0)
    expect(evaluate(pairs, settings, heldOut).likely.precision).toBe(1)
  })
})
