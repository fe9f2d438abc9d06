/** The index over contracts: who resolves what, what depends on what, which labels hold, under whatever name they were imported. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { contractIndex, readContracts } from '../../schema/contract.ts'
import { contracts, index } from '../support/policies.ts'

const federation =
  '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@context", "@fromContext", "@provides", "@external"])'

function indexOf(sdl: string, name = 'one') {
  return contractIndex([{ name, sdl, file: `schema/${name}.graphql` }])
}

describe('fields', () => {
  test('an external field belongs to the subgraph that resolves it', () => {
    expect(index.fields.get('Customer.creditScore')?.subgraphs).toEqual(['shop'])
  })

  test('a key belongs to every subgraph that resolves it', () => {
    expect(index.fields.get('Customer.id')?.subgraphs).toEqual(['shop', 'bank'])
  })

  test('@requires and @key are dependencies', () => {
    expect(index.fields.get('Customer.riskBand')).toMatchObject({
      requires: ['Customer.creditScore'],
      keys: ['Customer.id'],
    })
  })

  test('@provides is a dependency on the type that the field returns', () => {
    const provided = indexOf(`extend schema ${federation}
      type Query { latest: Thing @provides(fields: "name owner { mail }") }
      type Thing @key(fields: "id") { id: ID! name: String @external owner: Owner @external }
      type Owner { mail: String @external }`)
    expect(provided.fields.get('Query.latest')?.requires).toEqual(['Thing.name', 'Thing.owner', 'Owner.mail'])
  })

  test('@fromContext is a dependency on every type that sets the context', () => {
    const contextual = indexOf(`extend schema ${federation}
      type Query { a: A }
      type A @key(fields: "id") @context(name: "owner") { id: ID! mail: String b: B! }
      type B @key(fields: "id") { id: ID! greeting(to: String @fromContext(field: "$owner { mail }")): String }`)
    expect(contextual.fields.get('B.greeting')?.requires).toEqual(['A.mail'])
  })

  test('a nested field set names every step', () => {
    const nested = indexOf(`extend schema ${federation}
      type Query { a: A }
      type A @key(fields: "owner { id }") { owner: B name: String }
      type B { id: ID! }`)
    expect(nested.fields.get('A.name')?.keys).toEqual(['A.owner', 'B.id'])
  })

  test('arguments carry their type and labels', () => {
    const [argument] = index.fields.get('Mutation.pay')?.args ?? []
    expect(argument).toMatchObject({
      name: 'input',
      type: 'PayInput!',
      typeName: 'PayInput',
      isList: false,
      isRequired: true,
    })
    expect(index.types.get('PayInput')?.inputFields.find(({ name }) => name === 'lines')).toMatchObject({
      isList: true,
    })
  })

  test('a field set that names nothing is refused with its place', () => {
    const sdl = `extend schema ${federation} type Query { a: A } type A @key(fields: "ident") { id: ID! }`
    expect(() => indexOf(sdl)).toThrow(
      '@key of `A`: the field set names `A.ident`, which no contract defines; correct it.',
    )
  })
})

describe('types', () => {
  test('interfaces know their implementers, unions their members', () => {
    expect(index.types.get('Node')?.implementers).toEqual(['Order', 'Customer'])
    expect(index.types.get('Hit')?.members).toEqual(['Order', 'Customer'])
  })

  test('a type that is an object here and an enum there is refused', () => {
    const other = { name: 'other', file: 'schema/other.graphql', sdl: 'enum Order { A }' }
    expect(() => contractIndex([...contracts, other])).toThrow(
      'schema/other.graphql: `Order` is declared as enum, elsewhere as object',
    )
  })

  test('@interfaceObject is refused, since its fields have no runtime type', () => {
    const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@interfaceObject"])
      type Query { a: A } type A @key(fields: "id") @interfaceObject { id: ID! }`
    expect(() => indexOf(sdl)).toThrow('`A` uses @interfaceObject')
  })
})

describe('labels (row 26)', () => {
  const fields = 'type Query { secret: String @X(sensitivity: RESTRICTED) }'
  const labelled = (link: string, name: string) =>
    indexOf(`extend schema ${link} ${fields.replace('@X', `@${name}`)}`).fields.get('Query.secret')?.labels

  test('a label imported under its own name', () => {
    expect(labelled('@link(url: "https://mandate.dev/spec/v1.0", import: ["@label"])', 'label')).toEqual(['RESTRICTED'])
  })

  test('a label imported under another name still protects', () => {
    const link = '@link(url: "https://mandate.dev/spec/v1.0", import: [{ name: "@label", as: "@l" }])'
    expect(labelled(link, 'l')).toEqual(['RESTRICTED'])
  })

  test('a label left in its namespace still protects', () => {
    expect(labelled('@link(url: "https://mandate.dev/spec/v1.0", as: "m")', 'm__label')).toEqual(['RESTRICTED'])
    expect(labelled('@link(url: "https://mandate.dev/spec/v1.0")', 'spec__label')).toEqual(['RESTRICTED'])
  })

  test('a label that nothing binds is refused with its mend', () => {
    const link = '@link(url: "https://mandate.dev/spec/v1.0", import: [{ name: "@label", as: "@l" }])'
    expect(() => labelled(link, 'label')).toThrow(
      'schema/one.graphql: `@label` on `Query.secret` is not bound to https://mandate.dev/spec, so nothing would read it; ' +
        'import "@label" in the contract\'s @link, or use the name it was imported under.',
    )
  })

  test('another major version is refused', () => {
    expect(() => labelled('@link(url: "https://mandate.dev/spec/v2.0", import: ["@label"])', 'label')).toThrow(
      'link `https://mandate.dev/spec/v1.x`',
    )
  })

  test('a federation directive imported under another name still counts', () => {
    const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
        import: [{ name: "@key", as: "@k" }, { name: "@requires", as: "@needs" }, { name: "@external", as: "@theirs" }])
      type Query { a: A }
      type A @k(fields: "id") { id: ID! score: Int @theirs band: String @needs(fields: "score") }`
    expect(indexOf(sdl).fields.get('A.band')?.requires).toEqual(['A.score'])
    expect(indexOf(sdl).fields.has('A.score')).toBe(false)
  })

  test('labels of a type hold for its fields, whichever contract has them', () => {
    const label = '@link(url: "https://mandate.dev/spec/v1.0", import: ["@label"])'
    const both = contractIndex([
      {
        name: 'a',
        file: 'a',
        sdl: `extend schema ${label} ${federation} type Query { t: T } type T @key(fields: "id") @label(sensitivity: CONFIDENTIAL) { id: ID! }`,
      },
      {
        name: 'b',
        file: 'b',
        sdl: `extend schema ${label} ${federation} type T @key(fields: "id") { id: ID! more: String @label(sensitivity: PERSONAL) }`,
      },
    ])
    expect(both.fields.get('T.more')?.labels).toEqual(['PERSONAL', 'CONFIDENTIAL'])
  })
})

describe('the contracts of the repository', () => {
  const real = contractIndex(readContracts(path.resolve(import.meta.dirname, '..', '..', 'schema')))

  test('every mutation says what it can do', () => {
    const silent = [...real.fields.values()].filter((field) => field.parentType === 'Mutation' && field.effect === null)
    expect(silent.map((field) => field.coordinate)).toEqual([])
  })

  test('shared definitions are ruled once', () => {
    expect(real.fields.get('PageInfo.endCursor')?.ruledBy).toEqual(['mandate'])
  })

  test('the credit standing depends on the tier of another subgraph', () => {
    expect(real.fields.get('Account.creditStanding')).toMatchObject({
      subgraphs: ['finance'],
      requires: ['Account.tier'],
    })
    expect(real.fields.get('Account.tier')?.subgraphs).toEqual(['crm'])
  })
})
