/** From how alike two pilots are in each part to one score, and why: components, their weights, what is shared and what differs. */
import type { FindingComponent, ScoredPair, Strength } from '../../../../storage/stores/duplicate-findings.ts'
import type { DuplicateSettings, DuplicateWeights } from '../settings.ts'
import type { Corpus, Likeness } from './corpus.ts'

export const componentNames = [
  'capabilities',
  'systems',
  'text',
  'steps',
] as const satisfies readonly (keyof DuplicateWeights)[]

/** The most items or terms that a finding lists of each kind. */
const mostListed = 20

export interface Score {
  /** 0 to 1, four decimals. */
  readonly value: number
  /** The share of the weights that both could be compared by. */
  readonly compared: number
}

/** The weighted mean of what could be compared: a missing part drops out, and its weight goes to the others. */
export function combine(likeness: Likeness, weights: DuplicateWeights): Score {
  let whole = 0
  let compared = 0
  let sum = 0
  for (const name of componentNames) {
    whole += weights[name]
    const part = likeness[name]
    if (part === null) continue
    compared += weights[name]
    sum += weights[name] * part
  }
  return compared === 0
    ? { value: 0, compared: 0 }
    : { value: rounded(sum / compared), compared: rounded(compared / whole) }
}

/** How strong a score is; null when it is no finding. */
export function strengthOf({ value, compared }: Score, settings: DuplicateSettings): Strength | null {
  if (compared < settings.minimumCompared || value < settings.overlap) return null
  return value >= settings.likely ? 'LIKELY' : 'OVERLAP'
}

/** A pair of the corpus with everything that its score rests on. */
export function explainPair(
  corpus: Corpus,
  [place, other]: readonly [number, number],
  likeness: Likeness,
  strength: Strength,
  { weights }: DuplicateSettings,
): ScoredPair {
  const [first, second] = corpus.at(place).id < corpus.at(other).id ? [place, other] : [other, place]
  const [a, b] = [corpus.at(first), corpus.at(second)]
  const { value, compared } = combine(likeness, weights)
  const present = componentNames.filter((name) => likeness[name] !== null)
  const whole = present.reduce((sum, name) => sum + weights[name], 0)
  const components = componentNames.map((name): FindingComponent => {
    const score = likeness[name]
    const items = name === 'text' ? termsOf(corpus, first, second) : itemsOf(a[name], b[name])
    return {
      name,
      score: score === null ? null : rounded(score),
      weight: score === null ? 0 : rounded(weights[name] / whole),
      ...items,
    }
  })
  return { a: a.id, b: b.id, strength, score: value, compared, components, inputsHash: `${a.hash}.${b.hash}` }
}

type Items = Pick<FindingComponent, 'shared' | 'onlyA' | 'onlyB'>

function itemsOf(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): Items {
  const listed = (from: ReadonlyMap<string, string>, keep: (item: string) => boolean) =>
    [...from]
      .filter(([item]) => keep(item))
      .map(([, text]) => text)
      .slice(0, mostListed)
  return {
    shared: listed(a, (item) => b.has(item)),
    onlyA: listed(a, (item) => !b.has(item)),
    onlyB: listed(b, (item) => !a.has(item)),
  }
}

/** The terms of the texts, those that count most first. */
function termsOf(corpus: Corpus, first: number, second: number): Items {
  const [a, b] = [corpus.at(first).terms, corpus.at(second).terms]
  const weightiest = (terms: ReadonlyMap<string, number>, keep: (term: string) => boolean, place: number) =>
    [...terms.keys()]
      .filter(keep)
      .sort((one, two) => corpus.termWeight(place, two) - corpus.termWeight(place, one) || (one < two ? -1 : 1))
      .slice(0, mostListed)
  return {
    shared: weightiest(a, (term) => b.has(term), first),
    onlyA: weightiest(a, (term) => !b.has(term), first),
    onlyB: weightiest(b, (term) => !a.has(term), second),
  }
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
