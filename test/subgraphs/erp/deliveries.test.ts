/** Deliveries: never of a blocked order, never more than is open; every step, and what goods issue does to stock and order. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeliveryBlock, DeliveryStatus, SalesOrderStatus } from '../../../storage/tables/erp.ts'
import { databaseKinds } from '../../support/databases.ts'
import { erpRows } from '../../support/erp.ts'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused } from '../../support/systems.ts'

const agent = callerNamed('agent:order-agent')
const noon = '2026-10-31T12:00:00.000Z'
const whole = `delivery {
  id version status plannedGoodsIssue goodsIssuedAt deliveredAt salesOrder { id } account { id } plant { id }
  items { quantity unit lot { id } product { id } salesOrderItem { itemNumber } }
} salesOrder { id version status items { itemNumber deliveredQuantity openQuantity } }`

interface Payload {
  readonly delivery: { readonly id: string; readonly version: number; readonly [field: string]: unknown }
  readonly salesOrder: { readonly id: string; readonly version: number; readonly [field: string]: unknown }
}

for (const kind of databaseKinds()) {
  describe(`deliveries on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    let rows: ReturnType<typeof erpRows>
    let plant: string
    let otherPlant: string
    let scanner: string
    beforeAll(async () => {
      systems = await openSystems(kind)
      rows = erpRows(systems.database)
      plant = await rows.plant()
      otherPlant = await rows.plant()
      scanner = await rows.product()
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const does = async (mutation: string, input: Readonly<Record<string, unknown>>): Promise<Payload> =>
      (await payload(act(systems.erp, mutation, input, whole, agent))) as unknown as Payload
    const refuses = (mutation: string, input: Readonly<Record<string, unknown>>) =>
      refused(act(systems.erp, mutation, input, whole, agent))
    const making = (salesOrderId: string, more: object = {}) => ({
      salesOrderId,
      expectedVersion: 1,
      plantId: plant,
      plannedGoodsIssue: '2026-11-18',
      ...more,
    })
    const moving = ({ id, version }: Payload['delivery'], status: DeliveryStatus) =>
      does('transitionDelivery', { id, expectedVersion: version, status })

    /** An order of ten scanners of one plant, and ten of another. */
    async function orderOfTwo(more: object = {}) {
      const order = await rows.order(more)
      const here = await rows.orderItem(order, scanner, plant)
      const there = await rows.orderItem(order, scanner, otherPlant, { item_number: 20 })
      return { order, here, there }
    }

    async function unrestricted(productId: string): Promise<unknown> {
      const query = `query ($id: ID!) { product(id: $id) { stock { storageLocation unrestrictedQuantity version } } }`
      const answer = await data(ask(systems.erp, query, { variables: { id: productId } }))
      return (answer['product'] as { stock: unknown }).stock
    }

    describe('making one', () => {
      test('takes everything that the plant has open, and nothing of another plant', async () => {
        const { order } = await orderOfTwo()
        expect(await does('createDelivery', making(order))).toMatchObject({
          replayed: false,
          delivery: {
            id: expect.stringMatching(/^DLV-2026-\d{5}$/) as string,
            version: 1,
            status: 'CREATED',
            plannedGoodsIssue: '2026-11-18',
            goodsIssuedAt: null,
            deliveredAt: null,
            salesOrder: { id: order },
            account: { id: 'acc-0001' },
            plant: { id: plant },
            items: [{ quantity: '10.0000', unit: 'C62', lot: null, salesOrderItem: { itemNumber: 10 } }],
          },
          salesOrder: {
            version: 2,
            status: 'NOT_PROCESSED',
            items: [
              { itemNumber: 10, deliveredQuantity: '0.0000', openQuantity: '0.0000' },
              { itemNumber: 20, deliveredQuantity: '0.0000', openQuantity: '10.0000' },
            ],
          },
        })
      })

      test('takes named quantities, one item from two lots', async () => {
        const { order } = await orderOfTwo()
        const items = [
          { itemNumber: 10, quantity: '3', lotId: 'lot-00001' },
          { itemNumber: 10, quantity: '5', lotId: 'lot-00002' },
        ]
        expect(await does('createDelivery', making(order, { items }))).toMatchObject({
          delivery: {
            items: [
              { quantity: '3.0000', lot: { id: 'lot-00001' }, product: { id: scanner } },
              { quantity: '5.0000', lot: { id: 'lot-00002' }, product: { id: scanner } },
            ],
          },
          salesOrder: { items: [{ openQuantity: '2.0000' }, { openQuantity: '10.0000' }] },
        })
      })

      test('never takes more than is open: not at once, not twice in one, not one after the other', async () => {
        const { order } = await orderOfTwo()
        const tooMuch = { code: 'INVALID_INPUT', argument: 'input.items.0.quantity' }
        const eleven = [{ itemNumber: 10, quantity: '11' }]
        expect(await refuses('createDelivery', making(order, { items: eleven }))).toEqual(tooMuch)
        const twice = [
          { itemNumber: 10, quantity: '6' },
          { itemNumber: 10, quantity: '5' },
        ]
        expect(await refuses('createDelivery', making(order, { items: twice }))).toEqual({
          ...tooMuch,
          argument: 'input.items.1.quantity',
        })
        const { delivery } = await does('createDelivery', making(order, { items: [twice[0]] }))
        const rest = making(order, { expectedVersion: 2, items: [{ itemNumber: 10, quantity: '5' }] })
        expect(await refuses('createDelivery', rest)).toEqual(tooMuch)
        // What a cancelled delivery held is open again.
        await moving(delivery, 'CANCELLED')
        expect(await does('createDelivery', rest)).toMatchObject({
          salesOrder: { items: [{ openQuantity: '5.0000' }, {}] },
        })
      })

      test('two at once do not share what is open', async () => {
        const { order } = await orderOfTwo()
        const race = await Promise.all(
          ['a', 'b'].map((name) =>
            act(systems.erp, 'createDelivery', { ...making(order), idempotencyKey: `${name}-${kind}` }, whole, agent),
          ),
        )
        expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
        const loser = race.find(({ errors }) => errors !== undefined)
        expect(loser?.errors?.[0]?.extensions?.['code']).toBe('VERSION_CONFLICT')
      })

      test.each(['CREDIT_LIMIT', 'EXPORT_CONTROL', 'CUSTOMER_REQUEST', 'PRICE_CHECK'] as const)(
        'nothing is made of an order with the block %s',
        async (block: DeliveryBlock) => {
          const { order } = await orderOfTwo({ delivery_block: block })
          expect(await refuses('createDelivery', making(order))).toEqual({
            code: 'INVALID_INPUT',
            argument: 'input.salesOrderId',
          })
        },
      )

      test.each([
        ['cancelled', { status: 'CANCELLED', cancel_reason: 'Ordered twice' }],
        ['completely processed', { status: 'COMPLETELY_PROCESSED' }],
        ['a return', { type: 'RETURN' }],
      ])('nothing is made of an order that is %s', async (_, more) => {
        const { order } = await orderOfTwo(more)
        expect(await refuses('createDelivery', making(order))).toEqual({
          code: 'INVALID_INPUT',
          argument: 'input.salesOrderId',
        })
      })

      test.each([
        ['a plant that is not there', { plantId: 'plant-0000' }, 'input.plantId'],
        ['a day that is over', { plannedGoodsIssue: '2026-10-30' }, 'input.plannedGoodsIssue'],
        ['no items', { items: [] }, 'input.items'],
        ['an item that the order lacks', { items: [{ itemNumber: 30 }] }, 'input.items.0.itemNumber'],
        ['an item of another plant', { items: [{ itemNumber: 20 }] }, 'input.items.0.itemNumber'],
        ['nothing of an item', { items: [{ itemNumber: 10, quantity: '0' }] }, 'input.items.0.quantity'],
        ['half a piece', { items: [{ itemNumber: 10, quantity: '1.5' }] }, 'input.items.0.quantity'],
        ['no lot', { items: [{ itemNumber: 10, lotId: 'Charge 7' }] }, 'input.items.0.lotId'],
        ['all twice', { items: [{ itemNumber: 10 }, { itemNumber: 10 }] }, 'input.items.1.itemNumber'],
      ])('refuses %s', async (_, more, argument) => {
        const { order } = await orderOfTwo()
        expect(await refuses('createDelivery', making(order, more))).toEqual({ code: 'INVALID_INPUT', argument })
      })

      test('a plant with nothing open has nothing to deliver', async () => {
        const { order } = await orderOfTwo()
        await does('createDelivery', making(order))
        expect(await refuses('createDelivery', making(order, { expectedVersion: 2 }))).toEqual({
          code: 'INVALID_INPUT',
          argument: 'input.plantId',
        })
      })

      test('an order has at most fifty that wait for their goods issue', async () => {
        const { order } = await orderOfTwo()
        for (let number = 0; number < 50; number += 1) await rows.delivery(order, plant, 'CREATED')
        expect(await refuses('createDelivery', making(order))).toEqual({
          code: 'INVALID_INPUT',
          argument: 'input.salesOrderId',
        })
      })

      test('names an order that is there, at the version that was read; once for its key', async () => {
        const { order } = await orderOfTwo()
        expect(await refuses('createDelivery', making('SO-2026-0'))).toEqual({ code: 'NOT_FOUND' })
        expect(await refuses('createDelivery', making(order, { expectedVersion: 2 }))).toEqual({
          code: 'VERSION_CONFLICT',
        })
        const input = { ...making(order), idempotencyKey: `once-${kind}` }
        const { delivery } = await does('createDelivery', input)
        expect(await does('createDelivery', input)).toMatchObject({ replayed: true, delivery: { id: delivery.id } })
      })
    })

    const statuses = ['CREATED', 'PICKED', 'GOODS_ISSUED', 'DELIVERED', 'CANCELLED'] as const
    /** A row for the status before, a column for the status after, in the order of `statuses`. */
    const model: Readonly<Record<DeliveryStatus, string>> = {
      CREATED: '.x..x',
      PICKED: '..x.x',
      GOODS_ISSUED: '...x.',
      DELIVERED: '.....',
      CANCELLED: '.....',
    }

    describe('moving on', () => {
      /** A delivery of four of ten scanners, in a status, with a hundred in stock. */
      async function deliveryIn(status: DeliveryStatus, more: object = {}) {
        const product = await rows.product()
        await rows.stock(product, plant, '100')
        const left = status === 'GOODS_ISSUED' || status === 'DELIVERED'
        const order = await rows.order({ status: left ? 'PARTIALLY_PROCESSED' : 'NOT_PROCESSED', ...more })
        const item = await rows.orderItem(order, product, plant, { delivered_quantity: left ? '4' : '0' })
        const id = await rows.delivery(order, plant, status)
        await rows.deliveryItem(id, item, product)
        return { id, version: 1, order, product, item }
      }

      test.each(statuses)('from %s only where the model leads', async (from) => {
        for (const [column, to] of statuses.entries()) {
          const { id } = await deliveryIn(from)
          const input = { id, expectedVersion: 1, status: to }
          if (model[from][column] === 'x') {
            expect((await does('transitionDelivery', input)).delivery, `${from} to ${to}`).toMatchObject({
              status: to,
              version: 2,
            })
          } else {
            const legal = statuses.filter((_, index) => model[from][index] === 'x').toSorted()
            expect(await refuses('transitionDelivery', input), `${from} to ${to}`).toEqual({
              code: 'ILLEGAL_TRANSITION',
              legal,
            })
          }
        }
      })

      test('picking takes nothing from stock; goods issue does, and moves the order on; then the customer has it', async () => {
        const { id, product } = await deliveryIn('CREATED')
        const picked = await moving({ id, version: 1 }, 'PICKED')
        expect(picked.salesOrder).toMatchObject({ status: 'NOT_PROCESSED', version: 1 })
        expect(await unrestricted(product)).toEqual([
          { storageLocation: 'FG01', unrestrictedQuantity: '100.0000', version: 1 },
        ])
        const issued = await moving(picked.delivery, 'GOODS_ISSUED')
        expect(issued).toMatchObject({
          delivery: { status: 'GOODS_ISSUED', goodsIssuedAt: noon, deliveredAt: null },
          salesOrder: {
            status: 'PARTIALLY_PROCESSED',
            version: 2,
            items: [{ deliveredQuantity: '4.0000', openQuantity: '6.0000' }],
          },
        })
        expect(await unrestricted(product)).toEqual([
          { storageLocation: 'FG01', unrestrictedQuantity: '96.0000', version: 2 },
        ])
        expect(await moving(issued.delivery, 'DELIVERED')).toMatchObject({
          delivery: { status: 'DELIVERED', goodsIssuedAt: noon, deliveredAt: noon },
          salesOrder: { status: 'PARTIALLY_PROCESSED', version: 2 },
        })
      })

      test('the last goods issue completes the order', async () => {
        const { order, here, there } = await orderOfTwo()
        await rows.stock(scanner, plant, '10')
        await rows.stock(scanner, otherPlant, '10')
        const steps: SalesOrderStatus[] = []
        for (const [item, from] of [
          [here, plant],
          [there, otherPlant],
        ] as const) {
          const id = await rows.delivery(order, from, 'PICKED')
          await rows.deliveryItem(id, item, scanner, { quantity: '10' })
          const { salesOrder } = await moving({ id, version: 1 }, 'GOODS_ISSUED')
          steps.push(salesOrder['status'] as SalesOrderStatus)
        }
        expect(steps).toEqual(['PARTIALLY_PROCESSED', 'COMPLETELY_PROCESSED'])
      })

      test('goods issue needs enough unrestricted stock in its plant, and otherwise changes nothing', async () => {
        const product = await rows.product()
        await rows.stock(product, plant, '3', { quality_inspection_quantity: '50', blocked_quantity: '50' })
        await rows.stock(product, otherPlant, '100')
        const order = await rows.order()
        const item = await rows.orderItem(order, product, plant)
        const id = await rows.delivery(order, plant, 'PICKED')
        await rows.deliveryItem(id, item, product)
        const input = { id, expectedVersion: 1, status: 'GOODS_ISSUED' }
        const { errors = [] } = await act(systems.erp, 'transitionDelivery', input, whole, agent)
        expect(errors[0]?.extensions).toMatchObject({
          code: 'INVALID_INPUT',
          argument: 'input.id',
          productId: product,
          needed: '4.0000',
          unrestricted: '3.0000',
        })
        const query = '{ delivery(id: "ID") { status version salesOrder { status version items { openQuantity } } } }'
        expect(await data(ask(systems.erp, query.replace('ID', id)))).toEqual({
          delivery: {
            status: 'PICKED',
            version: 1,
            salesOrder: { status: 'NOT_PROCESSED', version: 1, items: [{ openQuantity: '6.0000' }] },
          },
        })
      })

      test('goods issue empties one storage location after the other', async () => {
        const product = await rows.product()
        await rows.stock(product, plant, '50', { storage_location: 'SP01' })
        await rows.stock(product, plant, '3', { storage_location: 'FG01' })
        const order = await rows.order()
        const item = await rows.orderItem(order, product, plant)
        const id = await rows.delivery(order, plant, 'PICKED')
        // Two lots of one product come out of one stock.
        await rows.deliveryItem(id, item, product, { quantity: '2' })
        await rows.deliveryItem(id, item, product, { quantity: '3' })
        const { salesOrder } = await moving({ id, version: 1 }, 'GOODS_ISSUED')
        expect(salesOrder['items']).toEqual([{ itemNumber: 10, deliveredQuantity: '5.0000', openQuantity: '5.0000' }])
        expect(await unrestricted(product)).toEqual([
          { storageLocation: 'FG01', unrestrictedQuantity: '0.0000', version: 2 },
          { storageLocation: 'SP01', unrestrictedQuantity: '48.0000', version: 2 },
        ])
      })

      test('a service is delivered from no stock', async () => {
        const product = await rows.product({ type: 'SERVICE', base_unit: 'HUR', list_price: '95' })
        const order = await rows.order()
        const item = await rows.orderItem(order, product, plant, {
          ...{ quantity: '1.5', unit: 'HUR', net_price: '95', net_amount: '142.5' },
        })
        const id = await rows.delivery(order, plant, 'PICKED')
        await rows.deliveryItem(id, item, product, { quantity: '1.5', unit: 'HUR' })
        const { salesOrder } = await moving({ id, version: 1 }, 'GOODS_ISSUED')
        expect(salesOrder).toMatchObject({ status: 'COMPLETELY_PROCESSED' })
      })

      test('a block that came later stops the goods at the gate, but not the picking', async () => {
        const { id, product } = await deliveryIn('CREATED', { delivery_block: 'CREDIT_LIMIT' })
        const { delivery } = await moving({ id, version: 1 }, 'PICKED')
        const input = { id, expectedVersion: delivery.version, status: 'GOODS_ISSUED' }
        expect(await refuses('transitionDelivery', input)).toEqual({ code: 'INVALID_INPUT', argument: 'input.id' })
        expect(await unrestricted(product)).toMatchObject([{ unrestrictedQuantity: '100.0000' }])
      })

      test('two goods issues at once take from one stock one after the other, or one fails whole', async () => {
        const product = await rows.product()
        await rows.stock(product, plant, '6')
        const ids = await Promise.all(
          ['a', 'b'].map(async () => {
            const order = await rows.order()
            const item = await rows.orderItem(order, product, plant)
            const id = await rows.delivery(order, plant, 'PICKED')
            await rows.deliveryItem(id, item, product)
            return id
          }),
        )
        const race = await Promise.all(
          ids.map((id) =>
            act(systems.erp, 'transitionDelivery', { id, expectedVersion: 1, status: 'GOODS_ISSUED' }, whole, agent),
          ),
        )
        expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
        expect(await unrestricted(product)).toMatchObject([{ unrestrictedQuantity: '2.0000' }])
      })

      test('names a delivery that is there, at the version that was read; once for its key', async () => {
        const { id } = await deliveryIn('PICKED')
        const input = { id, expectedVersion: 1, status: 'GOODS_ISSUED', idempotencyKey: `issue-${kind}` }
        expect(await refuses('transitionDelivery', { ...input, id: 'DLV-2026-0' })).toEqual({ code: 'NOT_FOUND' })
        expect(await refuses('transitionDelivery', { ...input, expectedVersion: 2 })).toEqual({
          code: 'VERSION_CONFLICT',
        })
        const first = await does('transitionDelivery', input)
        expect(await does('transitionDelivery', input)).toEqual({ ...first, replayed: true })
      })
    })
  })
}
