/** The schema of an authority: what stays, what says that it may be asked for, what vanishes with what. */
import { buildSchema, isObjectType, printSchema, validate, validateSchema, parse, type GraphQLSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { visibleSchema } from '../../../gateway/policy/visible-schema.ts'
import { authorityOf } from '../../../policies/engine/evaluate.ts'
import { callerMay, nobody } from '../../../policies/vocabulary.ts'
import type { ScopeName } from '../../../policies/scopes.ts'
import { apiSchema, callerWith, goodBank, goodShop, revisionOf, type PoliciesInput } from '../../support/policies.ts'

const read = callerMay('crm:read')
const secret = callerMay('finance:journal:read')

function seenBy(held: readonly ScopeName[], tables: PoliciesInput = {}): GraphQLSchema {
  return visibleSchema(apiSchema, authorityOf(callerWith(held)), revisionOf(tables))
}

function textFor(held: readonly ScopeName[], tables: PoliciesInput = {}): string {
  return printSchema(seenBy(held, tables))
}

function messagesFor(query: string, held: readonly ScopeName[], tables: PoliciesInput = {}): readonly string[] {
  return validate(seenBy(held, tables), parse(query)).map(({ message }) => message)
}

test('what may be asked for says so, with scope and owner', () => {
  const customer = seenBy(['crm:read']).getType('Customer')
  expect(isObjectType(customer) ? customer.getFields()['email']?.description : null).toBe(
    'Not open to you yet: needs the scope `crm:contact` (ask sales operations).',
  )
})

test('what is usable carries no note', () => {
  expect(textFor(['crm:read', 'crm:contact', 'finance:read', 'finance:bank:read', 'crm:write'])).not.toContain(
    'Not open',
  )
})

describe('what is undisclosed', () => {
  const shop = { ...goodShop, Order: { '*': secret } }

  test('a field vanishes', () => {
    expect(textFor(['crm:read'], { bank: { Customer: { ...goodBank.Customer, iban: nobody } } })).not.toContain('iban')
  })

  test('a type vanishes with the fields that return it, and with its place in a union', () => {
    const text = textFor(['crm:read', 'crm:write'], { shop })
    expect(text).not.toMatch(/\bOrder\b|\border\b|\borders\b/u)
    expect(text).toContain('union Hit = Customer')
  })

  test('enums and inputs that only vanished fields use vanish too', () => {
    const text = textFor(['crm:read', 'crm:write'], { shop })
    expect(text).not.toMatch(/Status|PayInput|LineInput|CloseInput|Mutation/u)
  })

  test('a field of an interface vanishes when one implementer does not have it', () => {
    const hidden = { ...goodShop, Order: { '*': read, id: secret } }
    const schema = seenBy(['crm:read'], { shop: hidden })
    expect(printSchema(schema)).not.toContain('interface Node')
    expect(validateSchema(schema)).toEqual([])
  })

  test('asking for it is answered like asking for what does not exist', () => {
    const hiding = { bank: { Customer: { ...goodBank.Customer, iban: nobody } } }
    const [hidden] = messagesFor('{ customer(id: "1") { iban } }', ['crm:read'], hiding)
    const [absent] = messagesFor('{ customer(id: "1") { ibxn } }', ['crm:read'], hiding)
    expect(hidden).toBe('Cannot query field "iban" on type "Customer".')
    expect(hidden?.replace('iban', 'X')).toBe(absent?.replace('ibxn', 'X'))
  })

  test('no suggestion leads to it (row 35)', () => {
    const hiding = { bank: { Customer: { ...goodBank.Customer, iban: nobody } } }
    expect(messagesFor('{ customer(id: "1") { ibam } }', ['crm:read'], hiding).join()).not.toContain('iban')
    expect(messagesFor('{ customer(id: "1") { ibam } }', ['crm:read']).join()).toContain('iban')
  })
})

test('the explorer sees everything, and what it may not use says so', () => {
  const shop = { ...goodShop, Order: { '*': secret } }
  const text = textFor(['explorer:all'], { shop })
  expect(text).toContain('type Order implements Node')
  expect(text).toContain('Not open to you yet: needs the scope `finance:journal:read` (ask accounting).')
})

test('a field that nobody may use is shown to the explorer as not open, without a scope to ask for', () => {
  const text = textFor(['explorer:all'], { bank: { Customer: { ...goodBank.Customer, iban: nobody } } })
  expect(text).toContain('"""Not open to you."""\n  iban: String')
})

test('a caller for whom nothing is there still gets a valid schema', () => {
  const closed = { shop: { ...goodShop, Query: { '*': nobody }, Mutation: { pay: nobody, close: nobody } } }
  const schema = seenBy([], closed)
  expect(validateSchema(schema)).toEqual([])
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(['nothing'])
  expect(schema.getMutationType()).toBeUndefined()
})

describe('the cache', () => {
  test('callers of one authority share a schema; others do not', () => {
    const revision = revisionOf()
    const of = (held: readonly ScopeName[], roles = ['a', 'b']) =>
      visibleSchema(apiSchema, { kind: 'agent', roles, scopes: held }, revision)
    expect(of(['crm:read', 'crm:write'], ['b', 'a'])).toBe(of(['crm:write', 'crm:read']))
    expect(of(['crm:read'])).not.toBe(of(['crm:write']))
    expect(of(['crm:read'], ['a'])).not.toBe(of(['crm:read']))
  })

  test('a name cannot imitate another set of names', () => {
    const revision = revisionOf()
    const of = (scopes: readonly string[]) => visibleSchema(apiSchema, { kind: 'agent', roles: [], scopes }, revision)
    expect(of(['crm:read","crm:contact'])).not.toBe(of(['crm:read', 'crm:contact']))
  })

  test('another revision, and another API schema, have their own', () => {
    const authority = authorityOf(callerWith(['crm:read']))
    const revision = revisionOf()
    expect(visibleSchema(apiSchema, authority, revision)).not.toBe(visibleSchema(apiSchema, authority, revisionOf()))
    expect(visibleSchema(buildSchema(printSchema(apiSchema)), authority, revision)).not.toBe(
      visibleSchema(apiSchema, authority, revision),
    )
  })
})
