/**
 * A small REST interface that describes itself by OpenAPI 3 (@fastify/swagger): accounts and contacts with filters, sorting,
 * offset paging, totals, and `If-Match` on versions. Its names and forms differ from ours on purpose.
 */
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import { createFaultSwitch, type FaultSwitch } from './faults.ts'
import { compare, createTable, type PeerRow, type PeerTable } from './rows.ts'

export interface RestPeer extends AsyncDisposable {
  readonly url: string
  readonly control: FaultSwitch
  readonly accounts: PeerTable
  readonly contacts: PeerTable
}

const segments = { STRATEGIC: 'A', KEY: 'B', STANDARD: 'C', SMALL: 'D' } as const

const account = {
  type: 'object',
  properties: {
    number: { type: 'integer' },
    displayName: { type: 'string' },
    segment: { type: 'string', enum: Object.values(segments) },
    finance: {
      type: 'object',
      properties: { revenue: { type: ['number', 'null'] }, currency: { type: 'string' } },
    },
    headcount: { type: 'integer' },
    createdAt: { type: 'string', format: 'date-time' },
    revision: { type: 'integer' },
  },
} as const

const contact = {
  type: 'object',
  properties: {
    number: { type: 'integer' },
    accountNumber: { type: 'integer' },
    given: { type: 'string' },
    family: { type: 'string' },
    createdAt: { type: 'string', format: 'date-time' },
    revision: { type: 'integer' },
  },
} as const

const problem = { type: 'object', properties: { error: { type: 'string' } } } as const

type Query = Readonly<Record<string, string | undefined>>

/** Starts the peer on a port of its own. */
export async function startRestPeer(now: () => Date): Promise<RestPeer> {
  const control = createFaultSwitch()
  const accounts = createTable(now)
  const contacts = createTable(now)
  const server = Fastify({ serverFactory: (handler) => control.serve(handler), forceCloseConnections: true })
  await server.register(swagger, { openapi: { openapi: '3.0.3', info: { title: 'Accounts', version: '1' } } })
  const text = { type: 'string' }
  const paging = { limit: { type: 'integer', maximum: 50 }, offset: { type: 'integer' }, sort: text }
  const list = (item: object) => ({
    type: 'object',
    properties: {
      data: { type: 'array', items: item },
      meta: { type: 'object', properties: { total: { type: 'integer' } } },
    },
  })
  server.get(
    '/v1/accounts',
    {
      schema: {
        querystring: {
          type: 'object',
          properties: {
            ...paging,
            numbers: text,
            name: text,
            names: text,
            q: text,
            segments: text,
            noRevenue: text,
            revenueFrom: text,
            revenueTo: text,
            revenueAbove: text,
            revenueBelow: text,
          },
          additionalProperties: false,
        },
        response: { 200: list(account) },
      },
    },
    (request) => {
      const query = request.query as Query
      const all = accounts.rows.filter((row) => fits(row, query)).map(accountOf)
      return answer(all, query)
    },
  )
  server.get(
    '/v1/accounts/:number',
    { schema: { params: keyed, response: { 200: account, '4xx': problem } } },
    async (request, reply) => {
      const row = find(accounts, request.params)
      return row ? accountOf(row) : reply.code(404).send({ error: 'no such account' })
    },
  )
  server.post('/v1/accounts', { schema: { response: { 201: account, '4xx': problem } } }, (request, reply) => {
    const values = valuesOf(request.body)
    const name = String(values['name'])
    if (accounts.rows.some((row) => lower(row['name']) === name.toLowerCase())) {
      return reply.code(422).send({ error: `the name ${name} is taken` })
    }
    return reply.code(201).send(accountOf(accounts.add({ revenue: null, ...values })))
  })
  server.patch(
    '/v1/accounts/:number',
    { schema: { params: keyed, response: { 200: account, '4xx': problem } } },
    (request, reply) => {
      const row = find(accounts, request.params)
      if (!row) return reply.code(404).send({ error: 'no such account' })
      if (request.headers['if-match'] !== `"${row.version}"`) return reply.code(412).send({ error: 'changed' })
      return reply.send(accountOf(accounts.change(row, valuesOf(request.body))))
    },
  )
  server.get(
    '/v1/contacts',
    {
      schema: {
        querystring: { type: 'object', properties: { ...paging, numbers: text, accountNumbers: text } },
        response: { 200: list(contact) },
      },
    },
    (request) => {
      const query = request.query as Query
      const among = query['accountNumbers']?.split(',')
      const rows = contacts.rows.filter(
        (row) => inNumbers(row, query) && (among?.includes(String(row['account'])) ?? true),
      )
      return answer(rows.map(contactOf), query)
    },
  )
  server.post('/v1/contacts', { schema: { response: { 201: contact, '4xx': problem } } }, (request, reply) => {
    const { accountNumber, given, family } = request.body as Record<string, unknown>
    return reply.code(201).send(contactOf(contacts.add({ account: accountNumber, given, family })))
  })
  server.get('/openapi.json', () => server.swagger())
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return { url, control, accounts, contacts, [Symbol.asyncDispose]: () => server.close() }
}

const keyed = { type: 'object', properties: { number: { type: 'integer' } } } as const

function fits(row: PeerRow, query: Query): boolean {
  const name = lower(row['name'])
  const revenue = row['revenue'] === null ? null : Number(row['revenue'])
  const bound = (key: string, holds: (bound: number, value: number) => boolean) =>
    query[key] === undefined || (revenue !== null && holds(Number(query[key]), revenue))
  return (
    inNumbers(row, query) &&
    (query['name'] === undefined || name === lower(query['name'])) &&
    (query['names'] === undefined || query['names'].split(',').map(lower).includes(name)) &&
    (query['q'] === undefined || name.includes(lower(query['q']))) &&
    (query['segments'] === undefined || query['segments'].split(',').includes(String(row['segment']))) &&
    (query['noRevenue'] === undefined || (query['noRevenue'] === 'true') === (revenue === null)) &&
    bound('revenueFrom', (from, value) => value >= from) &&
    bound('revenueTo', (to, value) => value <= to) &&
    bound('revenueAbove', (from, value) => value > from) &&
    bound('revenueBelow', (to, value) => value < to)
  )
}

function inNumbers({ id }: PeerRow, { numbers }: Query): boolean {
  return numbers === undefined || numbers.split(',').includes(String(id))
}

function answer(rows: readonly object[], { sort, limit = '50', offset = '0' }: Query) {
  const keys = (sort ?? 'number')
    .split(',')
    .map((key) => ({ way: key.replace(/^-/, '').split('.'), falls: key.startsWith('-') }))
  const sorted = rows.toSorted((a, b) => {
    for (const { way, falls } of keys) {
      const [x, y] = [a, b].map((row) =>
        folded(way.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], row)),
      )
      const order = compare(x, y)
      if (order !== 0) return falls ? -order : order
    }
    return 0
  })
  return { data: sorted.slice(Number(offset), Number(offset) + Number(limit)), meta: { total: rows.length } }
}

function accountOf({ id, version, created, name, segment, revenue }: PeerRow) {
  return {
    number: id,
    displayName: name,
    segment,
    finance: { revenue: revenue === null ? null : Number(revenue), currency: 'EUR' },
    headcount: 1,
    createdAt: created,
    revision: version,
  }
}

function contactOf({ id, version, created, account: accountNumber, given, family }: PeerRow) {
  return { number: id, accountNumber, given, family, createdAt: created, revision: version }
}

function valuesOf(body: unknown): Record<string, unknown> {
  const { displayName, segment, finance } = body as {
    displayName?: string
    segment?: string
    finance?: { revenue?: unknown }
  }
  return {
    ...(displayName === undefined ? {} : { name: displayName }),
    ...(segment === undefined ? {} : { segment }),
    ...(finance?.revenue === undefined ? {} : { revenue: finance.revenue }),
  }
}

function find({ rows }: PeerTable, params: unknown): PeerRow | undefined {
  return rows.find(({ id }) => id === Number((params as { number: unknown }).number))
}

function lower(value: unknown): string {
  return String(value).toLowerCase()
}

function folded(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value
}
