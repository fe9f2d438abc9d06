/** Finds, in what an act writes, values that were read before, and where they may not stand. */
import type { ProtectedLabel } from '../../../policies/engine/flow-policy.ts'
import type { EarlierRead, FlowStore } from '../../../storage/stores/flow.ts'
import { decodings } from './decodings.ts'
import { digitsOf, foldText, numbersIn } from './fold.ts'
import type { FlowHashes } from './hashes.ts'
import { Page, type Piece, type Spot } from './page.ts'
import type { Written } from './written.ts'

export interface Leak {
  readonly label: ProtectedLabel
  /** Where the value is written now. */
  readonly argument: string
  readonly read: EarlierRead
}

export interface SearchOptions {
  readonly store: Pick<FlowStore, 'lengths' | 'values'>
  readonly hashes: FlowHashes
  readonly bearers: readonly string[]
  readonly now: Date
  readonly shortest: { readonly text: number; readonly number: number }
}

/** What an act writes, made ready to be searched. */
export interface Searchable {
  /** Every text, and every reading of one that is written in a code. */
  readonly pieces: readonly Piece[]
  /** All texts in their order on one page, and each reading on one of its own. */
  readonly pages: readonly Page[]
}

/** Of so many characters, one at least is expected to be a letter or a digit. */
const markup = 4

/** Null where there is more than is searched. */
export function searchable(written: readonly Written[], mostCharacters: number): Searchable | null {
  const plain = written.map((from): Piece => ({ text: from.text, from }))
  if (plain.reduce((sum, { text }) => sum + text.length, 0) > markup * mostCharacters) return null
  const first = new Page(plain)
  if (first.length > mostCharacters) return null
  const readings = plain.flatMap(({ text, from }) => decodings(text).map((reading): Piece => ({ text: reading, from })))
  const pages = [first, ...readings.map((piece) => new Page([piece]))]
  if (pages.reduce((sum, page) => sum + page.length, 0) > mostCharacters) return null
  return { pieces: [...plain, ...readings], pages }
}

/** Values that the bearers have read and that stand where their label may not. */
export async function findLeaks({ pieces, pages }: Searchable, options: SearchOptions): Promise<readonly Leak[]> {
  const { store, hashes, bearers, now } = options
  const spots = new Map<string, Spot[]>()
  const note = (hash: string, spot: Spot) => {
    const known = spots.get(hash)
    if (known === undefined) spots.set(hash, [spot])
    else known.push(spot)
  }
  for (const { folded, written: touched } of await textSpots(pages, options)) {
    note(hashes.text(folded), { folded, written: touched })
  }
  for (const spot of numberSpots(pieces, options)) note(hashes.number(spot.folded), spot)
  if (spots.size === 0) return []
  const values = await store.values(bearers, [...spots.keys()], now)
  return values.flatMap(({ hash, ...read }) =>
    (spots.get(hash) ?? []).flatMap((spot): readonly Leak[] => {
      const wrong = spot.written.find((place) => !place.mayHold(read.label))
      return wrong === undefined ? [] : [{ label: read.label, argument: wrong.argument, read }]
    }),
  )
}

async function textSpots(
  pages: readonly Page[],
  { store, hashes, bearers, now }: SearchOptions,
): Promise<readonly Spot[]> {
  const anchors = new Map(pages.flatMap((page) => [...page.anchors()].map((text) => [hashes.anchor(text), text])))
  if (anchors.size === 0) return []
  const lengths = new Map<string, number[]>()
  for (const { anchor, length } of await store.lengths(bearers, [...anchors.keys()], now)) {
    const text = anchors.get(anchor) ?? ''
    lengths.set(text, [...(lengths.get(text) ?? []), length])
  }
  if (lengths.size === 0) return []
  return pages.flatMap((page) => [...page.spots((anchor) => lengths.get(anchor) ?? [])])
}

function numberSpots(pieces: readonly Piece[], { shortest }: SearchOptions): readonly Spot[] {
  return pieces.flatMap(({ text, from }) =>
    [...numbersIn(text)]
      .filter((folded) => digitsOf(folded) >= shortest.number)
      .map((folded) => ({ folded, written: [from] })),
  )
}

/** Where any value of the label could stand and may not: what counts when an answer brought more values than are kept. */
export function openPlaces(
  written: readonly Written[],
  label: ProtectedLabel,
  shortest: SearchOptions['shortest'],
): readonly Written[] {
  const couldHold = ({ text }: Written) =>
    foldText(text).length >= shortest.text || [...numbersIn(text)].some((folded) => digitsOf(folded) >= shortest.number)
  return written.filter((place) => !place.mayHold(label) && couldHold(place))
}
