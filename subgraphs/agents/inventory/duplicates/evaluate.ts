/**
 * How well the scoring finds what people call a duplicate: precision and recall on a labelled set, with the weights that are in force
 * and with weights tuned on one half of the set. No family of pilots is in both halves, so the other half judges fairly.
 */
import { createHash } from 'node:crypto'
import type { DuplicateSettings, DuplicateWeights } from '../settings.ts'
import { createCorpus, type Likeness } from './corpus.ts'
import { type Compared, profileOf } from './profile.ts'
import { combine } from './score.ts'

export type Label = 'DUPLICATE' | 'OVERLAP' | 'DIFFERENT'

/** What people say about two pilots, by name. A pair that nobody labelled is DIFFERENT. */
export interface LabelledPair {
  readonly a: string
  readonly b: string
  readonly label: Label
  readonly why: string
}

export interface Measure {
  readonly threshold: number
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  /** Null where nothing was found. */
  readonly precision: number | null
  /** Null where there is nothing to find. */
  readonly recall: number | null
  readonly f1: number | null
}

/** A pair that the scoring takes for something else than people do. */
export interface Mistake {
  readonly a: string
  readonly b: string
  readonly label: Label
  readonly found: Label
  readonly score: number
}

export interface Evaluation {
  readonly pilots: number
  readonly pairs: number
  /** Duplicates among what is at or above the upper threshold. */
  readonly likely: Measure
  /** Duplicates and overlaps among what is at or above the lower threshold. */
  readonly overlap: Measure
  readonly mistakes: readonly Mistake[]
}

/** A pair with its label and how alike its two pilots are. */
export interface ComparedPair {
  readonly a: string
  readonly b: string
  readonly label: Label
  readonly likeness: Likeness
}

const nothingShared: Likeness = { capabilities: null, systems: null, text: null, steps: null }

/** Compares every pilot of a labelled set with every other. */
export function comparePairs(
  pilots: readonly (Compared & { readonly name: string })[],
  labels: readonly LabelledPair[],
): readonly ComparedPair[] {
  const corpus = createCorpus(pilots.map((pilot) => profileOf(pilot.name, pilot)))
  const labelOf = new Map(labels.map(({ a, b, label }) => [keyOf(a, b), label]))
  return pilots.flatMap((pilot, place) => {
    const alike = new Map<number, Likeness>()
    corpus.forEachAlike(place, (other, likeness) => void alike.set(other, likeness))
    return pilots.slice(place + 1).map((other, index) => ({
      a: pilot.name,
      b: other.name,
      label: labelOf.get(keyOf(pilot.name, other.name)) ?? 'DIFFERENT',
      likeness: alike.get(place + 1 + index) ?? nothingShared,
    }))
  })
}

/** Judges the pairs of which both pilots are in the half. */
export function evaluate(
  pairs: readonly ComparedPair[],
  settings: DuplicateSettings,
  half: ReadonlySet<string>,
): Evaluation {
  const judged = pairs
    .filter(({ a, b }) => half.has(a) && half.has(b))
    .map((pair) => {
      const { value, compared } = combine(pair.likeness, settings.weights)
      return { ...pair, score: compared >= settings.minimumCompared ? value : 0 }
    })
  const foundAs = (score: number): Label =>
    score >= settings.likely ? 'DUPLICATE' : score >= settings.overlap ? 'OVERLAP' : 'DIFFERENT'
  return {
    pilots: half.size,
    pairs: judged.length,
    likely: measure(judged, settings.likely, (label) => label === 'DUPLICATE'),
    overlap: measure(judged, settings.overlap, (label) => label !== 'DIFFERENT'),
    mistakes: judged
      .map(({ a, b, label, score }) => ({ a, b, label, found: foundAs(score), score }))
      .filter(({ label, found }) => label !== found)
      .sort((one, other) => other.score - one.score),
  }
}

/** Divides the pilots of a labelled set in two; pilots that a label joins, also as different, stay together. */
export function halvesOf(
  names: readonly string[],
  labels: readonly LabelledPair[],
): { readonly tuning: ReadonlySet<string>; readonly heldOut: ReadonlySet<string> } {
  const families = new Map(names.map((name): [string, Set<string>] => [name, new Set([name])]))
  for (const { a, b } of labels) {
    const [one, other] = [families.get(a), families.get(b)]
    if (one === undefined || other === undefined || one === other) continue
    for (const name of other) families.set(name, one.add(name))
  }
  const order = (family: ReadonlySet<string>) =>
    createHash('sha256')
      .update([...family].sort().join('\n'))
      .digest('hex')
  const drawn = [...new Set(families.values())].sort((one, other) => (order(one) < order(other) ? -1 : 1))
  const [tuning, heldOut] = [new Set<string>(), new Set<string>()]
  // The larger families first, each into the half that has fewer pilots; the hash decides among equals.
  for (const family of drawn.sort((one, other) => other.size - one.size)) {
    const half = tuning.size <= heldOut.size ? tuning : heldOut
    for (const name of family) half.add(name)
  }
  return { tuning, heldOut }
}

/** The weights, in steps of 0.05, that judge a half best: the highest mean of the two F1. Of equals, the first. */
export function tuneWeights(
  pairs: readonly ComparedPair[],
  settings: DuplicateSettings,
  half: ReadonlySet<string>,
): DuplicateWeights {
  const within = pairs.filter(({ a, b }) => half.has(a) && half.has(b))
  let best = settings.weights
  let bestMean = -1
  for (const weights of weightGrid()) {
    const { likely, overlap } = evaluate(within, { ...settings, weights }, half)
    const mean = ((likely.f1 ?? 0) + (overlap.f1 ?? 0)) / 2
    if (mean > bestMean) [best, bestMean] = [weights, mean]
  }
  return best
}

/** The thresholds, in steps of 0.02, that judge a half best: each with the highest F1 of what it is for. Of equals, the highest. */
export function tuneThresholds(
  pairs: readonly ComparedPair[],
  settings: DuplicateSettings,
  half: ReadonlySet<string>,
): Pick<DuplicateSettings, 'likely' | 'overlap'> {
  const steps = Array.from({ length: 35 }, (_, index) => (86 - 2 * index) / 100)
  const best = (which: 'likely' | 'overlap', candidates: readonly number[]) => {
    const judged = candidates.map((threshold) => {
      const { [which]: measured } = evaluate(pairs, { ...settings, [which]: threshold }, half)
      return { threshold, f1: measured.f1 ?? 0 }
    })
    return judged.reduce((one, other) => (other.f1 > one.f1 ? other : one)).threshold
  }
  const likely = best('likely', steps)
  const overlap = best(
    'overlap',
    steps.filter((threshold) => threshold <= likely),
  )
  return { likely, overlap }
}

function* weightGrid(): Generator<DuplicateWeights> {
  const steps = 20
  for (let capabilities = 1; capabilities < steps; capabilities += 1) {
    for (let systems = 1; systems < steps - capabilities; systems += 1) {
      for (let text = 1; text < steps - capabilities - systems; text += 1) {
        const rest = steps - capabilities - systems - text
        yield { capabilities: capabilities / steps, systems: systems / steps, text: text / steps, steps: rest / steps }
      }
    }
  }
}

function measure(
  pairs: readonly { readonly label: Label; readonly score: number }[],
  threshold: number,
  isWanted: (label: Label) => boolean,
): Measure {
  const count = (wanted: boolean, found: boolean) =>
    pairs.filter(({ label, score }) => isWanted(label) === wanted && score >= threshold === found).length
  const truePositives = count(true, true)
  const falsePositives = count(false, true)
  const falseNegatives = count(true, false)
  const share = (whole: number) => (whole === 0 ? null : truePositives / whole)
  const precision = share(truePositives + falsePositives)
  const recall = share(truePositives + falseNegatives)
  const f1 = share(truePositives + (falsePositives + falseNegatives) / 2)
  return { threshold, truePositives, falsePositives, falseNegatives, precision, recall, f1 }
}

function keyOf(one: string, other: string): string {
  return one < other ? `${one}\n${other}` : `${other}\n${one}`
}
