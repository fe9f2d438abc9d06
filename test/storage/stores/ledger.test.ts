/** The questions that an auditor asks: who touched a field, what did somebody do, what did one request do. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Coordinate } from '../../../lib/labels.ts'
import type { Database } from '../../../storage/database.ts'
import { createLedgerReader, type Access, type LedgerQuery } from '../../../storage/stores/ledger.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { callerNamed, counts, intent, openLedger, outcome } from '../../support/ledger.ts'

const support = callerNamed('agent:support-agent', 'person:maria.keller')
const finance = callerNamed('agent:finance-agent')
const at = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour))

for (const kind of databaseKinds()) {
  describe(`reading the ledger on ${kind}`, () => {
    let database: Database
    beforeAll(async () => {
      database = await createDatabase(kind)
      const ledger = openLedger(database)
      await ledger.append(outcome({ requestId: 'read', caller: support, at: at(8) }))
      await ledger.append(
        outcome({
          requestId: 'denied',
          caller: support,
          at: at(9),
          requested: ['Query.supplier', 'Supplier.bankDetails'],
          transitive: [],
          denied: ['Supplier.bankDetails'],
          outcome: 'refused',
          codes: ['POLICY_DENIED'],
          reason: 'finance:bank:read is missing',
          delivered: {},
          resolved: {},
        }),
      )
      await ledger.append(intent({ requestId: 'changed', caller: finance, at: at(10) }))
      await ledger.append(
        outcome({
          requestId: 'changed',
          caller: finance,
          at: at(10),
          operation: { kind: 'mutation', name: 'UpdateCase', hash: 'h' },
          requested: ['Mutation.updateCase', 'Case.status'],
          transitive: [],
          delivered: counts({ 'Mutation.updateCase': 1, 'Case.status': 1 }),
          resolved: counts({ 'Mutation.updateCase': 1, 'Case.status': 1 }),
        }),
      )
      await ledger.append(intent({ requestId: 'cut off', caller: finance, at: at(11) }))
      await ledger.close()
    })
    afterAll(async () => {
      await database.close()
    })

    const reader = () => createLedgerReader(database, () => at(12))
    async function touched(coordinate: Coordinate, query: LedgerQuery = {}): Promise<readonly Access[]> {
      return (await reader().whoTouched(coordinate, query)).items
    }
    const told = (accesses: readonly Access[]) => accesses.map(({ requestId, verb }) => `${requestId}: ${verb}`)

    test('a read says who, for whom, why and how many', async () => {
      expect(await touched('Account.name')).toEqual([
        {
          seq: 1,
          at: '2026-03-01T08:00:00.000Z',
          requestId: 'read',
          principal: 'agent:support-agent',
          onBehalfOf: 'person:maria.keller',
          purpose: 'support',
          verb: 'read',
          delivered: 1,
          resolved: 1,
          operation: 'Accounts',
          outcome: 'answered',
        },
      ])
    })

    test('a field fetched only because another one depends on it is found', async () => {
      expect(told(await touched('Account.tier'))).toEqual(['read: fetched'])
    })

    test('a denied field is found, and what was asked for beside it', async () => {
      expect(told(await touched('Supplier.bankDetails'))).toEqual(['denied: denied'])
      expect(told(await touched('Query.supplier'))).toEqual(['denied: asked'])
    })

    test('a mutation is one change, its intent is not told twice, and one that was cut off is told', async () => {
      expect(told(await touched('Mutation.updateCase'))).toEqual(['cut off: begun', 'changed: changed'])
    })

    test('a field nobody touched, and one that does not exist', async () => {
      expect(await touched('Account.website')).toEqual([])
    })

    test('since, until and pages', async () => {
      expect(told(await touched('Mutation.updateCase', { since: at(11) }))).toEqual(['cut off: begun'])
      expect(told(await touched('Mutation.updateCase', { until: at(11) }))).toEqual(['changed: changed'])
      const first = await reader().whoTouched('Mutation.updateCase', { limit: 1 })
      expect([told(first.items), first.hasMore]).toEqual([['cut off: begun'], true])
      const second = await reader().whoTouched('Mutation.updateCase', { limit: 1, before: first.items[0]?.seq ?? 0 })
      expect([told(second.items), second.hasMore]).toEqual([['changed: changed'], false])
      // The intent of the change stands before its outcome: a page that ends between the two does not tell it as cut off.
      expect(told(await touched('Mutation.updateCase', { before: 4 }))).toEqual([])
    })

    test('a rare coordinate is found far behind the end, a common one by going back', async () => {
      await using long = await createDatabase(kind)
      const ledger = openLedger(long)
      const requested = (index: number): Coordinate[] =>
        index % 1000 === 7 ? ['Query.account', 'Supplier.iban'] : ['Query.account']
      const times = (index: number) => new Date(at(8).getTime() + index * 1000)
      await Promise.all(
        Array.from({ length: 3000 }, (_, index) =>
          ledger.append(outcome({ requestId: `request-${index}`, at: times(index), requested: requested(index) })),
        ),
      )
      await ledger.close()
      const { items, hasMore } = await createLedgerReader(long, () => at(12)).whoTouched('Supplier.iban')
      expect([items.map(({ requestId }) => requestId), hasMore]).toEqual([
        ['request-2007', 'request-1007', 'request-7'],
        false,
      ])
      const common = await createLedgerReader(long, () => at(12)).whoTouched('Query.account', { limit: 3 })
      expect([common.items.map(({ seq }) => seq), common.hasMore]).toEqual([[3000, 2999, 2998], true])
      const range = { since: times(1000), until: times(2007) }
      const some = await createLedgerReader(long, () => at(12)).whoTouched('Supplier.iban', range)
      expect(some.items.map(({ requestId }) => requestId)).toEqual(['request-1007'])
    })

    test('the trail of an agent, and of the person it acts for', async () => {
      const requests = async (principal: string) =>
        (await reader().trail(principal)).items.map(({ requestId }) => requestId)
      expect(await requests('agent:finance-agent')).toEqual(['cut off', 'changed'])
      expect(await requests('person:maria.keller')).toEqual(['denied', 'read'])
      expect(await requests('agent:nobody')).toEqual([])
    })

    test('one request: all its records in order, in words', async () => {
      const shown = await reader().show('changed')
      expect(shown.map(({ kind: of }) => of)).toEqual(['intent', 'outcome'])
      expect(shown[1]).toMatchObject({
        requested: ['Mutation.updateCase', 'Case.status'],
        caller: { id: 'agent:finance-agent', roles: ['support-agent'] },
        result: { outcome: 'answered', delivered: { 'Case.status': 1 }, withheld: false },
      })
      const [denied] = await reader().show('denied')
      expect(denied).toMatchObject({ denied: ['Supplier.bankDetails'], result: { codes: ['POLICY_DENIED'] } })
    })

    test('verify reports the act that was cut off, once it is older than a minute', async () => {
      const { openIntents, ok } = await reader().verify()
      expect(ok).toBe(true)
      expect(openIntents).toEqual([
        { seq: 5, at: '2026-03-01T11:00:00.000Z', requestId: 'cut off', principal: 'agent:finance-agent' },
      ])
      const early = createLedgerReader(database, () => new Date(at(11).getTime() + 59_000))
      expect((await early.verify()).openIntents).toEqual([])
    })

    test.each(['update mandate.ledger set seq = 7', 'delete from mandate.ledger', 'truncate mandate.ledger'])(
      'the table refuses: %s',
      async (statement) => {
        await expect(sql.raw(statement).execute(database.kysely)).rejects.toThrow(/append-only/)
      },
    )

    test.each([
      'delete from mandate.ledger_head',
      'truncate mandate.ledger_head',
      'update mandate.ledger_coordinates set coordinate = upper(coordinate)',
      'delete from mandate.ledger_coordinates',
    ])('so do the tables beside it: %s', async (statement) => {
      await expect(sql.raw(statement).execute(database.kysely)).rejects.toThrow(/append-only/)
    })

    test.each([`update mandate.ledger_head set seq = 1`, `update mandate.ledger_head set hash = 'other'`])(
      'the head only moves forward: %s',
      async (statement) => {
        await expect(sql.raw(statement).execute(database.kysely)).rejects.toThrow(/only moves forward/)
      },
    )
  })
}
