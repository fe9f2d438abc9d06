/** An auditor's questions over 100 000 records are answered within a second, on both databases. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordOf } from '../../gateway/audit/record-of.ts'
import type { Coordinate } from '../../lib/labels.ts'
import type { Database } from '../../storage/database.ts'
import { createLedgerWriter } from '../../storage/stores/ledger-writer.ts'
import { createLedgerReader } from '../../storage/stores/ledger.ts'
import { createDatabase, databaseKinds } from '../support/databases.ts'
import { callerNamed, outcome } from '../support/ledger.ts'

const records = 100_000
const callers = Array.from({ length: 50 }, (_, index) => callerNamed(`agent:number-${index}`))
const start = Date.UTC(2026, 2, 1)
const timeOf = (index: number) => new Date(start + index * 1000)
const fields = Array.from({ length: 300 }, (_, index): Coordinate => `Type${index % 25}.field${index}`)

function record(index: number) {
  const some = fields.slice((index * 7) % 290, ((index * 7) % 290) + 10)
  const requested: Coordinate[] = [
    'Query.account',
    ...some,
    ...(index % 1000 === 0 ? (['Supplier.iban'] as const) : []),
  ]
  const caller = callers[index % 50] ?? null
  return recordOf(
    outcome({ requestId: `request-${index}`, at: timeOf(index), caller, requested }),
    () => true,
    timeOf(index),
  )
}

for (const kind of databaseKinds()) {
  describe(`the ledger with 100 000 records on ${kind}`, () => {
    let database: Database
    beforeAll(async () => {
      database = await createDatabase(kind)
      const writer = createLedgerWriter(database, 60_000)
      for (let from = 0; from < records; from += 1000) {
        await writer.write(Array.from({ length: 1000 }, (_, step) => record(from + step)))
      }
    }, 300_000)
    afterAll(async () => {
      await database.close()
    })

    const reader = () => createLedgerReader(database, () => timeOf(records))
    async function withinASecond<T>(work: () => Promise<T>): Promise<T> {
      const started = performance.now()
      const answer = await work()
      expect(performance.now() - started).toBeLessThan(1000)
      return answer
    }

    test('who: a field that few requests touched', async () => {
      const { items, hasMore } = await withinASecond(() => reader().whoTouched('Supplier.iban', { limit: 1000 }))
      expect([items.length, hasMore]).toEqual([100, false])
    })

    test('who: a field that every request touched', async () => {
      const { items, hasMore } = await withinASecond(() => reader().whoTouched('Query.account'))
      expect([items.length, items[0]?.requestId, hasMore]).toEqual([100, 'request-99999', true])
    })

    test('who: of the last hour, of the last second, and of long ago', async () => {
      const since = (index: number) =>
        withinASecond(() => reader().whoTouched('Supplier.iban', { since: timeOf(index) }))
      expect((await since(96_400)).items).toHaveLength(3)
      expect((await since(99_999)).items).toHaveLength(0)
      expect((await since(0)).items).toHaveLength(100)
    })

    test('trail and show', async () => {
      expect((await withinASecond(() => reader().trail('agent:number-7', { limit: 1000 }))).items).toHaveLength(1000)
      expect(await withinASecond(() => reader().show('request-500'))).toHaveLength(1)
    })

    test('verify: all of it, in a minute at most', async () => {
      expect(await reader().verify()).toMatchObject({ ok: true, checked: records })
    }, 60_000)
  })
}
