/**
 * The whole product in one process, without a socket: database, cache, systems with the demo company, identity, policies,
 * pipeline. Requests go in through Fastify's `inject`, so everything from HTTP to the ledger runs.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type App, createApp } from '../../gateway/app.ts'
import { readConfig } from '../../gateway/config.ts'
import { type LoadedGraph, loadGraph } from '../../gateway/federation/federation.ts'
import { createLog } from '../../gateway/log.ts'
import { type World, realWorld } from '../../lib/world.ts'
import type { Cache } from '../../storage/cache.ts'
import type { Database } from '../../storage/database.ts'
import { type LedgerReader, createLedgerReader } from '../../storage/stores/ledger.ts'
import { seedCompany } from '../../subgraphs/company/seed.ts'
import { type CacheKind, createCache } from './caches.ts'
import { type DatabaseKind, type DatabaseTemplate, createDatabase } from './databases.ts'

/** A database with the demo company in it, filled once and copied for each stack. */
export const companyTemplate: DatabaseTemplate = {
  name: 'company',
  sources: ['storage/migrations', 'subgraphs/company'],
  fill: async (database) => {
    await seedCompany(database)
  },
}

const graphs = new Map<string, Promise<LoadedGraph>>()

/** Loading a graph is half of what a stack costs, and the stacks of a worker plan with the same one: it is kept to the end. */
async function sharedGraph(...[sdl, log]: Parameters<typeof loadGraph>): Promise<LoadedGraph> {
  const loading = graphs.get(sdl) ?? loadGraph(sdl, log)
  graphs.set(sdl, loading)
  return { ...(await loading), [Symbol.asyncDispose]: () => Promise.resolve() }
}

export interface StackAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
  readonly data: Record<string, any> | null | undefined
  readonly errors: readonly { message: string; path?: (string | number)[]; extensions: Record<string, any> }[]
  /** What the answer tells beside its data. */
  readonly extensions: Readonly<Record<string, any>>
  /** The catalogue codes, once each. */
  readonly codes: readonly string[]
  readonly requestId: string
}

export interface StackOperation {
  readonly headers?: Record<string, string>
  readonly operationName?: string
  readonly token?: string
  /** The member `extensions` of the body: `{ dryRun: true }`. */
  readonly extensions?: Readonly<Record<string, unknown>>
}

export interface Stack extends AsyncDisposable {
  readonly app: App
  /** Its data folder: the keys of the demo identities. */
  readonly folder: string
  /** Gets new tokens from here on: for a clock that was put forward. */
  forgetTokens(): void
  readonly database: Database
  readonly cache: Cache
  readonly ledger: LedgerReader
  /** The fetches since the last {@link Stack.clearQueries}: statements the database was sent. */
  readonly queries: string[]
  clearQueries(): void
  /** Everything that was logged, one JSON line each. */
  readonly logged: string[]
  /** Sends one operation as a demo identity, or with no token when null. */
  graphql(as: string | null, query: string, variables?: object, options?: StackOperation): Promise<StackAnswer>
  /** What the ledger holds of a request, oldest first. */
  recordsOf(requestId: string): ReturnType<LedgerReader['show']>
}

export interface StackOptions {
  readonly database?: DatabaseKind
  readonly cache?: CacheKind
  /** What the business systems hold; without the company a stack opens faster. */
  readonly company?: 'whole' | 'none'
  /** Whether the shipped workflows are published, and their runs worked on. Default `off`. */
  readonly workflows?: 'on' | 'off'
  /** What the gateway is given in place of the database or the cache: one that a test can break. */
  readonly wrapDatabase?: (database: Database) => Database
  readonly wrapCache?: (cache: Cache) => Cache
  /** Plans with a graph of its own, whose plans nobody else made. */
  readonly ownGraph?: boolean
  /** Policies of the test's own, in place of the shipped ones. */
  readonly policiesFolder?: string
  readonly world?: World
  /** Another replica: on the same database, cache and identities. The other one is closed last. */
  readonly beside?: Stack
  /** Settings as environment variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Settings as `mandate.yaml` has them, over the defaults. */
  readonly settings?: (config: ReturnType<typeof readConfig>) => ReturnType<typeof readConfig>
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { world = realWorld, env = {} } = options
  const { beside } = options
  const folder = beside?.folder ?? (await mkdtemp(path.join(tmpdir(), 'mandate-stack-')))
  const queries: string[] = []
  const logged: string[] = []
  const database =
    beside?.database ??
    (await createDatabase(options.database ?? 'embedded', {
      ...(options.company === 'none' ? {} : { template: companyTemplate }),
      onQuery: (sql) => queries.push(sql),
    }))
  const cache = beside?.cache ?? (await createCache(options.cache ?? 'memory'))
  const read = readConfig({ env: { NODE_ENV: 'test', MANDATE_DATA: folder, ...env }, folder })
  const demoData = read.demoData && options.company !== 'none'
  const works = options.workflows === 'on'
  const workflows = { ...read.workflows, publish: works, work: works }
  const quiet = { ...read, demoData, workflows, policies: { ...read.policies, watch: false } }
  const app = await createApp({
    config: options.settings?.(quiet) ?? quiet,
    world,
    log: createLog({ level: 'debug', destination: { write: (line: string) => void logged.push(line) } }),
    env: {},
    given: {
      database: options.wrapDatabase?.(database) ?? database,
      cache: options.wrapCache?.(cache) ?? cache,
      ...(options.ownGraph === true ? {} : { loadGraph: sharedGraph }),
      ...(options.policiesFolder === undefined ? {} : { policiesFolder: options.policiesFolder }),
    },
  })
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (identity: string) => {
    const token = tokens.get(identity) ?? (app.mint as NonNullable<App['mint']>)(identity)
    tokens.set(identity, token)
    return token
  }
  const ledger = createLedgerReader(database, world.now)
  return {
    app,
    folder,
    forgetTokens: () => {
      tokens.clear()
    },
    database,
    cache,
    ledger,
    queries,
    clearQueries: () => void queries.splice(0),
    logged,
    recordsOf: (requestId) => ledger.show(requestId),
    async graphql(as, query, variables = {}, { headers = {}, operationName, token, extensions } = {}) {
      const bearer = token ?? (as === null ? null : await tokenOf(as))
      const response = await app.server.inject({
        method: 'POST',
        url: '/graphql',
        headers: {
          'content-type': 'application/json',
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
          ...headers,
        },
        payload: JSON.stringify({ query, variables, operationName, extensions }),
      })
      const body = JSON.parse(response.body) as Pick<StackAnswer, 'data'> &
        Partial<Pick<StackAnswer, 'errors' | 'extensions'>>
      const errors = body.errors ?? []
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        data: body.data,
        errors,
        extensions: body.extensions ?? {},
        codes: [...new Set(errors.map((error) => String(error.extensions['code'])))],
        requestId: String(response.headers['mandate-request-id']),
      }
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      if (beside) return
      await cache.close()
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
