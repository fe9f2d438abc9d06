/** Writing to the context of a run: a path, a value, and the way that the workflow merges there. */
import type { Json, JsonObject } from '../../lib/json.ts'
import { RefusedEvent, type Turn } from './turn.ts'

interface Write {
  readonly path: string
  readonly value: Json
  readonly by: string
  readonly step: string | null
}

const pathForm = /^[a-zA-Z]\w*(?:\.[a-zA-Z]\w*){0,9}$/u

/** Writes, and tells what stands there afterwards. */
export function writeContext(turn: Turn, { path, value, by, step }: Write): void {
  if (!pathForm.test(path)) {
    throw new RefusedEvent('NOT_POSSIBLE', `\`${path}\` is not a path of the context, like \`invoice.status\`.`)
  }
  const segments = path.split('.')
  const before = readPath(turn.state.context, segments)
  const { merge } = turn.program.definition
  const rule = Object.hasOwn(merge, path) ? merge[path] : undefined
  const merged = mergeValues(rule ?? 'last-writer', path, before, value)
  turn.state.context = withValue(turn.state.context, segments, merged)
  turn.effects.push({ kind: 'writeContext', path, value: merged, by, step })
}

/** What stands at a path; undefined where nothing does. */
export function readPath(context: JsonObject, segments: readonly string[]): Json | undefined {
  let at: Json | undefined = context
  for (const segment of segments) {
    if (!isObject(at)) return undefined
    at = Object.hasOwn(at, segment) ? at[segment] : undefined
  }
  return at
}

function mergeValues(
  rule: 'last-writer' | 'append' | 'max' | 'reject',
  path: string,
  before: Json | undefined,
  value: Json,
): Json {
  switch (rule) {
    case 'last-writer':
      return value
    case 'append':
      return [...(before === undefined ? [] : Array.isArray(before) ? (before as Json[]) : [before]), value]
    case 'max':
      if (typeof value !== 'number')
        throw new RefusedEvent(
          'NOT_POSSIBLE',
          `The path \`${path}\` keeps the largest number; what was written is none.`,
        )
      return typeof before === 'number' ? Math.max(before, value) : value
    case 'reject':
      if (before !== undefined)
        throw new RefusedEvent('NOT_POSSIBLE', `The path \`${path}\` is written once, and has been.`)
      return value
  }
}

function withValue(object: JsonObject, [first = '', ...rest]: readonly string[], value: Json): JsonObject {
  if (rest.length === 0) return { ...object, [first]: value }
  const inner = Object.hasOwn(object, first) ? object[first] : undefined
  return { ...object, [first]: withValue(isObject(inner) ? inner : {}, rest, value) }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
