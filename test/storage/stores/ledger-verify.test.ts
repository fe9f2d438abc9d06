/** `audit verify` finds every single edit and says where it is. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../storage/database.ts'
import { genesisHash, linkHash } from '../../../storage/stores/ledger-record.ts'
import { createLedgerReader } from '../../../storage/stores/ledger.ts'
import type { LedgerBreakKind, VerifyOptions, VerifyResult } from '../../../storage/stores/ledger-verify.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { callerNamed, intent, openLedger, outcome, tamper } from '../../support/ledger.ts'

const length = 12
const now = () => new Date('2026-03-01T10:00:00Z')

async function fill(database: Database): Promise<void> {
  const ledger = openLedger(database, { batchSize: 5 })
  for (let index = 1; index <= length / 2; index += 1) {
    const requestId = `request-${index}`
    const caller = callerNamed(`agent:number-${index % 3}`, index % 2 === 0 ? 'person:maria.keller' : null)
    await ledger.append(intent({ requestId, caller }))
    await ledger.append(outcome({ requestId, caller, requested: ['Query.account', `Account.field${index}`] }))
  }
  await ledger.close()
}

async function verify(database: Database, options: VerifyOptions = {}): Promise<VerifyResult> {
  return await createLedgerReader(database, now).verify(options)
}

for (const kind of databaseKinds()) {
  describe(`verifying the ledger on ${kind}`, () => {
    let database: Database
    beforeAll(async () => {
      database = await createDatabase(kind)
      await fill(database)
    })
    afterAll(async () => {
      await database.close()
    })

    /** What verify says after the statements; the edit is undone afterwards. */
    async function after(statements: readonly string[], options: VerifyOptions = {}): Promise<VerifyResult> {
      await tamper(
        database,
        'create table mandate.saved_ledger as table mandate.ledger',
        'create table mandate.saved_head as table mandate.ledger_head',
        'create table mandate.saved_names as table mandate.ledger_coordinates',
      )
      try {
        await tamper(database, ...statements)
        return await verify(database, options)
      } finally {
        await tamper(
          database,
          'delete from mandate.ledger',
          'insert into mandate.ledger table mandate.saved_ledger',
          'delete from mandate.ledger_head',
          'insert into mandate.ledger_head table mandate.saved_head',
          'delete from mandate.ledger_coordinates',
          'insert into mandate.ledger_coordinates table mandate.saved_names',
          'drop table mandate.saved_ledger, mandate.saved_head, mandate.saved_names',
        )
      }
    }

    async function breaksAt(
      seq: number,
      kindOfBreak: LedgerBreakKind,
      statements: readonly string[],
      options: VerifyOptions = {},
    ): Promise<VerifyResult> {
      const result = await after(statements, options)
      expect(result.break).toMatchObject({ seq, kind: kindOfBreak })
      expect(result.ok).toBe(false)
      return result
    }

    test('an untouched ledger is whole', async () => {
      const progress: number[] = []
      const result = await verify(database, { onProgress: (checked) => progress.push(checked) })
      expect(result).toMatchObject({ ok: true, checked: length, intents: 6, outcomes: 6, break: null, openIntents: [] })
      expect(result.last).toEqual(result.head)
      expect(progress.at(-1)).toBe(length)
    })

    test('an altered byte in a body', async () => {
      await breaksAt(5, 'altered-body', [
        `update mandate.ledger set body = replace(body, 'UpdateCase', 'UpdateCasf') where seq = 5`,
      ])
    })

    test.each([
      ['kind', `'outcome'`],
      ['at', `at + interval '1 microsecond'`],
      ['request_id', `'request-99'`],
      ['principal', `'agent:somebody-else'`],
      ['on_behalf_of', `'person:somebody.else'`],
      ['coordinates', `coordinates[1:1]`],
    ])('an altered column: %s', async (column, value) => {
      const result = await breaksAt(3, 'altered-column', [
        `update mandate.ledger set ${column} = ${value} where seq = 3`,
      ])
      expect(result.break?.message).toContain(`\`${column}\``)
    })

    test('a principal that was erased', async () => {
      await breaksAt(3, 'altered-column', [`update mandate.ledger set principal = null where seq = 3`])
    })

    test('a deleted record in the middle', async () => {
      const result = await breaksAt(7, 'missing', ['delete from mandate.ledger where seq = 7'])
      expect(result.break?.message).toBe('Record 7 is missing.')
      expect(result.checked).toBe(6)
    })

    test('a deleted first record', async () => {
      await breaksAt(1, 'missing', ['delete from mandate.ledger where seq = 1'])
    })

    test('a deleted tail', async () => {
      const result = await breaksAt(11, 'truncated', ['delete from mandate.ledger where seq >= 11'])
      expect(result.break?.message).toBe('The records 11 to 12 are missing at the end: the head says 12.')
    })

    test('a deleted tail whose head was set back to an unfinished hash', async () => {
      await breaksAt(11, 'head-mismatch', [`update mandate.ledger_head set seq = 10`])
    })

    test('two records that changed places', async () => {
      const result = await breaksAt(4, 'reordered', [
        'update mandate.ledger set seq = 1000 where seq = 4',
        'update mandate.ledger set seq = 4 where seq = 9',
        'update mandate.ledger set seq = 9 where seq = 1000',
      ])
      expect(result.break?.message).toBe('The record that was written as 9 stands at 4.')
    })

    test('two neighbours that changed places', async () => {
      await breaksAt(4, 'reordered', [
        'update mandate.ledger set seq = 1000 where seq = 4',
        'update mandate.ledger set seq = 4 where seq = 5',
        'update mandate.ledger set seq = 5 where seq = 1000',
      ])
    })

    test('an altered hash, and an altered link', async () => {
      await breaksAt(6, 'altered-hash', [`update mandate.ledger set hash = '${genesisHash}' where seq = 6`])
      await breaksAt(6, 'altered-hash', [`update mandate.ledger set prev_hash = '${genesisHash}' where seq = 6`])
    })

    test('a record replaced by one that is whole in itself', async () => {
      const result = await after(await forged(6, 6))
      expect(result.break).toMatchObject({ seq: 7, kind: 'broken-link' })
    })

    test('a rewritten tail with recomputed hashes: the head does not match', async () => {
      await breaksAt(12, 'head-mismatch', await forged(6, 12))
    })

    test('a ledger rewritten as a whole, head included: only a place noted outside finds it', async () => {
      const { head } = await verify(database)
      const noted = { seq: 8, hash: await hashAt(8) }
      const statements = await forged(6, 12)
      const rewritten = [
        ...statements,
        `update mandate.ledger_head set hash = (select hash from mandate.ledger where seq = 12)`,
      ]
      expect((await after(rewritten)).ok).toBe(true)
      await breaksAt(8, 'other-history', rewritten, { expect: [noted] })
      await breaksAt(12, 'other-history', rewritten, { expect: [head] })
      expect((await verify(database, { expect: [noted, head] })).ok).toBe(true)
    })

    test('a place noted outside that the ledger no longer reaches', async () => {
      await breaksAt(10, 'other-history', [], { expect: [{ seq: 10, hash: genesisHash }] })
      await breaksAt(40, 'other-history', [], { expect: [{ seq: 40, hash: genesisHash }] })
    })

    test('a record behind the head', async () => {
      await breaksAt(13, 'head-mismatch', [
        `insert into mandate.ledger (seq, kind, at, request_id, coordinates, body, prev_hash, hash)
         select 13, kind, at, request_id, coordinates, body, prev_hash, hash from mandate.ledger where seq = 12`,
      ])
    })

    test('a dictionary in which a coordinate was renamed, swapped, added or deleted', async () => {
      const kindOf = async (statement: string) => (await after([statement])).break?.kind
      const name = `mandate.ledger_coordinates`
      expect(await kindOf(`update ${name} set coordinate = 'Account.harmless' where id = 4`)).toBe('altered-dictionary')
      expect(await kindOf(`update ${name} set seq = seq + 1 where id = 4`)).toBe('altered-dictionary')
      expect(await kindOf(`insert into ${name} values (99, 'Account.extra', 3)`)).toBe('altered-dictionary')
      expect(await kindOf(`delete from ${name} where id = 4`)).toBe('altered-dictionary')
    })

    test('a part is checked from where the part before ended', async () => {
      const first = await verify(database, { to: 5 })
      expect(first).toMatchObject({ ok: true, checked: 5, last: { seq: 5, hash: await hashAt(5) } })
      expect(await verify(database, { from: 6 })).toMatchObject({ ok: true, checked: 7 })
      await breaksAt(6, 'missing', ['delete from mandate.ledger where seq = 6'], { from: 6 })
    })

    test('property: any single edit breaks verify', async () => {
      const columns = [
        'kind',
        'at',
        'request_id',
        'principal',
        'on_behalf_of',
        'coordinates',
        'body',
        'prev_hash',
        'hash',
      ]
      const edit = fc.record({
        seq: fc.integer({ min: 1, max: length }),
        column: fc.constantFrom(...columns),
        place: fc.nat(),
        flip: fc.integer({ min: 1, max: 25 }),
      })
      await fc.assert(
        fc.asyncProperty(edit, async ({ seq, column, place, flip }) => {
          const value = edited(column, place, flip)
          const result = await after([`update mandate.ledger set ${column} = ${value} where seq = ${seq}`])
          expect(result.break).toMatchObject({ seq })
        }),
        { numRuns: 60 },
      )
    })

    function edited(column: string, place: number, by: number): string {
      if (column === 'kind') return `case kind when 'intent' then 'outcome' else 'intent' end`
      if (column === 'at') return `at + ${by} * interval '1 microsecond'`
      if (column === 'coordinates') return `coordinates || ${1000 + by}`
      return flipped(`coalesce(${column}, 'somebody')`, place, by)
    }

    /** A text with one letter replaced by another one. */
    function flipped(text: string, place: number, by: number): string {
      const at = `(1 + ${place} % length(${text}))`
      return `overlay(${text} placing chr(97 + (ascii(substr(${text}, ${at}, 1)) - 97 + ${by} + 26 * 10) % 26) from ${at} for 1)`
    }

    async function hashAt(seq: number): Promise<string> {
      const row = await database.kysely
        .selectFrom('mandate.ledger')
        .select('hash')
        .where('seq', '=', seq)
        .executeTakeFirst()
      return row?.hash ?? ''
    }

    /** Statements of somebody who replaces the body of `first` and recomputes the hashes from there to `last`. */
    async function forged(first: number, last: number): Promise<readonly string[]> {
      const { rows } = await sql<{ seq: number; body: string; prev_hash: string }>`
        select seq, body, prev_hash from mandate.ledger
        where seq >= ${first} and seq <= ${last} order by seq`.execute(database.kysely)
      const statements: string[] = []
      let prevHash = rows[0]?.prev_hash ?? ''
      for (const row of rows) {
        const body = row.seq === first ? row.body.replace('"durationMs":12', '"durationMs":13') : row.body
        const hash = linkHash(prevHash, row.seq, body)
        statements.push(
          `update mandate.ledger set body = $body$${body}$body$, prev_hash = '${prevHash}', hash = '${hash}' where seq = ${row.seq}`,
        )
        prevHash = hash
      }
      return statements
    }
  })
}

test('the link is SHA-256 over the hash before, the number as 64 bits and the body', () => {
  const body = '{"v":1}'
  const expected = createHash('sha256')
    .update(
      Buffer.concat([Buffer.from(genesisHash, 'base64url'), Buffer.from([0, 0, 0, 0, 0, 0, 1, 0]), Buffer.from(body)]),
    )
    .digest('base64url')
  expect(linkHash(genesisHash, 256, body)).toBe(expected)
})
