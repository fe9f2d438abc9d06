/** A foreign graph under rules of its own: one rule, tables by subgraph, and what the supergraph itself demands. */
import { describe, expect, test } from 'vitest'
import { loadPolicies } from '../../../policies/engine/load.ts'
import { supergraphIndex } from '../../../schema/supergraph-index.ts'
import { foreignFolder, oneRule } from '../../support/foreign/files.ts'
import { startForeignGraph } from '../../support/foreign/graph.ts'
import { startStack, type Stack } from '../../support/stack.ts'

const roles = (...scopes: readonly string[]) => `
  purposes: {},
  scopes: { ${['graph:use', 'items:read', 'reviews:read', 'people:read', ...scopes].map((scope) => `'${scope}': { title: 't', owner: 'o', requestable: [] }`).join(', ')} },
  roles: [
    { key: 'worker', kind: 'agent', title: 'W', responsibilities: [], scopes: ['graph:use', 'items:read', 'reviews:read', 'people:read'], purposes: [], autonomy: 3 },
    { key: 'reader', kind: 'agent', title: 'R', responsibilities: [], scopes: ['items:read'], purposes: [], autonomy: 3 },
    { key: 'guest', kind: 'agent', title: 'G', responsibilities: [], scopes: [], purposes: [], autonomy: 3 },
  ],`
const policiesWith = (rules: string, ...scopes: readonly string[]) => `
import { all, any, callerIs, callerMay, definePolicies, everyone, ownRecord } from 'mandate/policies'
export const policies = definePolicies({ ${rules} ${roles(...scopes)} })`

const tables = `tables: {
  library: {
    Query: { items: callerMay('items:read'), item: callerMay('items:read'), search: callerMay('items:read') },
    Item: { '*': callerMay('items:read') },
    Book: { '*': callerMay('items:read') },
    Film: { '*': callerMay('items:read') },
    Author: { id: callerMay('people:read') },
  },
  opinions: { Item: { reviews: callerMay('reviews:read') }, Review: { '*': callerMay('reviews:read') } },
},`

interface Opened extends AsyncDisposable {
  readonly stack: Stack
}

/** The gateway in front of the foreign graph, under these rules. */
async function open(policies: string, edit?: (name: string, sdl: string) => string): Promise<Opened> {
  const graph = await startForeignGraph(edit)
  const files = await foreignFolder(graph.supergraphSdl, policies)
  const stack = await startStack({
    company: 'none',
    env: { MANDATE_SUPERGRAPH: files.supergraph, MANDATE_POLICIES: files.policies },
  })
  return {
    stack,
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]()
      await files[Symbol.asyncDispose]()
      await graph[Symbol.asyncDispose]()
    },
  }
}

/** What loading says of these rules. */
async function problemsOf(policies: string, edit?: (name: string, sdl: string) => string) {
  await using graph = await startForeignGraph(edit)
  await using files = await foreignFolder(graph.supergraphSdl, policies)
  const index = supergraphIndex(graph.supergraphSdl, { file: 'supergraph.graphql', guarded: new Set() })
  const result = await loadPolicies({ folder: files.policies, index })
  return result.outcome === 'refused' ? result.problems.map(({ message, mend }) => `${message} ${mend}`) : []
}

describe('one rule for the whole schema', () => {
  test('opens everything to who fulfils it and shows nothing to who does not', async () => {
    await using opened = await open(oneRule)
    const { stack } = opened
    const asked = '{ items(first: 1) { title } }'
    const allowed = await stack.graphql('worker', asked)
    expect(allowed.data).toEqual({ items: [{ title: 'Tides' }] })
    const [record] = (await stack.recordsOf(allowed.requestId)).slice(-1)
    expect(JSON.stringify(record)).toContain('Query.items')
    const hidden = await stack.graphql('guest', asked)
    const nonexistent = await stack.graphql('guest', '{ itemz(first: 1) { title } }')
    expect(hidden.codes).toEqual(['GRAPHQL_VALIDATION_FAILED'])
    expect(hidden.text.replaceAll('items', 'itemz')).toBe(nonexistent.text)
    expect((await stack.graphql(null, asked)).codes).toEqual(['UNAUTHENTICATED'])
    expect((await stack.graphql('worker', 'mutation { rate(item: "b1", stars: 1) { id } }')).data).toEqual({
      rate: { id: 'r9' },
    })
  })

  test('may not open mutations to everyone', async () => {
    expect(await problemsOf(policiesWith('everything: everyone,'))).toEqual([
      expect.stringContaining('The mutation `Mutation.rate` has no rule of its own'),
    ])
  })

  test('is refused when it is no rule', async () => {
    expect(await problemsOf(policiesWith('everything: callerMay,'))).toEqual([
      expect.stringContaining('`everything`: The value is a function'),
    ])
    expect(await problemsOf(policiesWith("everything: callerMay('graph:uze'),"))).toEqual([
      expect.stringContaining('did you mean `graph:use`'),
    ])
  })

  test('holds together with the tables', async () => {
    await using opened = await open(
      policiesWith(
        `everything: callerMay('items:read'), ${tables.replace("callerMay('reviews:read') }, Review", "callerMay('graph:use') }, Review")}`,
      ),
    )
    expect((await opened.stack.graphql('worker', '{ items(first: 1) { reviews { stars } } }')).codes).toEqual([])
    expect((await opened.stack.graphql('reader', '{ items(first: 1) { title } }')).codes).toEqual([])
    expect((await opened.stack.graphql('reader', '{ items(first: 1) { reviews { stars } } }')).codes).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ])
  })
})

describe('tables by subgraph', () => {
  test('what no rule names is closed', async () => {
    await using opened = await open(policiesWith(tables))
    const { stack } = opened
    expect((await stack.graphql('worker', '{ items(first: 1) { title } }')).codes).toEqual([])
    for (const closed of ['{ carriers }', '{ shelf { name } }', '{ authors { id } }']) {
      expect((await stack.graphql('worker', closed)).codes, closed).toEqual(['GRAPHQL_VALIDATION_FAILED'])
    }
    // Without an open mutation the schema has none at all.
    const mutation = await stack.graphql('worker', 'mutation { rate(item: "b1", stars: 1) { id } }')
    expect(mutation).toMatchObject({ codes: ['BAD_REQUEST'] })
  })

  test('a rule on the field that an interface object adds holds on every implementer', async () => {
    await using opened = await open(policiesWith(tables))
    const { stack } = opened
    for (const asked of [
      '{ items { reviews { stars } } }',
      '{ items { ... on Book { reviews { stars } } } }',
      '{ search(text: "a") { ... on Film { reviews { id } } } }',
    ]) {
      expect((await stack.graphql('worker', asked)).codes, asked).toEqual([])
      expect((await stack.graphql('reader', asked)).codes, asked).toEqual(['GRAPHQL_VALIDATION_FAILED'])
    }
  })

  test('introspection shows the interface, its implementers and the members of the union that one may see', async () => {
    await using opened = await open(policiesWith(tables))
    const asked = `{ item: __type(name: "Item") { fields { name } possibleTypes { name } } found: __type(name: "SearchResult") { possibleTypes { name } } author: __type(name: "Author") { name } }`
    const seen = async (as: string) => (await opened.stack.graphql(as, asked)).data
    expect(await seen('worker')).toEqual({
      item: {
        fields: [{ name: 'id' }, { name: 'title' }, { name: 'reviews' }],
        possibleTypes: [{ name: 'Book' }, { name: 'Film' }],
      },
      found: { possibleTypes: [{ name: 'Book' }, { name: 'Film' }, { name: 'Author' }] },
      author: { name: 'Author' },
    })
    expect(await seen('reader')).toEqual({
      item: { fields: [{ name: 'id' }, { name: 'title' }], possibleTypes: [{ name: 'Book' }, { name: 'Film' }] },
      found: { possibleTypes: [{ name: 'Book' }, { name: 'Film' }] },
      author: null,
    })
  })

  test('a rule that needs the record is refused: nobody there would decide it', async () => {
    expect(await problemsOf(policiesWith("tables: { people: { Author: { email: ownRecord('id') } } },"))).toEqual([
      expect.stringContaining('reads the record of `Author.email`, which people resolves without asking our rules'),
    ])
  })

  test('a misspelt type, field or subgraph is refused with the nearest name', async () => {
    expect(
      await problemsOf(policiesWith("tables: { people: { Author: { emial: callerMay('people:read') } } },")),
    ).toEqual([expect.stringContaining('did you mean `email`')])
    const [noSubgraph] = await problemsOf(
      policiesWith("tables: { peple: { Author: { email: callerMay('people:read') } } },"),
    )
    expect(noSubgraph).toContain('no such subgraph. Correct the name (did you mean `people`?)')
  })
})

describe('what the supergraph itself demands', () => {
  const guarded = (name: string, sdl: string) =>
    name !== 'people'
      ? sdl
      : sdl
          .replace('"@interfaceObject"', '"@interfaceObject", "@requiresScopes", "@authenticated", "@policy"')
          .replace('type Author @key(fields: "id") {', 'type Author @key(fields: "id") @authenticated {')
          .replace(
            'email: String',
            'email: String @requiresScopes(scopes: [["people:contact", "people:read"], ["admin"]]) @policy(policies: [["office_hours"]])',
          )
  const rules = (named: string) => policiesWith(`everything: callerMay('graph:use'), named: { ${named} },`)

  test('is enforced together with the rules, and hides what it closes', async () => {
    await using opened = await open(rules("'office_hours': callerIs('agent')"), guarded)
    const { stack } = opened
    expect((await stack.graphql('worker', '{ authors { name country } }')).codes).toEqual([])
    // `people:read` alone is not the whole of an alternative, and nobody said that it may be asked for.
    expect((await stack.graphql('worker', '{ authors { email } }')).codes).toEqual(['GRAPHQL_VALIDATION_FAILED'])
  })

  test('opens to a role that holds one alternative whole', async () => {
    const open_ = rules("'office_hours': callerIs('agent')").replace(
      "scopes: ['graph:use', 'items:read'",
      "scopes: ['admin', 'graph:use', 'items:read'",
    )
    await using opened = await open(open_, guarded)
    expect((await opened.stack.graphql('worker', '{ authors { email } }')).data).toEqual({
      authors: [{ email: 'ada@example.test' }, { email: null }],
    })
  })

  test('stays closed where its policy says no', async () => {
    const closed = rules("'office_hours': callerIs('person')").replace(
      "scopes: ['graph:use', 'items:read'",
      "scopes: ['admin', 'graph:use', 'items:read'",
    )
    await using opened = await open(closed, guarded)
    expect((await opened.stack.graphql('worker', '{ authors { email } }')).codes).not.toEqual([])
  })

  test('a policy without a rule is refused, never loaded and ignored', async () => {
    expect(await problemsOf(rules(''), guarded)).toEqual([
      expect.stringContaining('demands the policy `office_hours` on `Author.email`, and no rule has that name'),
    ])
  })
})
