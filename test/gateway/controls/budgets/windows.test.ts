/** Periods of budgets: every moment is in exactly one window, and windows meet without a gap, at the ends of months too. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { windowOf } from '../../../../gateway/controls/budgets/windows.ts'
import { budgetPeriods } from '../../../../policies/engine/revision.ts'

const moment = fc.date({
  min: new Date('1990-01-01T00:00:00Z'),
  max: new Date('2110-12-31T23:59:59.999Z'),
  noInvalidDate: true,
})
const period = fc.constantFrom(...budgetPeriods)

test('a moment is in its window, whose first and last millisecond are in it too', () => {
  fc.assert(
    fc.property(moment, period, (now, per) => {
      const window = windowOf(per, now)
      expect(window.start.getTime()).toBeLessThanOrEqual(now.getTime())
      expect(window.resetsAt.getTime()).toBeGreaterThan(now.getTime())
      expect(windowOf(per, window.start)).toEqual(window)
      expect(windowOf(per, new Date(window.resetsAt.getTime() - 1))).toEqual(window)
      expect(windowOf(per, window.resetsAt).start).toEqual(window.resetsAt)
    }),
  )
})

test('a longer period holds the shorter ones whole', () => {
  fc.assert(
    fc.property(moment, (now) => {
      const windows = budgetPeriods.map((per) => windowOf(per, now))
      for (const [at, shorter] of windows.entries()) {
        const longer = windows[at + 1]
        if (longer === undefined) continue
        expect(longer.start.getTime()).toBeLessThanOrEqual(shorter.start.getTime())
        expect(longer.resetsAt.getTime()).toBeGreaterThanOrEqual(shorter.resetsAt.getTime())
      }
    }),
  )
})

describe('the ends of months', () => {
  test.each([
    ['2026-01-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'],
    ['2026-02-28T12:00:00.000Z', '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ['2028-02-29T00:00:00.000Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2027-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z', '2027-02-01T00:00:00.000Z'],
  ])('%s', (now, start, resetsAt) => {
    expect(windowOf('month', new Date(now))).toEqual({ start: new Date(start), resetsAt: new Date(resetsAt) })
  })
})
