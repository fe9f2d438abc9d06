/**
 * All pilots, arranged so that one is compared with every other in one pass over what it says: pairs that share nothing are
 * never looked at, and nothing is guessed. Texts are weighed by TF-IDF (Salton and Buckley 1988): rare words count more.
 */
import type { Profile } from './profile.ts'

/** How alike two pilots are in each part; null where one of the two says nothing. */
export interface Likeness {
  readonly capabilities: number | null
  readonly systems: number | null
  readonly text: number | null
  readonly steps: number | null
}

export interface Corpus {
  readonly size: number
  /** The profile at a place. */
  at(place: number): Profile
  /** Tells how alike the pilot at a place is to each that shares anything with it. */
  forEachAlike(place: number, visit: (other: number, likeness: Likeness) => void): void
  /** How much a term of the pilot at a place counts in its text; 0 when it has none. */
  termWeight(place: number, term: string): number
}

const sets = ['capabilities', 'systems', 'steps'] as const
type SetName = (typeof sets)[number]

/** Who has an item or a term, by place, and how much it counts there. */
interface Holders {
  readonly places: number[]
  readonly weights: number[]
}

/** Arranges profiles. */
export function createCorpus(profiles: readonly Profile[]): Corpus {
  const size = profiles.length
  const one = () => 1
  const holders = {
    capabilities: holdersOf(
      profiles.map(({ capabilities }) => capabilities),
      one,
    ),
    systems: holdersOf(
      profiles.map(({ systems }) => systems),
      one,
    ),
    steps: holdersOf(
      profiles.map(({ steps }) => steps),
      one,
    ),
  }
  const howMany = holdersOf(
    profiles.map(({ terms }) => terms),
    one,
  )
  const vectors = profiles.map((profile) => vectorOf(profile, howMany, size))
  const termHolders = holdersOf(vectors, (weight) => weight)
  // What the pilot that is looked at shares with each other; all zero between two looks.
  const shared: Readonly<Record<SetName | 'text', Float64Array>> = {
    capabilities: new Float64Array(size),
    systems: new Float64Array(size),
    steps: new Float64Array(size),
    text: new Float64Array(size),
  }

  function profileAt(place: number): Profile {
    const profile = profiles[place]
    if (profile === undefined) throw new RangeError(`There is no profile at ${place}.`)
    return profile
  }

  /** Adds up what is shared, and gives the places where anything is. */
  function addUp(place: number): ReadonlySet<number> {
    const profile = profileAt(place)
    const touched = new Set<number>()
    const add = (into: Float64Array, weight: number, { places, weights }: Holders) => {
      places.forEach((other, index) => {
        if (other === place) return
        into[other] = (into[other] ?? 0) + weight * (weights[index] ?? 0)
        touched.add(other)
      })
    }
    for (const name of sets) {
      for (const item of profile[name].keys()) add(shared[name], 1, holders[name].get(item) ?? nobody)
    }
    for (const [term, weight] of vectors[place] ?? []) add(shared.text, weight, termHolders.get(term) ?? nobody)
    return touched
  }

  function likenessOf(mine: Profile, theirs: Profile, other: number): Likeness {
    const jaccard = (name: SetName): number | null => {
      const [many, more] = [mine[name].size, theirs[name].size]
      const both = shared[name][other] ?? 0
      return many === 0 || more === 0 ? null : both / (many + more - both)
    }
    const silent = mine.terms.size === 0 || theirs.terms.size === 0
    return {
      capabilities: jaccard('capabilities'),
      systems: jaccard('systems'),
      text: silent ? null : Math.min(1, shared.text[other] ?? 0),
      steps: jaccard('steps'),
    }
  }

  return {
    size,
    at: profileAt,
    termWeight: (place, term) => vectors[place]?.get(term) ?? 0,
    forEachAlike(place, visit) {
      const mine = profileAt(place)
      const touched = addUp(place)
      for (const other of touched) visit(other, likenessOf(mine, profileAt(other), other))
      for (const each of Object.values(shared)) for (const other of touched) each[other] = 0
    },
  }
}

const nobody: Holders = { places: [], weights: [] }

function holdersOf<Value>(
  owned: readonly ReadonlyMap<string, Value>[],
  weightOf: (value: Value) => number,
): ReadonlyMap<string, Holders> {
  const holders = new Map<string, Holders>()
  owned.forEach((items, place) => {
    for (const [item, value] of items) {
      const known = holders.get(item) ?? { places: [], weights: [] }
      known.places.push(place)
      known.weights.push(weightOf(value))
      holders.set(item, known)
    }
  })
  return holders
}

/** The text of a profile as a vector of length 1: (1 + ln tf) × (1 + ln((n + 1) / (df + 1))). */
function vectorOf(
  { terms }: Profile,
  holders: ReadonlyMap<string, Holders>,
  size: number,
): ReadonlyMap<string, number> {
  const weights = [...terms].map(([term, times]): [string, number] => {
    const rarity = 1 + Math.log((size + 1) / ((holders.get(term)?.places.length ?? 0) + 1))
    return [term, (1 + Math.log(times)) * rarity]
  })
  const length = Math.hypot(...weights.map(([, weight]) => weight))
  return new Map(weights.map(([term, weight]) => [term, weight / length]))
}
