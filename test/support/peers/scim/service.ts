/**
 * A SCIM service: SCIMMY with its routers on Express, which checks schemas, applies patches and words errors. It has no ETags,
 * its filters know neither escaped quotes nor nested groups nor folded text, and its routers lose `startIndex` and `count` of a
 * query: for these the peer stands in front of it, written from RFC 7644.
 */
import type { AddressInfo } from 'node:net'
import express, { type NextFunction, type Request, type Response } from 'express'
import SCIMMY from 'scimmy'
import SCIMMYRouters from 'scimmy-routers'
import { createFaultSwitch, type FaultSwitch } from '../faults.ts'
import { BadFilter, readScimFilter } from './filter.ts'

type Resource = Record<string, unknown>

export interface ScimPeer extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly control: FaultSwitch
  readonly users: Table
  readonly groups: Table
}

export interface Table {
  readonly rows: Resource[]
  /** @returns the id */
  add(values: Resource): string
}

export const userExtension = 'urn:ietf:params:scim:schemas:extension:peer:2.0:User'
export const groupExtension = 'urn:ietf:params:scim:schemas:extension:peer:2.0:Group'

/** SCIMMY refuses a decimal that has no fraction, which JavaScript does not keep: `100.00` is 100. */
class Decimal extends SCIMMY.Types.Attribute {
  override coerce(value: unknown): unknown {
    return value
  }
}

/** Starts the service on a free port of the loopback address. SCIMMY keeps its handlers for the process: one service at a time. */
export async function startScimPeer(now: () => Date): Promise<ScimPeer> {
  const users = createTable('u', 'userName', now)
  const groups = createTable('g', null, now)
  declare(SCIMMY.Resources.User, users, userExtension, [new Decimal('decimal', 'annualRevenue')])
  declare(SCIMMY.Resources.Group, groups, groupExtension, [
    new SCIMMY.Types.Attribute('string', 'accountId'),
    new SCIMMY.Types.Attribute('string', 'firstName'),
  ])
  SCIMMY.Config.set({ patch: true, filter: 100, sort: true, etag: true })

  const token = 'token-of-the-peer'
  const app = express()
  app.use((request: Request, response: Response, next: NextFunction) => {
    const { filter, startIndex, count, ...rest } = request.query
    const numbers = {
      ...(startIndex === undefined ? {} : { startIndex: Number(startIndex) }),
      ...(count === undefined ? {} : { count: Number(count) }),
    }
    Object.defineProperty(request, 'query', { value: { ...rest, ...numbers } })
    response.locals['filter'] = filter
    const match = request.header('if-match')
    const [, set, id] = /^\/scim\/(Users|Groups)\/(.+)$/.exec(request.path) ?? []
    const row = (set === 'Users' ? users : groups).rows.find((each) => each['id'] === id)
    if (match !== undefined && row && (row['meta'] as Resource)['version'] !== match) {
      response.status(412).json({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '412' })
      return
    }
    next()
  })
  app.use(
    '/scim',
    new SCIMMYRouters({
      type: 'bearer',
      handler: (request: Request) => {
        if (request.header('authorization') !== `Bearer ${token}`) throw new Error('PEER-SECRET: not authorised')
        return 'mandate'
      },
      context: (request: Request) => request.res?.locals['filter'],
    }),
  )
  const control = createFaultSwitch()
  const server = control.serve(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/scim`,
    token,
    control,
    users,
    groups,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function createTable(
  prefix: string,
  unique: string | null,
  now: () => Date,
): Table & { readonly unique: string | null; readonly now: () => Date } {
  const rows: Resource[] = []
  return {
    rows,
    unique,
    now,
    add(values) {
      const id = `${prefix}${String(rows.length + 1).padStart(5, '0')}`
      const at = now().toISOString()
      rows.push({ ...values, id, meta: { created: at, lastModified: at, version: 'W/"1"' } })
      return id
    },
  }
}

/** What is alike in the resource types, whose own types differ in the schema alone. */
interface DeclaredType {
  describe(): { readonly schemaExtensions?: readonly { readonly schema: string }[] }
  extend(schema: unknown, isRequired: boolean): void
  egress(handler: (resource: { readonly id?: string }, filter: unknown) => unknown): void
  ingress(handler: (resource: { readonly id?: string }, given: object) => unknown): void
}

function declare(
  Type: typeof SCIMMY.Resources.User | typeof SCIMMY.Resources.Group,
  table: ReturnType<typeof createTable>,
  urn: string,
  attributes: ConstructorParameters<typeof SCIMMY.Types.SchemaDefinition>[3],
): void {
  const { rows, unique, now } = table
  const declared = SCIMMY.Resources.declare(Type) as unknown as DeclaredType
  // Packages outlive a test file, and their declarations with them.
  if (!declared.describe().schemaExtensions?.some(({ schema }) => schema === urn)) {
    declared.extend(new SCIMMY.Types.SchemaDefinition('Peer', urn, 'What the peer adds.', attributes), false)
  }
  declared.egress((resource, filter) => {
    if (resource.id !== undefined) {
      const found = rows.find(({ id }) => id === resource.id)
      if (!found) throw new SCIMMY.Types.Error(404, '', 'PEER-SECRET: not found')
      return structuredClone(found)
    }
    try {
      const test = typeof filter === 'string' ? readScimFilter(filter) : () => true
      return structuredClone(rows.filter(test))
    } catch (error) {
      if (!(error instanceof BadFilter || error instanceof SyntaxError)) throw error
      throw new SCIMMY.Types.Error(400, 'invalidFilter', 'PEER-SECRET: filter')
    }
  })
  declared.ingress((resource, given) => {
    const values = JSON.parse(JSON.stringify(given)) as Resource
    delete values['meta']
    const name = unique === null ? null : String(values[unique]).toLowerCase()
    if (
      rows.some((row) => row['id'] !== resource.id && name !== null && String(row[unique ?? '']).toLowerCase() === name)
    ) {
      throw new SCIMMY.Types.Error(409, 'uniqueness', 'PEER-SECRET: taken')
    }
    const id = resource.id ?? table.add({})
    const at = rows.findIndex((row) => row['id'] === id)
    const meta = rows[at]?.['meta'] as { created: string; version: string }
    const version = resource.id === undefined ? 1 : Number(/\d+/.exec(meta.version)?.[0]) + 1
    rows[at] = { ...values, id, meta: { ...meta, lastModified: now().toISOString(), version: `W/"${version}"` } }
    return structuredClone(rows[at])
  })
}
