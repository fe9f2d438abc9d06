/** Turns a change of a record into one of the system, or refuses it: what the mapping does not let through is never sent. */
import { refusal } from '../../../lib/errors.ts'
import type { NativeValues } from '../driver.ts'
import type { Change } from '../entity-source.ts'
import type { MappedEntity, NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { asText } from '../mapping/values.ts'

/** Provisional ids of records that an earlier change of the same commit will make. */
export type FutureIds = ReadonlySet<unknown>

/** Passes a kind of change that the mapping allows. @throws `NOT_SUPPORTED` */
export function requireChange(connector: string, entity: MappedEntity, { kind }: Change): void {
  if (entity.mutations[kind]) return
  const verb = kind === 'create' ? 'made' : 'changed'
  throw refusal('NOT_SUPPORTED', `A ${entity.name} cannot be ${verb} through the connector \`${connector}\`.`, {
    connector,
    entity: entity.name,
  })
}

/** The native values of a change. @throws `NOT_SUPPORTED` for a field that the system cannot take, `INVALID_INPUT` for a value. */
export function nativeValues(connector: string, entity: MappedEntity, change: Change, future: FutureIds): NativeValues {
  const written = Object.entries(change.values).flatMap(([name, given]): NativeValues => {
    if (given === undefined) return []
    const value = (given instanceof Date ? given.toISOString() : given) as Value
    const field = entity.fields.get(name)
    if (field?.writable) {
      if (future.has(value)) return [[field, value]]
      const [native] = field.toNative(value)
      if (native !== undefined) return [[field, native]]
      throw refusal(
        'INVALID_INPUT',
        `The argument \`${name}\` has the value \`${asText(value)}\`, which the system behind the connector \`${connector}\` does not have.`,
        { argument: name, connector },
      )
    }
    // What the record has already, and what can have no other value, need not be sent.
    if (!field && value === (entity.constants.get(name) ?? null)) return []
    throw refusal(
      'NOT_SUPPORTED',
      `The field \`${name}\` of ${entity.name} cannot be set through the connector \`${connector}\`.`,
      { connector, entity: entity.name, field: name },
    )
  })
  if (change.kind === 'update') return written
  const given = new Set(written.map(([property]) => pathOf(property)))
  const defaults = entity.defaults
    .filter(({ property }) => !given.has(pathOf(property)))
    .map(({ property, value }) => [property, value] as const)
  return [...written, ...defaults]
}

function pathOf({ path }: NativeProperty): string {
  return path.join('.')
}
