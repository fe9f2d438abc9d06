/** The figures of the portfolio: who is surplus, what it costs, and when too little is known to say. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../../storage/database.ts'
import { insertPilot, type Pilot, type PilotStage, stepPilot } from '../../../../storage/stores/pilots.ts'
import { countByStage, promotionLeadTimes } from '../../../../storage/stores/portfolio.ts'
import { readFacts } from '../../../../subgraphs/agents/inventory/pilot-inputs.ts'
import { portfolioOf, type PortfolioInput } from '../../../../subgraphs/agents/inventory/portfolio.ts'
import { createDatabase, databaseKinds } from '../../../support/databases.ts'

const facts = (name: string, more: object = {}) =>
  readFacts({ name, department: 'Sales', businessOwner: 'person:a', purpose: 'x', ...more })

function pilot(id: string, more: Partial<Pilot> = {}): Pilot {
  const signed = { createdAt: new Date(0), createdBy: 'person:a', updatedAt: new Date(0), updatedBy: 'person:a' }
  const met = { principal: null, issuer: null, lastSeenAt: null, mergedInto: null, agentId: null }
  return { ...facts(id), id, version: 1, stage: 'REGISTERED', discoveredBy: 'MANUAL', ...met, ...signed, ...more }
}

const none = {
  stages: new Map<PilotStage, number>(),
  confirmed: [],
  leadTimes: { count: 0, medianDays: null, p90Days: null },
}
const figures = (input: Partial<PortfolioInput>) => portfolioOf({ pilots: [], ...none, ...input })
const pair = (a: string, b: string) => ({ a, b })

describe('redundancy', () => {
  const pilots = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, n) => pilot(id, { monthlyCost: `${n + 1}00.10` }))

  test('counts what each group has more than one of', () => {
    const told = figures({ pilots, confirmed: [pair('a', 'b'), pair('b', 'c'), pair('d', 'e')] })
    expect(told).toMatchObject({ pilots: 6, clusters: 2, surplusPilots: 3, redundancyRate: 0.5 })
  })

  test('a pair of which one is gone is no group', () => {
    expect(figures({ pilots, confirmed: [pair('a', 'gone')] })).toMatchObject({ clusters: 0, redundancyRate: 0 })
  })

  test('is not told of fewer than five', () => {
    const few = { pilots: pilots.slice(0, 4), confirmed: [pair('a', 'b')] }
    expect(figures(few)).toMatchObject({ clusters: 1, surplusPilots: 1, redundancyRate: null })
    expect(figures({})).toMatchObject({ pilots: 0, redundancyRate: null, monthlyCost: '0.00' })
  })
})

describe('avoidable spend', () => {
  const spend = (...group: Pilot[]) =>
    figures({ pilots: group, confirmed: group.slice(1).map(({ id }) => pair(group[0]!.id, id)) }).avoidableSpend

  test('is what all but one cost: the furthest on stays, then the busiest, then the cheapest, then the oldest', () => {
    const at = (id: string, monthlyCost: string, more: Partial<Pilot> = {}) => pilot(id, { monthlyCost, ...more })
    expect(spend(at('a', '10.00'), at('b', '1.00', { stage: 'PROMOTED' }), at('c', '5.00', { monthlyVolume: 9 }))).toBe(
      '15.00',
    )
    expect(spend(at('a', '10.00'), at('b', '1.00', { monthlyVolume: 9 }))).toBe('10.00')
    expect(spend(at('a', '10.00'), at('b', '1.00'))).toBe('10.00')
    expect(spend(at('b', '2.00'), at('a', '2.00'))).toBe('2.00')
    expect(spend(at('a', '0.10'), at('b', '0.20'), at('c', '0.30'))).toBe('0.50')
  })

  test('counts a cost that nobody knows as nothing, and says so', () => {
    const told = figures({ pilots: [pilot('a'), pilot('b', { monthlyCost: '3.00' })], confirmed: [pair('a', 'b')] })
    expect(told).toMatchObject({ avoidableSpend: '0.00', withoutCost: 1, monthlyCost: '3.00' })
  })
})

for (const kind of databaseKinds()) {
  describe(`counting on ${kind}`, () => {
    let database: Database
    beforeAll(async () => {
      database = await createDatabase(kind)
    })
    afterAll(() => database.close())

    test('lead times are interpolated, and not told of fewer than five', async () => {
      const by = 'person:a'
      const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n))
      expect(await promotionLeadTimes(database.kysely)).toEqual({ count: 0, medianDays: null, p90Days: null })
      for (const days of [1, 2, 3, 10]) {
        await database.kysely.transaction().execute(async (transaction) => {
          const entry = {
            ...facts(`took ${days}`),
            id: `took-${days}`,
            stage: 'SCALE',
            discoveredBy: 'MANUAL',
          } as const
          const entered = await insertPilot(transaction, entry, { by, at: day(0) })
          await stepPilot(transaction, entered, 'PROMOTED', { by, at: day(days), agentId: `agent:a${days}` })
        })
      }
      const leadTimes = await promotionLeadTimes(database.kysely)
      expect(leadTimes).toEqual({ count: 4, medianDays: 2.5, p90Days: expect.closeTo(7.9, 6) })
      expect(figures({ leadTimes }).promotionLeadTime).toEqual({ count: 4, medianDays: null, p90Days: null })
      expect(figures({ leadTimes: { ...leadTimes, count: 5 } }).promotionLeadTime.medianDays).toBe(2.5)
      expect(await countByStage(database.kysely)).toEqual(new Map([['PROMOTED', 4]]))
    })
  })
}
