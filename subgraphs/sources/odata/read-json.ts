/** The JSON of a service: no digit lost, and anything else is an answer that cannot be read. */
import { parseExactJson } from '../http/exact-json.ts'
import { MalformedAnswer } from './message.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** Parses JSON; no text is undefined. @throws {MalformedAnswer} */
export function readJson(text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return parseExactJson(text)
  } catch {
    throw new MalformedAnswer('The answer is not JSON.')
  }
}

/** The value, where it is a JSON object. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}
