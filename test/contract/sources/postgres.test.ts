/** The source port over PostgreSQL, server and embedded: what every adapter of `EntitySource` must do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { World } from '../../../lib/world.ts'
import type { Database } from '../../../storage/database.ts'
import type { EntitySource, Filter, MutationRequest, Sort } from '../../../subgraphs/sources/entity-source.ts'
import { numbered } from '../../../subgraphs/sources/entity-table.ts'
import { createPostgresSource } from '../../../subgraphs/sources/postgres.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'

const noon = new Date('2026-10-31T12:00:00.000Z')
const world: World = { now: () => noon, newId: () => 'unused' }
const entities = {
  Account: {
    table: 'crm.accounts',
    ids: numbered('crm.account_ids', 'acc-', 4),
    fields: {
      name: 'folded',
      type: 'text',
      industry: 'text',
      tier: 'text',
      billingCountry: 'text?',
      annualRevenue: 'decimal?',
      currency: 'text',
      numberOfEmployees: 'int?',
      ownerId: 'text',
    },
  },
  Contact: {
    table: 'crm.contacts',
    ids: numbered('crm.contact_ids', 'con-', 5),
    fields: {
      accountId: 'text',
      firstName: 'folded',
      lastName: 'folded',
      email: 'folded?',
      doNotCall: 'boolean',
      ownerId: 'text',
    },
  },
} as const

const someAccount = { type: 'CUSTOMER', industry: 'LOGISTICS', tier: 'KEY', currency: 'EUR', ownerId: 'person:a.b' }
const never = new AbortController().signal

function request(idempotencyKey: string, args: MutationRequest['args'] = {}): MutationRequest {
  return { idempotencyKey, principal: 'agent:support-agent', act: 'Mutation.createAccount', args }
}

for (const kind of databaseKinds()) {
  for (const poolSize of kind === 'postgres' ? [1, 4] : [1]) {
    describe(`entity source on ${kind}, ${poolSize} connections`, () => {
      let database: Database
      let source: EntitySource
      const queries: string[] = []

      beforeAll(async () => {
        database = await createDatabase(kind, { poolSize, onQuery: (sql) => queries.push(sql) })
        source = createPostgresSource({ kysely: database.kysely, entities, world })
        for (const [name, revenue] of accounts) await create(name, { annualRevenue: revenue })
      })
      afterAll(() => database.close())

      const accounts: readonly (readonly [string, string | null])[] = [
        ['Alpha', '100.00'],
        ['beta', '250.50'],
        ['Gamma 100%', null],
        ['delta', '250.50'],
        ['Epsilon', null],
      ]
      const newestFirst: readonly Sort[] = [{ field: 'annualRevenue', direction: 'DESC' }]

      async function create(name: string, values: Record<string, unknown> = {}, key = `create ${name}`) {
        const { account } = await source.mutate(
          request(key, { name }),
          async (apply) => ({
            account: await apply('Account', { kind: 'create', values: { ...someAccount, name, ...values } }),
          }),
          never,
        )
        return account
      }

      async function names(filter: Filter, sort: readonly Sort[] = [{ field: 'name', direction: 'ASC' }]) {
        const page = await source.list('Account', { filter, sort, page: { first: 100, after: null } }, never)
        return page.records.map((record) => record['name'])
      }

      async function pagesOf(sort: readonly Sort[], first: number) {
        const pages: unknown[][] = []
        let after: string | null = null
        do {
          const page = await source.list('Account', { filter: {}, sort, page: { first, after } }, never)
          pages.push(page.records.map((record) => record['name']))
          after = page.hasNextPage ? (page.cursors.at(-1) ?? null) : null
        } while (after !== null)
        return pages
      }

      async function code(work: Promise<unknown>): Promise<unknown> {
        const error: unknown = await work.then(
          () => null,
          (reason: unknown) => reason,
        )
        return (error as { extensions?: { code?: string } } | null)?.extensions?.code ?? error
      }

      test('makes readable ids and text times', async () => {
        const [account] = await source.getMany('Account', ['acc-0001'], never)
        expect(account).toMatchObject({
          id: 'acc-0001',
          version: 1,
          name: 'Alpha',
          annualRevenue: '100.00',
          createdAt: '2026-10-31T12:00:00.000Z',
        })
      })

      test('gets many in the order asked for, null where there is none, in one query', async () => {
        queries.length = 0
        const records = await source.getMany('Account', ['acc-0003', 'acc-9999', 'acc-0001', 'acc-0003'], never)
        expect(records.map((record) => record?.id ?? null)).toEqual(['acc-0003', null, 'acc-0001', 'acc-0003'])
        expect(queries).toHaveLength(1)
      })

      test('lists by a foreign key, `first` for each key, in one query', async () => {
        await source.mutate(
          request('contacts'),
          async (apply) => {
            for (const [accountId, lastName] of [
              ['acc-0001', 'Zimmer'],
              ['acc-0001', 'Adler'],
              ['acc-0001', 'Maus'],
              ['acc-0002', 'Berg'],
            ]) {
              const values = { accountId, lastName, firstName: 'Kim', ownerId: 'person:a.b', doNotCall: false }
              await apply('Contact', { kind: 'create', values })
            }
            return {}
          },
          never,
        )
        queries.length = 0
        const lists = await source.listMany(
          'Contact',
          'accountId',
          ['acc-0002', 'acc-0001', 'acc-0005'],
          { first: 2, sort: [{ field: 'lastName', direction: 'ASC' }], filter: {} },
          never,
        )
        expect(lists.map((list) => list.map((record) => record['lastName']))).toEqual([['Berg'], ['Adler', 'Maus'], []])
        expect(queries).toHaveLength(1)
      })

      test('filters by every comparison', async () => {
        expect(await names({ name: { eq: 'BETA' } })).toEqual(['beta'])
        expect(await names({ name: { in: ['ALPHA', 'delta', 'no such'] } })).toEqual(['Alpha', 'delta'])
        expect(await names({ name: { in: [] } })).toEqual([])
        expect(await names({ name: { contains: 'ET' } })).toEqual(['beta'])
        expect(await names({ annualRevenue: { gte: '250.5' } })).toEqual(['beta', 'delta'])
        expect(await names({ annualRevenue: { gt: '100', lt: '300' } })).toEqual(['beta', 'delta'])
        expect(await names({ annualRevenue: { lte: '100.00' } })).toEqual(['Alpha'])
        expect(await names({ annualRevenue: { eq: null } })).toEqual(['Epsilon', 'Gamma 100%'])
        expect(
          await names({ createdAt: { gte: '2026-10-31T12:00:00.000Z', lt: '2026-10-31T12:00:00.001Z' } }),
        ).toHaveLength(5)
        expect(await names({ name: { contains: 'a' }, annualRevenue: { eq: null } })).toEqual(['Gamma 100%'])
      })

      test('takes wildcards and quotes as text', async () => {
        expect(await names({ name: { contains: '%' } })).toEqual(['Gamma 100%'])
        expect(await names({ name: { contains: '_' } })).toEqual([])
        expect(await names({ name: { eq: "x' or 1=1 --" } })).toEqual([])
      })

      test('counts only when asked, and all that match', async () => {
        queries.length = 0
        const page = await source.list('Account', { filter: {}, sort: [], page: { first: 2, after: null } }, never)
        expect(queries).toHaveLength(1)
        expect(await page.totalCount()).toBe(5)
        expect(queries).toHaveLength(2)
      })

      test('pages without a gap or a repetition, equals and nulls included', async () => {
        const all = [['beta', 'delta'], ['Alpha', 'Gamma 100%'], ['Epsilon']]
        expect(await pagesOf(newestFirst, 2)).toEqual(all)
        expect((await pagesOf(newestFirst, 1)).flat()).toEqual(all.flat())
        const rising: readonly Sort[] = [{ field: 'annualRevenue', direction: 'ASC' }]
        expect((await pagesOf(rising, 1)).flat()).toEqual(['Alpha', 'beta', 'delta', 'Gamma 100%', 'Epsilon'])
        const byTime: readonly Sort[] = [{ field: 'createdAt', direction: 'DESC' }]
        expect((await pagesOf(byTime, 2)).flat()).toEqual(accounts.map(([name]) => name))
        const byName: readonly Sort[] = [{ field: 'name', direction: 'ASC' }]
        expect((await pagesOf(byName, 2)).flat()).toEqual(['Alpha', 'beta', 'delta', 'Epsilon', 'Gamma 100%'])
      })

      test('a cursor tells nothing of the values it carries', async () => {
        const { cursors } = await source.list(
          'Account',
          { filter: {}, sort: newestFirst, page: { first: 1, after: null } },
          never,
        )
        expect(Buffer.from(cursors[0] ?? '', 'base64url').toString('latin1')).not.toMatch(/250|acc-/)
      })

      test('refuses a forged, altered or foreign cursor', async () => {
        const { cursors } = await source.list(
          'Account',
          { filter: {}, sort: newestFirst, page: { first: 1, after: null } },
          never,
        )
        const cursor = cursors[0] ?? ''
        const altered = `${cursor.slice(0, 20)}${cursor[20] === 'A' ? 'B' : 'A'}${cursor.slice(21)}`
        const plain = Buffer.from(JSON.stringify(['250.50', 'acc-0002'])).toString('base64url')
        const from = (after: string, sort: readonly Sort[], entity = 'Account') =>
          code(source.list(entity, { filter: {}, sort, page: { first: 1, after } }, never))
        for (const after of [altered, plain, '', 'x', cursor.slice(0, -4), `${cursor}AAAA`]) {
          expect(await from(after, newestFirst)).toBe('INVALID_INPUT')
        }
        expect(await from(cursor, [{ field: 'annualRevenue', direction: 'ASC' }])).toBe('INVALID_INPUT')
        expect(await from(cursor, [], 'Contact')).toBe('INVALID_INPUT')
        expect(await from(cursor, newestFirst)).toBeNull()
      })

      test.each([0, -1, 101, 1.5, Number.NaN])('refuses a page of %d', async (first) => {
        const page = { first, after: null }
        expect(await code(source.list('Account', { filter: {}, sort: [], page }, never))).toBe('INVALID_INPUT')
        const inner = { first, sort: [], filter: {} }
        expect(await code(source.listMany('Contact', 'accountId', ['acc-0001'], inner, never))).toBe('INVALID_INPUT')
      })

      test('updates only the version that was read', async () => {
        const update = (expectedVersion: number, tier: string, id = 'acc-0004') =>
          source.mutate(
            request(`update ${id} ${expectedVersion} ${tier}`),
            async (apply) => ({
              account: await apply('Account', { kind: 'update', id, expectedVersion, values: { tier } }),
            }),
            never,
          )
        expect((await update(1, 'SMALL')).account).toMatchObject({ id: 'acc-0004', version: 2, tier: 'SMALL' })
        expect(await code(update(1, 'STRATEGIC'))).toBe('VERSION_CONFLICT')
        expect(await code(update(1, 'SMALL', 'acc-9999'))).toBe('NOT_FOUND')
        expect((await source.getMany('Account', ['acc-0004'], never))[0]).toMatchObject({ version: 2, tier: 'SMALL' })
      })

      test('of two updates of one version exactly one wins', async () => {
        const results = await Promise.allSettled(
          ['KEY', 'STANDARD'].map((tier) =>
            source.mutate(
              request(`race ${tier}`),
              async (apply) => ({
                account: await apply('Account', {
                  kind: 'update',
                  id: 'acc-0005',
                  expectedVersion: 1,
                  values: { tier },
                }),
              }),
              never,
            ),
          ),
        )
        expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      })

      test('row 60: a repeated key gives the first result and acts once', async () => {
        const first = await create('Zeta', {}, 'once')
        const again = await create('Zeta', {}, 'once')
        expect(again).toEqual(first)
        expect(await names({ name: { eq: 'Zeta' } })).toEqual(['Zeta'])
      })

      test('row 60: a repeated key with other arguments is a conflict', async () => {
        await create('Eta', {}, 'eta')
        expect(await code(create('Theta', {}, 'eta'))).toBe('IDEMPOTENCY_CONFLICT')
        expect(await names({ name: { eq: 'Theta' } })).toEqual([])
      })

      test('row 60: eight requests with one key at once act once and answer alike', async () => {
        const results = await Promise.all(Array.from({ length: 8 }, () => create('Iota', {}, 'iota')))
        expect(new Set(results.map(({ id }) => id)).size).toBe(1)
        expect(await names({ name: { eq: 'Iota' } })).toEqual(['Iota'])
      })

      test("another principal's or act's key is another key", async () => {
        const act = (principal: string, coordinate: string) =>
          source.mutate(
            { ...request('shared'), principal, act: coordinate },
            () => Promise.resolve({ principal }),
            never,
          )
        expect(await act('agent:a', 'Mutation.x')).toEqual({ principal: 'agent:a' })
        expect(await act('agent:b', 'Mutation.x')).toEqual({ principal: 'agent:b' })
        expect(await act('agent:a', 'Mutation.y')).toEqual({ principal: 'agent:a' })
      })

      test('the order of arguments does not make another act', async () => {
        const act = (args: MutationRequest['args']) =>
          source.mutate(request('order', args), () => Promise.resolve({ done: 1 }), never)
        await act({ a: 1, b: { c: 2, d: 3 } })
        expect(await act({ b: { d: 3, c: 2 }, a: 1 })).toEqual({ done: 1 })
      })

      test('a failed act leaves nothing behind, not even its key', async () => {
        const failing = source.mutate(
          request('fails', { name: 'Kappa' }),
          async (apply) => {
            await apply('Account', { kind: 'create', values: { ...someAccount, name: 'Kappa' } })
            throw new Error('the resolver gave up')
          },
          never,
        )
        await expect(failing).rejects.toThrow('the resolver gave up')
        expect(await names({ name: { eq: 'Kappa' } })).toEqual([])
        expect((await create('Kappa', {}, 'fails'))['name']).toBe('Kappa')
      })

      test('an act that is cancelled before its end leaves nothing behind', async () => {
        const controller = new AbortController()
        const cancelled = source.mutate(
          request('cancelled'),
          async (apply) => {
            await apply('Account', { kind: 'create', values: { ...someAccount, name: 'Lambda' } })
            controller.abort(new Error('nobody waits'))
            return {}
          },
          controller.signal,
        )
        await expect(cancelled).rejects.toThrow('nobody waits')
        expect(await names({ name: { eq: 'Lambda' } })).toEqual([])
      })

      test('a question that nobody waits for is not asked', async () => {
        const gone = AbortSignal.abort(new Error('nobody waits'))
        queries.length = 0
        await expect(source.getMany('Account', ['acc-0001'], gone)).rejects.toThrow()
        expect(queries).toEqual([])
      })

      test("names a caller's mistake that only the database sees", async () => {
        expect(await code(create('ALPHA'))).toBe('INVALID_INPUT')
        expect(await code(create('Mu', { tier: 'HUGE' }))).toBe('INVALID_INPUT')
        expect(await code(create('Mu', { annualRevenue: '99999999999999999999.00' }))).toBe('INVALID_INPUT')
        expect(await code(create('Mu\u0000'))).toBe('INVALID_INPUT')
        expect(await code(source.getMany('Account', ['\u0000'], never))).toBe('INVALID_INPUT')
        const orphan = source.mutate(
          request('orphan'),
          async (apply) => ({
            contact: await apply('Contact', {
              kind: 'create',
              values: { accountId: 'acc-9999', firstName: 'A', lastName: 'B', ownerId: 'x', doNotCall: true },
            }),
          }),
          never,
        )
        await expect(orphan).rejects.toThrow('The argument `accountId` names a record that does not exist.')
      })

      test('a field or entity that is not declared is a mistake of the code, not a refusal', async () => {
        await expect(names({ password: { eq: 'x' } })).rejects.toThrow('has no field password')
        await expect(source.getMany('Toaster', [], never)).rejects.toThrow('has no entity Toaster')
      })

      test('says that it is well', async () => {
        expect(await source.health(never)).toEqual({ ok: true, detail: 'The database answers.' })
      })
    })
  }
}
