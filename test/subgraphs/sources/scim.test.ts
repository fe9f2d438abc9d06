/** What SCIM says on the wire: filters, new resources and patches, and how a service's own description is held against the file. */
import { describe, expect, test } from 'vitest'
import type { Condition } from '../../../subgraphs/sources/driver.ts'
import type { FieldKind, NativeProperty, Value } from '../../../subgraphs/sources/mapping/mapped-entity.ts'
import { readAttribute } from '../../../subgraphs/sources/scim/attributes.ts'
import { scimFilter } from '../../../subgraphs/sources/scim/filter.ts'
import { newResource, patchOf } from '../../../subgraphs/sources/scim/writing.ts'
import { openScim } from '../../support/peers/scim/open.ts'
import { declarations } from '../../contract/sources/source-contract.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const core = 'urn:ietf:params:scim:schemas:core:2.0:User'
const extensions = { enterprise }

function property(name: string, kind: FieldKind = 'text'): NativeProperty {
  return { path: name.split('.'), kind, native: null, scale: null, nullable: true }
}

const given = property('name.givenName')
const number = property('enterprise.employeeNumber')
const mail = property('emails.value')

describe('filters', () => {
  test.each<[string, Condition, string | boolean]>([
    ['everything', { all: [] }, true],
    ['nothing', { any: [] }, false],
    ['text', { property: given, is: 'eq', value: 'Ana' }, 'name.givenName eq "Ana"'],
    ['an extension', { property: number, is: 'contains', value: '7' }, `${enterprise}:employeeNumber co "7"`],
    ['presence', { property: mail, is: 'not-null' }, 'emails.value pr'],
    ['absence', { property: mail, is: 'null' }, 'not (emails.value pr)'],
    ['a boolean', { property: property('active', 'boolean'), is: 'eq', value: true }, 'active eq true'],
    ['a decimal', { property: property('salary', 'decimal'), is: 'gte', value: '10.10' }, 'salary ge 10.10'],
    [
      'one of several, each once',
      { property: given, is: 'in', values: ['Ana', 'Bo', 'Ana'] },
      '(name.givenName eq "Ana") or (name.givenName eq "Bo")',
    ],
    [
      'joined conditions',
      { all: [{ property: given, is: 'gt', value: 'A' }, { any: [{ property: number, is: 'null' }, { any: [] }] }] },
      `(name.givenName gt "A") and (not (${enterprise}:employeeNumber pr))`,
    ],
  ])('%s', (_, condition, expected) => {
    expect(scimFilter(extensions, condition)).toBe(expected)
  })

  test('no text ends its own quotes', () => {
    const hostile = 'x" or active eq true or userName eq "\\'
    expect(scimFilter(extensions, { property: given, is: 'eq', value: hostile })).toBe(
      String.raw`name.givenName eq "x\" or active eq true or userName eq \"\\"`,
    )
    // Text in a decimal's place is text.
    const odd: Condition = { property: property('salary', 'decimal'), is: 'eq', value: '1 or true' }
    expect(scimFilter(extensions, odd)).toBe('salary eq "1 or true"')
  })
})

describe('writing', () => {
  const about = { schemas: [core], multiValued: ['emails'] }
  const values: (readonly [NativeProperty, Value])[] = [
    [given, 'Ana'],
    [mail, 'ana@havelberg.example'],
    [property('emails.type'), 'work'],
    [number, '1007'],
    [property('title'), null],
  ]

  test('a new resource names the schemas that it uses', () => {
    expect(newResource(extensions, about, values)).toEqual({
      schemas: [core, enterprise],
      name: { givenName: 'Ana' },
      emails: [{ primary: true, value: 'ana@havelberg.example', type: 'work' }],
      [enterprise]: { employeeNumber: '1007' },
    })
  })

  test('a patch replaces what has a value and removes what has none', () => {
    expect(patchOf(extensions, about, values)).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [
        { op: 'replace', path: 'name.givenName', value: 'Ana' },
        { op: 'replace', path: 'emails[primary eq true].value', value: 'ana@havelberg.example' },
        { op: 'replace', path: 'emails[primary eq true].type', value: 'work' },
        { op: 'replace', path: `${enterprise}:employeeNumber`, value: '1007' },
        { op: 'remove', path: 'title' },
      ],
    })
  })

  test('of a list the primary member is read, else the first', () => {
    const emails = [{ value: 'first' }, { value: 'second', primary: true }]
    expect(readAttribute({ emails }, ['emails', 'value'])).toBe('second')
    expect(readAttribute({ emails: emails.slice(0, 1) }, ['emails', 'value'])).toBe('first')
    expect(readAttribute({ emails: [] }, ['emails', 'value'])).toBeUndefined()
    expect(readAttribute({}, ['emails', 'value'])).toBeUndefined()
  })
})

test('a service tells what it has, and what does not fit is named', async () => {
  await using scim = await openScim(declarations)
  const { driver, entities } = scim.opened.connector
  const account = entities.get('Account')
  if (!account) throw new Error('The connector maps no Account.')
  const never = new AbortController().signal
  const { properties, problems } = await driver.describe(account, never)
  expect(problems).toEqual([])
  expect(properties).toEqual(expect.arrayContaining(['userName', 'name.givenName', 'peerUser.annualRevenue']))
  const odd = {
    ...account,
    fields: new Map([...account.fields].map(([name, field]) => [name, { ...field, path: ['shoeSize'] }])),
  }
  expect((await driver.describe(odd, never)).problems).toContain('The schemas have no attribute `shoeSize`.')
})
