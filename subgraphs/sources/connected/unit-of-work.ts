/**
 * The changes of one act. Where the system makes several changes together, they are collected and committed at the end, and
 * the act works with provisional records until then; where it does not, each is made at once, in order.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { World } from '../../../lib/world.ts'
import { requireVersion } from '../../acts.ts'
import type { NativeChange, NativeRow, NativeValues, SystemDriver } from '../driver.ts'
import type { Change, RecordOf } from '../entity-source.ts'
import { SystemFailure } from '../http/system-failure.ts'
import { isRefusal } from '../../../lib/errors.ts'
import type { MappedEntity, Value } from '../mapping/mapped-entity.ts'
import type { ClaimKey, Claims, Step } from './claims.ts'
import { createFinder, type Finder } from './find-out.ts'
import { nativeValues, requireChange } from './prepare-change.ts'
import type { RecordReader } from './read-record.ts'

export interface UnitDeps {
  readonly connector: string
  readonly driver: SystemDriver
  readonly reader: RecordReader
  readonly entity: (name: string) => MappedEntity
  /** The rows of these keys. */
  readonly rowsByKey: (
    entity: MappedEntity,
    keys: readonly (readonly Value[])[],
    signal: AbortSignal,
  ) => Promise<readonly NativeRow[]>
  readonly world: World
  readonly key: ClaimKey
  readonly claims: Claims
  /** Steps of an attempt whose outcome is unknown. */
  readonly earlier: readonly Step[]
  readonly signal: AbortSignal
}

/** A change that waits for the commit. */
interface Waiting {
  readonly native: NativeChange
  readonly provisional: RecordOf
}

export interface UnitOfWork {
  readonly apply: (entity: string, change: Change) => Promise<RecordOf>
  /** Makes what waits. Answers what each provisional record, and each provisional id, became. */
  commit(): Promise<ReadonlyMap<unknown, unknown>>
  /** A result of the act with the records as they are after the commit. */
  complete<T>(result: T, made: ReadonlyMap<unknown, unknown>): T
  /** The steps so far: `done`, and at the end perhaps one that was `sent`. */
  steps(): readonly Step[]
}

/** Begins the changes of one act. */
export function createUnitOfWork(deps: UnitDeps): UnitOfWork {
  const { connector, driver, reader, claims, key, earlier, signal } = deps
  const finder: Finder = createFinder(deps)
  // Once something is sent it runs to its end: a caller who leaves must not make the outcome unknown.
  const unhurried = new AbortController().signal
  let steps: readonly Step[] = []
  const waiting: Waiting[] = []
  const future = new Set<unknown>()

  async function prepare(entity: MappedEntity, change: Change, mark: string): Promise<NativeChange> {
    requireChange(connector, entity, change)
    const values = nativeValues(connector, entity, change, future)
    if (change.kind === 'create') {
      return {
        kind: 'create',
        entity,
        provisionalId: provisionalId(entity, mark),
        values: marked(entity, values, mark),
      }
    }
    const nativeKey = entity.key.parse(change.id)
    const [current] = nativeKey === null ? [] : await deps.rowsByKey(entity, [nativeKey], signal)
    const { id, expectedVersion } = change
    requireVersion(current ? reader.record(entity, current) : null, entity.name, { id, expectedVersion })
    if (!current || !nativeKey) throw new Error('A version was found without its record.')
    return { kind: 'update', entity, key: nativeKey, current, expectedVersion, values }
  }

  /** Sends changes and remembers them, before and after. */
  async function send(changes: readonly NativeChange[], planned: readonly Step[]): Promise<readonly RecordOf[]> {
    const before = steps
    signal.throwIfAborted()
    await claims.sending(key, [...before, ...planned])
    steps = [...before, ...planned]
    let rows: readonly (NativeRow | null)[]
    try {
      rows = await driver.commit(changes, unhurried)
    } catch (error) {
      // A refusal says that nothing was done. Anything else, a mistake of our own included, leaves a doubt.
      const isNone = error instanceof SystemFailure ? error.effect === 'none' : isRefusal(error)
      if (isNone) steps = before
      throw error
    }
    const records = await Promise.all(changes.map((change, index) => recordAfter(change, rows[index] ?? null)))
    steps = [
      ...before,
      ...planned.map((step, index): Step => ({ ...step, id: records[index]?.id ?? step.id, state: 'done' })),
    ]
    return records
  }

  async function recordAfter(change: NativeChange, row: NativeRow | null): Promise<RecordOf> {
    if (row !== null) return reader.record(change.entity, row)
    const nativeKey = change.kind === 'update' ? change.key : assignedKey(change)
    const [found] = nativeKey === null ? [] : await deps.rowsByKey(change.entity, [nativeKey], unhurried)
    if (!found) throw new Error(`The system did not show the ${change.entity.name} that it has just written.`)
    return reader.record(change.entity, found)
  }

  return {
    async apply(name, change) {
      const entity = deps.entity(name)
      const place = waiting.length + steps.length
      const remembered = earlier[place]
      const mark = remembered?.mark ?? randomUUID()
      if (remembered) {
        const found = await finder.find(entity, remembered)
        if (found.outcome === 'made') {
          steps = [...steps, { ...remembered, id: found.record.id, state: 'done' }]
          return found.record
        }
        if (found.outcome === 'unclear') throw new Error('What became of an earlier attempt cannot be found out.')
      }
      const atomic = driver.capabilities(entity).transactions === 'atomic'
      const native = await prepare(entity, change, mark)
      if (!atomic) {
        const [record] = await send([native], [stepOf(entity, change, native, mark)])
        if (!record) throw new Error('A change was made without a record.')
        return record
      }
      const provisional = provisionalRecord(entity, change, native, reader)
      if (change.kind === 'create' && entity.key.assigned === 'system') future.add(provisional.id)
      waiting.push({ native, provisional })
      return provisional
    },

    async commit() {
      if (waiting.length === 0) return new Map()
      const changes = waiting.map(({ native }) => native)
      const planned = waiting.map(({ native, provisional }) => {
        const id = future.has(provisional.id) ? null : provisional.id
        return { ...stepOfNative(native, markOf(native)), id }
      })
      const records = await send(changes, planned)
      const made = new Map<unknown, unknown>()
      waiting.forEach(({ provisional }, index) => {
        const record = records[index]
        made.set(provisional, record)
        if (future.has(provisional.id)) made.set(provisional.id, record?.id)
      })
      return made
    },

    complete: (result, made) => (made.size === 0 ? result : (replace(result, made) as typeof result)),
    steps: () => steps,
  }

  function stepOf(entity: MappedEntity, change: Change, native: NativeChange, mark: string): Step {
    const step = stepOfNative(native, hasMark(entity) ? mark : null)
    return change.kind === 'update' ? { ...step, id: change.id } : step
  }
}

/** A new record carries a mark of ours where it can: as its key, or in the property that the mapping names. */
function marked(entity: MappedEntity, values: NativeValues, mark: string): NativeValues {
  const [part] = entity.key.parts
  if (entity.key.assigned === 'uuid' && part) return [[part, mark], ...values]
  return entity.correlation === null ? values : [...values, [entity.correlation, mark]]
}

/** What a new record is called until the system has answered; its id already where we give it its key. */
function provisionalId(entity: MappedEntity, mark: string): string {
  return entity.key.assigned === 'uuid' ? entity.key.format([mark]) : `provisional:${mark}`
}

function hasMark(entity: MappedEntity): boolean {
  return entity.key.assigned === 'uuid' || entity.correlation !== null
}

function markOf({ entity, values }: NativeChange): string | null {
  const carrier = entity.key.assigned === 'uuid' ? entity.key.parts[0] : entity.correlation
  const value = values.find(([property]) => property === carrier)?.[1]
  return typeof value === 'string' ? value : null
}

function assignedKey(change: NativeChange): readonly Value[] | null {
  const mark = change.entity.key.assigned === 'uuid' ? markOf(change) : null
  return mark === null ? null : [mark]
}

function stepOfNative(native: NativeChange, mark: string | null): Step {
  const values = native.values.map(([property, value]) => [property.path.join('.'), value])
  return {
    kind: native.kind,
    entity: native.entity.name,
    id: native.kind === 'update' ? native.entity.key.format(native.key) : null,
    expectedVersion: native.kind === 'update' ? native.expectedVersion : null,
    mark: native.kind === 'create' ? mark : null,
    paths: native.values.map(([property]) => property.path.join('.')),
    digest: digestOf(values),
    state: 'sent',
  }
}

/** SHA-256 of what a change writes: enough to recognise it, and none of it kept. */
export function digestOf(values: unknown): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url')
}

/** What a record will look like, as far as that can be known before the commit. */
function provisionalRecord(entity: MappedEntity, change: Change, native: NativeChange, reader: RecordReader): RecordOf {
  if (native.kind === 'update') {
    const current = reader.record(entity, native.current)
    return { ...current, ...change.values, version: current.version + 1 }
  }
  return { ...Object.fromEntries(entity.constants), ...change.values, id: native.provisionalId, version: 1 }
}

function replace(value: unknown, made: ReadonlyMap<unknown, unknown>): unknown {
  if (made.has(value)) return made.get(value)
  if (Array.isArray(value)) return value.map((each) => replace(each, made))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replace(each, made)]))
}
