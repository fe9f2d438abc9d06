/**
 * An OData service over a test's database, version 4 or 2: a peer with what a business system has and a mock has not, namely
 * changesets that happen all or not at all, ETags that are checked, tokens before changes, pages of its own size, and
 * constraints. Written from the OData standards (OASIS OData 4.01; OData 2.0), apart from the adapter.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { sql, type Kysely } from 'kysely'
import { createFaultSwitch, type FaultSwitch } from '../faults.ts'
import { answerJson, answerMultipart, type PeerAnswer, type PeerPart, type PeerRequest } from './batch.ts'
import { writeEdmx } from './edmx.ts'
import { BadExpression, readFilter, readOrder } from './filter.ts'
import { toTable, type PeerSet } from './sets.ts'
import { BadBody, keyPath, readBody, writeEntity, type Row, type Version } from './wire.ts'

export interface ODataPeerOptions {
  readonly version: Version
  readonly sets: readonly PeerSet[]
  // Any database's Kysely will do: tables are named by the sets.
  readonly kysely: Kysely<any>
  readonly now: () => Date
  /** Whether changes need a token. */
  readonly csrf?: boolean
  /** The most entities that one answer has. */
  readonly pageSize?: number
  /** Where it writes down what it is asked. */
  readonly requests?: string[]
}

export interface ODataPeer extends AsyncDisposable {
  /** The service's root, without a slash at its end. */
  readonly url: string
  readonly port: number
  /** The requests received since it was last emptied, as `GET Invoices?$top=3`. */
  readonly requests: string[]
  /** The rows that new entities became, in order. */
  readonly made: Row[]
  /** The ways in which it can fail. */
  readonly control: FaultSwitch
  /** Answers instead of the service, once set. */
  disturb: ((request: IncomingMessage, response: ServerResponse) => void) | null
  /** Makes the tokens given so far invalid. */
  forgetTokens(): void
}

/** An answer that ends a request: an error of the service. */
class Refused extends Error {
  readonly status: number
  readonly target: string | undefined
  constructor(status: number, target?: string) {
    // Words that must never reach a caller.
    super(`PEER-SECRET: refused with ${status}`)
    this.status = status
    this.target = target
  }
}

/** Starts the service on a free port of the loopback address. */
export async function startODataPeer(options: ODataPeerOptions): Promise<ODataPeer> {
  const { version, sets, csrf = false, pageSize = 100, requests = [] } = options
  const database = options.kysely as Kysely<unknown>
  const byName = new Map(sets.map((set) => [set.name, set]))
  let token = 1
  const control = createFaultSwitch()
  const peer = { requests, made: [] as Row[], control, disturb: null as ODataPeer['disturb'] }
  let root = ''

  const server = control.serve((request, response) => {
    void handle(request, response).catch(() => response.destroy())
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (peer.disturb) {
      peer.disturb(request, response)
      return
    }
    const url = (request.url ?? '').replace(/^\/odata\/?/, '')
    const body = await readText(request)
    const method = String(request.headers['x-http-method'] ?? request.method)
    peer.requests.push(`${method} ${url}`)
    if (csrf && method === 'GET' && request.headers['x-csrf-token'] === 'Fetch') {
      response.setHeader('x-csrf-token', `token-${token}`)
      response.setHeader('set-cookie', [`session=${token}; Path=/; HttpOnly`, 'zone=1'])
    }
    if (csrf && method !== 'GET') {
      const { 'x-csrf-token': given, cookie } = request.headers
      if (given !== `token-${token}` || cookie !== `session=${token}; zone=1`) {
        response.setHeader('x-csrf-token', 'Required')
        send(response, { status: 403, headers: {}, body: errorBody(403) })
        return
      }
    }
    if (url === '$metadata') {
      response.setHeader('content-type', 'application/xml').end(writeEdmx(version, sets))
      return
    }
    if (url === '') {
      send(response, { status: 200, headers: {}, body: { value: sets.map(({ name }) => ({ name, url: name })) } })
      return
    }
    if (url === '$batch') {
      const contentType = request.headers['content-type'] ?? ''
      if (contentType.startsWith('multipart/')) {
        const answer = await answerMultipart(contentType, body, runPart)
        response.setHeader('content-type', answer.contentType).end(answer.text)
      } else {
        response.setHeader('content-type', 'application/json').end(await answerJson(body, runPart))
      }
      return
    }
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const answer = await runPart({ id: null, method, url, headers, body })
    send(response, 'status' in answer ? answer : (answer[0] ?? { status: 500, headers: {}, body: undefined }))
  }

  /** One request, or a changeset in one transaction. */
  async function runPart(part: PeerPart): Promise<readonly PeerAnswer[] | PeerAnswer> {
    try {
      if ('method' in part && part.method === 'GET') return await read(database, part)
      const requests: readonly PeerRequest[] = 'method' in part ? [part] : part
      const rows: Row[] = []
      const answers = await database.transaction().execute(async (transaction) => {
        const made = new Map<string, { readonly set: string; readonly id: string }>()
        const done: PeerAnswer[] = []
        for (const request of requests) done.push(await change(transaction, request, made, rows))
        return done
      })
      peer.made.push(...rows)
      return 'method' in part ? (answers[0] ?? errorAnswer(new Refused(500))) : answers
    } catch (error) {
      return errorAnswer(error)
    }
  }

  function find(url: string): { readonly set: PeerSet; readonly key: string | null; readonly query: URLSearchParams } {
    const [path = '', query = ''] = url.split('?', 2)
    const [, name = '', key] = /^(\w+)(?:\('(.*)'\))?$/.exec(decodeURIComponent(path)) ?? []
    const set = byName.get(name)
    if (!set) throw new Refused(404)
    return { set, key: key === undefined ? null : key.replaceAll("''", "'"), query: new URLSearchParams(query) }
  }

  async function read(executor: Kysely<unknown>, { url }: PeerRequest): Promise<PeerAnswer> {
    const { set, key, query } = find(url)
    for (const name of query.keys()) if (!known.has(name)) throw new Refused(400)
    const selected = query.get('$select')?.split(',') ?? null
    if (selected?.some((name) => !set.properties.has(name))) throw new Refused(400)
    const select = selected ? new Set(selected) : null
    const write = (row: Row) => writeEntity(version, `${root}/`, set, row, select)
    if (key !== null) {
      const row = await rowOf(executor, set, key)
      return { status: 200, headers: {}, body: version === 'v4' ? write(row) : { d: write(row) } }
    }
    const condition = query.has('$filter') ? readFilter(set, query.get('$filter') ?? '') : sql`true`
    const order = query.get('$orderby') ? readOrder(set, query.get('$orderby') ?? '') : sql`t.id`
    const top = Number(query.get('$top') ?? Number.MAX_SAFE_INTEGER)
    const already = Number(query.get('$skiptoken')?.replace(/^after-/, '') ?? 0)
    const skip = Number(query.get('$skip') ?? 0) + already
    const wanted = Math.max(0, top - already)
    const size = Math.min(wanted, pageSize)
    const { rows } = await sql<Row>`
      select t.* from ${sql.table(set.table)} as t where ${condition}
      order by ${order} limit ${size + 1} offset ${skip}`.execute(executor)
    const counts = query.get('$count') === 'true' || query.get('$inlinecount') === 'allpages'
    const { rows: counted } = counts
      ? await sql<{ n: number }>`
          select count(*)::int as n from ${sql.table(set.table)} as t where ${condition}`.execute(executor)
      : { rows: [] }
    const rest = new URLSearchParams(query)
    rest.set('$skiptoken', `after-${already + size}`)
    // Another host on purpose: whoever follows the link instead of taking its token gets nowhere.
    const next =
      rows.length > size && wanted > size ? `https://elsewhere.invalid/odata/${set.name}?${rest.toString()}` : null
    const entities = rows.slice(0, size).map(write)
    const body =
      version === 'v4'
        ? {
            ...(counts ? { '@odata.count': counted[0]?.n } : {}),
            value: entities,
            ...(next === null ? {} : { '@odata.nextLink': next }),
          }
        : {
            d: {
              ...(counts ? { __count: String(counted[0]?.n) } : {}),
              results: entities,
              ...(next === null ? {} : { __next: next }),
            },
          }
    return { status: 200, headers: {}, body }
  }

  async function change(
    executor: Kysely<unknown>,
    { id, method, url, headers, body }: PeerRequest,
    made: Map<string, { readonly set: string; readonly id: string }>,
    inserted: Row[],
  ): Promise<PeerAnswer> {
    const { set, key } = find(url)
    const columns = readBody(version, set, JSON.parse(body) as Row, (linked, target) => {
      const entity = target.startsWith('$') ? made.get(target.slice(1)) : null
      if (entity?.set !== linked) throw new Refused(400)
      return entity.id
    })
    const now = options.now()
    const sets = [...columns].map(([column, value]) => ({ column: sql.id(column), value }))
    const write = (row: Row | undefined) => {
      if (!row) throw new Refused(404)
      const entity = writeEntity(version, `${root}/`, set, row, null)
      return version === 'v4' ? entity : { d: entity }
    }
    if (method === 'POST' && key === null) {
      const { sequence, format } = set.nextId
      const { rows: numbers } = await sql<{ n: string }>`select nextval(${sequence}::regclass) as n`.execute(executor)
      const newId = format(Number(numbers[0]?.n), now)
      const { rows } = await sql<Row>`
        insert into ${sql.table(set.table)} (id, version, created_at, updated_at${sql.join(
          sets.map(({ column }) => sql`, ${column}`),
          sql``,
        )}) values (${newId}, 1, ${now}, ${now}${sql.join(
          sets.map(({ value }) => sql`, ${value}`),
          sql``,
        )}) returning *`.execute(executor)
      inserted.push(...rows)
      if (id !== null) made.set(id, { set: set.name, id: newId })
      return { status: 201, headers: { Location: `${root}/${keyPath(set, rows[0] ?? {})}` }, body: write(rows[0]) }
    }
    if ((method !== 'PATCH' && method !== 'MERGE') || key === null) throw new Refused(405)
    const row = await rowOf(executor, set, key, true)
    const match = headers['if-match']
    if (match === undefined) throw new Refused(428)
    if (match !== '*' && match !== `W/"${String(row['version'])}"`) throw new Refused(412)
    const { rows } = await sql<Row>`
      update ${sql.table(set.table)} set version = version + 1, updated_at = ${now}${sql.join(
        sets.map(({ column, value }) => sql`, ${column} = ${value}`),
        sql``,
      )} where id = ${row['id']} returning *`.execute(executor)
    // Version 2 answers a MERGE with nothing.
    if (version === 'v2') return { status: 204, headers: {}, body: undefined }
    return { status: 200, headers: {}, body: write(rows[0]) }
  }

  async function rowOf(executor: Kysely<unknown>, set: PeerSet, key: string, forUpdate = false): Promise<Row> {
    const { rows } = await sql<Row>`
      select t.* from ${sql.table(set.table)} as t where t.id = ${toTable(set.key, key)}
      ${forUpdate ? sql`for update` : sql``}`.execute(executor)
    const [row] = rows
    if (!row) throw new Refused(404)
    return row
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  root = `http://127.0.0.1:${port}/odata`
  return Object.assign(peer, {
    url: root,
    port,
    forgetTokens: () => {
      token += 1
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

const known = new Set([
  '$filter',
  '$orderby',
  '$select',
  '$expand',
  '$top',
  '$skip',
  '$skiptoken',
  '$count',
  '$inlinecount',
])

/** What a database refuses is a bad request to a service's caller. */
function errorAnswer(error: unknown): PeerAnswer {
  if (error instanceof Refused)
    return { status: error.status, headers: {}, body: errorBody(error.status, error.target) }
  if (error instanceof BadBody) return { status: 400, headers: {}, body: errorBody(400, error.target) }
  if (error instanceof BadExpression) return { status: 400, headers: {}, body: errorBody(400) }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === '23505') return { status: 409, headers: {}, body: errorBody(409) }
  if (/^2[23]/.test(code)) return { status: 400, headers: {}, body: errorBody(400) }
  return { status: 500, headers: {}, body: errorBody(500) }
}

function errorBody(status: number, target?: string) {
  const message = 'PEER-SECRET: words of the system'
  return { error: { code: `PEER/${status}`, message, ...(target === undefined ? {} : { target }) } }
}

function send(response: ServerResponse, { status, headers, body }: PeerAnswer): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json' })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}
