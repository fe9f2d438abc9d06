/**
 * Makes what a caller sent safe to keep: bounded, well-formed, and without characters that could forge a line of a log or
 * steer a terminal. Nothing is dropped silently: what is escaped or cut says so.
 */

// C0 and C1 controls, DEL, line and paragraph separators, bidirectional controls, zero-width and byte order marks.
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** Printable ASCII: nearly everything, and nothing to do. */
const plain = /^[ -~]*$/

/** The text in at most about `limit` characters, unsafe ones as `\u{202e}`. */
export function safeText(text: string, limit: number): string {
  if (text.length <= limit && plain.test(text)) return text
  const cut = text.length > limit ? text.slice(0, limit) : text
  const escaped = cut
    .toWellFormed()
    .replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`)
  return text.length > limit ? `${escaped}… (${text.length} characters)` : escaped
}

export interface SafeValueLimits {
  /** Longest text, in characters. */
  readonly text: number
  /** Deepest nesting. */
  readonly depth: number
  /** Most items of a list or members of an object. */
  readonly items: number
}

/** A JSON value in which every text and name is safe, and which is not deeper or wider than the limits. */
export function safeValue(value: unknown, limits: SafeValueLimits): unknown {
  switch (typeof value) {
    case 'string':
      return safeText(value, limits.text)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return String(value)
    case 'boolean':
      return value
    case 'object':
      break
    default:
      return null
  }
  if (value === null) return null
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (limits.depth <= 0) return '[too deep]'
  const inner = { ...limits, depth: limits.depth - 1 }
  if (Array.isArray(value)) {
    const items = value.slice(0, limits.items).map((item) => safeValue(item, inner))
    return value.length > limits.items ? [...items, `[${value.length - limits.items} more]`] : items
  }
  // A null prototype, so that a member called `__proto__` is a member like any other.
  const safe = Object.create(null) as Record<string, unknown>
  const members = Object.entries(value)
  for (const [name, member] of members.slice(0, limits.items))
    safe[safeText(name, limits.text)] = safeValue(member, inner)
  if (members.length > limits.items) safe['[more]'] = members.length - limits.items
  return safe
}
