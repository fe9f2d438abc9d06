/**
 * The driver for ServiceNow's Table API, written after its public documentation: encoded queries, actual values instead of
 * display values, and `sys_mod_count` as the version that the source compares before it writes.
 */
import { z } from 'zod'
import { refusal } from '../../lib/errors.ts'
import type { ConnectorKind, DriverDeps } from './connected/connector-kind.ts'
import type { Condition, DriverCapabilities, NativeRow, SystemDriver } from './driver.ts'
import { parseExactJson } from './http/exact-json.ts'
import type { SystemAnswer } from './http/system-client.ts'
import { SystemFailure } from './http/system-failure.ts'
import type { MappedEntity, NativeProperty, Value } from './mapping/mapped-entity.ts'
import { asText, valueAt } from './mapping/values.ts'
import { encodedQuery } from './servicenow/encoded-query.ts'
import { readGlideValue, writeGlideValue } from './servicenow/glide-values.ts'

/** Connectors of the kind `servicenow`; their `url` is that of the instance. */
export const servicenow: ConnectorKind = {
  kind: 'servicenow',
  options: z.strictObject({}),
  entityOptions: z.strictObject({}),
  createDriver: createServiceNowDriver,
}

const can: DriverCapabilities = {
  filter: ({ kind }, operator) => {
    if (operator === 'contains') return kind === 'text' || kind === 'folded'
    return kind !== 'json'
  },
  sort: ({ kind }) => kind !== 'json',
  any: true,
  count: true,
  nullsLast: false,
  transactions: 'ordered',
  versions: 'compared',
}

const record = z.record(z.string(), z.unknown())
const many = z.object({ result: z.array(record) })
const one = z.object({ result: record })

/** Makes the driver of one instance. */
function createServiceNowDriver({ connector, client, entities }: DriverDeps<unknown>): SystemDriver {
  function failure(
    reason: 'unreadable' | 'server-error' | 'not-authorised',
    effect: 'none' | 'unknown',
    detail: string,
  ) {
    return new SystemFailure({ connector, reason, effect, detail })
  }

  function parse<T>(schema: z.ZodType<T>, { text }: SystemAnswer, effect: 'none' | 'unknown'): T {
    try {
      return schema.parse(parseExactJson(text))
    } catch {
      throw failure('unreadable', effect, 'no result in the form of the Table API')
    }
  }

  async function ask(entity: MappedEntity, parameters: Readonly<Record<string, string>>, signal: AbortSignal) {
    const query = new URLSearchParams({
      ...parameters,
      sysparm_display_value: 'false',
      sysparm_exclude_reference_link: 'true',
    })
    const answer = await client.send({
      method: 'GET',
      path: tablePath(entity),
      query: query.toString(),
      idempotent: true,
      signal,
    })
    if (answer.status === 200) return answer
    // An empty result of a query was a 404 in early releases and may be one in a custom setting; a table that is not there is ours to mend.
    throw failure(answer.status === 403 ? 'not-authorised' : 'server-error', 'none', `HTTP ${answer.status}`)
  }

  async function read(
    entity: MappedEntity,
    where: Condition,
    more: Readonly<Record<string, string>>,
    query: string,
    signal: AbortSignal,
  ) {
    const answer = await ask(
      entity,
      { sysparm_query: query, sysparm_fields: fieldsOf(entity).join(','), ...more },
      signal,
    )
    const rows = parse(many, answer, 'none').result.map((value): NativeRow => ({ value, etag: null }))
    // An instance leaves out the parts of a query that it does not understand and answers all the rest of the table.
    if (!rows.every((row) => fulfils(where, row))) {
      throw failure(
        'unreadable',
        'none',
        'the instance did not apply a condition of the query; check the mapped columns',
      )
    }
    return { rows, answer }
  }

  return {
    capabilities: () => can,
    async find({ entity, where, orderBy, limit, offset }, signal) {
      const query = encodedQuery(where, orderBy)
      if (query === null) return { rows: [], more: false }
      const rows: NativeRow[] = []
      while (rows.length <= limit) {
        const size = Math.min(limit + 1 - rows.length, entity.paging.size)
        const paging = { sysparm_limit: String(size), sysparm_offset: String(offset + rows.length) }
        const found = await read(entity, where, { ...paging, sysparm_no_count: 'true' }, query, signal)
        rows.push(...found.rows)
        if (found.rows.length < size) break
      }
      return { rows: rows.slice(0, limit), more: rows.length > limit }
    },
    async count(entity, where, signal) {
      const query = encodedQuery(where, [])
      if (query === null) return 0
      const { answer } = await read(entity, where, { sysparm_limit: '1' }, query, signal)
      const total = Number(answer.headers.get('x-total-count'))
      if (Number.isSafeInteger(total) && answer.headers.has('x-total-count')) return total
      throw failure('unreadable', 'none', 'no X-Total-Count')
    },
    async commit([change], signal) {
      if (!change) return []
      const { entity, values } = change
      const id = change.kind === 'update' ? `/${encodeURIComponent(asText(change.key[0] ?? null))}` : ''
      const fields = values.map(([property, value]) => [property.path.join('.'), writeGlideValue(property, value)])
      const query = new URLSearchParams({
        sysparm_fields: fieldsOf(entity).join(','),
        sysparm_display_value: 'false',
        sysparm_exclude_reference_link: 'true',
      })
      const answer = await client.send({
        method: change.kind === 'create' ? 'POST' : 'PATCH',
        path: `${tablePath(entity)}${id}`,
        query: query.toString(),
        body: JSON.stringify(Object.fromEntries(fields)),
        idempotent: false,
        signal,
      })
      if (answer.status === 404) {
        throw refusal('NOT_FOUND', `There is no such ${entity.name} in the system any more.`)
      }
      if (answer.status >= 400) {
        // 403 is both: a rule of the table that a value breaks, and an access list that the account does not pass.
        throw refusal(
          'INVALID_INPUT',
          `The system behind the connector \`${connector}\` does not accept this ${entity.name}, or not from the account of the connector.`,
        )
      }
      return [{ value: parse(one, answer, 'unknown').result, etag: null }]
    },
    read: readProperty,
    async health(signal) {
      const [entity] = entities
      if (!entity) return { ok: true, detail: 'No entity is mapped.' }
      try {
        await ask(entity, { sysparm_limit: '1', sysparm_fields: 'sys_id' }, signal)
        return { ok: true, detail: 'The Table API answers.' }
      } catch (error) {
        return { ok: false, detail: error instanceof SystemFailure ? error.message : 'The Table API does not answer.' }
      }
    },
    async describe(entity, signal) {
      const answer = await ask(entity, { sysparm_limit: '1' }, signal)
      const [sample] = parse(many, answer, 'none').result
      if (!sample) return { properties: null, problems: [] }
      const properties = Object.keys(sample)
      const problems = fieldsOf(entity)
        .filter((name) => !name.includes('.') && !properties.includes(name))
        .map((name) => `The table \`${entity.collection}\` shows no column \`${name}\` to this account.`)
      return { properties, problems }
    },
    close: () => Promise.resolve(),
  }
}

function readProperty({ value }: NativeRow, property: NativeProperty): Value {
  const name = property.path.join('.')
  // A column of a referenced record comes under its whole name.
  return readGlideValue(property, Object.hasOwn(value, name) ? value[name] : valueAt(value, property.path))
}

/** Equality and emptiness, which mean the same here and there; the order of text is left to the instance. */
function fulfils(condition: Condition, row: NativeRow): boolean {
  if ('all' in condition) return condition.all.every((each) => fulfils(each, row))
  if ('any' in condition) return condition.any.some((each) => fulfils(each, row))
  const value = readProperty(row, condition.property)
  switch (condition.is) {
    case 'null':
      return value === null
    case 'not-null':
      return value !== null
    case 'eq':
      return same(value, condition.value)
    case 'in':
      return condition.values.some((each) => same(value, each))
    case 'contains':
      return asText(value).toLowerCase().includes(asText(condition.value).toLowerCase())
    default:
      return true
  }
}

function same(value: Value, wanted: Value): boolean {
  if (typeof value === 'string' && typeof wanted === 'string') {
    // Decimals may differ in their zeros, text in its case: that is how an instance compares.
    return value.toLowerCase() === wanted.toLowerCase() || (value !== '' && Number(value) === Number(wanted))
  }
  return value === wanted
}

function tablePath({ collection }: MappedEntity): string {
  return `/api/now/table/${encodeURIComponent(collection)}`
}

function fieldsOf({ fields, key, version, where, correlation }: MappedEntity): readonly string[] {
  const all: readonly NativeProperty[] = [
    ...key.parts,
    ...fields.values(),
    ...(version.from === 'field' || version.from === 'hash' ? [version.field] : []),
    ...where.map(({ property }) => property),
    ...(correlation === null ? [] : [correlation]),
  ]
  return [...new Set(all.map(({ path }) => path.join('.')))]
}
