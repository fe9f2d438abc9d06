/** The form of a record: canonical, and the same words after a round trip. */
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordOf } from '../../../gateway/audit/record-of.ts'
import type { Coordinate } from '../../../lib/labels.ts'
import { decodeBody, encodeRecord, parseBody } from '../../../storage/stores/ledger-record.ts'
import { callerNamed, intent, outcome } from '../../support/ledger.ts'

const now = new Date('2026-03-01T09:30:00Z')
const nothingKnown = () => ({ known: new Map<string, number>(), added: new Map<Coordinate, number>() })
const namesOf = (added: ReadonlyMap<Coordinate, number>) => new Map([...added].map(([name, number]) => [number, name]))

test('a record is read back as it was written', () => {
  for (const entry of [intent(), outcome({ caller: callerNamed('agent:a', 'person:b') }), outcome({ caller: null })]) {
    const record = recordOf(entry, () => true, now)
    const numbers = nothingKnown()
    const { body } = encodeRecord(record, numbers)
    expect(decodeBody(body, namesOf(numbers.added))).toEqual(record)
  }
})

test('the first record that uses a coordinate defines it; the next does not', () => {
  const numbers = nothingKnown()
  const record = recordOf(intent({ requested: ['Query.a', 'Query.b', 'Query.a'] }), () => true, now)
  const first = parseBody(encodeRecord(record, numbers).body)
  expect([first.requested, first.defines]).toEqual([
    [1, 2],
    [
      [1, 'Query.a'],
      [2, 'Query.b'],
    ],
  ])
  const second = parseBody(encodeRecord(record, numbers).body)
  expect([second.requested, second.defines]).toEqual([[1, 2], []])
})

test('the columns name every coordinate that the record touches, once, ascending', () => {
  const record = recordOf(outcome({ denied: ['Query.z'] }), () => true, now)
  const { columns } = encodeRecord(record, nothingKnown())
  expect(columns.coordinates).toEqual([1, 2, 3, 4, 5])
})

test('a body of an unknown version is refused', () => {
  expect(() => parseBody('{"v":2}')).toThrow(/version/)
})

test('property: every body is canonical JSON (RFC 8785)', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 })
  const entry = fc.record({
    requestId: text,
    name: fc.option(text),
    args: fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 }),
    reason: fc.option(text),
    roles: fc.array(text, { maxLength: 4 }),
    delivered: fc.dictionary(fc.stringMatching(/^[A-Z][a-z]{1,5}\.[a-z0-9]{1,5}$/), fc.nat(), { maxKeys: 8 }),
  })
  fc.assert(
    fc.property(entry, ({ requestId, name, args, reason, roles, delivered }) => {
      const caller = { ...callerNamed('agent:a', 'person:b'), roles }
      const operation = { kind: 'query', name, hash: null } as const
      const record = recordOf(outcome({ requestId, operation, args, reason, caller, delivered }), () => true, now)
      const { body } = encodeRecord(record, nothingKnown())
      expect(body).toBe(canonicalize(JSON.parse(body)))
    }),
  )
})
