/** Finds the pairs of pilots that look like the same work, among all or among those with one that changed. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ScoredPair, Strength } from '../../../../storage/stores/duplicate-findings.ts'
import type { DuplicateSettings } from '../settings.ts'
import { type Compared, profileOf } from './profile.ts'
import { createCorpus, type Likeness } from './corpus.ts'
import { combine, explainPair, strengthOf } from './score.ts'

/** A pilot that says the same as a hundred others has shown enough by its strongest pairs. */
const mostPerPilot = 25
/** After so many pilots, other requests get their turn. */
const turn = 50

export interface FoundPairs {
  /** The strongest first. */
  readonly pairs: readonly ScoredPair[]
  /** Pilots with more strong pairs than are listed. */
  readonly crowded: ReadonlySet<string>
}

interface StrongPair {
  readonly other: number
  readonly likeness: Likeness
  readonly value: number
  readonly strength: Strength
}

export interface FindPairsOptions {
  readonly settings: DuplicateSettings
  /** Only pairs with one of these; all pairs when left out. */
  readonly changed?: ReadonlySet<string>
}

/**
 * Compares pilots and gives the pairs at or above the lower threshold.
 * @example
 * const { pairs } = await findPairs(pilots, { settings: defaultInventorySettings.duplicates })
 */
export async function findPairs(
  pilots: readonly (Compared & { readonly id: string })[],
  { settings, changed }: FindPairsOptions,
): Promise<FoundPairs> {
  const corpus = createCorpus(pilots.map((pilot) => profileOf(pilot.id, pilot)))
  const pairs: ScoredPair[] = []
  const crowded = new Set<string>()
  for (let place = 0; place < corpus.size; place += 1) {
    const { id } = corpus.at(place)
    if (changed !== undefined && !changed.has(id)) continue
    const strong: StrongPair[] = []
    corpus.forEachAlike(place, (other, likeness) => {
      // A pair of two that are both looked at comes up twice: it is taken from the one that stands first.
      if (other < place && (changed === undefined || changed.has(corpus.at(other).id))) return
      const score = combine(likeness, settings.weights)
      const strength = strengthOf(score, settings)
      if (strength !== null) strong.push({ other, likeness, value: score.value, strength })
    })
    strong.sort((one, two) => two.value - one.value || one.other - two.other)
    if (strong.length > mostPerPilot) crowded.add(id)
    for (const { other, likeness, strength } of strong.slice(0, mostPerPilot)) {
      pairs.push(explainPair(corpus, [place, other], likeness, strength, settings))
    }
    if (place % turn === turn - 1) await nextTurn()
  }
  return { pairs: pairs.sort((one, two) => two.score - one.score || (one.a < two.a ? -1 : 1)), crowded }
}
