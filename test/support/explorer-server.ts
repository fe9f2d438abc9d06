/** The explorer over two identities with a schema each, in this process: no issuer, no policies, the real page and routes. */
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { buildSchema, graphql, type GraphQLSchema } from 'graphql'
import type { ExplorerOptions } from '../../gateway/explorer/options.ts'
import { explorerPage } from '../../gateway/explorer/page.ts'
import { registerExplorer } from '../../gateway/explorer/register.ts'
import { servesExplorer } from '../../gateway/explorer/serves-explorer.ts'

export interface ExplorerServer extends AsyncDisposable {
  readonly url: string
  /** `identity operationName` of every operation that came in, in order; `nobody` without a known token. */
  readonly operations: string[]
  /** Names for whom a token was made, in order. */
  readonly minted: string[]
  /** From now on every token made before is refused. */
  revokeAll(): void
}

const schemas: Readonly<Record<string, GraphQLSchema>> = {
  'support-agent': buildSchema('type Query { account(id: ID!): Account } type Account { name: String! tier: String! }'),
  'lena.fischer': buildSchema(`
    type Query { account(id: ID!): Account ledger: [Entry!]! }
    type Account { name: String! }
    type Entry { principal: String! at: String! }
  `),
}
const answers = {
  account: ({ id }: { id: string }) => ({ name: `Account ${id}`, tier: 'KEY' }),
  ledger: [{ principal: 'agent:support-agent', at: '2026-10-31T09:00:00Z' }],
}

const presets: ExplorerOptions['presets'] = [
  {
    name: 'account',
    title: 'One account',
    as: 'support-agent',
    query: 'query OneAccount($id: ID!) {\n  account(id: $id) {\n    name\n    tier\n  }\n}\n',
    variables: { id: 'acc-0001' },
  },
  {
    name: 'ledger',
    title: 'The ledger',
    as: 'lena.fischer',
    query: 'query Ledger {\n  ledger {\n    principal\n    at\n  }\n}\n',
    variables: {},
  },
]

/** Starts it on a free port. `lifeSeconds` is how long its tokens say that they live. */
export async function startExplorerServer({ lifeSeconds = 600 } = {}): Promise<ExplorerServer> {
  const server = fastify()
  const operations: string[] = []
  const minted: string[] = []
  const holders = new Map<string, string>()
  const options: ExplorerOptions = {
    endpoint: '/graphql',
    identities: [
      {
        name: 'support-agent',
        title: 'Support agent: customers',
        principal: 'agent:support-agent',
        roles: ['support-agent'],
      },
      { name: 'lena.fischer', title: 'Lena Fischer, auditor', principal: 'person:lena.fischer', roles: ['auditor'] },
    ],
    presets,
    mint(name) {
      minted.push(name)
      const claims = {
        exp: Math.floor(Date.now() / 1000) + lifeSeconds,
        scope: `${name}:one ${name}:two`,
        jti: minted.length,
      }
      const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
      holders.set(token, name)
      return Promise.resolve(token)
    },
    log: { error: () => undefined },
  }
  registerExplorer(server, options)
  server.get('/graphql', async (request, reply) => {
    if (!servesExplorer(request)) return reply.code(400).send({ errors: [{ message: 'No page.' }] })
    const { html, headers } = await explorerPage(options, request.raw)
    return reply.headers(headers).send(html)
  })
  server.post('/graphql', async (request, reply) => {
    const { query, variables, operationName } = request.body as Record<'query' | 'operationName', string> & {
      variables?: object
    }
    const name = holders.get((request.headers.authorization ?? '').replace('Bearer ', ''))
    operations.push(`${name ?? 'nobody'} ${operationName}`)
    const schema = schemas[name ?? '']
    if (!schema) return reply.code(401).send({ errors: [{ message: 'The access token does not verify.' }] })
    return graphql({ schema, source: query, rootValue: answers, variableValues: { ...variables }, operationName })
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  return {
    url: `http://localhost:${port}`,
    operations,
    minted,
    revokeAll: () => holders.clear(),
    [Symbol.asyncDispose]: () => server.close(),
  }
}
