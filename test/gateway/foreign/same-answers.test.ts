/** In front of somebody else's supergraph the gateway answers as the bare @apollo/gateway does, to who may ask everything. */
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import type { GraphQLSchema } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCorpus } from '../../support/foreign/corpus.ts'
import { foreignFolder, type ForeignFolder } from '../../support/foreign/files.ts'
import { startForeignGraph, type ForeignGraph } from '../../support/foreign/graph.ts'
import { startStack, type Stack } from '../../support/stack.ts'

/** Values for arguments: some exist, some do not. */
const pool = {
  id: ['b1', 'f1', 'f2', 'nothing', 'a1'],
  text: ['a', 'i', 'zzz'],
  first: [1, 4],
  min: [0, 3],
  country: ['SE', 'NOR'],
}

interface Answer {
  readonly data: string
  /** Where errors are; their words are masked. */
  readonly paths: readonly string[]
}

/**
 * The bare gateway with one defect mended: an entity that an @interfaceObject answers for comes back under the interface's name,
 * which Apollo's executor puts over the type that it knows; what was selected on that type is then lost, without an error.
 */
class MendedSource extends RemoteGraphQLDataSource {
  override async process(options: Parameters<RemoteGraphQLDataSource['process']>[0]) {
    const response = await super.process(options)
    for (const entity of (response.data as any)?._entities ?? []) {
      if (entity?.__typename === 'Item') delete entity.__typename
    }
    return response
  }
}

describe('a foreign graph', () => {
  let graph: ForeignGraph
  let files: ForeignFolder
  let stack: Stack
  let bare: ApolloServer
  let mended: ApolloServer
  let apiSchema: GraphQLSchema

  async function startBare(Source: typeof RemoteGraphQLDataSource): Promise<ApolloServer> {
    const gateway = new ApolloGateway({
      supergraphSdl: graph.supergraphSdl,
      buildService: ({ url }) => new Source({ url: url! }),
    })
    gateway.onSchemaLoadOrUpdate((loaded) => (apiSchema = loaded.apiSchema))
    const server = new ApolloServer({ gateway, includeStacktraceInErrorResponses: false })
    await server.start()
    return server
  }

  beforeAll(async () => {
    process.env['APOLLO_TELEMETRY_DISABLED'] = '1'
    graph = await startForeignGraph()
    files = await foreignFolder(graph.supergraphSdl)
    stack = await startStack({
      company: 'none',
      env: { MANDATE_SUPERGRAPH: files.supergraph, MANDATE_POLICIES: files.policies },
      // The corpus is about plans; what is too large is another test's.
      settings: (config) => ({
        ...config,
        limits: { ...config.limits, aliases: 900, depth: 40, directives: 900, cost: 1e9, costPerMinute: 1e9 },
      }),
    })
    bare = await startBare(RemoteGraphQLDataSource)
    mended = await startBare(MendedSource)
  })
  afterAll(async () => {
    await bare.stop()
    await mended.stop()
    await stack[Symbol.asyncDispose]()
    await files[Symbol.asyncDispose]()
    await graph[Symbol.asyncDispose]()
  })

  async function bareAnswer(server: ApolloServer, query: string, variables: object): Promise<Answer> {
    const { body } = await server.executeOperation({ query, variables: { ...variables } })
    if (body.kind !== 'single') throw new Error('not a single answer')
    const { data, errors } = JSON.parse(JSON.stringify(body.singleResult))
    return answerOf(data, errors)
  }
  async function ourAnswer(query: string, variables: object): Promise<Answer> {
    const { data, errors } = await stack.graphql('worker', query, variables)
    return answerOf(data, errors)
  }
  function answerOf(data: unknown, errors: readonly { path?: readonly unknown[] }[] = []): Answer {
    return { data: JSON.stringify(data ?? null), paths: errors.map(({ path }) => JSON.stringify(path)).sort() }
  }

  test('answers like the bare gateway, operation by operation', async () => {
    let answered = 0
    let mendedOnly = 0
    for (const { query, variables } of makeCorpus(apiSchema, 20_261_122, Number(process.env['CORPUS'] ?? 60), pool)) {
      const theirs = await bareAnswer(bare, query, variables)
      const right = await bareAnswer(mended, query, variables)
      expect(await ourAnswer(query, variables), `${query}\n${JSON.stringify(variables)}`).toEqual(right)
      if (theirs.data !== right.data) mendedOnly += 1
      else if (theirs.data !== 'null') answered += 1
    }
    // The corpus must not be a list of refusals, nor of that one defect.
    expect(answered).toBeGreaterThan(35)
    expect(mendedOnly).toBeLessThan(25)
  }, 120_000)

  test('asks the same of a mutation', async () => {
    const rate =
      'mutation($stars: Int!) { rate(item: "b2", stars: $stars) { stars item { id title ... on Book { isbn } } } }'
    const ours = await ourAnswer(rate, { stars: 3 })
    expect(ours).toEqual(await bareAnswer(mended, rate, { stars: 3 }))
    expect(ours.data).toContain('978-b2')
  })

  test('a hidden field is as unknown here as there', async () => {
    const { codes, errors } = await stack.graphql('worker', '{ items { ... on Book { internalCode } } }')
    expect(codes).toEqual(['GRAPHQL_VALIDATION_FAILED'])
    expect(errors[0]?.message).toContain('internalCode')
  })

  test("the subgraphs get the statement and never the caller's token", async () => {
    graph.seen.length = 0
    await stack.graphql('worker', '{ carriers authors { name } }')
    expect(graph.seen.map(({ subgraph }) => subgraph).sort()).toEqual(['people', 'post'])
    for (const { headers } of graph.seen) {
      expect(headers['mandate-statement']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
      expect(headers).not.toHaveProperty('authorization')
    }
  })
})
