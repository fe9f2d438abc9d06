/** Ids made of native keys by a form like `sup-{key}` or `{CompanyCode}-{Document}`, and taken apart again. */
import type { Value } from './mapped-entity.ts'
import { asText } from './values.ts'

export interface IdFormat {
  readonly write: (values: readonly Value[]) => string
  /** The parts of an id; null for text that this form never makes. */
  readonly read: (id: string) => readonly string[] | null
}

/** Prepares a form that names each of `parts` once; null where it does not, or where an id could be read in two ways. */
export function idFormat(form: string, parts: readonly string[]): IdFormat | null {
  const pieces = form.split(/(\{[^{}]+\})/).filter((piece) => piece !== '')
  const places = pieces.flatMap((piece, index) => (isPlace(piece) ? [{ name: piece.slice(1, -1), index }] : []))
  const named = places.map(({ name }) => name)
  const complete = named.length === parts.length && parts.every((part) => named.includes(part))
  const apart = places.every(({ index }) => index === 0 || !isPlace(pieces[index - 1] ?? ''))
  if (!complete || !apart) return null
  const pattern = pieces.map((piece, index) => {
    if (!isPlace(piece)) return escape(piece)
    // All but the last part end at the first character of what stands behind them.
    const [end] = pieces[index + 1] ?? ''
    return end === undefined || index === places.at(-1)?.index ? '(.+)' : `([^${escapeInSet(end)}]+)`
  })
  const expression = new RegExp(`^${pattern.join('')}$`, 'su')
  const order = parts.map((part) => named.indexOf(part))
  return {
    write: (values) =>
      pieces
        .map((piece) => (isPlace(piece) ? asText(values[parts.indexOf(piece.slice(1, -1))] ?? null) : piece))
        .join(''),
    read: (id) => {
      const match = expression.exec(id)
      return match ? order.map((at) => match[at + 1] ?? '') : null
    },
  }
}

function isPlace(piece: string): boolean {
  return piece.startsWith('{') && piece.endsWith('}')
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, (character) => `\\${character}`)
}

function escapeInSet(character: string): string {
  return /[\\\]^-]/.test(character) ? `\\${character}` : character
}
