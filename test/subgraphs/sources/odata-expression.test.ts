/** Conditions and values in the words of OData 4 and 2: what each says, and what no value can make it say. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Condition } from '../../../subgraphs/sources/driver.ts'
import type { FieldKind, NativeProperty, Value } from '../../../subgraphs/sources/mapping/mapped-entity.ts'
import { filterOf, orderOf } from '../../../subgraphs/sources/odata/expression.ts'
import { fromWire, literal, toWire, type EdmType } from '../../../subgraphs/sources/odata/literal.ts'

const v4 = { version: 'v4', inOperator: false, foldsCase: true } as const
const v2 = { version: 'v2', inOperator: false, foldsCase: true } as const

function property(name: string, kind: FieldKind, native: string | null = null): NativeProperty {
  return { path: name.split('.'), kind, native, scale: null, nullable: true }
}

const name = property('Name', 'folded')
const total = property('Total', 'decimal')
const due = property('DueDate', 'date')
const at = property('ChangedAt', 'timestamp')
const city = property('Address.City', 'text')

describe('literals', () => {
  test.each<[EdmType, Value, string, string]>([
    ['Edm.String', "O'Neill", "'O''Neill'", "'O''Neill'"],
    ['Edm.String', null, 'null', 'null'],
    ['Edm.Decimal', '119.00', '119.00', '119.00M'],
    ['Edm.Int32', 7, '7', '7'],
    ['Edm.Int64', '9007199254740993', '9007199254740993', '9007199254740993L'],
    ['Edm.Boolean', true, 'true', 'true'],
    ['Edm.Date', '2026-03-01', '2026-03-01', "datetime'2026-03-01T00:00:00'"],
    ['Edm.DateTime', '2026-03-01', '2026-03-01', "datetime'2026-03-01T00:00:00'"],
    [
      'Edm.DateTimeOffset',
      '2026-03-01T09:30:00.000Z',
      '2026-03-01T09:30:00.000Z',
      "datetimeoffset'2026-03-01T09:30:00.000Z'",
    ],
    [
      'Edm.Guid',
      '0f8fad5b-d9cb-469f-a165-70867728950e',
      '0f8fad5b-d9cb-469f-a165-70867728950e',
      "guid'0f8fad5b-d9cb-469f-a165-70867728950e'",
    ],
  ])('%s %s', (type, value, inV4, inV2) => {
    expect(literal('v4', type, value)).toBe(inV4)
    expect(literal('v2', type, value)).toBe(inV2)
  })

  test.each<[EdmType, Value]>([
    ['Edm.Decimal', '1 or true'],
    ['Edm.Int32', '1) or (1 eq 1'],
    ['Edm.Date', "2026-03-01'"],
    ['Edm.DateTimeOffset', "2026-03-01T00:00:00Z' or true"],
    ['Edm.Guid', "x' or '1'='1"],
    ['Edm.Boolean', 'maybe'],
  ])('refuses what has not the form of %s: %s', (type, value) => {
    for (const version of ['v4', 'v2'] as const) {
      expect(() => literal(version, type, value)).toThrow('has not the form that the system compares with')
    }
  })

  test('refuses text that no URL can carry', () => {
    expect(() => literal('v4', 'Edm.String', '\ud800')).toThrow('a character that the system cannot store')
  })

  test('no text ends its own literal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-composite' }), (text) => {
        const written = literal('v4', 'Edm.String', text)
        // Without doubled quotes, the only quotes left are the first and the last character.
        expect(written.slice(1, -1).replaceAll("''", '')).not.toContain("'")
        expect(written.slice(1, -1).replaceAll("''", "'")).toBe(text)
      }),
    )
  })
})

describe('values of bodies', () => {
  test.each<[EdmType, Value, unknown, unknown]>([
    ['Edm.Decimal', '0.10', '0.10', '0.10'],
    ['Edm.Int32', 30, 30, 30],
    ['Edm.Int64', '9007199254740993', '9007199254740993', '9007199254740993'],
    ['Edm.Boolean', false, false, false],
    ['Edm.Date', '2026-03-01', '2026-03-01', '/Date(1772323200000)/'],
    ['Edm.DateTime', '2026-03-01', '2026-03-01', '/Date(1772323200000)/'],
    ['Edm.DateTimeOffset', '2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z', '/Date(1772323200000+0000)/'],
    ['Edm.String', null, null, null],
  ])('%s %s', (type, value, inV4, inV2) => {
    expect(toWire('v4', type, value)).toBe(inV4)
    expect(toWire('v2', type, value)).toBe(inV2)
  })

  test('reads the milliseconds of version 2, whatever zone stands behind them', () => {
    expect(fromWire('/Date(1772323200000)/')).toBe('2026-03-01T00:00:00.000Z')
    expect(fromWire('/Date(1772323200000+0060)/')).toBe('2026-03-01T00:00:00.000Z')
    expect(fromWire('/Date(-1)/')).toBe('1969-12-31T23:59:59.999Z')
    expect(fromWire('/Date(x)/')).toBe('/Date(x)/')
  })
})

describe('conditions', () => {
  test.each<[string, Condition, string | boolean, string | boolean]>([
    ['everything', { all: [] }, true, true],
    ['nothing', { any: [] }, false, false],
    [
      'folds text',
      { property: name, is: 'eq', value: 'NordWind' },
      "tolower(Name) eq 'nordwind'",
      "tolower(Name) eq 'nordwind'",
    ],
    [
      'looks for a part',
      { property: city, is: 'contains', value: "L'Isle" },
      "contains(tolower(Address/City),'l''isle')",
      "substringof('l''isle',tolower(Address/City))",
    ],
    ['compares decimals', { property: total, is: 'gte', value: '10.50' }, 'Total ge 10.50', 'Total ge 10.50M'],
    [
      'compares days',
      { property: due, is: 'lt', value: '2026-03-01' },
      'DueDate lt 2026-03-01',
      "DueDate lt datetime'2026-03-01T00:00:00'",
    ],
    ['asks for nothing there', { property: due, is: 'null' }, 'DueDate eq null', 'DueDate eq null'],
    ['asks for something there', { property: due, is: 'not-null' }, 'DueDate ne null', 'DueDate ne null'],
    [
      'takes one of several, each once',
      { property: city, is: 'in', values: ['Lyon', 'Leeds', 'Lyon'] },
      "(Address/City eq 'Lyon') or (Address/City eq 'Leeds')",
      "(Address/City eq 'Lyon') or (Address/City eq 'Leeds')",
    ],
    ['takes none of none', { property: city, is: 'in', values: [] }, false, false],
    [
      'joins',
      { all: [{ property: city, is: 'eq', value: 'Lyon' }, { any: [{ all: [] }, { property: due, is: 'null' }] }] },
      "Address/City eq 'Lyon'",
      "Address/City eq 'Lyon'",
    ],
    [
      'nests',
      {
        any: [
          { property: total, is: 'gt', value: '1' },
          {
            all: [
              { property: total, is: 'eq', value: '1' },
              { property: name, is: 'gt', value: 'A' },
            ],
          },
        ],
      },
      "(Total gt 1) or ((Total eq 1) and (tolower(Name) gt 'a'))",
      "(Total gt 1M) or ((Total eq 1M) and (tolower(Name) gt 'a'))",
    ],
  ])('%s', (_, condition, inV4, inV2) => {
    expect(filterOf(v4, condition)).toBe(inV4)
    expect(filterOf(v2, condition)).toBe(inV2)
  })

  test('uses `in` and leaves case alone where the service is so', () => {
    const service = { version: 'v4', inOperator: true, foldsCase: false } as const
    expect(filterOf(service, { property: name, is: 'in', values: ['A', 'b'] })).toBe("Name in ('A','b')")
    expect(filterOf(service, { property: name, is: 'contains', value: 'Ä' })).toBe("contains(Name,'Ä')")
  })

  test('orders', () => {
    const orders = [
      { property: name, direction: 'DESC' },
      { property: at, direction: 'ASC' },
    ] as const
    expect(orderOf(v4, orders)).toBe('tolower(Name) desc,ChangedAt asc')
    expect(orderOf(v4, [])).toBe('')
  })

  test('a type that OData has not is a mistake of the mapping', () => {
    const odd = property('Name', 'text', 'Edm.Stream')
    expect(() => filterOf(v4, { property: odd, is: 'eq', value: 'x' })).toThrow('Edm.Stream, which is none of')
  })
})
