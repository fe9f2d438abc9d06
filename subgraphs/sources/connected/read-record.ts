/** Makes records of rows: canonical values, ids, enums, and a version even where the system only has an entity tag. */
import { createHash } from 'node:crypto'
import { refusal } from '../../../lib/errors.ts'
import type { RecordOf } from '../entity-source.ts'
import type { NativeRow, SystemDriver } from '../driver.ts'
import type { MappedEntity, NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { UnfitValue } from '../mapping/values.ts'

/** Reads rows of one driver. */
export interface RecordReader {
  record(entity: MappedEntity, row: NativeRow): RecordOf
  key(entity: MappedEntity, row: NativeRow): readonly Value[]
  value(entity: MappedEntity, row: NativeRow, property: NativeProperty): Value
}

export function createRecordReader(connector: string, driver: Pick<SystemDriver, 'read'>): RecordReader {
  function value(entity: MappedEntity, row: NativeRow, property: NativeProperty): Value {
    try {
      return driver.read(row, property)
    } catch (error) {
      if (!(error instanceof UnfitValue)) throw error
      throw unfit(connector, entity, error.message)
    }
  }

  function key(entity: MappedEntity, row: NativeRow): readonly Value[] {
    const values = entity.key.parts.map((part) => value(entity, row, part))
    if (values.includes(null)) throw unfit(connector, entity, 'A record has no key.')
    return values
  }

  function version(entity: MappedEntity, row: NativeRow): number {
    const from = entity.version
    switch (from.from) {
      case 'none':
        return 1
      case 'etag':
        if (row.etag === null) throw unfit(connector, entity, 'A record has no entity tag.')
        return stableNumber(row.etag)
      case 'hash':
        return stableNumber(JSON.stringify(value(entity, row, from.field)))
      case 'field': {
        const found = value(entity, row, from.field)
        if (typeof found !== 'number') throw unfit(connector, entity, 'A record has no version.')
        return found
      }
    }
  }

  return {
    value,
    key,
    record(entity, row) {
      const fields = [...entity.fields.values()].map((field): [string, Value] => {
        const read = field.toRecord(value(entity, row, field))
        if (read === null && !field.nullable) {
          throw unfit(connector, entity, `The property \`${field.path.join('.')}\` has no value.`)
        }
        return [field.name, read]
      })
      return {
        ...Object.fromEntries(entity.unmapped.map((name) => [name, null])),
        ...Object.fromEntries(entity.constants),
        ...Object.fromEntries(fields),
        id: entity.key.format(key(entity, row)),
        version: version(entity, row),
      }
    },
  }
}

/** A positive number of 31 bits, as GraphQL's `Int` holds it, that is the same for the same text. */
function stableNumber(text: string): number {
  return Math.max(createHash('sha256').update(text).digest().readUInt32BE(0) >>> 1, 1)
}

function unfit(connector: string, { name }: MappedEntity, what: string) {
  return refusal(
    'SYSTEM_UNAVAILABLE',
    `The system behind the connector \`${connector}\` holds a ${name} that does not fit its mapping: ${what}`,
    { connector, reason: 'unfit-value', entity: name },
  )
}
