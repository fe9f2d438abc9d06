/** `@authenticated`, `@requiresScopes` and `@policy` of a supergraph: read as it says, and taken out to the letter. */
import { composeServices } from '@apollo/composition'
import { parse, print } from 'graphql'
import { describe, expect, test } from 'vitest'
import { accessDemands, withoutAccessDemands } from '../../schema/access-demands.ts'

const link = (extra = '') => `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@policy"${extra}])`

function compose(...subgraphs: readonly string[]): string {
  const services = subgraphs.map((sdl, position) => ({
    name: `s${position}`,
    url: `http://s${position}`,
    typeDefs: parse(sdl),
  }))
  const { supergraphSdl, errors } = composeServices(services)
  if (errors) throw new Error(errors.join('\n'))
  return supergraphSdl
}
const demandsOf = (sdl: string, coordinate: `${string}.${string}`) => accessDemands(parse(sdl)).get(coordinate) ?? []

describe('what is read', () => {
  const sdl = compose(
    `${link()}
     type Query { me: User @authenticated open: String mood: Mood users: [User!] }
     type User @key(fields: "id") @requiresScopes(scopes: [["user:read"]]) {
       id: ID!
       mail: String @requiresScopes(scopes: [["user:mail", "user:contact"], ["admin"]])
       pay: Int @policy(policies: [["payroll", "on_site"], ["board"]])
     }
     enum Mood @authenticated { GOOD BAD }`,
  )

  test('a field carries its own demands, those of its type and those of what it returns', () => {
    expect(demandsOf(sdl, 'Query.me')).toEqual([
      { kind: 'authenticated', on: 'Query.me' },
      { kind: 'scopes', anyOf: [['user:read']], on: 'User' },
    ])
    expect(demandsOf(sdl, 'User.mail')).toEqual([
      { kind: 'scopes', anyOf: [['user:mail', 'user:contact'], ['admin']], on: 'User.mail' },
      { kind: 'scopes', anyOf: [['user:read']], on: 'User' },
    ])
    expect(demandsOf(sdl, 'Query.mood')).toEqual([{ kind: 'authenticated', on: 'Mood' }])
    expect(demandsOf(sdl, 'Query.open')).toEqual([])
  })

  test('policies are read as alternatives of sets', () => {
    expect(demandsOf(sdl, 'User.pay')[0]).toEqual({
      kind: 'policies',
      anyOf: [['payroll', 'on_site'], ['board']],
      on: 'User.pay',
    })
  })

  test('what two subgraphs demand of a shared field must both hold, as composition joined it', () => {
    const shared = compose(
      `${link()} type Query { news: String @shareable @requiresScopes(scopes: [["a"]]) }`,
      `${link()} type Query { news: String @shareable @requiresScopes(scopes: [["b"]]) }`,
    )
    expect(demandsOf(shared, 'Query.news')).toEqual([{ kind: 'scopes', anyOf: [['a', 'b']], on: 'Query.news' }])
  })
})

describe('what is taken out', () => {
  test('exactly the applications, the definitions and the links', () => {
    const guarded = compose(
      `${link()} type Query { a: String @authenticated b: Int @policy(policies: [["p"]]) c: ID @requiresScopes(scopes: [["s"]]) }`,
    )
    const open = compose(`${link()} type Query { a: String b: Int c: ID }`)
    expect(withoutAccessDemands(guarded)).toBe(print(parse(open)))
  })

  test('a supergraph without any is handed on as it is', () => {
    const open = compose(`${link()} type Query { a: String }`)
    expect(withoutAccessDemands(open)).toBe(open)
  })

  test('a directive under another name is found by its link', () => {
    const renamed = compose(
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", { name: "@requiresScopes", as: "@needs" }])
       type Query { a: String @needs(scopes: [["s"]]) }`,
    )
    expect(demandsOf(renamed, 'Query.a')).toEqual([{ kind: 'scopes', anyOf: [['s']], on: 'Query.a' }])
    expect(withoutAccessDemands(renamed)).not.toContain('needs')
  })
})

test('a demand that nobody can read is refused, never passed over', () => {
  const sdl = compose(`${link()} type Query { a: String @authenticated }`)
  const unlinked = sdl.replace(/\n.*@link\(url: "https:\/\/specs\.apollo\.dev\/authenticated[^\n]*/u, '')
  expect(unlinked).not.toBe(sdl)
  expect(() => accessDemands(parse(unlinked))).toThrow('without a @link')
  const newer = sdl.replace('authenticated/v0.1', 'authenticated/v0.9')
  expect(() => withoutAccessDemands(newer)).toThrow('version 0.9')
})
