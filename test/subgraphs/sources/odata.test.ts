/** The OData driver against a running service of either version, in each form of batches: round trips, pages, changes, tokens. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../../storage/database.ts'
import type { Condition, DriverQuery, NativeChange, NativeRow } from '../../../subgraphs/sources/driver.ts'
import { numbered } from '../../../subgraphs/sources/entity-table.ts'
import type { MappedField, Value } from '../../../subgraphs/sources/mapping/mapped-entity.ts'
import { createDatabase } from '../../support/databases.ts'
import { openODataDriver, type OpenedDriver } from '../../support/peers/odata/driver.ts'
import { startODataPeer, type ODataPeer } from '../../support/peers/odata/service.ts'
import { peerSet } from '../../support/peers/odata/sets.ts'
import { noon } from '../../support/subgraphs.ts'

const declarations = {
  Account: {
    table: 'crm.accounts',
    ids: numbered('crm.account_ids', 'acc-', 4),
    fields: {
      name: 'folded',
      type: 'text',
      industry: 'text',
      tier: 'text',
      annualRevenue: 'decimal?',
      currency: 'text',
      ownerId: 'text',
    },
  },
  Contact: {
    table: 'crm.contacts',
    ids: numbered('crm.contact_ids', 'con-', 5),
    fields: { accountId: 'text', firstName: 'folded', lastName: 'folded', doNotCall: 'boolean', ownerId: 'text' },
  },
} as const
const tier = { STRATEGIC: 'A', KEY: 'B', STANDARD: 'C', SMALL: 'D' }
const sets = [
  peerSet('Account', { set: 'Accounts', declaration: declarations.Account, prefixes: { id: 'acc-' }, codes: { tier } }),
  peerSet('Contact', {
    set: 'Contacts',
    declaration: declarations.Contact,
    prefixes: { accountId: 'acc-' },
    links: { Account: { field: 'accountId', set: 'Accounts' } },
  }),
]
const common = 'createdAt: { path: CreatedAt, readOnly: true }, updatedAt: { path: UpdatedAt, readOnly: true }'
const yaml = (url: string, options: string) => `
kind: odata
url: ${url}
allow: ['${new URL(url).host}']
limits: { timeoutMs: 2000, totalMs: 3000, retries: 0 }
options: ${options}
entities:
  Account:
    collection: Accounts
    key: { fields: AccountId, format: 'acc-{key}' }
    version: { field: Version }
    mutations: { create: true, update: true }
    fields:
      { ${common}, name: Name, type: Type, industry: Industry, annualRevenue: { path: AnnualRevenue, scale: 2 },
        tier: { path: Tier, enum: { STRATEGIC: A, KEY: B, STANDARD: C, SMALL: D } }, currency: Currency, ownerId: OwnerId }
  Contact:
    collection: Contacts
    key: ContactId
    version: { field: Version }
    mutations: { create: true, update: true }
    options: { links: { accountId: Account } }
    fields:
      { ${common}, accountId: { path: AccountId, reference: Account }, firstName: FirstName, lastName: LastName,
        doNotCall: DoNotCall, ownerId: OwnerId }
`
const never = new AbortController().signal
const forms = [
  { version: 'v4', batch: 'multipart' },
  { version: 'v4', batch: 'json' },
  { version: 'v4', batch: 'none' },
  { version: 'v2', batch: 'multipart' },
] as const

for (const { version, batch } of forms) {
  describe(`OData ${version}, batch ${batch}`, () => {
    let database: Database
    let peer: ODataPeer
    let opened: OpenedDriver

    beforeAll(async () => {
      database = await createDatabase('embedded')
      peer = await startODataPeer({ version, sets, kysely: database.kysely, now: () => noon, csrf: true, pageSize: 3 })
      opened = await openODataDriver(
        yaml(peer.url, `{ version: ${version}, batch: ${batch}, csrf: true }`),
        declarations,
      )
      for (const [name, revenue] of accounts) await create(name, revenue)
    })
    afterAll(async () => {
      await opened[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
      await database.close()
    })
    beforeEach(() => {
      peer.requests.length = 0
    })

    const accounts: readonly (readonly [string, string | null])[] = [
      ["O'Neill & Sons", '100.10'],
      ['beta', '250.50'],
      ['Ünlü 100%', null],
      ['delta', '9007199254740993.01'],
      ['Epsilon', null],
    ]
    const field = (entity: string, name: string): MappedField => {
      const found = opened.entity(entity).fields.get(name)
      if (!found) throw new Error(`There is no ${name}.`)
      return found
    }
    const accountValues = (name: string, revenue: string | null): (readonly [MappedField, Value])[] => [
      [field('Account', 'name'), name],
      [field('Account', 'type'), 'CUSTOMER'],
      [field('Account', 'industry'), 'LOGISTICS'],
      [field('Account', 'tier'), 'B'],
      [field('Account', 'annualRevenue'), revenue],
      [field('Account', 'currency'), 'EUR'],
      [field('Account', 'ownerId'), 'person:a.b'],
    ]
    const newAccount = (name: string, revenue: string | null = null, provisionalId = 'new'): NativeChange => ({
      kind: 'create',
      entity: opened.entity('Account'),
      provisionalId,
      values: accountValues(name, revenue),
    })
    const create = async (name: string, revenue: string | null) =>
      only(await opened.driver.commit([newAccount(name, revenue)], never))
    const query = (where: Condition, more: Partial<DriverQuery> = {}): DriverQuery => ({
      entity: opened.entity('Account'),
      where,
      orderBy: [{ property: only(opened.entity('Account').key.parts), direction: 'ASC' }],
      limit: 10,
      offset: 0,
      ...more,
    })
    const read = (row: NativeRow | null, name: string) => (row ? opened.driver.read(row, field('Account', name)) : null)
    const names = async (where: Condition) =>
      (await opened.driver.find(query(where), never)).rows.map((row) => read(row, 'name'))
    const account = async (key: string) =>
      only((await opened.driver.getMany?.(opened.entity('Account'), [[key]], never)) ?? [])
    const rename = (key: string, current: NativeRow, name: string): NativeChange => ({
      kind: 'update',
      entity: opened.entity('Account'),
      key: [key],
      current,
      expectedVersion: 1,
      values: [[field('Account', 'name'), name]],
    })

    test('reads exactly what was written, to the last digit', async () => {
      const row = await account('0004')
      expect(read(row, 'annualRevenue')).toBe('9007199254740993.01')
      expect(read(row, 'tier')).toBe('B')
      expect(read(row, 'createdAt')).toBe('2026-10-31T12:00:00.000Z')
      expect(row.etag).toBe('W/"1"')
      // Only what is mapped is fetched.
      expect(Object.keys(row.value)).not.toContain('Website')
    })

    test('asks for many keys in one round trip, and for several lists where there are batches', async () => {
      const rows = await opened.driver.getMany?.(opened.entity('Account'), [['0003'], ['9999'], ['0001']], never)
      expect(rows?.map((row) => read(row, 'name')).sort()).toEqual(["O'Neill & Sons", 'Ünlü 100%'])
      expect(peer.requests).toHaveLength(1)
      peer.requests.length = 0
      if (batch === 'none') {
        expect(Object.hasOwn(opened.driver, 'findEach')).toBe(false)
        return
      }
      const of = (text: string) =>
        query({ property: field('Account', 'name'), is: 'contains', value: text }, { limit: 1 })
      const pages = (await opened.driver.findEach?.([of('TA'), of("o'n"), of('none')], never)) ?? []
      expect(pages.map(({ rows: found, more }) => [found.map((row) => read(row, 'name')), more])).toEqual([
        [['beta'], true],
        [["O'Neill & Sons"], false],
        [[], false],
      ])
      expect(peer.requests).toHaveLength(1)
    })

    test('asks a question that is too long for a URL in a batch', async () => {
      const keys = Array.from({ length: 120 }, (_, index) => [String(index).padStart(4, '0')])
      const rows = (await opened.driver.getMany?.(opened.entity('Account'), keys, never)) ?? []
      expect(rows).toHaveLength(accounts.length)
      if (batch !== 'none') expect(peer.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1)
    })

    test("follows the service's own pages by their token alone", async () => {
      const all = await opened.driver.find(query({ all: [] }), never)
      expect(all.rows.map((row) => read(row, 'name'))).toEqual(accounts.map(([name]) => name))
      expect(all.more).toBe(false)
      expect(await opened.driver.find(query({ all: [] }, { limit: 4 }), never)).toMatchObject({ more: true })
      // The links point to another host; nothing but their tokens came back.
      expect(peer.requests.every((request) => !request.includes('elsewhere'))).toBe(true)
    })

    test('filters, and takes whatever a value holds as text', async () => {
      const name = field('Account', 'name')
      const revenue = field('Account', 'annualRevenue')
      expect(await names({ property: name, is: 'eq', value: "o'neill & SONS" })).toEqual(["O'Neill & Sons"])
      expect(await names({ property: name, is: 'in', values: ['BETA', 'epsilon', "x' or 1 eq 1"] })).toEqual([
        'beta',
        'Epsilon',
      ])
      expect(await names({ property: name, is: 'contains', value: '100%' })).toEqual(['Ünlü 100%'])
      expect(await names({ property: revenue, is: 'null' })).toEqual(['Ünlü 100%', 'Epsilon'])
      expect(await names({ property: revenue, is: 'gt', value: '250.50' })).toEqual(['delta'])
      expect(await names({ property: revenue, is: 'lte', value: '250.5' })).toEqual(["O'Neill & Sons", 'beta'])
      expect(await names({ any: [] })).toEqual([])
      const made = field('Account', 'createdAt')
      expect(await names({ property: made, is: 'lt', value: '2026-10-31T12:00:00.000Z' })).toEqual([])
      expect(await names({ property: made, is: 'gte', value: '2026-10-31T12:00:00.000Z' })).toHaveLength(5)
    })

    test('counts', async () => {
      const where: Condition = { property: field('Account', 'annualRevenue'), is: 'not-null' }
      expect(await opened.driver.count(opened.entity('Account'), where, never)).toBe(3)
      expect(await opened.driver.count(opened.entity('Account'), { all: [] }, never)).toBe(5)
      expect(await opened.driver.count(opened.entity('Account'), { any: [] }, never)).toBe(0)
    })

    test('gets a token before the first change, keeps it, and gets a new one when it is refused', async () => {
      const first = await create('Token 1', null)
      await create('Token 2', null)
      expect(peer.requests.filter((request) => request === 'GET ')).toEqual([])
      peer.forgetTokens()
      peer.requests.length = 0
      expect(read(await create('Token 3', null), 'name')).toBe('Token 3')
      expect(peer.requests).toEqual(['POST Accounts', 'GET ', 'POST Accounts'])
      expect(read(first, 'tier')).toBe('B')
    })

    test('changes only the version that was read', async () => {
      const row = await account('0005')
      const changed = only(await opened.driver.commit([rename('0005', row, 'Epsilon 2')], never))
      // OData 2 answers nothing to a change; whoever wants the record reads it again.
      expect(version === 'v2' ? changed : read(changed, 'name')).toBe(version === 'v2' ? null : 'Epsilon 2')
      expect(read(await account('0005'), 'name')).toBe('Epsilon 2')
      await expect(opened.driver.commit([rename('0005', row, 'Epsilon 3')], never)).rejects.toMatchObject({
        extensions: { code: 'VERSION_CONFLICT', id: 'acc-0005', expectedVersion: 1 },
      })
      expect(read(await account('0005'), 'name')).toBe('Epsilon 2')
    })

    test("names a caller's mistake without the words of the system", async () => {
      const refused = await opened.driver.commit([newAccount('BETA')], never).catch((error: unknown) => error)
      expect(refused).toMatchObject({ extensions: { code: 'INVALID_INPUT' } })
      const gone = rename('9999', await account('0001'), 'x')
      const missing = await opened.driver.commit([gone], never).catch((error: unknown) => error)
      expect(missing).toMatchObject({ extensions: { code: 'NOT_FOUND', id: 'acc-9999' } })
      expect(JSON.stringify([refused, missing])).not.toMatch(/PEER|SECRET/)
    })

    const contact = (accountId: string, lastName: string): NativeChange => ({
      kind: 'create',
      entity: opened.entity('Contact'),
      provisionalId: `contact ${lastName}`,
      values: [
        [field('Contact', 'accountId'), accountId],
        [field('Contact', 'firstName'), 'Kim'],
        [field('Contact', 'lastName'), lastName],
        [field('Contact', 'doNotCall'), true],
        [field('Contact', 'ownerId'), 'person:a.b'],
      ],
    })

    test.skipIf(batch === 'none')(
      'makes several changes in one round trip, linked by what is not there yet',
      async () => {
        const rows = await opened.driver.commit(
          [
            newAccount('Zeta', '1.00', 'provisional account'),
            contact('provisional account', 'Adler'),
            contact('0001', 'Berg'),
          ],
          never,
        )
        expect(peer.requests).toEqual(['POST $batch'])
        const [zeta, adler, berg] = rows
        const accountOf = (row: NativeRow | null | undefined) =>
          row ? opened.driver.read(row, field('Contact', 'accountId')) : null
        expect(read(zeta ?? null, 'name')).toBe('Zeta')
        expect(accountOf(adler)).toBe(zeta?.value['AccountId'])
        expect(accountOf(berg)).toBe('0001')
      },
    )

    test.skipIf(batch === 'none')('of several changes all happen or none', async () => {
      const row = await account('0002')
      const act = opened.driver.commit([newAccount('Eta'), rename('0002', row, 'delta')], never)
      await expect(act).rejects.toMatchObject({ extensions: { code: 'INVALID_INPUT' } })
      expect(await names({ property: field('Account', 'name'), is: 'eq', value: 'Eta' })).toEqual([])
      const stale: NativeRow = { ...row, etag: 'W/"77"' }
      const old = opened.driver.commit([newAccount('Theta'), rename('0002', stale, 'Theta 2')], never)
      await expect(old).rejects.toMatchObject({ extensions: { code: 'VERSION_CONFLICT', id: 'acc-0002' } })
      expect(await names({ property: field('Account', 'name'), is: 'eq', value: 'Theta' })).toEqual([])
    })

    test('describes itself: what is not mapped, and what does not fit', async () => {
      const entity = opened.entity('Contact')
      expect(await opened.driver.describe(entity, never)).toEqual({
        properties: [
          'ContactId',
          'Version',
          'CreatedAt',
          'UpdatedAt',
          'AccountId',
          'FirstName',
          'LastName',
          'DoNotCall',
          'OwnerId',
        ],
        problems: [],
      })
      const odd = {
        ...entity,
        fields: new Map([['doNotCall', { ...field('Contact', 'doNotCall'), kind: 'text' as const }]]),
      }
      expect((await opened.driver.describe(odd, never)).problems).toEqual([
        'The property `DoNotCall` is mapped as `Edm.String` and is `Edm.Boolean`.',
      ])
      expect((await opened.driver.describe({ ...entity, collection: 'Toasters' }, never)).problems).toEqual([
        'There is no entity set `Toasters`; the service has Accounts, Contacts.',
      ])
    })

    test('says how it is', async () => {
      expect(await opened.driver.health(never)).toEqual({ ok: true, detail: 'The service answers.' })
      peer.disturb = (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"value":[{"Name":')
      }
      try {
        await expect(opened.driver.find(query({ all: [] }), never)).rejects.toMatchObject({
          reason: 'unreadable',
          effect: 'none',
        })
        await expect(opened.driver.commit([newAccount('Iota')], never)).rejects.toMatchObject({
          reason: 'unreadable',
          effect: 'unknown',
        })
        peer.disturb = (_, response) => {
          response.writeHead(503).end()
        }
        expect(await opened.driver.health(never)).toMatchObject({ ok: false })
      } finally {
        peer.disturb = null
      }
      expect(await opened.driver.health(never)).toMatchObject({ ok: true })
    })
  })
}

function only<T>(items: readonly T[]): T {
  const [first] = items
  if (first === undefined) throw new Error('There is nothing.')
  return first
}
