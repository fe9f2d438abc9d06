/**
 * A stand-in for ServiceNow's Table API, written after its public documentation (Table API reference, encoded query operators,
 * KB0534905): no instance runs here. As documented, everything is text, a part of a query that names no column is ignored, and
 * a caret in a value is doubled.
 */
import Fastify from 'fastify'
import { createFaultSwitch, type FaultSwitch } from './faults.ts'
import { compare, createTable, type PeerRow, type PeerTable } from './rows.ts'

export interface TablePeer extends AsyncDisposable {
  readonly url: string
  readonly control: FaultSwitch
  readonly tables: Readonly<Record<string, PeerTable>>
  /** Credentials that it takes. */
  readonly username: string
  readonly password: string
}

const suiteColumns: Readonly<Record<string, readonly string[]>> = {
  u_account: ['u_name', 'u_tier', 'u_revenue', 'u_key'],
  u_contact: ['u_account', 'u_first', 'u_last'],
}
const system = ['sys_id', 'sys_mod_count', 'sys_created_on', 'sys_updated_on']
const numeric = new Set(['u_revenue', 'sys_mod_count'])

type Fields = Readonly<Record<string, string>>

interface TablePeerOptions {
  /** Tables with their own columns. */
  readonly columns?: Readonly<Record<string, readonly string[]>>
  /** `nobody`: it takes requests without credentials. */
  readonly asks?: 'everybody' | 'nobody'
}

/** Starts the peer on a port of its own. */
export async function startTablePeer(
  now: () => Date,
  { columns = suiteColumns, asks = 'everybody' }: TablePeerOptions = {},
): Promise<TablePeer> {
  const control = createFaultSwitch()
  const tables: Record<string, PeerTable> = Object.fromEntries(
    Object.keys(columns).map((name) => [name, createTable(now)]),
  )
  const [username, password] = ['mandate', 'right-horse']
  const server = Fastify({ serverFactory: (handler) => control.serve(handler), forceCloseConnections: true })
  const failure = (message: string) => ({ error: { message, detail: null }, status: 'failure' })
  server.addHook('onRequest', async (request, reply) => {
    const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    if (asks === 'everybody' && request.headers.authorization !== expected)
      await reply.code(401).send(failure('User Not Authenticated'))
  })
  server.get('/api/now/table/:table', async (request, reply) => {
    const { table: name } = request.params as { table: string }
    const table = tables[name]
    if (!table) return reply.code(400).send(failure(`Invalid table ${name}`))
    const query = request.query as Record<string, string | undefined>
    const { where, order } = parse(query['sysparm_query'] ?? '', [...system, ...(columns[name] ?? [])])
    const all = table.rows.map(fieldsOf).filter(where).toSorted(order)
    const from = Number(query['sysparm_offset'] ?? 0)
    const page = all.slice(from, from + Number(query['sysparm_limit'] ?? 10_000))
    if (query['sysparm_no_count'] !== 'true') void reply.header('X-Total-Count', String(all.length))
    return { result: page.map((row) => pick(row, query['sysparm_fields'])) }
  })
  server.post('/api/now/table/:table', async (request, reply) => {
    const { table: name } = request.params as { table: string }
    const values = request.body as Fields
    const table = tables[name] as PeerTable
    if (name === 'u_account' && table.rows.some((row) => lower(row['u_name']) === lower(values['u_name']))) {
      return reply.code(403).send(failure('Operation Failed: Unique Key violation detected by database'))
    }
    const row = table.add({ ...values, sys_id: sysId(table.rows.length + 1, name) })
    return reply.code(201).send({ result: pick(fieldsOf(row), (request.query as Fields)['sysparm_fields']) })
  })
  server.patch('/api/now/table/:table/:id', async (request, reply) => {
    const { table: name, id } = request.params as { table: string; id: string }
    const table = tables[name] as PeerTable
    const row = table.rows.find((each) => each['sys_id'] === id)
    if (!row) return reply.code(404).send(failure('No Record found'))
    table.change(row, request.body as Fields)
    return { result: pick(fieldsOf(row), (request.query as Fields)['sysparm_fields']) }
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return { url, control, tables, username, password, [Symbol.asyncDispose]: () => server.close() }
}

/** 32 hexadecimal digits, as a sys_id has. */
export function sysId(number: number, table: string): string {
  return `${Buffer.from(table).toString('hex').padEnd(24, '0').slice(0, 24)}${number.toString(16).padStart(8, '0')}`
}

/** A row as the API sends it: all text, nothing for null, times without a zone. */
function fieldsOf({ id: _id, version, created, ...values }: PeerRow): Fields {
  const text = Object.entries(values).map(([name, value]) => [
    name,
    value === null || value === undefined ? '' : (value as string),
  ])
  const time = created.slice(0, 19).replace('T', ' ')
  return { ...Object.fromEntries(text), sys_mod_count: String(version - 1), sys_created_on: time, sys_updated_on: time }
}

function pick(row: Fields, fields: string | undefined): Fields {
  if (fields === undefined) return row
  return Object.fromEntries(fields.split(',').flatMap((name) => (name in row ? [[name, row[name] ?? '']] : [])))
}

type Test = (row: Fields) => boolean

/** Reads an encoded query: queries separated by `^NQ`, conditions by `^`, alternatives to the last condition by `^OR`. */
function parse(encoded: string, known: readonly string[]) {
  const sorts: { readonly name: string; readonly falls: boolean }[] = []
  const queries: Test[][] = [[]]
  for (const part of split(encoded)) {
    const current = queries.at(-1) as Test[]
    const sort = /^ORDERBY(DESC)?(.+)$/.exec(part)
    if (sort) sorts.push({ name: sort[2] ?? '', falls: sort[1] !== undefined })
    else if (part.startsWith('NQ')) queries.push(tests(part.slice(2), known))
    else if (part.startsWith('OR')) {
      const before = current.pop() ?? (() => false)
      const [alternative = () => false] = tests(part.slice(2), known)
      current.push((row) => before(row) || alternative(row))
    } else current.push(...tests(part, known))
  }
  return {
    where: (row: Fields) => queries.some((query) => query.every((test) => test(row))),
    order: (a: Fields, b: Fields) => {
      for (const { name, falls } of [...sorts, { name: 'sys_id', falls: false }]) {
        const order = compare(comparable(name, a[name]), comparable(name, b[name]))
        if (order !== 0) return falls ? -order : order
      }
      return 0
    },
  }
}

/** Cuts at single carets; a doubled one is a caret of a value. */
function split(encoded: string): string[] {
  return encoded
    .replaceAll('^^', '\u0000')
    .split('^')
    .map((part) => part.replaceAll('\u0000', '^'))
    .filter((part) => part !== '')
}

function tests(condition: string, known: readonly string[]): Test[] {
  const match = /^([a-z_]+)(ISNOTEMPTY|ISEMPTY|>=|<=|=|>|<|LIKE)(.*)$/s.exec(condition)
  const [, name = '', operator = '', value = ''] = match ?? []
  // What names no column is ignored, as an instance does unless it is told otherwise.
  if (!match || !known.includes(name)) return []
  const wanted = comparable(name, value)
  return [
    (row) => {
      const given = comparable(name, row[name])
      switch (operator) {
        case 'ISEMPTY':
          return given === null
        case 'ISNOTEMPTY':
          return given !== null
        case 'LIKE':
          return lower(row[name]).includes(lower(value))
        case '=':
          return given === wanted
        default: {
          if (given === null || wanted === null) return false
          const order = compare(given, wanted)
          return operator === '>'
            ? order > 0
            : operator === '<'
              ? order < 0
              : operator === '>='
                ? order >= 0
                : order <= 0
        }
      }
    },
  ]
}

function comparable(name: string, value: string | undefined): string | number | null {
  if (value === undefined || value === '') return null
  return numeric.has(name) ? Number(value) : value.toLowerCase()
}

function lower(value: unknown): string {
  return String(value).toLowerCase()
}
