/** JSON as the orchestration hands it around, and the way from a value of an expression to it. */
import type { Json, JsonObject } from '../../lib/json.ts'

/** What one value may come to, so that a small expression cannot fill the context. */
const limits = { depth: 64, parts: 100_000, characters: 1_000_000 } as const

interface Spent {
  parts: number
  characters: number
}

/**
 * A copy of a value as plain JSON: whole numbers as numbers, timestamps as RFC 3339 text, durations as seconds (`90s`).
 * @throws an Error that says what of it has no JSON.
 */
export function toPlainJson(value: unknown): Json {
  return convert(value, 0, { parts: 0, characters: 0 })
}

function convert(value: unknown, depth: number, spent: Spent): Json {
  spent.parts += 1
  if (depth > limits.depth) throw new Error(`it is nested deeper than ${limits.depth} levels`)
  if (spent.parts > limits.parts) throw new Error(`it has more than ${limits.parts} values`)
  switch (typeof value) {
    case 'string':
      return text(value, spent)
    case 'boolean':
      return value
    case 'number':
    case 'bigint':
      return number(value)
    case 'object':
      return value === null ? null : structure(value, depth, spent)
    default:
      throw new Error(`it has a part that is no JSON (\`${typeof value}\`)`)
  }
}

function structure(value: object, depth: number, spent: Spent): Json {
  if (Array.isArray(value)) return value.map((item) => convert(item, depth + 1, spent))
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Map) return object(value, depth, spent)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return ofLibrary(value)
  return object(Object.entries(value), depth, spent)
}

/** The library's own values; it does not export their classes. */
function ofLibrary(value: object): Json {
  if (isDuration(value)) return seconds(value)
  const unsigned: unknown = value.valueOf()
  if (typeof unsigned === 'bigint') return number(unsigned)
  throw new Error('it has a part that is no JSON, like bytes or the name of a type')
}

/** `Object.fromEntries` defines members, so that one named `__proto__` stays a member. Undefined members are left out, as in JSON. */
function object(entries: Iterable<readonly [unknown, unknown]>, depth: number, spent: Spent): JsonObject {
  return Object.fromEntries(
    [...entries].flatMap(([key, member]): [string, Json][] =>
      member === undefined ? [] : [[text(String(key), spent), convert(member, depth + 1, spent)]],
    ),
  )
}

function text(value: string, spent: Spent): string {
  spent.characters += value.length
  if (spent.characters > limits.characters) throw new Error(`it has more than ${limits.characters} characters`)
  return value
}

function number(value: number | bigint): number {
  const converted = Number(value)
  if (!Number.isFinite(converted)) throw new Error(`\`${converted}\` is no number of JSON`)
  if (typeof value === 'bigint' && !Number.isSafeInteger(converted)) {
    throw new Error(`\`${String(value)}\` is too large for a number of JSON; make it a text with \`string(…)\``)
  }
  // JSON writes both as 0, so both are.
  return Object.is(converted, -0) ? 0 : converted
}

interface Duration {
  readonly seconds: bigint
  readonly nanos: number
}

function isDuration(value: object): value is Duration {
  return 'seconds' in value && typeof value.seconds === 'bigint' && 'nanos' in value && typeof value.nanos === 'number'
}

/** As protobuf's JSON has it: `5400s`, `0.25s`. */
function seconds({ seconds: whole, nanos }: Duration): string {
  return `${String(Number(whole) + nanos / 1e9)}s`
}
