/** A subgraph that is not ours, beside ours: written with nothing but graphql-js, joined by its SDL and its address. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildSchema, graphql } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../../gateway/config.ts'
import { openGraph, readGraphIndex } from '../../../gateway/federation/graph.ts'
import { loadPolicies } from '../../../policies/engine/load.ts'
import { startStack, type Stack } from '../../support/stack.ts'

/** What the subgraph promises: a field on our accounts, and one of its own. */
const sdl = `
  type Query { weatherIn(city: String!): Weather }
  type Weather { city: String! celsius: Float! warning: String }
  extend type Account @key(fields: "id") { id: ID! @external weather: Weather }
`

/** The same as a plain schema, with the two fields by which federation asks. */
const served = buildSchema(`
  scalar _Any
  type _Service { sdl: String! }
  union _Entity = Account
  type Account { id: ID! weather: Weather }
  type Weather { city: String! celsius: Float! warning: String }
  type Query {
    weatherIn(city: String!): Weather
    _service: _Service!
    _entities(representations: [_Any!]!): [_Entity]!
  }
`)
const weatherOf = (city: string) => ({ city, celsius: city.length, warning: null })
const root = {
  weatherIn: ({ city }: { city: string }) => weatherOf(city),
  _entities: ({ representations }: { representations: readonly { id: string }[] }) =>
    representations.map(({ id }) => ({ __typename: 'Account', id, weather: weatherOf(id) })),
}

const schemaFolder = path.resolve(import.meta.dirname, '../../../schema')
const policiesFolder = path.resolve(import.meta.dirname, '../../../policies')

describe('an external subgraph beside ours', () => {
  let server: Server
  let folder: string
  let settings: string
  let answer: 'well' | 'badly' = 'well'

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> }
        if (answer === 'badly') return void response.end('<html>oops at /srv/secret</html>')
        void graphql({ schema: served, source: query, rootValue: root, variableValues: variables }).then((result) =>
          response.end(JSON.stringify(result)),
        )
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    folder = await mkdtemp(path.join(tmpdir(), 'mandate-external-'))
    await writeFile(path.join(folder, 'weather.graphql'), sdl)
    settings = path.join(folder, 'mandate.yaml')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    await writeFile(settings, `subgraphs:\n  weather: { url: '${url}', sdl: ./weather.graphql }\n`)
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** The shipped rules, with this table for the weather beside them. */
  async function policiesWith(table: string): Promise<string> {
    const own = await mkdtemp(path.join(folder, 'policies-'))
    await writeFile(
      path.join(own, 'index.ts'),
      `import { policies as shipped } from '${policiesFolder}/index.ts'
       import { weather } from './weather.ts'
       export const policies = { ...shipped, tables: { ...shipped.tables, weather } }`,
    )
    await writeFile(
      path.join(own, 'weather.ts'),
      `import { callerMay, recordWhere } from 'mandate/policies'\nexport const weather = ${table}\n`,
    )
    return own
  }
  const started = (policies?: string): Promise<Stack> =>
    startStack({ env: { MANDATE_CONFIG: settings, ...(policies === undefined ? {} : { MANDATE_POLICIES: policies }) } })

  const asked = '{ account(id: "acc-0001") { name weather { city celsius } } weatherIn(city: "Oslo") { celsius } }'

  test('without a rule its coordinates do not exist for anybody, and ours go on as ever', async () => {
    await using stack = await started()
    expect((await stack.graphql('support-agent', '{ account(id: "acc-0001") { name } }')).codes).toEqual([])
    expect((await stack.graphql('support-agent', asked)).codes).toEqual(['GRAPHQL_VALIDATION_FAILED'])
  })

  test('with rules it answers in one request with ours, and the ledger counts what was delivered', async () => {
    const policies = await policiesWith(
      "{ Query: { weatherIn: callerMay('crm:read') }, Account: { weather: callerMay('crm:read') }, Weather: { '*': callerMay('crm:read') } }",
    )
    await using stack = await started(policies)
    const { data, requestId } = await stack.graphql('support-agent', asked)
    expect(data).toMatchObject({ account: { weather: { city: 'acc-0001', celsius: 8 } }, weatherIn: { celsius: 4 } })
    const records = await stack.recordsOf(requestId)
    expect(JSON.stringify(records)).toContain('Weather.celsius')
    expect(
      (await stack.graphql('auditor', '{ weatherIn(city: "Oslo") { celsius } }', {}, { token: 'x' })).codes,
    ).toEqual(['UNAUTHENTICATED'])

    answer = 'badly'
    const broken = await stack.graphql('support-agent', asked)
    answer = 'well'
    expect(broken.codes).toEqual(['SYSTEM_UNAVAILABLE'])
    expect(broken.data).toMatchObject({ account: { weather: null }, weatherIn: null })
    expect(broken.text).not.toContain('secret')
  })

  test('rules are checked against its SDL when they are loaded', async () => {
    const index = readGraphIndex(readConfig({ env: { MANDATE_CONFIG: settings }, folder }), schemaFolder)
    const problems = async (table: string) => {
      const result = await loadPolicies({ folder: await policiesWith(table), index })
      return result.outcome === 'refused' ? result.problems.map(({ where, message }) => `${where} ${message}`) : []
    }
    expect(await problems("{ Weather: { celcius: callerMay('crm:read') } }")).toEqual([
      expect.stringContaining('The field `Weather.celcius` is in no contract.'),
    ])
    expect(await problems("{ Weather: { city: recordWhere('warm places', ['celsius'], () => true) } }")).toEqual([
      expect.stringContaining('which weather resolves without asking our rules'),
    ])
    expect(await problems("{ Account: { name: callerMay('crm:read') } }")).toEqual([
      expect.stringContaining('`Account.name` belongs to crm, not to weather'),
    ])
  })

  test('what cannot be joined is refused with what to do', () => {
    const open = (subgraphs: Record<string, { url: string; sdl?: string }>) => () =>
      openGraph({ supergraph: undefined, subgraphs }, schemaFolder)
    const url = 'http://127.0.0.1:1/'
    expect(open({ wether: { url } })).toThrow('There is no subgraph `wether`')
    expect(open({ crm: { url, sdl: path.join(folder, 'weather.graphql') } })).toThrow('may not replace its contract')
    expect(open({ weather: { url, sdl: path.join(folder, 'nothing.graphql') } })).toThrow('cannot be read')
  })
})
