/** Attacks on the ledger, rows 63 and 64: evading it and tampering with it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Coordinate } from '../../lib/labels.ts'
import { openDatabase, type Database } from '../../storage/database.ts'
import { genesisHash, linkHash } from '../../storage/stores/ledger-record.ts'
import { createLedgerReader } from '../../storage/stores/ledger.ts'
import type { VerifyOptions } from '../../storage/stores/ledger-verify.ts'
import { openProxy } from '../support/breakable-proxy.ts'
import { createDatabase, databaseKinds } from '../support/databases.ts'
import { callerNamed, intent, keepingLog, openLedger, outcome, tamper } from '../support/ledger.ts'
import { createPostgresDatabase, databaseUrl } from '../support/postgres-server.ts'

const soon = () => new Date(Date.now() + 120_000)
const reader = (database: Database) => createLedgerReader(database, soon)
const unavailable = { extensions: { code: 'LEDGER_UNAVAILABLE' } }

async function bodies(database: Database): Promise<readonly string[]> {
  const rows = await database.kysely.selectFrom('mandate.ledger').select('body').orderBy('seq').execute()
  return rows.map(({ body }) => body)
}

for (const kind of databaseKinds()) {
  describe(`63 audit evasion on ${kind}`, () => {
    let database: Database
    beforeAll(async () => {
      database = await createDatabase(kind)
    })
    afterAll(async () => {
      await database.close()
    })

    test('63 a 10 MB operation name, 10 MB arguments and 10 MB reasons do not bloat the ledger', async () => {
      const ledger = openLedger(database)
      const long = 'x'.repeat(10_000_000)
      await ledger.append(
        outcome({
          requestId: long,
          operation: { kind: 'query', name: long, hash: long },
          reason: long,
          codes: Array.from({ length: 10_000 }, () => 'CODE'),
          args: { account: { id: long, list: Array.from({ length: 100_000 }, () => 'item') } },
          caller: callerNamed(`agent:${long}`),
        }),
      )
      const body = (await bodies(database)).at(-1) ?? ''
      expect(body.length).toBeLessThan(20_000)
      expect(body).toContain('(10000000 characters)')
      expect((await reader(database).verify()).ok).toBe(true)
      await ledger.close()
    })

    test('63 names with control characters, line breaks and lone surrogates cannot forge a record or a line', async () => {
      const ledger = openLedger(database)
      const name = 'Read\n{"kind":"outcome","v":1}\u0000\u001b[2K\u202e\ud800'
      await ledger.append(
        outcome({ requestId: name, operation: { kind: 'query', name, hash: null }, args: { [name]: name } }),
      )
      const body = (await bodies(database)).at(-1) ?? ''
      expect(body).not.toMatch(/[\u0000-\u001f\u202e]/)
      expect(body.isWellFormed()).toBe(true)
      const stored = 'Read\\u{000a}{"kind":"outcome","v":1}\\u{0000}\\u{001b}[2K\\u{202e}\ufffd'
      const [record] = await reader(database).show(stored)
      expect(record?.operation.name).toBe(stored)
      expect((await reader(database).verify()).ok).toBe(true)
      await ledger.close()
    })

    test('63 names that no contract has stand in the record, but never in the dictionary', async () => {
      const ledger = openLedger(database, { knowsCoordinate: (coordinate) => coordinate === 'Query.account' })
      const invented = Array.from({ length: 5000 }, (_, index): Coordinate => `Query.invented${index}`)
      await ledger.append(
        outcome({ requested: ['Query.account', ...invented], transitive: [], delivered: {}, resolved: {} }),
      )
      const names = await database.kysely.selectFrom('mandate.ledger_coordinates').select('coordinate').execute()
      expect(names).toContainEqual({ coordinate: 'Query.account' })
      expect(names.filter(({ coordinate }) => coordinate.includes('invented'))).toEqual([])
      const { items } = await reader(database).trail('agent:support-agent')
      expect(items[0]?.requested).toEqual(['Query.account'])
      expect(items[0]?.unlisted).toHaveLength(20)
      await ledger.close()
    })

    test('63 a sensitive field cannot hide behind thousands of others', async () => {
      const ledger = openLedger(database)
      const others = Array.from({ length: 3000 }, (_, index): Coordinate => `Account.field${index}`)
      await ledger.append(outcome({ requested: [...others, 'Supplier.iban'] }))
      expect((await reader(database).whoTouched('Supplier.iban')).items).toHaveLength(1)
      await ledger.close()
    })

    test('63 a process that dies between intent and outcome leaves a gap that everybody can see', async () => {
      const ledger = openLedger(database)
      const { seq } = await ledger.append(intent({ requestId: 'cut off' }))
      await ledger.append(outcome({ requestId: 'another' }))
      await ledger.close()
      const { ok, openIntents } = await reader(database).verify()
      expect(ok).toBe(true)
      expect(openIntents).toMatchObject([{ seq, requestId: 'cut off', principal: 'agent:support-agent' }])
    })
  })

  describe(`64 audit tampering on ${kind}`, () => {
    async function tampered(statements: readonly string[], options: VerifyOptions = {}) {
      await using database = await createDatabase(kind)
      const ledger = openLedger(database)
      for (let index = 0; index < 6; index += 1) await ledger.append(outcome({ requestId: `request-${index}` }))
      await ledger.close()
      const before = await reader(database).verify()
      await tamper(database, ...statements)
      const { break: found } = await reader(database).verify(options)
      return { head: before.head, found, database }
    }

    test.each([
      [
        'a row edited',
        3,
        `update mandate.ledger set body = replace(body, '"id":"acc-0001"', '"id":"acc-0002"') where seq = 3`,
      ],
      ['a row deleted', 3, 'delete from mandate.ledger where seq = 3'],
      ['the tail cut off', 5, 'delete from mandate.ledger where seq >= 5'],
    ])('64 %s', async (_title, seq, statement) => {
      const { found } = await tampered([statement])
      expect(found?.seq).toBe(seq)
    })

    test('64 the triggers are in the way before that', async () => {
      await using database = await createDatabase(kind)
      await openLedger(database).append(outcome())
      await expect(database.kysely.deleteFrom('mandate.ledger').execute()).rejects.toThrow(/append-only/)
    })

    test('64 all rewritten and linked anew, head included: found by the head that was noted outside', async () => {
      await using database = await createDatabase(kind)
      const ledger = openLedger(database)
      for (let index = 0; index < 6; index += 1) await ledger.append(outcome({ requestId: `request-${index}` }))
      await ledger.close()
      const { head: noted } = await reader(database).verify()
      let hash = genesisHash
      const statements: string[] = []
      for (const [index, original] of (await bodies(database)).entries()) {
        const body = original.replace('"durationMs":12', '"durationMs":99')
        const prevHash = hash
        hash = linkHash(prevHash, index + 1, body)
        statements.push(
          `update mandate.ledger set body = $body$${body}$body$, prev_hash = '${prevHash}', hash = '${hash}' where seq = ${index + 1}`,
        )
      }
      await tamper(database, ...statements, `update mandate.ledger_head set hash = '${hash}'`)
      expect((await reader(database).verify()).ok).toBe(true)
      const { break: found } = await reader(database).verify({ expect: [noted] })
      expect(found).toMatchObject({ kind: 'other-history', seq: 6 })
    })
  })
}

describe.skipIf(!databaseKinds().includes('postgres'))('63 on a PostgreSQL server', () => {
  test('63 SIGKILL under load: every acknowledged entry is there, and the chain goes on', async () => {
    const { url, drop } = await createPostgresDatabase()
    try {
      await (await openDatabase({ kind: 'postgres', url })).close()
      const program = path.resolve(import.meta.dirname, '../support/ledger-writer.ts')
      const child = spawn(process.execPath, [program, url], { stdio: ['ignore', 'pipe', 'inherit'] })
      let printed = ''
      child.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString()
        if (printed.split('\n').length > 600) child.kill('SIGKILL')
      })
      await once(child, 'close')
      const acknowledged = printed
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split(' '))
      expect(acknowledged.length).toBeGreaterThan(500)

      await using database = await openDatabase({ kind: 'postgres', url, migrations: 'leave' })
      const rows = await database.kysely.selectFrom('mandate.ledger').select(['seq', 'hash']).execute()
      const stored = new Map(rows.map((row) => [String(row.seq), row.hash]))
      const lost = acknowledged.filter(([seq = '', hash]) => stored.get(seq) !== hash)
      expect(lost).toEqual([])
      const ledger = openLedger(database)
      await ledger.append(outcome())
      await ledger.close()
      const { ok, openIntents } = await reader(database).verify()
      expect(ok).toBe(true)
      // The entries carry a time long ago, so what the signal cut off is told.
      expect(openIntents.every(({ requestId }) => requestId.startsWith('worker-'))).toBe(true)
    } finally {
      await drop()
    }
  })

  test('63 the server is gone: refused within the timeout, and back by itself', async () => {
    const { url, drop } = await createPostgresDatabase()
    try {
      await (await openDatabase({ kind: 'postgres', url })).close()
      await using proxy = await openProxy(url, 5432)
      await using database = await openDatabase({ kind: 'postgres', url: proxy.url, migrations: 'leave' })
      const ledger = openLedger(database, { log: keepingLog(), timeoutMs: 1000 })
      await ledger.append(outcome())
      await proxy.cut()
      const started = performance.now()
      await expect(ledger.append(intent())).rejects.toMatchObject(unavailable)
      await expect(ledger.append(outcome({ requestId: 'happened' }))).rejects.toMatchObject(unavailable)
      expect(performance.now() - started).toBeLessThan(2500)
      expect(ledger.healthy()).toBe(false)
      await proxy.restore()
      await expect.poll(() => ledger.healthy(), { timeout: 10_000 }).toBe(true)
      await ledger.append(outcome())
      await expect.poll(async () => (await reader(database).show('happened')).length, { timeout: 5000 }).toBe(1)
      expect((await reader(database).verify()).ok).toBe(true)
      await ledger.close()
    } finally {
      await drop()
    }
  })

  test('63 a server that no longer answers: refused within the timeout, nothing is written twice', async () => {
    const { url, drop } = await createPostgresDatabase()
    try {
      await (await openDatabase({ kind: 'postgres', url })).close()
      await using proxy = await openProxy(url, 5432)
      await using database = await openDatabase({
        kind: 'postgres',
        url: proxy.url,
        migrations: 'leave',
        statementTimeoutMs: 2500,
      })
      const ledger = openLedger(database, { log: keepingLog(), timeoutMs: 1500 })
      await ledger.append(outcome({ requestId: 'before' }))
      proxy.stall()
      await expect(ledger.append(outcome({ requestId: 'during' }))).rejects.toMatchObject(unavailable)
      expect(ledger.healthy()).toBe(false)
      await proxy.restore()
      await expect.poll(() => ledger.healthy(), { timeout: 15_000 }).toBe(true)
      await ledger.append(outcome({ requestId: 'after' }))
      await expect.poll(async () => (await reader(database).show('during')).length, { timeout: 5000 }).toBe(1)
      expect(await reader(database).verify()).toMatchObject({ ok: true, checked: 3 })
      await ledger.close()
    } finally {
      await drop()
    }
  })

  test('63 two gateways under load on one server keep one chain', async () => {
    const { url, drop } = await createPostgresDatabase()
    try {
      await using first = await openDatabase({ kind: 'postgres', url })
      await using second = await openDatabase({ kind: 'postgres', url: databaseUrl(new URL(url).pathname.slice(1)) })
      const ledgers = [openLedger(first, { batchSize: 8 }), openLedger(second, { batchSize: 8 })]
      const work = async (worker: number) => {
        for (let index = 0; index < 25; index += 1) {
          const requested: Coordinate[] = ['Query.account', `Account.field${(worker * 7 + index) % 60}`]
          await ledgers[worker % 2]?.append(outcome({ requestId: `${worker}-${index}`, requested }))
        }
      }
      await Promise.all(Array.from({ length: 20 }, (_, worker) => work(worker)))
      expect(await reader(first).verify()).toMatchObject({ ok: true, checked: 500 })
      expect((await reader(second).whoTouched('Account.field11')).items.length).toBeGreaterThan(0)
      await Promise.all(ledgers.map((ledger) => ledger.close()))
    } finally {
      await drop()
    }
  })
})
