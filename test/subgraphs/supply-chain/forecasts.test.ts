/** Forecasts: drafting, changing, publishing in the place of the one before, and how right one was. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accuracyOf, changeOf, deviationOf } from '../../../subgraphs/supply-chain/forecast-figures.ts'
import { databaseKinds } from '../../support/databases.ts'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'
import { addForecast } from '../../support/supply-chain.ts'
import { act, openSystems, payload, refused } from '../../support/systems.ts'

describe('figures', () => {
  test.each([
    ['1000.0000', '1000.0000', '0.0000', '100.00'],
    ['1100.0000', '1000.0000', '100.0000', '90.00'],
    ['900.0000', '1000.0000', '-100.0000', '90.00'],
    ['2000.0000', '3.0000', '1997.0000', '0.00'],
    ['0.0000', '1000.0000', '-1000.0000', '0.00'],
    ['2.0000', '3.0000', '-1.0000', '66.67'],
    ['5.0000', '0.0000', '5.0000', null],
  ])('%s forecast and %s in the end', (quantity, actual, deviation, accuracy) => {
    expect(deviationOf(quantity, actual)).toBe(deviation)
    expect(accuracyOf(quantity, actual)).toBe(accuracy)
  })

  test.each([
    ['1000.0000', '1300.0000', '30.00'],
    ['1000.0000', '699.9000', '-30.01'],
    ['3.0000', '2.0000', '-33.33'],
    ['0.0000', '2.0000', null],
    ['2.0000', '0.0000', '-100.00'],
  ])('from %s to %s', (held, quantity, change) => {
    expect(changeOf(held, quantity)).toBe(change)
  })

  test('accuracy is 0 to 100, and the same however much too much or too little', () => {
    const amount = fc.integer({ min: 1, max: 1_000_000 })
    fc.assert(
      fc.property(amount, amount, (actual, missed) => {
        const more = accuracyOf(String(actual + missed), String(actual))
        const less = accuracyOf(String(Math.max(0, actual - missed)), String(actual))
        return Number(more) >= 0 && Number(more) <= 100 && (missed > actual || more === less)
      }),
    )
  })
})

const agent = callerNamed('agent:logistics-agent')
const whole = `forecast {
  id version product { id } plant { id } period method status quantity unit actualQuantity deviation accuracyPercent
  changePercent preparedBy
}`
const both = `${whole} superseded { id version status quantity }`

interface Forecast {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}
type Input = Readonly<Record<string, unknown>>

for (const kind of databaseKinds()) {
  describe(`forecasts on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    beforeAll(async () => {
      systems = await openSystems(kind)
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    let plants = 0
    /** A plant that has no forecast yet. */
    const freshPlant = () => `plant-8${String(++plants).padStart(3, '0')}`
    const does = async (mutation: string, input: Input, caller = agent): Promise<Forecast> =>
      (await payload(act(systems.supplyChain, mutation, input, whole, caller)))['forecast'] as Forecast
    const publishes = (input: Input) => payload(act(systems.supplyChain, 'publishForecast', input, both, agent))
    const refuses = (mutation: string, input: Input) => refused(act(systems.supplyChain, mutation, input, whole, agent))
    const invalid = (argument: string) => ({ code: 'INVALID_INPUT', argument })
    const drafting = (more: object = {}) => ({
      productId: 'prd-9001',
      plantId: freshPlant(),
      period: '2026-12-01',
      method: 'CONSENSUS',
      quantity: '1200.5',
      ...more,
    })
    const inPlant = (plantId: string, quantity: string) => ({ plant_id: plantId, quantity })

    test('a draft keeps what is said', async () => {
      const input = drafting()
      expect(await does('createForecast', input)).toEqual({
        id: expect.stringMatching(/^fc-\d{5,}$/) as string,
        version: 1,
        product: { id: 'prd-9001' },
        plant: { id: input.plantId },
        period: '2026-12-01',
        method: 'CONSENSUS',
        status: 'DRAFT',
        quantity: '1200.5000',
        unit: 'C62',
        actualQuantity: null,
        deviation: null,
        accuracyPercent: null,
        changePercent: null,
        preparedBy: 'agent:logistics-agent',
      })
    })

    test('a draft is of the person whom the agent acts for', async () => {
      const caller = callerNamed('agent:logistics-agent', { onBehalfOf: callerNamed('person:ruth.meyer').id })
      expect(await does('createForecast', drafting(), caller)).toMatchObject({ preparedBy: 'person:ruth.meyer' })
    })

    test('this month may still be forecast', async () => {
      expect(await does('createForecast', drafting({ period: '2026-10-01' }))).toMatchObject({ period: '2026-10-01' })
    })

    test.each([
      ['a day inside a month', { period: '2026-12-02' }, 'period'],
      ['a month that is over', { period: '2026-09-01' }, 'period'],
      ['less than nothing', { quantity: '-1' }, 'quantity'],
      ['too fine a quantity', { quantity: '1.00001' }, 'quantity'],
      ['a product of another form', { productId: 'scanner' }, 'productId'],
      ['a plant of another form', { plantId: '1010' }, 'plantId'],
      ['a unit of another form', { unit: 'pieces' }, 'unit'],
    ])('%s is not forecast', async (_, more, argument) => {
      expect(await refuses('createForecast', drafting(more))).toEqual(invalid(`input.${argument}`))
    })

    describe('changing', () => {
      test('is for drafts', async () => {
        const { id } = await addForecast(systems.database, 'DRAFT', { plant_id: freshPlant() })
        const input = { id, expectedVersion: 1, quantity: '900', method: 'MANUAL' }
        expect(await does('changeForecast', input)).toMatchObject({
          version: 2,
          quantity: '900.0000',
          method: 'MANUAL',
        })
        for (const status of ['PUBLISHED', 'SUPERSEDED'] as const) {
          const settled = await addForecast(systems.database, status, { plant_id: freshPlant() })
          expect(await refuses('changeForecast', { ...input, id: settled.id })).toEqual(invalid('input.id'))
        }
      })

      test('names what changes, at the version that was read', async () => {
        const { id } = await addForecast(systems.database, 'DRAFT', { plant_id: freshPlant(), version: 2 })
        expect(await refuses('changeForecast', { id, expectedVersion: 2 })).toEqual(invalid('input'))
        expect(await refuses('changeForecast', { id, expectedVersion: 2, quantity: null })).toEqual(
          invalid('input.quantity'),
        )
        expect(await refuses('changeForecast', { id, expectedVersion: 1, quantity: '1' })).toEqual({
          code: 'VERSION_CONFLICT',
        })
        expect(await refuses('changeForecast', { id: 'fc-00000', expectedVersion: 1, quantity: '1' })).toEqual({
          code: 'NOT_FOUND',
        })
      })
    })

    describe('publishing', () => {
      test('a first one supersedes nothing, and has nothing to compare with', async () => {
        const { id } = await addForecast(systems.database, 'DRAFT', { plant_id: freshPlant() })
        const input = { id, expectedVersion: 1 }
        expect(await refuses('publishForecast', { ...input, changePercent: '0.00' })).toEqual(
          invalid('input.changePercent'),
        )
        expect(await publishes(input)).toMatchObject({
          forecast: { id, version: 2, status: 'PUBLISHED', changePercent: null },
          superseded: null,
        })
      })

      test('supersedes the one that held, in the same act', async () => {
        const plant = freshPlant()
        const held = await addForecast(systems.database, 'PUBLISHED', inPlant(plant, '1000'))
        const { id } = await addForecast(systems.database, 'DRAFT', inPlant(plant, '875'))
        const query = `{ f: forecast(id: "${id}") { changePercent } }`
        expect(await data(ask(systems.supplyChain, query))).toEqual({ f: { changePercent: '-12.50' } })
        expect(await publishes({ id, expectedVersion: 1, changePercent: '-12.5' })).toMatchObject({
          forecast: { id, status: 'PUBLISHED' },
          superseded: { id: held.id, version: 2, status: 'SUPERSEDED', quantity: '1000.0000' },
        })
      })

      test.each([undefined, null, '12.50', '-12.51', '0', '-12.500001'])(
        'is refused when the change that is said is %s, not what it is',
        async (changePercent) => {
          const plant = freshPlant()
          await addForecast(systems.database, 'PUBLISHED', inPlant(plant, '1000'))
          const { id } = await addForecast(systems.database, 'DRAFT', inPlant(plant, '875'))
          const input = { id, expectedVersion: 1, ...(changePercent === undefined ? {} : { changePercent }) }
          expect(await refuses('publishForecast', input)).toEqual(invalid('input.changePercent'))
        },
      )

      test.each([
        ['nothing', { quantity: '0' }],
        ['another unit', { unit: 'KGM' }],
      ])('compares with no forecast of %s', async (_, more) => {
        const plant = freshPlant()
        await addForecast(systems.database, 'PUBLISHED', { plant_id: plant, ...more })
        const { id } = await addForecast(systems.database, 'DRAFT', { plant_id: plant })
        expect(await publishes({ id, expectedVersion: 1 })).toMatchObject({ superseded: { status: 'SUPERSEDED' } })
      })

      test.each([
        ['PUBLISHED', ['SUPERSEDED']],
        ['SUPERSEDED', []],
      ] as const)('is not for a %s one', async (status, legal) => {
        const { id } = await addForecast(systems.database, status, { plant_id: freshPlant() })
        const refusal = { code: 'ILLEGAL_TRANSITION', legal: [...legal] }
        expect(await refuses('publishForecast', { id, expectedVersion: 1 })).toEqual(refusal)
      })

      test('is not for a month that is over, nor for another version', async () => {
        const past = await addForecast(systems.database, 'DRAFT', { plant_id: freshPlant(), period: '2026-09-01' })
        expect(await refuses('publishForecast', { id: past.id, expectedVersion: 1 })).toEqual(invalid('input.id'))
        const { id } = await addForecast(systems.database, 'DRAFT', { plant_id: freshPlant(), version: 2 })
        expect(await refuses('publishForecast', { id, expectedVersion: 1 })).toEqual({ code: 'VERSION_CONFLICT' })
      })

      test('of two drafts at once lets one hold', async () => {
        const plant = freshPlant()
        const drafts = [
          await addForecast(systems.database, 'DRAFT', inPlant(plant, '900')),
          await addForecast(systems.database, 'DRAFT', inPlant(plant, '1100')),
        ]
        const answers = await Promise.all(
          drafts.map(({ id }) => act(systems.supplyChain, 'publishForecast', { id, expectedVersion: 1 }, whole, agent)),
        )
        expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1)
        expect(await holding(plant)).toHaveLength(1)
      })

      test('once for a key', async () => {
        const { id } = await addForecast(systems.database, 'DRAFT', { plant_id: freshPlant() })
        const input = { id, expectedVersion: 1, idempotencyKey: 'publish-once' }
        const first = await publishes(input)
        expect(first).toMatchObject({ replayed: false })
        expect(await publishes(input)).toEqual({ ...first, replayed: true })
      })

      const holding = (plant: string) =>
        systems.database.kysely
          .selectFrom('supply_chain.forecasts')
          .select('id')
          .where('plant_id', '=', plant)
          .where('status', '=', 'PUBLISHED')
          .execute()
    })

    test('a month that is over says how right its forecast was', async () => {
      const over = { plant_id: freshPlant(), period: '2026-09-01', actual_quantity: '1250' }
      const { id } = await addForecast(systems.database, 'PUBLISHED', over)
      const query = `{ f: forecast(id: "${id}") { actualQuantity deviation accuracyPercent changePercent } }`
      expect(await data(ask(systems.supplyChain, query))).toEqual({
        f: { actualQuantity: '1250.0000', deviation: '-250.0000', accuracyPercent: '80.00', changePercent: null },
      })
    })

    test('the database holds one forecast for a product, a plant and a month', async () => {
      const plant_id = freshPlant()
      await addForecast(systems.database, 'PUBLISHED', { plant_id })
      await expect(addForecast(systems.database, 'PUBLISHED', { plant_id })).rejects.toThrow('forecasts_published_key')
      await expect(addForecast(systems.database, 'DRAFT', { period: '2026-12-15' })).rejects.toThrow('check constraint')
    })
  })
}
