/** The index of a supergraph: the same facts that the contracts give, learnt from what was composed of them. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { composeSupergraph } from '../../gateway/federation/compose.ts'
import { contractIndex, readContracts } from '../../schema/contract.ts'
import { interfaceObjects, supergraphAddresses, supergraphIndex } from '../../schema/supergraph-index.ts'
import { startForeignGraph } from '../support/foreign/graph.ts'

const contracts = readContracts(path.resolve(import.meta.dirname, '../../schema'))

describe('our own graph', () => {
  const fromContracts = contractIndex(contracts)
  const fromSupergraph = supergraphIndex(composeSupergraph(contracts).supergraphSdl, {
    file: 'the composed graph',
    guarded: new Set(contracts.map(({ name }) => name)),
    shared: new Set(['PageInfo']),
  })

  test('has the same coordinates', () => {
    expect([...fromSupergraph.fields.keys()].sort()).toEqual([...fromContracts.fields.keys()].sort())
    expect(fromSupergraph.unguarded.size).toBe(0)
  })

  test('has the same facts of every coordinate', () => {
    for (const [coordinate, field] of fromContracts.fields) {
      const { subgraphs, labels, effect, args, type, typeName, isList, requires, keys, ruledBy } = field
      const read = fromSupergraph.fields.get(coordinate)!
      expect(
        {
          ...read,
          subgraphs: read.subgraphs.toSorted(),
          labels: read.labels.toSorted(),
          requires: read.requires.toSorted(),
          keys: read.keys.toSorted(),
          ruledBy: read.ruledBy.toSorted(),
        },
        coordinate,
      ).toMatchObject({
        subgraphs: subgraphs.toSorted(),
        labels: labels.toSorted(),
        effect,
        args,
        type,
        typeName,
        isList,
        requires: requires.toSorted(),
        keys: keys.toSorted(),
        ruledBy: ruledBy.toSorted(),
      })
    }
  })

  test('has the same types', () => {
    for (const [name, type] of fromContracts.types) {
      const read = fromSupergraph.types.get(name)
      expect(
        { ...read, subgraphs: undefined, fields: read?.fields.toSorted(), inputFields: read?.inputFields.length },
        name,
      ).toMatchObject({
        kind: type.kind,
        fields: type.fields.toSorted(),
        labels: type.labels,
        inputFields: type.inputFields.length,
        members: type.members,
        implementers: type.implementers,
      })
    }
  })
})

test('a foreign graph: overridden, provided, required, hidden behind an interface object', async () => {
  await using graph = await startForeignGraph()
  const { supergraphSdl } = graph
  const index = supergraphIndex(supergraphSdl, { file: 'supergraph.graphql', guarded: new Set() })
  const facts = (coordinate: `${string}.${string}`) => index.fields.get(coordinate)!
  expect(index.subgraphs.toSorted()).toEqual(['library', 'opinions', 'people', 'post'])
  expect(index.unguarded.size).toBe(4)
  // `@override`: post took it from the library.
  expect(facts('Book.isbn').subgraphs).toEqual(['post'])
  // `@requires` and `@provides` are what the field depends on.
  expect(facts('Book.postage').requires).toEqual(['Book.weight'])
  expect(facts('Book.author').requires).toEqual(['Author.name'])
  expect(facts('Author.name').subgraphs).toEqual(['people'])
  // An `@interfaceObject` gives its fields to the interface and to every implementer.
  expect(facts('Item.reviews').subgraphs).toEqual(['opinions'])
  expect(facts('Film.reviews').subgraphs).toEqual(['opinions'])
  expect(index.types.get('Item')).toMatchObject({ kind: 'interface', implementers: ['Book', 'Film'] })
  expect(index.types.get('SearchResult')?.members.toSorted()).toEqual(['Author', 'Book', 'Film'])
  expect(index.types.has('join__Graph')).toBe(false)
  expect([...interfaceObjects(supergraphSdl)].map(([name, types]) => [name, [...types]])).toEqual([
    ['opinions', ['Item']],
  ])
  expect(Object.fromEntries(supergraphAddresses(supergraphSdl))).toEqual(graph.urls)
})
