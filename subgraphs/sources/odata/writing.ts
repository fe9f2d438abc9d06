/** Changes as requests of a changeset: what to send for each, and how a new entity is linked to one that has no key yet. */
import type { NativeChange } from '../driver.ts'
import type { MappedEntity, NativeProperty, Value } from '../mapping/mapped-entity.ts'
import type { Dialect } from './dialect.ts'
import { toWire, typeOf } from './literal.ts'
import type { ODataRequest } from './message.ts'
import type { EntityOptions } from './options.ts'
import { entityPath } from './question.ts'
import type { JsonObject } from './read-json.ts'

interface Writing {
  readonly dialect: Dialect
  readonly optionsOf: (entity: MappedEntity) => EntityOptions
}

/** The requests of one act, in the order of its changes; the Content-ID of each is its place, counted from 1. */
export function writeChanges(
  { dialect, optionsOf }: Writing,
  changes: readonly NativeChange[],
): readonly ODataRequest[] {
  /** Where in the act each new entity is made, by the id that the act knows it by until it has a key. */
  const made = new Map<Value, string>()
  return changes.map((change, index) => {
    const contentId = String(index + 1)
    const options = optionsOf(change.entity)
    const body = bodyOf(dialect, change, options, made)
    if (change.kind === 'create') {
      made.set(change.provisionalId, contentId)
      return { method: 'POST', path: change.entity.collection, headers: dialect.bodyHeaders, body, contentId }
    }
    return {
      method: dialect.update,
      path: entityPath(dialect.version, change.entity, change.key),
      // INVARIANT: `*` is never left out: without a condition OData 4 makes an entity that is not there (11.4.4, upsert).
      headers: { ...dialect.bodyHeaders, 'if-match': options.etag ? (change.current.etag ?? '*') : '*' },
      body,
      contentId,
    }
  })
}

function bodyOf(
  dialect: Dialect,
  { entity, values }: NativeChange,
  { links }: EntityOptions,
  made: ReadonlyMap<Value, string>,
): JsonObject {
  const body: Record<string, unknown> = {}
  for (const [property, value] of values) {
    const contentId = value === null ? undefined : made.get(value)
    if (contentId === undefined) {
      place(body, property, toWire(dialect.version, typeOf(dialect.version, property), value))
      continue
    }
    const field = [...entity.fields.values()].find((each) => samePath(each, property))?.name ?? ''
    const navigation = links[field]
    if (navigation === undefined) {
      throw new Error(`The entity ${entity.name} has no entry in \`links\` for ${field}, which names a new entity.`)
    }
    Object.assign(body, dialect.link(navigation, `$${contentId}`))
  }
  return body
}

/** Puts a value where the path leads, through complex properties. */
function place(body: Record<string, unknown>, { path }: NativeProperty, value: unknown): void {
  let at = body
  for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>
  const last = path.at(-1)
  if (last !== undefined) at[last] = value
}

function samePath(one: NativeProperty, other: NativeProperty): boolean {
  return one.path.join('/') === other.path.join('/')
}
