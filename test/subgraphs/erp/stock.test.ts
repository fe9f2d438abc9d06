/** Stock: every way it can be moved without a piece made or lost, its limits, and the life cycle of products. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProductStatus } from '../../../storage/tables/erp.ts'
import { databaseKinds } from '../../support/databases.ts'
import { erpRows } from '../../support/erp.ts'
import { callerNamed } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused } from '../../support/systems.ts'

const manager = callerNamed('person:ruth.meyer')
const level = `{
  id version storageLocation unrestrictedQuantity qualityInspectionQuantity blockedQuantity reorderPoint safetyStock
  supplySituation unit plant { id } product { id }
}`
const transferred = `from ${level} to ${level}`

const types = ['UNRESTRICTED', 'QUALITY_INSPECTION', 'BLOCKED'] as const
const fields = {
  UNRESTRICTED: 'unrestrictedQuantity',
  QUALITY_INSPECTION: 'qualityInspectionQuantity',
  BLOCKED: 'blockedQuantity',
} as const

interface Level {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}

for (const kind of databaseKinds()) {
  describe(`stock on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    let rows: ReturnType<typeof erpRows>
    let here: string
    let there: string
    beforeAll(async () => {
      systems = await openSystems(kind)
      rows = erpRows(systems.database)
      here = await rows.plant()
      there = await rows.plant()
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const moves = async (input: Readonly<Record<string, unknown>>) =>
      (await payload(act(systems.erp, 'transferStock', input, transferred, manager))) as unknown as {
        readonly from: Level
        readonly to: Level
        readonly replayed: boolean
      }
    const refusesToMove = (input: Readonly<Record<string, unknown>>) =>
      refused(act(systems.erp, 'transferStock', input, transferred, manager))

    /** Ten of each stock type in one plant, and twenty of each in another. */
    async function stockOfTwo() {
      const product = await rows.product()
      const each = (quantity: string) => ({ quality_inspection_quantity: quantity, blocked_quantity: quantity })
      const from = await rows.stock(product, here, '10', each('10'))
      const to = await rows.stock(product, there, '20', each('20'))
      return { product, from, to }
    }

    describe('moving it', () => {
      const pairs = types.flatMap((fromType) => types.map((toType) => [fromType, toType] as const))

      test.each(pairs)('from %s to %s in one place', async (fromType, toType) => {
        const { from: id } = await stockOfTwo()
        const input = { id, expectedVersion: 1, fromType, toType, quantity: '4' }
        if (fromType === toType) {
          expect(await refusesToMove(input)).toEqual({ code: 'INVALID_INPUT', argument: 'input.toType' })
          return
        }
        const { from, to } = await moves(input)
        const rest = types.find((type) => type !== fromType && type !== toType) ?? 'BLOCKED'
        expect(from).toEqual(to)
        expect(from).toMatchObject({
          id,
          version: 2,
          [fields[fromType]]: '6.0000',
          [fields[toType]]: '14.0000',
          [fields[rest]]: '10.0000',
        })
      })

      test.each(pairs)('from %s to %s of another plant', async (fromType, toType) => {
        const stock = await stockOfTwo()
        const input = { id: stock.from, expectedVersion: 1, fromType, toType, toPlantId: there, quantity: '4' }
        const { from, to } = await moves(input)
        expect(from).toMatchObject({ id: stock.from, version: 2, [fields[fromType]]: '6.0000', plant: { id: here } })
        expect(to).toMatchObject({ id: stock.to, version: 2, [fields[toType]]: '24.0000', plant: { id: there } })
        const total = (of: Level) => types.reduce((sum, type) => sum + Number(of[fields[type]]), 0)
        expect(total(from) + total(to)).toBe(90)
      })

      test('back again, whichever id comes first', async () => {
        const stock = await stockOfTwo()
        const free = { fromType: 'UNRESTRICTED', toType: 'UNRESTRICTED', expectedVersion: 1, quantity: '20' }
        const { from, to } = await moves({ ...free, id: stock.to, toPlantId: here })
        expect(from).toMatchObject({ id: stock.to, unrestrictedQuantity: '0.0000' })
        expect(to).toMatchObject({ id: stock.from, unrestrictedQuantity: '30.0000' })
      })

      test('to a plant and a storage location that held none of the product', async () => {
        const product = await rows.product({ base_unit: 'MTR' })
        const id = await rows.stock(product, here, '12.5', { unit: 'MTR' })
        const neighbour = await rows.product()
        await rows.stock(neighbour, there, '1', { storage_location: 'RM01' })
        const { from, to } = await moves({
          ...{ id, expectedVersion: 1, fromType: 'UNRESTRICTED', toType: 'QUALITY_INSPECTION', quantity: '2.25' },
          ...{ toPlantId: there, toStorageLocation: 'RM01' },
        })
        expect(from).toMatchObject({ unrestrictedQuantity: '10.2500', qualityInspectionQuantity: '0.0000' })
        expect(to).toMatchObject({
          id: expect.stringMatching(/^stk-\d{5}$/) as string,
          version: 1,
          storageLocation: 'RM01',
          unrestrictedQuantity: '0.0000',
          qualityInspectionQuantity: '2.2500',
          blockedQuantity: '0.0000',
          reorderPoint: '0.0000',
          unit: 'MTR',
          product: { id: product },
          plant: { id: there },
        })
      })

      test.each([
        ['more than is there', { quantity: '11' }, 'input.quantity'],
        ['nothing', { quantity: '0' }, 'input.quantity'],
        ['less than nothing', { quantity: '-1' }, 'input.quantity'],
        ['half a piece', { quantity: '0.5' }, 'input.quantity'],
        ['five decimals', { quantity: '0.00001' }, 'input.quantity'],
        ['a plant that is not there', { toPlantId: 'plant-0000' }, 'input.toPlantId'],
        ['a storage location that the plant lacks', { toStorageLocation: 'FG02' }, 'input.toStorageLocation'],
      ])('refuses %s', async (_, more, argument) => {
        const { from: id } = await stockOfTwo()
        const input = { id, expectedVersion: 1, fromType: 'UNRESTRICTED', toType: 'BLOCKED', quantity: '4', ...more }
        expect(await refusesToMove(input)).toEqual({ code: 'INVALID_INPUT', argument })
      })

      test('at the version that was read, and once for its key', async () => {
        const { from: id } = await stockOfTwo()
        const input = { id, expectedVersion: 1, fromType: 'UNRESTRICTED', toType: 'BLOCKED', quantity: '4' }
        expect(await refusesToMove({ ...input, id: 'stk-0' })).toEqual({ code: 'NOT_FOUND' })
        expect(await refusesToMove({ ...input, expectedVersion: 2 })).toEqual({ code: 'VERSION_CONFLICT' })
        const once = { ...input, idempotencyKey: `move-${kind}` }
        const first = await moves(once)
        expect(await moves(once)).toEqual({ ...first, replayed: true })
      })

      test('two transfers that cross end, and nothing is made or lost', async () => {
        const stock = await stockOfTwo()
        const free = { expectedVersion: 1, fromType: 'UNRESTRICTED', toType: 'UNRESTRICTED', quantity: '5' }
        const race = await Promise.all(
          [
            { ...free, id: stock.from, toPlantId: there },
            { ...free, id: stock.to, toPlantId: here },
          ].map((input) => act(systems.erp, 'transferStock', input, transferred, manager)),
        )
        for (const { errors = [] } of race) {
          for (const { extensions } of errors) expect(extensions?.['code']).toBe('VERSION_CONFLICT')
        }
        expect(race.some(({ errors }) => errors === undefined)).toBe(true)
        const left = await systems.database.kysely
          .selectFrom('erp.stock')
          .select('unrestricted_quantity')
          .where('product_id', '=', stock.product)
          .execute()
        expect(left.reduce((sum, row) => sum + Number(row.unrestricted_quantity), 0)).toBe(30)
      })
    })

    describe('its limits', () => {
      const sets = async (input: Readonly<Record<string, unknown>>) =>
        (await payload(act(systems.erp, 'updateStockPolicy', input, `stockLevel ${level}`, manager)))['stockLevel']
      const refusesToSet = (input: Readonly<Record<string, unknown>>) =>
        refused(act(systems.erp, 'updateStockPolicy', input, `stockLevel ${level}`, manager))
      const stock = async () => rows.stock(await rows.product(), here, '10', { reorder_point: '8', safety_stock: '4' })

      test('tell at once whether it suffices', async () => {
        const id = await stock()
        expect(await sets({ id, expectedVersion: 1, reorderPoint: '10' })).toMatchObject({
          reorderPoint: '10.0000',
          safetyStock: '4.0000',
          supplySituation: 'SUFFICIENT',
          version: 2,
        })
        expect(await sets({ id, expectedVersion: 2, reorderPoint: '11' })).toMatchObject({ supplySituation: 'REORDER' })
        expect(await sets({ id, expectedVersion: 3, safetyStock: '11' })).toMatchObject({ supplySituation: 'CRITICAL' })
        expect(await sets({ id, expectedVersion: 4, reorderPoint: '0', safetyStock: '0' })).toMatchObject({
          supplySituation: 'SUFFICIENT',
        })
      })

      test.each([
        ['nothing', {}, 'input'],
        ['less than nothing', { reorderPoint: '-1' }, 'input.reorderPoint'],
        ['none', { safetyStock: null }, 'input.safetyStock'],
        ['half a piece', { safetyStock: '0.5' }, 'input.safetyStock'],
        ['a safety stock above the reorder point', { safetyStock: '9' }, 'input.safetyStock'],
        ['a reorder point below the safety stock', { reorderPoint: '3' }, 'input.safetyStock'],
      ])('are not %s', async (_, more, argument) => {
        const input = { id: await stock(), expectedVersion: 1, ...more }
        expect(await refusesToSet(input)).toEqual({ code: 'INVALID_INPUT', argument })
      })

      test('are set at the version that was read', async () => {
        const input = { id: await stock(), expectedVersion: 2, reorderPoint: '9' }
        expect(await refusesToSet(input)).toEqual({ code: 'VERSION_CONFLICT' })
        expect(await refusesToSet({ ...input, id: 'stk-0' })).toEqual({ code: 'NOT_FOUND' })
      })
    })

    describe('the life cycle of a product', () => {
      const legal: Readonly<Record<ProductStatus, readonly ProductStatus[]>> = {
        ACTIVE: ['DISCONTINUED', 'PHASING_OUT'],
        PHASING_OUT: ['ACTIVE', 'DISCONTINUED'],
        DISCONTINUED: [],
      }
      const statuses = ['ACTIVE', 'PHASING_OUT', 'DISCONTINUED'] as const
      const update = (input: Readonly<Record<string, unknown>>) =>
        act(systems.erp, 'updateProductStatus', input, 'product { id status version }', manager)

      test.each(statuses.flatMap((from) => statuses.map((to) => [from, to] as const)))(
        'from %s to %s',
        async (from, to) => {
          const id = await rows.product({ status: from })
          const answer = update({ id, expectedVersion: 1, status: to })
          if (legal[from].includes(to)) {
            expect(await payload(answer)).toEqual({ replayed: false, product: { id, status: to, version: 2 } })
          } else {
            expect(await refused(answer)).toEqual({ code: 'ILLEGAL_TRANSITION', legal: legal[from] })
          }
        },
      )

      test('moves at the version that was read, and once for its key', async () => {
        const input = { id: await rows.product(), expectedVersion: 2, status: 'PHASING_OUT' }
        expect(await refused(update(input))).toEqual({ code: 'VERSION_CONFLICT' })
        expect(await refused(update({ ...input, id: 'prd-0' }))).toEqual({ code: 'NOT_FOUND' })
        const once = { ...input, expectedVersion: 1, idempotencyKey: `phase-${kind}` }
        const first = await payload(update(once))
        expect(await payload(update(once))).toEqual({ ...first, replayed: true })
      })
    })
  })
}
