/**
 * Texts written one after another, as letters and digits alone. A value is looked for at every place, so that neither spaces nor
 * punctuation, nor a cut across two arguments, hides it.
 */
import { anchorLength } from '../../../policies/engine/flow-policy.ts'
import { wordsOf } from './fold.ts'
import type { Written } from './written.ts'

/** A value this long is found inside other words as well; a shorter one must begin and end where words do. */
const foundAnywhereFrom = 10

export interface Piece {
  readonly text: string
  readonly from: Written
}

/** A place of the page where a value may stand. */
export interface Spot {
  readonly folded: string
  /** Whose texts it touches. */
  readonly written: readonly Written[]
}

export class Page {
  readonly #folded: string
  /** Where words begin; where one ends, the next begins. */
  readonly #beginnings: ReadonlySet<number>
  readonly #pieces: readonly { readonly end: number; readonly from: Written }[]

  constructor(pieces: readonly Piece[]) {
    const words: string[] = []
    const beginnings = new Set([0])
    const ends: { end: number; from: Written }[] = []
    let at = 0
    for (const { text, from } of pieces) {
      for (const word of wordsOf(text)) {
        words.push(word)
        at += word.length
        beginnings.add(at)
      }
      ends.push({ end: at, from })
    }
    this.#folded = words.join('')
    this.#beginnings = beginnings
    this.#pieces = ends
  }

  /** How many letters and digits it has. */
  get length(): number {
    return this.#folded.length
  }

  /** The beginnings of everything that may stand here, once each. */
  anchors(): ReadonlySet<string> {
    const found = new Set<string>()
    for (let at = 0; at + anchorLength <= this.#folded.length; at += 1) {
      found.add(this.#folded.slice(at, at + anchorLength))
    }
    return found
  }

  /** What stands here and begins with an anchor, in the lengths that values with this anchor have. */
  *spots(lengthsOf: (anchor: string) => readonly number[]): Generator<Spot> {
    for (let at = 0; at + anchorLength <= this.#folded.length; at += 1) {
      for (const length of lengthsOf(this.#folded.slice(at, at + anchorLength))) {
        const end = at + length
        if (end > this.#folded.length) continue
        const whole = this.#beginnings.has(at) && this.#beginnings.has(end)
        if (length < foundAnywhereFrom && !whole) continue
        yield { folded: this.#folded.slice(at, end), written: this.#touched(at, end) }
      }
    }
  }

  #touched(from: number, to: number): readonly Written[] {
    let start = 0
    const touched: Written[] = []
    for (const piece of this.#pieces) {
      if (piece.end > from && start < to && piece.end > start) touched.push(piece.from)
      start = piece.end
    }
    return touched
  }
}
