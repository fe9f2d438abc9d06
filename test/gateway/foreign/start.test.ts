/** What a gateway in front of another graph reads at its start, and what it refuses to start with. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { openGraph } from '../../../gateway/federation/graph.ts'
import { foreignFolder } from '../../support/foreign/files.ts'
import { sources, startForeignGraph } from '../../support/foreign/graph.ts'

const noContracts = path.resolve(import.meta.dirname, '../../../schema')
const open = (supergraph: string, subgraphs: Record<string, { url: string }> = {}) =>
  openGraph({ supergraph, subgraphs }, noContracts)

describe('a composed supergraph', () => {
  test('names where its subgraphs are, and the settings may say otherwise', async () => {
    await using graph = await startForeignGraph()
    await using files = await foreignFolder(graph.supergraphSdl)
    const { urls, contracts, index } = open(files.supergraph, {
      post: { url: 'https://post.example.test/graphql?v=2' },
    })
    expect(contracts).toEqual([])
    expect(index.fields.has('Book.isbn')).toBe(true)
    expect(urls.get('library')?.href).toBe(graph.urls['library'])
    expect(urls.get('post')?.href).toBe('https://post.example.test/graphql?v=2')
    expect(() => open(files.supergraph, { poste: { url: 'http://127.0.0.1:1' } })).toThrow(
      '`subgraphs.poste` is not in',
    )
  })

  test('without an address that can be dialled is refused', async () => {
    await using graph = await startForeignGraph()
    const nowhere = graph.supergraphSdl.replace(/(name: "post", url: )"[^"]*"/u, '$1"file:///etc/passwd"')
    await using files = await foreignFolder(nowhere)
    expect(() => open(files.supergraph)).toThrow('The subgraph `post` has no address that can be dialled')
  })

  test('that is none is refused', async () => {
    await using files = await foreignFolder('type Query { a: String }')
    expect(() => open(files.supergraph)).toThrow('is no supergraph: it names no subgraphs')
    await using broken = await foreignFolder('type Query {')
    expect(() => open(broken.supergraph)).toThrow('cannot be used. Syntax Error')
  })
})

describe("a list of subgraphs, Rover's supergraph.yaml", () => {
  const listed = (extra = '') =>
    `federation_version: =2.9.0\nsubgraphs:\n${sources
      .map(
        ({ name }) =>
          `  ${name}:\n    routing_url: http://127.0.0.1:4999/${name}\n    schema:\n      file: ./${name}.graphql\n`,
      )
      .join('')}${extra}`

  test('is composed, and each is dialled at its routing_url', async () => {
    await using files = await foreignFolder('')
    for (const { name, sdl } of sources) await files.write(`${name}.graphql`, sdl)
    const file = await files.write('supergraph.yaml', listed())
    const { urls, index } = open(file)
    expect(urls.get('people')?.href).toBe('http://127.0.0.1:4999/people')
    expect(index.fields.get('Book.isbn')?.subgraphs).toEqual(['post'])
  })

  test('what it cannot use is refused with the mend', async () => {
    await using files = await foreignFolder('')
    for (const { name, sdl } of sources) await files.write(`${name}.graphql`, sdl)
    const opened = async (text: string) => {
      const file = await files.write('supergraph.yaml', text)
      return () => open(file)
    }
    expect(await opened(listed('  more:\n    schema: { subgraph_url: http://127.0.0.1:1 }\n'))).toThrow(
      'rover subgraph introspect',
    )
    expect(await opened(listed('  more:\n    schema: { file: ./no.graphql }\n'))).toThrow('the SDL of `more` is not at')
    expect(await opened(listed('  more:\n    schema: { fil: x }\n'))).toThrow('not a list of subgraphs')
    expect(await opened(listed('\nlimits: {}\n'))).toThrow('not a list of subgraphs')
    expect(await opened(listed().replace('=2.9.0', '1'))).toThrow('composes Federation 2')
    await files.write('post.graphql', 'type Query { carriers: Int }\ntype Book { isbn: [Int] }')
    expect(await opened(listed())).toThrow('do not compose')
  })
})
