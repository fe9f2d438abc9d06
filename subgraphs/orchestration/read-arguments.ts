/** Arguments as they come from outside: JSON as text, and how long somebody waits. */
import type { Json, JsonObject } from '../../lib/json.ts'
import { parseJson } from '../../lib/parse-json.ts'
import { invalid } from '../inputs.ts'

const maxBytes = 64 * 1024
const maxDepth = 64
/** Shorter than a fetch may take: what is claimed while nobody listens any more is in nobody’s hands until its lease ends. */
const longestWaitSeconds = 8

/** The value that a text stands for. @throws `INVALID_INPUT` naming the argument */
export function readJson(argument: string, text: string): Json {
  if (Buffer.byteLength(text) > maxBytes) throw invalid(argument, `can have at most ${maxBytes / 1024} KB`)
  let value: Json
  try {
    value = parseJson(text) as Json
  } catch {
    throw invalid(argument, 'must be JSON (RFC 8259)')
  }
  // PostgreSQL has no place for it in a text.
  if (text.includes(String.raw`\u0000`)) throw invalid(argument, String.raw`cannot have the character \u0000`)
  if (isDeeper(value, maxDepth)) throw invalid(argument, `can be nested at most ${maxDepth} levels deep`)
  return value
}

/** The same where it must be an object. */
export function readJsonObject(argument: string, text: string): JsonObject {
  const value = readJson(argument, text)
  if (isObject(value)) return value
  throw invalid(argument, 'must be a JSON object')
}

/** `8s` in milliseconds; nothing is no wait. */
export function readWait(argument: string, wait: string | null | undefined): number {
  if (wait == null) return 0
  const count = Number(/^(\d{1,2})s$/u.exec(wait)?.[1])
  if (count <= longestWaitSeconds) return count * 1_000
  throw invalid(argument, `must be \`0s\` to \`${longestWaitSeconds}s\``)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return (
    levels === 0 || Object.values(value as Readonly<Record<string, Json>>).some((each) => isDeeper(each, levels - 1))
  )
}
