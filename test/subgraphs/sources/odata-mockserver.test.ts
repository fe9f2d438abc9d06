/**
 * The OData driver against SAP's mock server: an implementation of the protocol that is not ours. It has no changesets that
 * happen all or not at all and checks no ETags; `odata.test.ts` has a peer for these. Nor does it compare with null, or name the
 * answers of a JSON batch.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Condition, DriverQuery, NativeRow } from '../../../subgraphs/sources/driver.ts'
import { numbered } from '../../../subgraphs/sources/entity-table.ts'
import type { MappedField } from '../../../subgraphs/sources/mapping/mapped-entity.ts'
import { openODataDriver, type OpenedDriver } from '../../support/peers/odata/driver.ts'
import { startMockserver, type MockserverPeer } from '../../support/peers/odata/mockserver.ts'
import { peerSet } from '../../support/peers/odata/sets.ts'

const declarations = {
  Payment: {
    table: 'unused',
    ids: numbered('unused', 'PAY-', 5),
    fields: { beneficiary: 'folded', amount: 'decimal', executionDate: 'date', note: 'text?', released: 'boolean' },
  },
} as const
const sets = [peerSet('Payment', { set: 'Payments', declaration: declarations.Payment })]
const yaml = (url: string, options: string) => `
kind: odata
url: ${url}
allow: ['${new URL(url).host}']
limits: { retries: 0 }
options: ${options}
entities:
  Payment:
    collection: Payments
    key: { fields: PaymentId, format: 'PAY-{key}' }
    version: { field: Version }
    mutations: { create: true, update: true }
    options: { etag: false }
    fields:
      { createdAt: { path: CreatedAt, readOnly: true }, updatedAt: { path: UpdatedAt, readOnly: true },
        beneficiary: Beneficiary, amount: { path: Amount, scale: 2 }, executionDate: ExecutionDate, note: Note, released: Released }
`
const times = {
  v4: { at: '2026-10-31T12:00:00.000Z', day: (date: string) => date },
  v2: {
    at: '/Date(1793448000000+0000)/',
    day: (date: string) => `/Date(${Date.parse(`${date}T00:00:00Z`)})/`,
  },
} as const
const rowsOf = (version: 'v4' | 'v2') =>
  [
    ['1', 'Nordwind GmbH', '100.10', '2026-11-01', null, true],
    ['2', 'Kestrel & Söhne', '250.50', '2026-11-02', 'urgent', false],
    ['3', 'nordlicht', '0.10', '2026-11-03', null, false],
  ].map(([PaymentId, Beneficiary, Amount, day, Note, Released]) => ({
    PaymentId,
    Version: 1,
    CreatedAt: times[version].at,
    UpdatedAt: times[version].at,
    Beneficiary,
    Amount,
    ExecutionDate: times[version].day(String(day)),
    Note,
    Released,
  }))
const never = new AbortController().signal

for (const { version, batch } of [
  { version: 'v4', batch: 'multipart' },
  { version: 'v2', batch: 'multipart' },
] as const) {
  describe(`SAP's mock server, OData ${version}, batch ${batch}`, () => {
    let peer: MockserverPeer
    let opened: OpenedDriver

    beforeAll(async () => {
      peer = await startMockserver(version, sets, { Payments: rowsOf(version) })
      opened = await openODataDriver(
        yaml(peer.url, `{ version: ${version}, batch: ${batch}, csrf: true }`),
        declarations,
      )
    })
    afterAll(async () => {
      await opened[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
    })

    const field = (name: string): MappedField => {
      const found = opened.entity('Payment').fields.get(name)
      if (!found) throw new Error(`There is no ${name}.`)
      return found
    }
    const read = (row: NativeRow, name: string) => opened.driver.read(row, field(name))
    const query = (where: Condition, more: Partial<DriverQuery> = {}): DriverQuery => ({
      entity: opened.entity('Payment'),
      where,
      orderBy: opened.entity('Payment').key.parts.map((property) => ({ property, direction: 'DESC' as const })),
      limit: 10,
      offset: 0,
      ...more,
    })
    const found = async (where: Condition, more: Partial<DriverQuery> = {}) =>
      (await opened.driver.find(query(where, more), never)).rows.map((row) => row.value['PaymentId'])

    test('reads values as they are', async () => {
      const [row] = (await opened.driver.getMany?.(opened.entity('Payment'), [['2'], ['9']], never)) ?? []
      if (!row) throw new Error('There is no payment.')
      expect(
        ['beneficiary', 'amount', 'executionDate', 'note', 'released', 'createdAt'].map((name) => read(row, name)),
      ).toEqual(['Kestrel & Söhne', '250.50', '2026-11-02', 'urgent', false, '2026-10-31T12:00:00.000Z'])
    })

    test('filters, orders, pages and counts', async () => {
      expect(await found({ all: [] })).toEqual(['3', '2', '1'])
      expect(await found({ property: field('beneficiary'), is: 'contains', value: 'NORD' })).toEqual(['3', '1'])
      expect(await found({ property: field('beneficiary'), is: 'eq', value: 'NordLicht' })).toEqual(['3'])
      // Its parser does not know the suffix that version 2 wants after a decimal.
      if (version === 'v4') {
        expect(await found({ property: field('amount'), is: 'gte', value: '100.10' })).toEqual(['2', '1'])
      }
      expect(await found({ property: field('released'), is: 'eq', value: true })).toEqual(['1'])
      expect(await found({ all: [] }, { limit: 1, offset: 1 })).toEqual(['2'])
      expect((await opened.driver.find(query({ all: [] }, { limit: 2 }), never)).more).toBe(true)
      expect(await opened.driver.count(opened.entity('Payment'), { all: [] }, never)).toBe(3)
    })

    test('asks several questions in one batch', async () => {
      const pages = await opened.driver.findEach?.(
        [
          query({ property: field('released'), is: 'eq', value: false }),
          query({ property: field('beneficiary'), is: 'contains', value: 'NORD' }),
        ],
        never,
      )
      expect(pages?.map(({ rows }) => rows.map((row) => row.value['PaymentId']))).toEqual([
        ['3', '2'],
        ['3', '1'],
      ])
    })

    test('changes and creates', async () => {
      const [current] = (await opened.driver.getMany?.(opened.entity('Payment'), [['3']], never)) ?? []
      if (!current) throw new Error('There is no payment.')
      await opened.driver.commit(
        [
          {
            kind: 'update',
            entity: opened.entity('Payment'),
            key: ['3'],
            current,
            expectedVersion: 1,
            values: [[field('amount'), '0.20']],
          },
        ],
        never,
      )
      const [changed] = (await opened.driver.getMany?.(opened.entity('Payment'), [['3']], never)) ?? []
      expect(changed && read(changed, 'amount')).toBe('0.20')
      expect(changed && read(changed, 'beneficiary')).toBe('nordlicht')
    })

    test('fits its own description', async () => {
      const { properties, problems } = await opened.driver.describe(opened.entity('Payment'), never)
      expect(problems).toEqual([])
      expect(properties).toContain('ExecutionDate')
      expect(await opened.driver.health(never)).toMatchObject({ ok: true })
    })
  })
}
