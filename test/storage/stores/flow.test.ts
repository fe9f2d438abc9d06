/** What agents have read: what counts, for whom, until when, and what a lift takes away. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import type { Database } from '../../../storage/database.ts'
import {
  createFlowStore,
  type FlowStore,
  type NewTaint,
  type NewValue,
  type ReadBy,
} from '../../../storage/stores/flow.ts'
import { passOnReads } from '../../../storage/stores/flow-passed-on.ts'
import { createFlowReads, type FlowReads, liftReads, type LiftRequest } from '../../../storage/stores/flow-lifts.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'

const start = new Date('2026-03-02T09:00:00.000Z')
const after = (minutes: number) => new Date(start.getTime() + minutes * 60_000)
const expiresAt = after(60)
const by = (requestId: string, changes: Partial<ReadBy> = {}): ReadBy => ({
  bearers: ['agent:a', 'task:t'],
  requestId,
  reader: 'agent:a',
  supervisor: 'finance-controller',
  at: start,
  ...changes,
})
const text: NewTaint = { label: 'UNTRUSTED', coordinate: 'Case.description', expiresAt }
const value = (hash: string, changes: Partial<NewValue> = {}): NewValue => ({
  label: 'RESTRICTED',
  coordinate: 'SupplierBankDetails.iban',
  hash,
  anchor: `anchor of ${hash}`,
  length: 22,
  expiresAt,
  ...changes,
})

for (const kind of databaseKinds()) {
  describe(`flow on ${kind}`, () => {
    let database: Database
    let store: FlowStore
    let people: FlowReads
    beforeAll(async () => {
      database = await createDatabase(kind)
      store = createFlowStore(database)
      people = createFlowReads(database)
    }, 300_000)
    afterEach(async () => {
      await sql`truncate mandate.flow_taints, mandate.flow_values, mandate.flow_lifts`.execute(database.kysely)
    })
    afterAll(() => database.close())

    const taintsOf = async (bearer: string, now = start) =>
      (await store.taints([bearer], now, 10)).map(({ requestId }) => requestId)
    const lift = (changes: Partial<LiftRequest>) =>
      database.kysely.transaction().execute((transaction) =>
        liftReads(transaction, {
          id: 'lift',
          bearer: 'agent:a',
          labels: ['UNTRUSTED'],
          reason: 'A test.',
          liftedBy: 'person:jonas.weber',
          liftedAt: after(5),
          expectedVersion: '',
          supervises: null,
          ...changes,
        }),
      )
    const versionOf = (bearer = 'agent:a') => people.version(bearer, after(5))

    test('whoever takes up a task is given what was read in it, and not what was lifted there', async () => {
      await store.note(by('1', { bearers: ['task:t'] }), [text], [value('h')])
      await store.note(by('2', { bearers: ['task:lifted'] }), [text], [])
      await lift({ bearer: 'task:lifted', expectedVersion: await people.version('task:lifted', after(5)) })
      for (const from of ['task:t', 'task:lifted', 'task:of-nobody']) {
        await database.kysely
          .transaction()
          .execute((transaction) => passOnReads(transaction, { from, to: 'agent:b', now: after(6) }))
      }
      expect(await taintsOf('agent:b', after(6))).toStrictEqual(['1'])
      expect(await store.values(['agent:b'], ['h'], after(6))).toMatchObject([{ requestId: '1', reader: 'agent:a' }])
      await lift({
        id: 'again',
        bearer: 'agent:b',
        liftedAt: after(7),
        expectedVersion: await people.version('agent:b', after(7)),
      })
      expect(await taintsOf('agent:b', after(8))).toStrictEqual([])
    })

    test('a read counts for each of its bearers, and for nobody else', async () => {
      await store.note(by('1'), [text], [value('h')])
      for (const bearer of ['agent:a', 'task:t']) {
        expect(await store.taints([bearer], start, 10)).toEqual([
          { label: 'UNTRUSTED', coordinate: 'Case.description', requestId: '1', reader: 'agent:a', at: start },
        ])
        expect(await store.heldLabels([bearer], start)).toEqual(['RESTRICTED'])
        expect(await store.lengths([bearer], ['anchor of h', 'anchor of i'], start)).toEqual([
          { anchor: 'anchor of h', length: 22 },
        ])
        expect(await store.values([bearer], ['h', 'i'], start)).toMatchObject([{ hash: 'h', requestId: '1' }])
      }
      expect(await taintsOf('agent:b')).toEqual([])
      expect(await store.heldLabels(['agent:b'], start)).toEqual([])
      expect(await store.lengths(['agent:b'], ['anchor of h'], start)).toEqual([])
      expect(await store.values(['agent:b'], ['h'], start)).toEqual([])
    })

    test('it counts until it expires, and is then forgotten', async () => {
      await store.note(by('1'), [text], [value('h')])
      expect(await taintsOf('agent:a', after(59))).toEqual(['1'])
      expect(await taintsOf('agent:a', after(60))).toEqual([])
      expect(await store.heldLabels(['agent:a'], after(60))).toEqual([])
      await store.purge(after(59))
      expect(await taintsOf('agent:a')).toEqual(['1'])
      await store.purge(after(61))
      expect([await taintsOf('agent:a'), await store.heldLabels(['agent:a'], start)]).toEqual([[], []])
    })

    test('the newest reads of each label come first, once for several bearers', async () => {
      for (const minute of [1, 2, 3]) await store.note(by(String(minute), { at: after(minute) }), [text], [])
      await store.note(by('old'), [{ ...text, label: 'PERSONAL', coordinate: 'Contact.email' }], [])
      const newest = await store.taints(['agent:a', 'task:t'], after(5), 2)
      expect(newest.map(({ requestId, label }) => [requestId, label])).toEqual([
        ['3', 'UNTRUSTED'],
        ['2', 'UNTRUSTED'],
        ['old', 'PERSONAL'],
      ])
    })

    test('a value that is read again belongs to the newest read, and lives as long as the longest', async () => {
      await store.note(by('1'), [], [value('h', { expiresAt: after(90) })])
      await store.note(by('2', { at: after(10) }), [], [value('h', { coordinate: 'PaymentBeneficiary.iban' })])
      await store.note(by('0', { at: after(-10) }), [], [value('h')])
      expect(await store.values(['agent:a', 'task:t'], ['h'], after(80))).toMatchObject([
        { requestId: '2', coordinate: 'PaymentBeneficiary.iban', at: after(10) },
      ])
    })

    test('a number has no beginning; the table refuses a text without one', async () => {
      await store.note(by('1'), [], [value('n', { anchor: null, length: 0 })])
      expect(await store.values(['agent:a'], ['n'], start)).toHaveLength(1)
      await expect(store.note(by('2'), [], [value('m', { anchor: null })])).rejects.toThrow('check')
    })

    test('many writers of the same values and bearers do not stand in each other’s way', async () => {
      const values = Array.from({ length: 40 }, (_, n) => value(`h${String(n)}`))
      await Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          store.note(
            by(String(n), { bearers: n % 2 === 0 ? ['agent:a', 'task:t'] : ['task:t', 'agent:a'] }),
            [text],
            n % 3 === 0 ? values.toReversed() : values,
          ),
        ),
      )
      expect(
        await store.values(
          ['agent:a'],
          values.map(({ hash }) => hash),
          start,
        ),
      ).toHaveLength(40)
      expect(await store.taints(['agent:a'], start, 50)).toHaveLength(12)
    })

    test('a lift takes away what was seen, of its labels and its bearer, and what is read later counts', async () => {
      await store.note(by('1'), [text], [value('h')])
      const before = await store.lifts(['agent:a', 'task:t'])
      const lifted = await lift({ expectedVersion: await versionOf() })
      expect(lifted).toMatchObject({ outcome: 'lifted', lift: { labels: ['UNTRUSTED'] } })
      expect(await store.lifts(['agent:a', 'task:t'])).not.toBe(before)
      expect([await taintsOf('agent:a'), await taintsOf('task:t')]).toEqual([[], ['1']])
      expect(await store.heldLabels(['agent:a'], start)).toEqual(['RESTRICTED'])
      await store.note(by('2'), [text], [])
      expect(await taintsOf('agent:a')).toEqual(['2'])
      const both = await lift({ id: 'both', labels: ['UNTRUSTED', 'RESTRICTED'], expectedVersion: await versionOf() })
      expect(both).toMatchObject({ outcome: 'lifted', lift: { labels: ['RESTRICTED', 'UNTRUSTED'] } })
      expect([await taintsOf('agent:a'), await store.heldLabels(['agent:a'], start)]).toEqual([[], []])
      const kept = await database.kysely
        .selectFrom('mandate.flow_lifts')
        .select(['id', 'label', 'generation'])
        .execute()
      expect(kept.map(({ id, label, generation }) => `${id} ${label} ${generation}`).sort()).toEqual([
        'both RESTRICTED 1',
        'both UNTRUSTED 2',
        'lift UNTRUSTED 1',
      ])
    })

    test('a value that was lifted and is read again counts again', async () => {
      await store.note(by('1', { at: after(1) }), [], [value('h')])
      await lift({ labels: ['RESTRICTED'], expectedVersion: await versionOf() })
      await store.note(by('2', { at: start }), [], [value('h')])
      expect(await store.values(['agent:a'], ['h'], start)).toMatchObject([{ requestId: '2' }])
    })

    test('nothing is lifted that was not seen', async () => {
      await store.note(by('1'), [text], [])
      const version = await versionOf()
      await store.note(by('2'), [text], [])
      expect(await lift({ expectedVersion: version })).toEqual({ outcome: 'changed', version: await versionOf() })
      expect(await taintsOf('agent:a')).toHaveLength(2)
    })

    test('a lift and a read at the same moment: the read is seen, or it counts', async () => {
      for (let round = 0; round < 10; round += 1) {
        await store.note(by(`seen-${String(round)}`), [text], [])
        const expectedVersion = await versionOf()
        const [outcome] = await Promise.all([
          lift({ id: `lift-${String(round)}`, expectedVersion }),
          store.note(by(`late-${String(round)}`), [text], []),
        ])
        const counting = await taintsOf('agent:a')
        expect(counting).toContain(`late-${String(round)}`)
        expect(counting.includes(`seen-${String(round)}`)).toBe(outcome.outcome === 'changed')
        if (outcome.outcome === 'changed') {
          await lift({ id: `clean-${String(round)}`, expectedVersion: outcome.version })
        }
      }
    })

    test('who does not supervise the agents that read lifts nothing', async () => {
      await store.note(by('1'), [text], [])
      await store.note(by('2', { supervisor: null }), [text], [])
      const expectedVersion = await versionOf()
      expect(await lift({ expectedVersion, supervises: ['finance-controller'] })).toEqual({
        outcome: 'not-theirs',
        supervisors: [null],
      })
      expect(await lift({ expectedVersion, supervises: ['account-manager'] })).toMatchObject({ outcome: 'not-theirs' })
      expect(await taintsOf('agent:a')).toHaveLength(2)
      expect((await lift({ expectedVersion })).outcome).toBe('lifted')
    })

    test('where nothing counts, nothing is lifted', async () => {
      expect(await lift({ expectedVersion: await versionOf() })).toEqual({ outcome: 'nothing' })
      await store.note(by('1'), [], [value('h')])
      expect(await lift({ expectedVersion: await versionOf() })).toEqual({ outcome: 'nothing' })
    })

    test('people page through what counts, the newest first, and see what is theirs', async () => {
      await store.note(by('1'), [text], [value('h'), value('i'), value('n', { anchor: null, length: 0 })])
      await store.note(by('2', { at: after(1), supervisor: 'hr-manager' }), [text], [])
      const query = { bearers: ['agent:a'], supervisors: null, after: null, limit: 2 }
      const first = await people.reads(query, after(5))
      expect(first.map(({ requestId, label, values }) => [requestId, label, values])).toEqual([
        ['2', 'UNTRUSTED', null],
        ['1', 'RESTRICTED', 3],
        ['1', 'UNTRUSTED', null],
      ])
      const rest = await people.reads({ ...query, after: first[1] ?? null }, after(5))
      expect(rest).toEqual([first[2]])
      const theirs = await people.reads({ ...query, supervisors: ['hr-manager'] }, after(5))
      expect(theirs.map(({ requestId }) => requestId)).toEqual(['2'])
    })
  })
}
