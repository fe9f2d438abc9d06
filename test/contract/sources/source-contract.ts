/**
 * What every adapter of `EntitySource` must do, whatever system is behind it. What an adapter says that it cannot do, it must
 * refuse with `NOT_SUPPORTED`; everything else is asserted of all of them alike. One file beside this one for each adapter.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type {
  ComparisonName,
  EntitySource,
  Filter,
  MutationRequest,
  Sort,
} from '../../../subgraphs/sources/entity-source.ts'

/** The entities of the suite, as a subgraph would declare them. */
export const declarations = {
  Account: {
    table: 'crm.accounts',
    ids: { sequence: 'crm.account_ids', format: (number: number) => `acc-${number}` },
    fields: { name: 'folded', tier: 'text', annualRevenue: 'decimal?', currency: 'text', industry: 'text?' },
  },
  Contact: {
    table: 'crm.contacts',
    ids: { sequence: 'crm.contact_ids', format: (number: number) => `con-${number}` },
    fields: { accountId: 'text', firstName: 'folded', lastName: 'folded' },
  },
} as const

export interface SourceUnderTest extends AsyncDisposable {
  readonly source: EntitySource
  /** Puts an account into the system, not through the source. @returns its id as records have it. */
  addAccount(account: {
    readonly name: string
    readonly tier: string
    readonly annualRevenue: string | null
  }): Promise<string>
  addContact(contact: {
    readonly accountId: string
    readonly firstName: string
    readonly lastName: string
  }): Promise<string>
  /** Questions to the system since it was last called. */
  questions(): number
  /** Questions that one `getMany`, one `listMany` and one page may cost. */
  readonly roundTrips: { readonly getMany: number; readonly listMany: number; readonly page: number }
}

const never = new AbortController().signal
const byName: readonly Sort[] = [{ field: 'name', direction: 'ASC' }]
const richest: readonly Sort[] = [{ field: 'annualRevenue', direction: 'DESC' }]
const poorest: readonly Sort[] = [{ field: 'annualRevenue', direction: 'ASC' }]
const hostile = [
  'O\'Hara "&" Söhne',
  'a^b^NQc',
  '$filter=x eq 1',
  '100% _',
  'x,y',
  "x' or 1=1 --",
  '日本 ☕',
  'javascript',
  '\\back',
  'a#b?c=d&e',
]
const wealth = [
  ['Alpha', '100.00'],
  ['beta', '250.50'],
  ['Gamma', null],
  ['delta', '250.50'],
  ['Epsilon', null],
] as const

/** The code of a refusal; null for what goes well; the error itself for anything else. */
export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  return (error as { extensions?: { code?: string } } | null)?.extensions?.code ?? error
}

/** Runs the suite over what `open` gives. */
export function describeSource(name: string, open: () => Promise<SourceUnderTest>): void {
  describe(`entity source: ${name}`, () => {
    let peer: SourceUnderTest
    let source: EntitySource
    const ids = new Map<string, string>()
    let keys = 0

    beforeAll(async () => {
      peer = await open()
      source = peer.source
      for (const [account, annualRevenue] of wealth) {
        ids.set(account, await peer.addAccount({ name: account, tier: 'KEY', annualRevenue }))
      }
      for (const [account, lastName] of [
        ['Alpha', 'Zimmer'],
        ['Alpha', 'Adler'],
        ['Alpha', 'Maus'],
        ['beta', 'Berg'],
      ] as const) {
        await peer.addContact({ accountId: idOf(account), firstName: 'Kim', lastName })
      }
    })
    afterAll(() => peer[Symbol.asyncDispose]())

    const idOf = (account: string) => ids.get(account) as string
    const can = (field: string, comparison: ComparisonName) =>
      source.capabilities('Account').filters[field]?.includes(comparison) ?? false
    const sorts = (field: string) => source.capabilities('Account').sorts.includes(field)
    const page = (filter: Filter, sort: readonly Sort[], first = 100, after: string | null = null) =>
      source.list('Account', { filter, sort, page: { first, after } }, never)
    const names = async (filter: Filter) => {
      const sort = sorts('name') ? byName : []
      const { records } = await page(filter, sort)
      return records
        .map((record) => String(record['name']))
        .toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
    }
    /** Asserts an answer where the adapter can filter so, and the refusal where it cannot. */
    const filters = async (field: string, comparison: ComparisonName, filter: Filter, expected: readonly string[]) => {
      if (can(field, comparison)) expect(await names(filter)).toEqual(expected)
      else expect(await codeOf(names(filter))).toBe('NOT_SUPPORTED')
    }
    async function pagesOf(
      sort: readonly Sort[],
      first: number,
      between: () => Promise<void> = () => Promise.resolve(),
    ) {
      const found: string[] = []
      let after: string | null = null
      do {
        const { records, cursors, hasNextPage } = await page({}, sort, first, after)
        found.push(...records.map((record) => String(record['name'])))
        after = hasNextPage ? (cursors.at(-1) ?? null) : null
        await between()
      } while (after !== null)
      return found
    }
    const request = (args: MutationRequest['args'] = {}, idempotencyKey = `key-${++keys}`): MutationRequest => ({
      idempotencyKey,
      principal: 'agent:support-agent',
      act: 'Mutation.changeAccount',
      args,
    })
    const update = (
      id: string,
      expectedVersion: number,
      values: object,
      as = request({ id, expectedVersion, values }),
    ) =>
      source.mutate(
        as,
        async (apply) => ({
          account: await apply('Account', { kind: 'update', id, expectedVersion, values: { ...values } }),
        }),
        never,
      )
    const create = (account: string, as = request({ account })) =>
      source.mutate(
        as,
        async (apply) => ({
          account: await apply('Account', {
            kind: 'create',
            values: { name: account, tier: 'SMALL', annualRevenue: '12.34', currency: 'EUR' },
          }),
        }),
        never,
      )
    const changes = () => source.capabilities('Account').changes

    test('a record has its fields in the form of the contract', async () => {
      const [account] = await source.getMany('Account', [idOf('Alpha')], never)
      expect(account).toMatchObject({
        id: idOf('Alpha'),
        name: 'Alpha',
        tier: 'KEY',
        annualRevenue: '100.00',
        currency: 'EUR',
        industry: null,
      })
      expect(account?.version).toBeGreaterThanOrEqual(0)
      expect(account?.['createdAt']).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
    })

    test('gets many in the order asked for, null where there is none, again where asked twice', async () => {
      const wanted = [idOf('Gamma'), 'no-such-id', idOf('Alpha'), `${idOf('Alpha')}9`, idOf('Gamma')]
      peer.questions()
      const records = await source.getMany('Account', wanted, never)
      expect(records.map((record) => record?.['name'] ?? null)).toEqual(['Gamma', null, 'Alpha', null, 'Gamma'])
      expect(peer.questions()).toBeLessThanOrEqual(peer.roundTrips.getMany)
      expect(await source.getMany('Account', [], never)).toEqual([])
    })

    test('an id that tries to be a query finds nothing', async () => {
      for (const id of [...hostile, '', '..', '../1', `${idOf('Alpha')}' or 1=1`, `${idOf('Alpha')}?x=1`]) {
        expect(await source.getMany('Account', [id], never)).toEqual([null])
      }
    })

    test('lists by a foreign key, at most `first` for each, in order', async () => {
      const keysAsked = [idOf('beta'), idOf('Alpha'), idOf('Gamma'), idOf('Alpha')]
      peer.questions()
      const lists = await source.listMany(
        'Contact',
        'accountId',
        keysAsked,
        { first: 2, sort: [{ field: 'lastName', direction: 'ASC' }], filter: {} },
        never,
      )
      expect(lists.map((list) => list.map((record) => record['lastName']))).toEqual([
        ['Berg'],
        ['Adler', 'Maus'],
        [],
        ['Adler', 'Maus'],
      ])
      expect(lists[0]?.[0]).toMatchObject({ accountId: idOf('beta') })
      expect(peer.questions()).toBeLessThanOrEqual(peer.roundTrips.listMany)
    })

    test('filters by every comparison that it has, and refuses the others', async () => {
      await filters('name', 'eq', { name: { eq: 'BETA' } }, ['beta'])
      await filters('name', 'in', { name: { in: ['ALPHA', 'delta', 'no such'] } }, ['Alpha', 'delta'])
      await filters('name', 'contains', { name: { contains: 'ET' } }, ['beta'])
      await filters('annualRevenue', 'gte', { annualRevenue: { gte: '250.5' } }, ['beta', 'delta'])
      await filters('annualRevenue', 'gt', { annualRevenue: { gt: '100' } }, ['beta', 'delta'])
      await filters('annualRevenue', 'lt', { annualRevenue: { lt: '250.50' } }, ['Alpha'])
      await filters('annualRevenue', 'lte', { annualRevenue: { lte: '100.00' } }, ['Alpha'])
      const missing = await names({ annualRevenue: { eq: null } }).catch(() => null)
      if (can('annualRevenue', 'eq') || missing !== null) expect(missing).toEqual(['Epsilon', 'Gamma'])
      else expect(await codeOf(names({ annualRevenue: { eq: null } }))).toBe('NOT_SUPPORTED')
      await filters('tier', 'eq', { tier: { eq: 'KEY' } }, ['Alpha', 'beta', 'delta', 'Epsilon', 'Gamma'])
      await filters('tier', 'in', { tier: { in: ['SMALL', 'STRATEGIC'] } }, [])
      if (can('name', 'contains') && can('annualRevenue', 'eq')) {
        expect(await names({ name: { contains: 'a' }, annualRevenue: { eq: null } })).toEqual(['Gamma'])
      }
    })

    test('an empty list of values matches nothing, and so does a value that the system does not have', async () => {
      expect(await names({ tier: { in: [] } })).toEqual([])
      expect(await names({ tier: { eq: 'NO_SUCH_TIER' } })).toEqual([])
      expect(await names({ id: { in: ['no-such-id'] } })).toEqual([])
      expect(await names({ currency: { eq: 'USD' } })).toEqual([])
      expect(await names({ industry: { eq: null }, id: { eq: idOf('beta') } })).toEqual(['beta'])
    })

    test('takes what could be syntax as text', async () => {
      for (const text of hostile) {
        if (can('name', 'eq')) expect(await names({ name: { eq: text } })).toEqual([])
        if (can('name', 'contains')) expect(await names({ name: { contains: text } })).toEqual([])
      }
      if (can('name', 'in')) expect(await names({ name: { in: hostile } })).toEqual([])
    })

    test('counts only when asked, and all that match', async () => {
      peer.questions()
      const found = await page({}, [], 2)
      expect(peer.questions()).toBeLessThanOrEqual(peer.roundTrips.page)
      if (source.capabilities('Account').count) expect(await found.totalCount()).toBe(wealth.length)
      else expect(await codeOf(found.totalCount())).toBe('NOT_SUPPORTED')
    })

    test('sorts and pages without a gap or a repetition: ties by key, nulls last in both directions', async () => {
      if (!sorts('annualRevenue')) {
        expect(await codeOf(page({}, richest))).toBe('NOT_SUPPORTED')
        return
      }
      for (const first of [1, 2, 3, 100]) {
        expect(await pagesOf(richest, first)).toEqual(['beta', 'delta', 'Alpha', 'Gamma', 'Epsilon'])
        expect(await pagesOf(poorest, first)).toEqual(['Alpha', 'beta', 'delta', 'Gamma', 'Epsilon'])
      }
      if (sorts('name')) expect(await pagesOf(byName, 2)).toEqual(['Alpha', 'beta', 'delta', 'Epsilon', 'Gamma'])
    })

    test('a cursor tells nothing of what it carries, and is none when forged, altered or of another list', async () => {
      if (!sorts('annualRevenue')) return
      const cursor = (await page({}, richest, 1)).cursors[0] ?? ''
      expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/250|acc-/)
      const altered = `${cursor.slice(0, 20)}${cursor[20] === 'A' ? 'B' : 'A'}${cursor.slice(21)}`
      for (const forged of [altered, '', 'x', cursor.slice(0, -4), `${cursor}AAAA`]) {
        expect(await codeOf(page({}, richest, 1, forged))).toBe('INVALID_INPUT')
      }
      expect(await codeOf(page({}, poorest, 1, cursor))).toBe('INVALID_INPUT')
      expect(await codeOf(page({}, richest, 1, cursor))).toBeNull()
    })

    test.each([0, -1, 101, 1.5, Number.NaN])('refuses a page of %d', async (first) => {
      expect(await codeOf(page({}, [], first))).toBe('INVALID_INPUT')
      const inner = { first, sort: [], filter: {} }
      expect(await codeOf(source.listMany('Contact', 'accountId', [idOf('Alpha')], inner, never))).toBe('INVALID_INPUT')
    })

    test('a question that nobody waits for is not asked', async () => {
      const gone = AbortSignal.abort(new Error('nobody waits'))
      peer.questions()
      await expect(source.getMany('Account', [idOf('Alpha')], gone)).rejects.toThrow('nobody waits')
      await expect(
        source.list('Account', { filter: {}, sort: [], page: { first: 1, after: null } }, gone),
      ).rejects.toThrow('nobody waits')
      expect(peer.questions()).toBe(0)
    })

    test('a field or entity that is not declared is a mistake of the code, not a refusal', async () => {
      await expect(names({ password: { eq: 'x' } })).rejects.toThrow('has no field password')
      await expect(source.getMany('Toaster', ['x'], never)).rejects.toThrow('has no entity Toaster')
    })

    test('says that it is well', async () => {
      expect(await source.health(never)).toMatchObject({ ok: true })
    })

    test('updates only the version that was read', async () => {
      const id = idOf('delta')
      const version = (await source.getMany('Account', [id], never))[0]?.version ?? 0
      if (!changes().includes('update')) {
        expect(await codeOf(update(id, version, { tier: 'SMALL' }))).toBe('NOT_SUPPORTED')
        return
      }
      const { account } = await update(id, version, { tier: 'SMALL' })
      expect(account).toMatchObject({ id, tier: 'SMALL', name: 'delta', annualRevenue: '250.50' })
      expect(account.version).not.toBe(version)
      expect((await source.getMany('Account', [id], never))[0]).toEqual(account)
      expect(await codeOf(update(id, version, { tier: 'STRATEGIC' }))).toBe('VERSION_CONFLICT')
      expect(await codeOf(update('no-such-id', 1, { tier: 'SMALL' }))).toBe('NOT_FOUND')
      expect((await update(id, account.version, { annualRevenue: '123456789.01' })).account).toMatchObject({
        annualRevenue: '123456789.01',
      })
      expect(
        (await update(id, (await source.getMany('Account', [id], never))[0]!.version, { annualRevenue: null })).account,
      ).toMatchObject({ annualRevenue: null })
    })

    test('of two updates of one version at most one is refused and none is lost', async () => {
      if (!changes().includes('update') || source.capabilities('Account').versions !== 'atomic') return
      const id = idOf('Epsilon')
      const version = (await source.getMany('Account', [id], never))[0]!.version
      const results = await Promise.allSettled(['KEY', 'STANDARD'].map((tier) => update(id, version, { tier })))
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    })

    test('a repeated key gives the first result and acts once; with other arguments it is a conflict', async () => {
      if (!changes().includes('create')) {
        expect(await codeOf(create('Zeta'))).toBe('NOT_SUPPORTED')
        return
      }
      const as = request({ account: 'Zeta' })
      const first = await create('Zeta', as)
      expect(first.account).toMatchObject({ name: 'Zeta', annualRevenue: '12.34', tier: 'SMALL' })
      expect(await create('Zeta', as)).toEqual(first)
      expect(await codeOf(create('Eta', { ...as, args: { account: 'Eta' } }))).toBe('IDEMPOTENCY_CONFLICT')
      const [found] = await source.getMany('Account', [first.account.id], never)
      expect(found).toEqual(first.account)
      if (can('name', 'in')) expect(await names({ name: { in: ['Zeta', 'Eta'] } })).toEqual(['Zeta'])
    })

    test('eight requests with one key at once act once and answer alike', async () => {
      if (!changes().includes('create')) return
      const as = request({ account: 'Iota' })
      const results = await Promise.all(Array.from({ length: 8 }, () => create('Iota', as)))
      expect(new Set(results.map(({ account }) => account.id)).size).toBe(1)
      if (can('name', 'eq')) expect(await names({ name: { eq: 'Iota' } })).toEqual(['Iota'])
    })

    test("another principal's or act's key is another key", async () => {
      const act = (principal: string, coordinate: string) =>
        source.mutate(
          { ...request({}, 'shared'), principal, act: coordinate },
          () => Promise.resolve({ principal }),
          never,
        )
      expect(await act('agent:a', 'Mutation.x')).toEqual({ principal: 'agent:a' })
      expect(await act('agent:b', 'Mutation.x')).toEqual({ principal: 'agent:b' })
      expect(await act('agent:a', 'Mutation.y')).toEqual({ principal: 'agent:a' })
    })

    test('an act that fails before it changes anything leaves nothing behind, not even its key', async () => {
      const as = request({ account: 'Kappa' }, 'fails first')
      const failing = source.mutate(as, () => Promise.reject(new Error('the resolver gave up')), never)
      await expect(failing).rejects.toThrow('the resolver gave up')
      if (changes().includes('create')) expect((await create('Kappa', as)).account['name']).toBe('Kappa')
    })

    test('a value that the system does not take is a refusal that frees the key', async () => {
      if (!changes().includes('create')) return
      expect(await codeOf(create('ALPHA', request({}, 'taken')))).toBe('INVALID_INPUT')
      expect((await create('Lambda', request({}, 'taken'))).account['name']).toBe('Lambda')
    })

    test('an act that fails after a change is undone, or says what was done', async () => {
      if (!changes().includes('create')) return
      const as = request({}, 'fails later')
      const half = () =>
        source.mutate(
          as,
          async (apply) => {
            await apply('Account', { kind: 'create', values: { name: 'Mu', tier: 'KEY', currency: 'EUR' } })
            throw new Error('the second change was refused')
          },
          never,
        )
      if (source.capabilities('Account').transactions === 'atomic') {
        await expect(half()).rejects.toThrow('the second change was refused')
        if (can('name', 'eq')) expect(await names({ name: { eq: 'Mu' } })).toEqual([])
        return
      }
      const error = await half().catch((reason: unknown) => reason as { extensions: Record<string, any> })
      expect(error).toMatchObject({
        extensions: {
          code: 'PARTLY_DONE',
          done: [{ kind: 'create', entity: 'Account', made: 'yes', id: expect.any(String) }],
        },
      })
      expect(await codeOf(half())).toBe('PARTLY_DONE')
      if (can('name', 'eq')) expect(await names({ name: { eq: 'Mu' } })).toEqual(['Mu'])
    })

    test('a later change can name a record that an earlier one of the same act makes', async () => {
      if (!changes().includes('create') || !source.capabilities('Contact').changes.includes('create')) return
      const made = await source.mutate(
        request(),
        async (apply) => {
          const account = await apply('Account', {
            kind: 'create',
            values: { name: 'Nu', tier: 'KEY', currency: 'EUR' },
          })
          const values = { accountId: account.id, firstName: 'Lea', lastName: 'Nubel' }
          return { account, contact: await apply('Contact', { kind: 'create', values }) }
        },
        never,
      )
      expect(made.contact['accountId']).toBe(made.account.id)
      expect((await source.getMany('Account', [made.account.id], never))[0]).toEqual(made.account)
      const inner = { first: 5, sort: [], filter: {} }
      const [list] = await source.listMany('Contact', 'accountId', [made.account.id], inner, never)
      expect(list?.map((record) => record.id)).toEqual([made.contact.id])
    })

    test('a hostile text comes back as it was written', async () => {
      if (!changes().includes('create')) return
      for (const text of hostile) {
        const { account } = await create(text)
        expect(account['name']).toBe(text)
        if (can('name', 'eq')) expect(await names({ name: { eq: text } })).toEqual([text])
        if (can('name', 'contains')) expect(await names({ name: { contains: text } })).toContain(text)
      }
    })

    test('pages neither skip nor repeat while rows are added before and behind them', async () => {
      let added = 0
      for (const sort of sorts('name') ? [[], byName] : [[]]) {
        const before = await pagesOf(sort, 100)
        const found = await pagesOf(sort, 3, async () => {
          await peer.addAccount({
            name: `${added % 2 === 0 ? 'AA' : 'zz'} added ${added++}`,
            tier: 'SMALL',
            annualRevenue: null,
          })
        })
        expect(new Set(found).size).toBe(found.length)
        expect(found.filter((each) => before.includes(each))).toEqual(before)
      }
    }, 30_000)
  })
}
