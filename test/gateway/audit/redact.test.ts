/** What of the arguments the ledger keeps, by label. */
import { expect, test } from 'vitest'
import { keyedHash, redactArgs } from '../../../gateway/audit/redact.ts'
import type { Operation } from '../../../gateway/operation.ts'
import type { ContractArgument, ContractIndex } from '../../../schema/contract.ts'
import type { Sensitivity } from '../../../lib/labels.ts'

const key = Buffer.alloc(32, 7)

function argument(name: string, typeName: string, ...labels: Sensitivity[]): ContractArgument {
  return { name, type: typeName, typeName, isList: false, isRequired: false, labels }
}

const index = {
  subgraphs: ['crm'],
  fields: new Map([
    [
      'Mutation.pay',
      {
        args: [
          argument('input', 'PayInput'),
          argument('id', 'ID'),
          argument('first', 'Int'),
          argument('after', 'String'),
          argument('mode', 'Mode'),
          argument('dryRun', 'Boolean'),
          argument('unlabelled', 'String'),
          argument('open', 'String', 'PUBLIC'),
          argument('inside', 'Int', 'INTERNAL'),
          argument('several', 'String', 'PUBLIC', 'PERSONAL'),
          argument('secret', 'ID', 'RESTRICTED'),
          argument('keys', 'ID', 'PERSONAL'),
        ],
      },
    ],
  ]),
  types: new Map<string, object>([
    ['Mode', { kind: 'enum', inputFields: [] }],
    [
      'PayInput',
      {
        kind: 'input',
        inputFields: [
          argument('amount', 'Decimal', 'CONFIDENTIAL'),
          argument('iban', 'String', 'RESTRICTED'),
          argument('note', 'String', 'UNTRUSTED'),
          argument('email', 'String', 'PERSONAL'),
          argument('idempotencyKey', 'String'),
          argument('expectedVersion', 'Int'),
          argument('inner', 'PayInput'),
        ],
      },
    ],
  ]),
} as unknown as ContractIndex

function redacted(args: Record<string, unknown>): unknown {
  const operation = { fields: [{ coordinate: 'Mutation.pay', path: ['pay'], args }] } as unknown as Operation
  return redactArgs(operation, { index, key })['pay']
}
const hash = (value: unknown) => keyedHash(key, value)

test('clear: public, internal, and what cannot carry data', () => {
  const args = { open: 'o', inside: 3, id: 'acc-1', first: 5, mode: 'FAST', dryRun: true }
  expect(redacted(args)).toEqual(args)
})

test('hashed: what nobody labelled, cursors, several labels by the strictest', () => {
  expect(redacted({ unlabelled: 'u', after: 'c', several: 's', unknown: 'x' })).toEqual({
    unlabelled: hash('u'),
    after: hash('c'),
    several: hash('s'),
    unknown: hash('x'),
  })
})

test('left out: restricted, whatever its shape', () => {
  expect(redacted({ secret: ['a', 'b'] })).toEqual({ secret: '[left out]' })
})

test('input objects: each field by its own label', () => {
  const input = {
    amount: '12.50',
    iban: 'DE89',
    note: 'hello',
    email: 'a@x',
    idempotencyKey: 'k',
    expectedVersion: 2,
    inner: { amount: '1' },
  }
  expect(redacted({ input })).toEqual({
    input: {
      amount: hash('12.50'),
      iban: '[left out]',
      note: `${hash('hello')} (5 characters)`,
      email: hash('a@x'),
      idempotencyKey: 'k',
      expectedVersion: 2,
      inner: { amount: hash('1') },
    },
  })
})

test('a label beats the shape: a personal id is hashed, item by item', () => {
  expect(redacted({ keys: ['a', 'b', null] })).toEqual({ keys: [hash('a'), hash('b'), null] })
})

test('no value that is hashed or left out stands in the result', () => {
  const secret = 'DE89370400440532013000'
  const text = JSON.stringify(
    redacted({ secret, unlabelled: secret, input: { iban: secret, note: secret, email: secret } }),
  )
  expect(text).not.toContain(secret)
})

test('equal values have equal hashes under one key, and others under another', () => {
  expect(hash('a')).toBe(keyedHash(key, 'a'))
  expect(hash('a')).not.toBe(keyedHash(Buffer.alloc(32, 8), 'a'))
  expect(hash('a')).toMatch(/^hmac:[\w-]{43}$/)
})

test('fields without arguments, and the entries of one path, stand once', () => {
  const fields = [
    { coordinate: 'Query.me', path: ['me'], args: {} },
    { coordinate: 'Mutation.pay', path: ['a', 'pay'], args: { id: '1' } },
    { coordinate: 'Other.pay', path: ['a', 'pay'], args: { id: '1' } },
  ]
  expect(redactArgs({ fields } as unknown as Operation, { index, key })).toEqual({ 'a.pay': { id: '1' } })
})
