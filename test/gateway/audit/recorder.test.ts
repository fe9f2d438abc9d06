/** The ledger's writing side: order, batches, several gateways, and what happens when the database is away. */
import { sql, type KyselyPlugin } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { LedgerEntry, LedgerPosition } from '../../../gateway/audit/entry.ts'
import type { Database } from '../../../storage/database.ts'
import { createLedgerReader } from '../../../storage/stores/ledger.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { intent, keepingLog, openLedger, outcome } from '../../support/ledger.ts'

const verify = (database: Database) => createLedgerReader(database, () => new Date('2026-03-01')).verify()
const many = (count: number, entry: (index: number) => LedgerEntry) =>
  Array.from({ length: count }, (_, index) => entry(index))

async function requestIds(database: Database): Promise<readonly string[]> {
  const rows = await database.kysely.selectFrom('mandate.ledger').select('request_id').orderBy('seq').execute()
  return rows.map((row) => row.request_id)
}

/** A database whose statements can be made to fail, to lose their answer after they took effect, or to hang. */
function faulty(database: Database) {
  const state = { mode: 'well' as 'well' | 'away' | 'lost answer' | 'hanging', release: () => undefined as void }
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      if (state.mode === 'away') throw new Error('connect ECONNREFUSED')
      return node
    },
    async transformResult({ result }) {
      if (state.mode === 'lost answer') throw new Error('Connection terminated unexpectedly')
      if (state.mode === 'hanging') await new Promise<void>((resolve) => (state.release = resolve))
      return result
    },
  }
  return { state, database: { ...database, kysely: database.kysely.withPlugin(plugin) } }
}

const unavailable = { extensions: { code: 'LEDGER_UNAVAILABLE' } }

for (const kind of databaseKinds()) {
  describe(`the recorder on ${kind}`, () => {
    test('appends resolve with their place, and the chain is whole', async () => {
      await using database = await createDatabase(kind)
      const ledger = openLedger(database)
      const positions: LedgerPosition[] = []
      for (const entry of many(3, () => outcome())) positions.push(await ledger.append(entry))
      expect(positions.map(({ seq }) => seq)).toEqual([1, 2, 3])
      expect(await verify(database)).toMatchObject({ ok: true, checked: 3, head: positions[2] })
      expect(ledger.healthy()).toBe(true)
      await ledger.close()
    })

    test('entries keep the order in which they were handed over, over batches', async () => {
      await using database = await createDatabase(kind)
      const ledger = openLedger(database, { batchSize: 7 })
      const entries = many(100, (index) => outcome({ requestId: `request-${index}` }))
      const positions = await Promise.all(entries.map((entry) => ledger.append(entry)))
      expect(positions.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
      expect(await requestIds(database)).toEqual(entries.map(({ requestId }) => requestId))
      await ledger.close()
    })

    test('the intent of a request stands before its outcome', async () => {
      await using database = await createDatabase(kind)
      const ledger = openLedger(database)
      const places = await Promise.all(
        many(50, (index) => intent({ requestId: `request-${index}` })).map(async (entry) => {
          const before = await ledger.append(entry)
          const after = await ledger.append(outcome({ requestId: entry.requestId }))
          return before.seq < after.seq
        }),
      )
      expect(places).not.toContain(false)
      expect((await verify(database)).openIntents).toEqual([])
      await ledger.close()
    })

    test('entries that wait are written together: a hundred in a few statements', async () => {
      const statements: string[] = []
      await using database = await createDatabase(kind, { onQuery: (text) => statements.push(text) })
      const ledger = openLedger(database)
      await ledger.append(outcome())
      statements.length = 0
      await Promise.all(many(100, () => outcome()).map((entry) => ledger.append(entry)))
      expect(statements.filter((text) => text.includes('mandate.ledger')).length).toBeLessThanOrEqual(2)
      await ledger.close()
    })

    test('closing writes what waits, then takes no more', async () => {
      await using database = await createDatabase(kind)
      const ledger = openLedger(database, { batchSize: 10 })
      const appends = many(45, () => outcome()).map((entry) => ledger.append(entry))
      await ledger.close()
      expect((await Promise.all(appends)).at(-1)?.seq).toBe(45)
      await expect(ledger.append(outcome())).rejects.toMatchObject(unavailable)
      expect(ledger.healthy()).toBe(false)
    })

    test('two gateways on one database keep one chain and one dictionary', async () => {
      await using database = await createDatabase(kind)
      const gateways = [openLedger(database, { batchSize: 3 }), openLedger(database, { batchSize: 5 })]
      const appends = many(200, (index) => outcome({ requested: ['Query.account', `Account.field${index % 40}`] })).map(
        async (entry, index) => {
          if (index % 10 === 0) await new Promise((resolve) => setTimeout(resolve, index / 10))
          return await gateways[index % 2]?.append(entry)
        },
      )
      const places = (await Promise.all(appends)).map((position) => position?.seq)
      expect(new Set(places).size).toBe(200)
      expect(await verify(database)).toMatchObject({ ok: true, checked: 200 })
      await Promise.all(gateways.map((gateway) => gateway.close()))
    })

    test('the database is away: every append is refused at once, readiness falls, and all recovers by itself', async () => {
      await using healthy = await createDatabase(kind)
      const { state, database } = faulty(healthy)
      const ledger = openLedger(database)
      await ledger.append(outcome({ requestId: 'before' }))
      state.mode = 'away'
      const started = performance.now()
      const refused = await Promise.allSettled(many(20, () => intent()).map((entry) => ledger.append(entry)))
      expect(refused.every((result) => result.status === 'rejected')).toBe(true)
      expect(performance.now() - started).toBeLessThan(1000)
      expect(ledger.healthy()).toBe(false)
      await expect(ledger.append(outcome({ requestId: 'during' }))).rejects.toMatchObject(unavailable)
      state.mode = 'well'
      await expect.poll(() => ledger.healthy(), { timeout: 5000 }).toBe(true)
      await ledger.append(outcome({ requestId: 'after' }))
      // The outcome of an act that happened is written late; the refused intents are not.
      await expect
        .poll(async () => (await requestIds(healthy)).toSorted(), { timeout: 5000 })
        .toEqual(['after', 'before', 'during'])
      const [late] = await createLedgerReader(healthy, () => new Date()).show('during')
      expect(late?.result?.withheld).toBe(true)
      expect((await verify(healthy)).ok).toBe(true)
      await ledger.close()
    })

    test('a write whose answer got lost is found again, not written twice', async () => {
      await using healthy = await createDatabase(kind)
      const { state, database } = faulty(healthy)
      const log = keepingLog()
      const ledger = openLedger(database, { log })
      await ledger.append(outcome({ requestId: 'first' }))
      state.mode = 'lost answer'
      await expect(ledger.append(outcome({ requestId: 'lost' }))).rejects.toMatchObject(unavailable)
      state.mode = 'well'
      await ledger.append(outcome({ requestId: 'next' }))
      expect(await requestIds(healthy)).toEqual(['first', 'lost', 'next'])
      expect(log.lines.map(({ message }) => message)).toContain('Ledger entries that seemed lost are written.')
      expect((await verify(healthy)).ok).toBe(true)
      await ledger.close()
    })

    test('a write that hangs: the append is refused in time, its entry stands in the log, and a late success is told', async () => {
      await using healthy = await createDatabase(kind)
      const { state, database } = faulty(healthy)
      const log = keepingLog()
      const ledger = openLedger(database, { timeoutMs: 1000, log })
      await ledger.append(outcome())
      state.mode = 'hanging'
      const slow = ledger.append(intent({ requestId: 'slow' }))
      await expect(slow).rejects.toMatchObject(unavailable)
      expect(ledger.healthy()).toBe(false)
      expect(log.lines.some(({ details }) => JSON.stringify(details).includes('"requestId":"slow"'))).toBe(true)
      state.mode = 'well'
      state.release()
      await expect.poll(() => ledger.healthy()).toBe(true)
      expect(log.lines.at(-1)).toMatchObject({
        message: 'A ledger entry was written late.',
        details: { requestId: 'slow' },
      })
      await ledger.close()
    })

    test('more entries than may wait are refused at once', async () => {
      await using healthy = await createDatabase(kind)
      const { state, database } = faulty(healthy)
      const ledger = openLedger(database, { queueSize: 5 })
      await ledger.append(outcome())
      state.mode = 'hanging'
      const results = Promise.allSettled(many(8, () => outcome()).map((entry) => ledger.append(entry)))
      await new Promise((resolve) => setTimeout(resolve, 50))
      state.mode = 'well'
      state.release()
      const refused = (await results).filter((result) => result.status === 'rejected')
      expect(refused).toHaveLength(3)
      expect(refused[0]?.reason).toMatchObject(unavailable)
      await ledger.close()
    })

    test('an entry the database never takes is given up and logged whole; the others go on', async () => {
      await using database = await createDatabase(kind)
      await sql`alter table mandate.ledger add constraint picky check (request_id <> 'poison')`.execute(database.kysely)
      const log = keepingLog()
      const ledger = openLedger(database, { log })
      await expect(ledger.append(outcome({ requestId: 'poison' }))).rejects.toMatchObject(unavailable)
      await ledger.append(outcome({ requestId: 'good' }))
      expect(await requestIds(database)).toEqual(['good'])
      await ledger.close()
      const given = log.lines.find(({ message }) => message === 'A ledger entry is given up.')
      expect(given?.details).toMatchObject({ ledgerEntry: { requestId: 'poison', result: { outcome: 'answered' } } })
      expect((await verify(database)).ok).toBe(true)
    })
  })
}
