/** The counters of budgets: all or nothing, exact whoever takes at the same time, never below zero. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../storage/database.ts'
import { type BudgetStore, createBudgetStore } from '../../../storage/stores/budgets.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'

const windowStart = new Date('2026-03-01T00:00:00Z')
const resetsAt = new Date('2026-03-02T00:00:00Z')
const line = (counter: string, amount: number | string, quota: number | string) => ({
  counter,
  windowStart,
  resetsAt,
  amount: String(amount),
  quota: String(quota),
})
const settlement = (counter: string, taken: number, counted: number, quota: number, collects = false) => ({
  counter,
  windowStart,
  taken: String(taken),
  counted: String(counted),
  quota: String(quota),
  collects,
})

for (const kind of databaseKinds()) {
  describe(`budgets on ${kind}`, () => {
    let database: Database
    let store: BudgetStore
    const usedOf = async (counter: string) => (await store.look([line(counter, 0, 1_000_000)]))[0]?.used

    beforeAll(async () => {
      database = await createDatabase(kind, { poolSize: 8 })
      store = createBudgetStore(database)
    })
    afterAll(() => database.close())

    test('takes what fits, to the last unit, and says what is left', async () => {
      expect(await store.take([line('a', 60, 100)])).toMatchObject([{ used: '60', remaining: '40', fits: true }])
      expect(await store.take([line('a', 41, 100)])).toMatchObject([{ used: '60', remaining: '40', fits: false }])
      expect(await store.take([line('a', 40, 100)])).toMatchObject([{ used: '100', remaining: '0', fits: true }])
    })

    test('one line that does not fit takes nothing from any', async () => {
      expect(await store.take([line('b1', 5, 10), line('b2', 11, 10)])).toMatchObject([
        { used: '0', remaining: '10', fits: true },
        { used: '0', remaining: '10', fits: false },
      ])
      expect(await usedOf('b1')).toBe('0')
    })

    test('two limits on one counter: the smaller one decides, and it is taken once', async () => {
      expect((await store.take([line('c', 8, 100), line('c', 8, 10)])).map(({ remaining }) => remaining)).toMatchObject(
        ['92', '2'],
      )
      expect((await store.take([line('c', 8, 100), line('c', 8, 10)])).map(({ fits }) => fits)).toEqual([true, false])
      expect(await usedOf('c')).toBe('8')
    })

    test('an amount of zero fits a budget that is used up', async () => {
      await store.take([line('d1', 10, 10)])
      expect((await store.take([line('d1', 0, 10), line('d2', 1, 10)])).map(({ fits }) => fits)).toEqual([true, true])
    })

    test('a look foretells what a take does, and takes nothing', async () => {
      const lines = [line('e1', 7, 10), line('e2', 3, 5)]
      const foretold = await store.look(lines)
      expect(foretold.map(({ remaining, fits }) => ({ remaining, fits }))).toMatchObject([
        { remaining: '3', fits: true },
        { remaining: '2', fits: true },
      ])
      expect(await usedOf('e1')).toBe('0')
      expect((await store.take(lines)).map(({ remaining }) => remaining)).toEqual(
        foretold.map(({ remaining }) => remaining),
      )
    })

    test('money is exact', async () => {
      for (let turn = 0; turn < 10; turn += 1) await store.take([line('f', '0.10', '1.00')])
      expect(await usedOf('f')).toBe('1')
      expect((await store.take([line('f', '0.01', '1.00')]))[0]?.fits).toBe(false)
    })

    test('settling gives back and adds, and never falls below zero', async () => {
      await store.take([line('g', 50, 100)])
      expect(await store.settle([settlement('g', 50, 12, 100)], [])).toMatchObject([{ used: '12', remaining: '88' }])
      expect(await store.settle([settlement('g', 50, 0, 100)], [])).toMatchObject([{ used: '0', remaining: '100' }])
      expect(await store.settle([settlement('g', 0, 130, 100)], [])).toMatchObject([{ used: '130', remaining: '0' }])
      expect((await store.take([line('g', 1, 100)]))[0]?.fits).toBe(false)
    })

    test('entities count once in their window, and again in the next one', async () => {
      await store.take([line('h', 20, 100)])
      expect(await store.settle([settlement('h', 20, 0, 100, true)], ['x', 'y'])).toMatchObject([
        { used: '2', remaining: '98' },
      ])
      await store.take([line('h', 20, 100)])
      // Two known ones, a new one, and one without its id.
      expect(await store.settle([settlement('h', 20, 1, 100, true)], ['x', 'y', 'z'])).toMatchObject([
        { used: '4', remaining: '96' },
      ])
      const next = { ...line('h', 5, 100), windowStart: resetsAt, resetsAt: new Date('2026-03-03T00:00:00Z') }
      await store.take([next])
      expect(await store.settle([{ ...settlement('h', 5, 0, 100, true), windowStart: resetsAt }], ['x'])).toMatchObject(
        [{ used: '1', remaining: '99' }],
      )
    })

    test('many at once, over the same counters in any order, take exactly what there is', async () => {
      const names = ['p', 'q', 'r', 's']
      const attempts = Array.from({ length: 200 }, (_, turn) => {
        const first = turn % names.length
        const order = [...names.slice(first), ...names.slice(0, first)].slice(0, 1 + (turn % 4))
        return store.take([...order.map((name) => line(name, 1, 1_000)), line('all', 1, 70)])
      })
      const verdicts = await Promise.all(attempts)
      const taken = verdicts.filter((each) => each.every(({ fits }) => fits))
      expect(taken).toHaveLength(70)
      expect(await usedOf('all')).toBe('70')
      const used = await Promise.all(names.map(usedOf))
      expect(used.reduce((sum, each) => sum + Number(each), 0)).toBe(
        taken.reduce((sum, each) => sum + each.length - 1, 0),
      )
    })

    test('taking and settling at once end at what was counted', async () => {
      await Promise.all(
        Array.from({ length: 60 }, async (_, turn) => {
          await store.take([line('t1', 10, 10_000), line('t2', 10, 10_000)])
          const both = [settlement('t1', 10, 0, 10_000, true), settlement('t2', 10, 3, 10_000)]
          await store.settle(turn % 2 === 0 ? both : both.toReversed(), [`e${turn % 7}`])
        }),
      )
      expect(await usedOf('t1')).toBe('7')
      expect(await usedOf('t2')).toBe('180')
    })

    test('an act upon a breach is noted once', async () => {
      await store.take([line('u', 1, 10)])
      expect(await store.wasActedUpon('u', windowStart)).toBe(false)
      expect(await store.noteAct('u', windowStart, resetsAt)).toBe(true)
      expect(await store.noteAct('u', windowStart, resetsAt)).toBe(false)
      expect(await store.wasActedUpon('u', windowStart)).toBe(true)
    })

    test('windows that are over are forgotten, with their entities', async () => {
      const old = { windowStart: new Date('2020-01-01T00:00:00Z'), resetsAt: new Date('2020-01-02T00:00:00Z') }
      await store.take([{ ...line('v', 1, 10), ...old }])
      await store.settle([{ ...settlement('v', 1, 0, 10, true), windowStart: old.windowStart }], ['x'])
      expect(await store.forget(new Date('2021-01-01T00:00:00Z'))).toBe(1)
      expect(await usedOf('u')).toBe('1')
    })
  })
}
