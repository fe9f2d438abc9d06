/**
 * One form for all the ways in which a value can be written: letters and digits alone, without case, accents, spaces and
 * punctuation; a number without its grouping.
 */

/** The words of a text in that form. Capitals, because these do not depend on the letters around: `ß` is `SS`, `ς` is `Σ`. */
export function wordsOf(text: string): readonly string[] {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toUpperCase()
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}

/** All of a text in that form: `de89 3704-0044` is `DE8937040044`. */
export function foldText(text: string): string {
  return wordsOf(text).join('')
}

/** A decimal number in one form: `-0065000.50` is `65000.5`; null for what is none. The sign does not count. */
export function foldNumber(value: string | number): string | null {
  const match = /^-?(?<whole>\d+)(?:\.(?<part>\d+))?$/u.exec(String(value))
  return match?.groups === undefined ? null : canonical(match.groups['whole'] ?? '', match.groups['part'] ?? '')
}

/** How many digits a folded number has. */
export function digitsOf(folded: string): number {
  return folded.length - (folded.includes('.') ? 1 : 0)
}

const mostParts = 4

/** Every number that a text can be read to have: `65.000,50`, `65,000.5` and `65 000.50` are one, `65.000` is two. */
export function numbersIn(text: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (const [run] of text.normalize('NFKD').matchAll(/\d(?:[\d.,'’ ]*\d)?/gu)) {
    const parts = run.replaceAll(/['’]/gu, '').split(/ +/u)
    for (const first of parts.keys()) {
      for (const next of range(first + 1, Math.min(first + mostParts, parts.length))) {
        for (const reading of readingsOf(parts.slice(first, next).join(''))) found.add(reading)
      }
    }
  }
  return found
}

function readingsOf(text: string): readonly string[] {
  const marks = text.match(/[.,]/gu) ?? []
  const last = marks.at(-1)
  if (last === undefined) return [canonical(text, '')]
  const grouped = canonical(text.replaceAll(/[.,]/gu, ''), '')
  if (marks.filter((mark) => mark === last).length > 1) return [grouped]
  const [whole = '', part = ''] = text.split(last)
  const decimal = canonical(whole.replaceAll(/[.,]/gu, ''), part)
  // With one mark and three digits behind it, nobody can tell.
  return marks.length === 1 && part.length === 3 ? [grouped, decimal] : [decimal]
}

function canonical(whole: string, part: string): string {
  const front = whole.replace(/^0+(?=\d)/u, '')
  const back = part.replace(/0+$/u, '')
  return back === '' ? front : `${front}.${back}`
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}
