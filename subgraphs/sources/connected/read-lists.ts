/** Lists of one connected system: pages by value or by offset, inner lists grouped, and small collections sifted here where allowed. */
import type { GraphQLError } from 'graphql'
import { refusal } from '../../../lib/errors.ts'
import type { EntitySource, Filter, Page, RecordOf, Sort } from '../entity-source.ts'
import type { Condition, DriverCapabilities, NativeRow, SystemDriver } from '../driver.ts'
import { openCursor, sealCursor, type Position } from '../cursors.ts'
import type { MappedEntity, Value } from '../mapping/mapped-entity.ts'
import { boundedFirst } from '../page-size.ts'
import { inOrder, matches } from './compare-values.ts'
import { findPlace } from './find-place.ts'
import type { RecordReader } from './read-record.ts'
import { after, canSeek, nativeSort, segmentOf, type NativeSort } from './segments.ts'
import { defaultConditions, keyCondition, translateFilter } from './translate-filter.ts'

export interface ListDeps {
  readonly connector: string
  readonly driver: SystemDriver
  readonly reader: RecordReader
  readonly cursorKey: () => Promise<Buffer>
}

type ListOptions = Parameters<EntitySource['list']>[1]
type InnerOptions = Parameters<EntitySource['listMany']>[3]

/** What one question became: asked of the system, sifted here, or known to find nothing. */
type Plan =
  | { readonly how: 'nothing' }
  | { readonly how: 'native'; readonly where: Condition; readonly sort: NativeSort }
  | { readonly how: 'here'; readonly where: Condition; readonly filter: Filter; readonly rows: number }

const nothing: Page<RecordOf> = { records: [], cursors: [], hasNextPage: false, totalCount: () => Promise.resolve(0) }
/** Keys of one question for inner lists: a condition of a length that every system takes. */
const keysAtOnce = 50

export function createLists({ connector, driver, reader, cursorKey }: ListDeps) {
  function plan(entity: MappedEntity, filter: Filter, sort: readonly Sort[]): Plan {
    const can = driver.capabilities(entity)
    const { native, remainder } = translateFilter(entity, filter, can)
    if (native === null) return { how: 'nothing' }
    const order = nativeSort(entity, sort, can)
    const unanswered = Object.keys(remainder)
    if (order !== null && unanswered.length === 0) return { how: 'native', where: native, sort: order }
    if (entity.clientSideRows !== null) {
      return { how: 'here', where: native, filter: remainder, rows: entity.clientSideRows }
    }
    throw unanswered.length > 0
      ? notSupported(entity, `filter ${entity.name} by \`${unanswered.join('`, `')}\` in this way`)
      : notSupported(entity, `sort ${entity.name} by \`${sort.map(({ field }) => field).join('`, `')}\``)
  }

  function notSupported({ name }: MappedEntity, what: string): GraphQLError {
    return refusal('NOT_SUPPORTED', `The system behind the connector \`${connector}\` cannot ${what}.`, {
      connector,
      entity: name,
    })
  }

  /** The records of a plan from the beginning, at most `limit`. */
  async function readFirst(
    entity: MappedEntity,
    chosen: Plan,
    limit: number,
    sort: readonly Sort[],
    signal: AbortSignal,
  ) {
    if (chosen.how === 'nothing') return []
    if (chosen.how === 'here') return (await sift(entity, chosen, sort, signal)).slice(0, limit)
    const rows: NativeRow[] = []
    for (const segment of chosen.sort.segments) {
      const where = { all: [chosen.where, ...segment.where] }
      const query = { entity, where, orderBy: segment.orderBy, limit: limit - rows.length, offset: 0 }
      rows.push(...(await driver.find(query, signal)).rows)
      if (rows.length >= limit) break
    }
    return rows.map((row) => reader.record(entity, row))
  }

  /** Reads what may match, at most as much as the mapping allows, and does the rest here. */
  async function sift(
    entity: MappedEntity,
    chosen: Extract<Plan, { how: 'here' }>,
    sort: readonly Sort[],
    signal: AbortSignal,
  ) {
    const query = { entity, where: chosen.where, orderBy: [], limit: chosen.rows, offset: 0 }
    const { rows, more } = await driver.find(query, signal)
    if (more) {
      throw refusal(
        'NOT_SUPPORTED',
        `The system behind the connector \`${connector}\` cannot answer this itself, and more than ${chosen.rows} records of ${entity.name} would have to be read for it.`,
        { connector, entity: entity.name },
      )
    }
    return rows
      .map((row) => reader.record(entity, row))
      .filter((record) => matches(entity, record, chosen.filter))
      .sort(inOrder(entity, sort))
  }

  async function pageHere(
    entity: MappedEntity,
    chosen: Extract<Plan, { how: 'here' }>,
    options: ListOptions,
    signal: AbortSignal,
  ): Promise<Page<RecordOf>> {
    const first = boundedFirst(options.page.first)
    const key = await cursorKey()
    const fields = [...options.sort.map(({ field }) => field), 'id']
    const name = `${connector}: ${entity.name} here: ${JSON.stringify(options.sort)}`
    const all = await sift(entity, chosen, options.sort, signal)
    const order = inOrder(entity, options.sort)
    const from = options.page.after === null ? null : position(fields, openCursor(key, name, options.page.after))
    const rest = from === null ? all : all.filter((record) => order(record, from) > 0)
    const records = rest.slice(0, first)
    return {
      records,
      cursors: records.map((record) =>
        sealCursor(
          key,
          name,
          fields.map((field) => record[field] ?? null),
        ),
      ),
      hasNextPage: rest.length > first,
      totalCount: () => Promise.resolve(all.length),
    }
  }

  async function pageNative(
    entity: MappedEntity,
    chosen: Extract<Plan, { how: 'native' }>,
    options: ListOptions,
    signal: AbortSignal,
  ): Promise<Page<RecordOf>> {
    const first = boundedFirst(options.page.first)
    const can = driver.capabilities(entity)
    const seeks = entity.paging.style === 'keyset' && canSeek(chosen.sort, can)
    const { segments } = chosen.sort
    const key = await cursorKey()
    const name = `${connector}: ${entity.name} ${seeks ? 'after' : 'from'}: ${chosen.sort.name}`
    const start = options.page.after === null ? null : openCursor(key, name, options.page.after)
    // By offset, a position is the segment, how many of its records lie before, and the last of them.
    const [firstSegment, before, last] =
      start === null || seeks
        ? ([start === null ? 0 : segmentOf(chosen.sort, start as Value[]), 0, ''] as const)
        : (start as [number, number, string])
    const idOf = (row: NativeRow) => entity.key.format(reader.key(entity, row))
    const found: { readonly row: NativeRow; readonly position: Position }[] = []
    for (let at = firstSegment; at < segments.length && found.length <= first; at++) {
      const segment = segments[at]
      if (!segment) break
      const isResumed = start !== null && at === firstSegment
      const seek = isResumed && seeks ? [after(chosen.sort, segment, start as Value[])] : []
      const where = { all: [chosen.where, ...segment.where, ...seek] }
      const question = { entity, where, orderBy: segment.orderBy }
      const moved = isResumed && !seeks && before > 0
      const offset = moved ? await findPlace(driver, question, before, (row) => idOf(row) === last, signal) : 0
      const { rows } = await driver.find({ ...question, limit: first + 1 - found.length, offset }, signal)
      rows.forEach((row, index) => {
        const values = () => chosen.sort.keys.map(({ property }) => reader.value(entity, row, property))
        found.push({ row, position: seeks ? values() : [at, offset + index + 1, idOf(row)] })
      })
    }
    const shown = found.slice(0, first)
    return {
      records: shown.map(({ row }) => reader.record(entity, row)),
      cursors: shown.map(({ position: each }) => sealCursor(key, name, each)),
      hasNextPage: found.length > first,
      totalCount: () => {
        if (!can.count) return Promise.reject(notSupported(entity, `count the records of ${entity.name}`))
        return driver.count(entity, chosen.where, signal)
      },
    }
  }

  return {
    async getMany(
      entity: MappedEntity,
      ids: readonly string[],
      signal: AbortSignal,
    ): Promise<readonly (RecordOf | null)[]> {
      signal.throwIfAborted()
      const keys = new Map(
        ids.flatMap((id) => {
          const key = entity.key.parse(id)
          return key === null ? [] : [[id, key] as const]
        }),
      )
      const rows = await this.rowsByKey(entity, [...keys.values()], signal)
      const records = new Map(rows.map((row) => reader.record(entity, row)).map((record) => [record.id, record]))
      return ids.map((id) => records.get(id) ?? null)
    },

    /** The rows of these keys that the mapping's default filter lets through, in any order. */
    async rowsByKey(
      entity: MappedEntity,
      keys: readonly (readonly Value[])[],
      signal: AbortSignal,
    ): Promise<readonly NativeRow[]> {
      if (keys.length === 0) return []
      if (driver.getMany) {
        return (await driver.getMany(entity, keys, signal)).filter((row) => inScope(entity, row, reader))
      }
      const chunks = Array.from({ length: Math.ceil(keys.length / keysAtOnce) }, (_, index) =>
        keys.slice(index * keysAtOnce, (index + 1) * keysAtOnce),
      )
      const found = await Promise.all(
        chunks.map(async (chunk) => {
          const where = { all: [...defaultConditions(entity), keyCondition(entity, chunk)] }
          return (await driver.find({ entity, where, orderBy: [], limit: chunk.length, offset: 0 }, signal)).rows
        }),
      )
      return found.flat().filter((row) => inScope(entity, row, reader))
    },

    async list(entity: MappedEntity, options: ListOptions, signal: AbortSignal): Promise<Page<RecordOf>> {
      boundedFirst(options.page.first)
      signal.throwIfAborted()
      const chosen = plan(entity, options.filter, options.sort)
      if (chosen.how === 'nothing') return nothing
      if (chosen.how === 'here') return await pageHere(entity, chosen, options, signal)
      return await pageNative(entity, chosen, options, signal)
    },

    async listMany(
      entity: MappedEntity,
      field: string,
      keys: readonly string[],
      options: InnerOptions,
      signal: AbortSignal,
    ) {
      const { sort, filter } = options
      const first = boundedFirst(options.first)
      signal.throwIfAborted()
      const planOf = (key: string) => plan(entity, { ...filter, [field]: { eq: key } }, sort)
      const perKey = (key: string) => readFirst(entity, planOf(key), first, sort, signal)
      const different = [...new Set(keys)]
      const each = different.length === 1 ? null : await readEach(entity, different.map(planOf), first, signal)
      const lists = new Map(each?.map((list, index) => [different[index] ?? '', list]))
      if (each !== null) return keys.map((key) => lists.get(key) ?? [])
      for (let at = 0; at < different.length; at += keysAtOnce) {
        const some = different.slice(at, at + keysAtOnce)
        const [only] = some
        const together =
          some.length === 1 ? null : await readTogether(entity, { ...filter, [field]: { in: some } }, sort, signal)
        if (together !== null) {
          for (const [key, records] of Map.groupBy(together, (record) => String(record[field]))) {
            lists.set(key, records.slice(0, first))
          }
        } else if (some.length === 1 && only !== undefined) lists.set(only, await perKey(only))
        else (await Promise.all(some.map(perKey))).forEach((list, index) => lists.set(some[index] ?? '', list))
      }
      return keys.map((key) => lists.get(key) ?? [])
    },
  }

  /** Several inner lists in one round trip, each by a question of its own; null where the protocol has no such thing. */
  async function readEach(
    entity: MappedEntity,
    plans: readonly Plan[],
    first: number,
    signal: AbortSignal,
  ): Promise<readonly (readonly RecordOf[])[] | null> {
    if (!driver.findEach || plans.some(({ how }) => how === 'here')) return null
    const lists = plans.map((): NativeRow[] => [])
    const segments = Math.max(...plans.map((chosen) => (chosen.how === 'native' ? chosen.sort.segments.length : 0)))
    for (let at = 0; at < segments; at++) {
      const open = plans.flatMap((chosen, index) => {
        const list = lists[index]
        const segment = chosen.how === 'native' ? chosen.sort.segments[at] : undefined
        if (chosen.how !== 'native' || !segment || !list || list.length >= first) return []
        const where = { all: [chosen.where, ...segment.where] }
        return [{ list, query: { entity, where, orderBy: segment.orderBy, limit: first - list.length, offset: 0 } }]
      })
      if (open.length === 0) break
      const queries = open.map(({ query }) => query)
      const pages = await driver.findEach(queries, signal)
      open.forEach(({ list }, index) => list.push(...(pages[index]?.rows ?? [])))
    }
    return lists.map((rows) => rows.map((row) => reader.record(entity, row)))
  }

  /** The records of several inner lists by one question, in order; null when there are too many of them for that. */
  async function readTogether(entity: MappedEntity, filter: Filter, sort: readonly Sort[], signal: AbortSignal) {
    const chosen = plan(entity, filter, sort)
    if (chosen.how === 'nothing') return []
    if (chosen.how === 'here') return await sift(entity, chosen, sort, signal)
    const questions = chosen.sort.segments.map(({ where, orderBy }) => ({
      entity,
      where: { all: [chosen.where, ...where] },
      orderBy,
      limit: entity.paging.size,
      offset: 0,
    }))
    const pages =
      driver.findEach && questions.length > 1
        ? await driver.findEach(questions, signal)
        : await Promise.all(questions.map((question) => driver.find(question, signal)))
    if (pages.some(({ more }) => more)) return null
    const rows = pages.flatMap((page) => page.rows)
    return rows.map((row) => reader.record(entity, row))
  }
}

/** Whether a row that was read by its key is one that the mapping's default filter lets through. */
function inScope(entity: MappedEntity, row: NativeRow, reader: RecordReader): boolean {
  return entity.where.every(({ property, comparison }) => {
    const value = reader.value(entity, row, property)
    const wanted = 'in' in comparison ? comparison.in : [(comparison as { readonly eq: unknown }).eq]
    return wanted.includes(value)
  })
}

/** A record that stands where a cursor points, for comparing with others. */
function position(fields: readonly string[], values: Position): RecordOf {
  return Object.fromEntries(fields.map((field, index) => [field, values[index] ?? null])) as unknown as RecordOf
}

/** What the source can do with an entity: the driver's part and the mapping's, together. */
export function describeCapabilities(entity: MappedEntity, can: DriverCapabilities) {
  const fields = [...entity.fields.values()]
  return {
    filters: Object.fromEntries(
      fields.map((field) => [
        field.name,
        [...field.comparisons].filter((each) => entity.clientSideRows !== null || can.filter(field, each)),
      ]),
    ),
    sorts: fields
      .filter((field) => field.sortable && (entity.clientSideRows !== null || can.sort(field)))
      .map(({ name }) => name),
    count: can.count,
    transactions: can.transactions,
    versions: entity.version.from === 'none' ? ('none' as const) : can.versions,
    changes: [
      ...(entity.mutations.create ? ['create' as const] : []),
      ...(entity.mutations.update ? ['update' as const] : []),
    ],
  }
}
