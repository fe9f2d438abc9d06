/**
 * Somebody else's graph: four subgraphs that know nothing of this gateway, with interfaces, unions, `@requires`, `@provides`,
 * `@shareable`, `@override`, `@inaccessible` and `@interfaceObject`. Each is an HTTP server of its own.
 */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse, type GraphQLSchema } from 'graphql'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@inaccessible",
  "@provides", "@external", "@override", "@requires", "@interfaceObject"])`

const authors = [
  { id: 'a1', name: 'Ada Lind', country: 'SE', email: 'ada@example.test' },
  { id: 'a2', name: 'Ben Okoro', country: 'NG', email: null },
]
const items = [
  {
    __typename: 'Book',
    id: 'b1',
    title: 'Tides',
    isbn: 'old-1',
    weight: 400,
    internalCode: 'X1',
    authorId: 'a1',
    size: { width: 12, height: 19 },
  },
  {
    __typename: 'Book',
    id: 'b2',
    title: 'Moss',
    isbn: 'old-2',
    weight: null,
    internalCode: 'X2',
    authorId: 'a2',
    size: null,
  },
  { __typename: 'Film', id: 'f1', title: 'Harbour', minutes: 94, directorId: 'a2' },
  { __typename: 'Film', id: 'f2', title: 'Glass', minutes: 121, directorId: null },
]
const reviews = [
  { id: 'r1', itemId: 'b1', stars: 5, text: 'Read it twice' },
  { id: 'r2', itemId: 'b1', stars: 2, text: 'Too long' },
  { id: 'r3', itemId: 'f1', stars: 4, text: null },
]
const itemOf = (id: string) => items.find((item) => item.id === id) ?? null
const authorOf = (id: string | null | undefined) => authors.find((author) => author.id === id) ?? null

interface SubgraphSource {
  readonly name: string
  readonly sdl: string
  readonly resolvers: Record<string, any>
}

const library: SubgraphSource = {
  name: 'library',
  sdl: `${link}
    type Query {
      items(first: Int = 10): [Item!]!
      item(id: ID!): Item
      search(text: String!): [SearchResult!]!
      broken: String
      shelf: Shelf
    }
    interface Item @key(fields: "id") { id: ID! title: String! }
    type Book implements Item @key(fields: "id") {
      id: ID!
      title: String!
      isbn: String!
      weight: Int
      internalCode: String @inaccessible
      size: Size
      author: Author @provides(fields: "name")
    }
    type Film implements Item @key(fields: "id") { id: ID! title: String! minutes: Int! director: Author }
    type Size @shareable { width: Int! height: Int! }
    type Shelf { name: String! items(kind: Kind): [Item!]! broken: Int! }
    enum Kind { BOOK FILM SECRET @inaccessible }
    union SearchResult = Book | Film | Author
    type Author @key(fields: "id") { id: ID! name: String! @external }`,
  resolvers: {
    Query: {
      items: (_: unknown, { first }: { first: number }) => items.slice(0, first),
      item: (_: unknown, { id }: { id: string }) => itemOf(id),
      search: (_: unknown, { text }: { text: string }) => [
        ...items.filter(({ title }) => title.toLowerCase().includes(text.toLowerCase())),
        ...authors
          .filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()))
          .map(({ id }) => ({ __typename: 'Author', id })),
      ],
      broken: () => {
        throw new Error('a pipe burst at 10.0.0.7')
      },
      shelf: () => ({ name: 'Main' }),
    },
    Item: {
      __resolveReference: ({ id }: { id: string }) => itemOf(id),
      __resolveType: (item: { __typename: string }) => item.__typename,
    },
    Book: {
      __resolveReference: ({ id }: { id: string }) => itemOf(id),
      author: ({ authorId }: { authorId: string }) => authorOf(authorId),
    },
    Film: {
      __resolveReference: ({ id }: { id: string }) => itemOf(id),
      director: ({ directorId }: { directorId: string }) => (directorId ? { id: directorId } : null),
    },
    Shelf: {
      items: (_: unknown, { kind }: { kind?: string }) =>
        items.filter(({ __typename }) => !kind || __typename.toUpperCase() === kind),
      broken: () => {
        throw new Error('no')
      },
    },
    SearchResult: { __resolveType: (found: { __typename: string }) => found.__typename },
    Author: { __resolveReference: ({ id }: { id: string }) => ({ id }) },
  },
}

const people: SubgraphSource = {
  name: 'people',
  sdl: `${link}
    type Query { author(id: ID!): Author authors: [Author!]! }
    type Author @key(fields: "id") { id: ID! name: String! @shareable country: String email: String }
    type Size @shareable { width: Int! height: Int! }`,
  resolvers: {
    Query: { author: (_: unknown, { id }: { id: string }) => authorOf(id), authors: () => authors },
    Author: { __resolveReference: ({ id }: { id: string }) => authorOf(id) },
  },
}

const opinions: SubgraphSource = {
  name: 'opinions',
  sdl: `${link}
    type Query { topRated(min: Int!): [Item!]! }
    type Mutation { rate(item: ID!, stars: Int!): Review }
    type Item @interfaceObject @key(fields: "id") { id: ID! reviews(min: Int): [Review!]! rating: Float }
    type Review { id: ID! stars: Int! text: String item: Item! }`,
  resolvers: {
    Query: {
      topRated: (_: unknown, { min }: { min: number }) =>
        [...new Set(reviews.filter(({ stars }) => stars >= min).map(({ itemId }) => itemId))].map((id) => ({ id })),
    },
    Mutation: {
      rate: (_: unknown, { item, stars }: { item: string; stars: number }) => ({
        id: 'r9',
        itemId: item,
        stars,
        text: null,
      }),
    },
    Item: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      reviews: ({ id }: { id: string }, { min }: { min?: number | null }) =>
        reviews.filter(({ itemId, stars }) => itemId === id && stars >= (min ?? 0)),
      rating: ({ id }: { id: string }) => {
        const own = reviews.filter(({ itemId }) => itemId === id)
        return own.length === 0 ? null : own.reduce((sum, { stars }) => sum + stars, 0) / own.length
      },
    },
    Review: { item: ({ itemId }: { itemId: string }) => ({ id: itemId }) },
  },
}

const post: SubgraphSource = {
  name: 'post',
  sdl: `${link}
    type Query { carriers: [String!]! }
    type Book @key(fields: "id") {
      id: ID!
      weight: Int @external
      isbn: String! @override(from: "library")
      postage(country: String!): Float @requires(fields: "weight")
    }`,
  resolvers: {
    Query: { carriers: () => ['Gull', 'Heron'] },
    Book: {
      __resolveReference: (reference: { id: string }) => reference,
      isbn: ({ id }: { id: string }) => `978-${id}`,
      postage: ({ weight }: { weight: number | null }, { country }: { country: string }) =>
        weight === null ? null : weight / 100 + country.length,
    },
  },
}

export const sources: readonly SubgraphSource[] = [library, people, opinions, post]

export interface ForeignGraph extends AsyncDisposable {
  /** Composed, with the addresses of the running subgraphs in it. */
  readonly supergraphSdl: string
  readonly urls: Readonly<Record<string, string>>
  /** The headers of every fetch so far. */
  readonly seen: { readonly subgraph: string; readonly headers: IncomingHttpHeaders; readonly body: string }[]
}

/** Starts the subgraphs and composes them; `edit` changes the SDL of a subgraph before. */
export async function startForeignGraph(
  edit: (name: string, sdl: string) => string = (_, sdl) => sdl,
): Promise<ForeignGraph> {
  const seen: ForeignGraph['seen'] = []
  const running = await Promise.all(
    sources.map(async ({ name, sdl, resolvers }) => {
      const typeDefs = parse(edit(name, sdl))
      const server = await serve(name, buildSubgraphSchema({ typeDefs, resolvers }), seen)
      return { name, typeDefs, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
    }),
  )
  const { supergraphSdl, errors } = composeServices(running.map(({ name, typeDefs, url }) => ({ name, typeDefs, url })))
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'))
  return {
    supergraphSdl,
    urls: Object.fromEntries(running.map(({ name, url }) => [name, url])),
    seen,
    async [Symbol.asyncDispose]() {
      for (const { server } of running) server.closeAllConnections()
      await Promise.all(running.map(({ server }) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/** A GraphQL server of thirty lines: what "any language, over HTTP" comes down to. */
function serve(name: string, schema: GraphQLSchema, seen: ForeignGraph['seen']): Promise<Server> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      seen.push({ subgraph: name, headers: request.headers, body })
      const { query, variables, operationName } = JSON.parse(body) as Record<string, any>
      void graphql({ schema, source: query, variableValues: variables, operationName }).then((result) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(result))
      })
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}
