/** Finds out what became of a change that was sent and never answered: by the mark it carries, or by the version it made. */
import type { MappedEntity, NativeProperty, Value } from '../mapping/mapped-entity.ts'
import type { NativeRow } from '../driver.ts'
import type { RecordOf } from '../entity-source.ts'
import type { Step } from './claims.ts'
import { digestOf, type UnitDeps } from './unit-of-work.ts'

export type Finding =
  | { readonly outcome: 'made'; readonly record: RecordOf }
  /** It was not made, and sending it again cannot make it twice: the system itself would refuse the second. */
  | { readonly outcome: 'may-be-sent' }
  | { readonly outcome: 'unclear' }

export interface Finder {
  find(entity: MappedEntity, step: Step): Promise<Finding>
}

/** Makes the finder of one act. */
export function createFinder({ driver, reader, rowsByKey, signal }: UnitDeps): Finder {
  async function findCreated(entity: MappedEntity, step: Step): Promise<Finding> {
    const { mark } = step
    if (mark === null) return { outcome: 'unclear' }
    const row =
      entity.key.assigned === 'uuid' ? (await rowsByKey(entity, [[mark]], signal))[0] : await marked(entity, mark)
    if (row) return { outcome: 'made', record: reader.record(entity, row) }
    // Without a key of ours the first one may still be on its way, and then there would be two.
    return { outcome: entity.key.assigned === 'uuid' ? 'may-be-sent' : 'unclear' }
  }

  async function marked(entity: MappedEntity, mark: string): Promise<NativeRow | undefined> {
    const { correlation } = entity
    if (correlation === null || !driver.capabilities(entity).filter(correlation, 'eq')) return undefined
    const where = { property: correlation, is: 'eq', value: mark } as const
    const { rows } = await driver.find({ entity, where, orderBy: [], limit: 1, offset: 0 }, signal)
    return rows[0]
  }

  async function findUpdated(entity: MappedEntity, step: Step): Promise<Finding> {
    const key = step.id === null ? null : entity.key.parse(step.id)
    const [row] = key === null ? [] : await rowsByKey(entity, [key], signal)
    if (!row) return { outcome: 'unclear' }
    const record = reader.record(entity, row)
    if (record.version === step.expectedVersion) {
      const isSafe = driver.capabilities(entity).versions === 'atomic'
      return { outcome: isSafe ? 'may-be-sent' : 'unclear' }
    }
    const isNext = entity.version.from !== 'field' || record.version === (step.expectedVersion ?? 0) + 1
    const values = step.paths.map((path): [string, Value] => {
      const property = propertyAt(entity, path)
      return [path, property === undefined ? null : reader.value(entity, row, property)]
    })
    return isNext && digestOf(values) === step.digest ? { outcome: 'made', record } : { outcome: 'unclear' }
  }

  return {
    find: (entity, step) => (step.kind === 'create' ? findCreated(entity, step) : findUpdated(entity, step)),
  }
}

function propertyAt(entity: MappedEntity, path: string): NativeProperty | undefined {
  return [...entity.fields.values()].find((field) => field.path.join('.') === path)
}
