/** Sales orders: what entering one computes and checks, how it is changed, blocked, let go and cancelled, and by whom. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SalesOrderStatus } from '../../../storage/tables/erp.ts'
import { databaseKinds } from '../../support/databases.ts'
import { erpRows } from '../../support/erp.ts'
import { callerNamed } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused } from '../../support/systems.ts'

const agent = callerNamed('agent:order-agent')
const manager = callerNamed('person:ruth.meyer')
const owner = callerNamed('person:maria.keller')

const whole = `salesOrder {
  id version status type deliveryBlock currency netTotal orderDate requestedDeliveryDate customerReference cancelReason
  ownerId owner { principal } account { id } opportunity { id }
  items { itemNumber quantity unit netPrice netAmount deliveredQuantity openQuantity product { id } plant { id } }
}`

interface Order {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}

for (const kind of databaseKinds()) {
  describe(`sales orders on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    let rows: ReturnType<typeof erpRows>
    let plant: string
    let scanner: string
    beforeAll(async () => {
      systems = await openSystems(kind)
      rows = erpRows(systems.database)
      plant = await rows.plant()
      scanner = await rows.product()
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const does = async (mutation: string, input: Readonly<Record<string, unknown>>, caller = agent): Promise<Order> =>
      (await payload(act(systems.erp, mutation, input, whole, caller)))['salesOrder'] as Order
    const refuses = (mutation: string, input: Readonly<Record<string, unknown>>, caller = agent) =>
      refused(act(systems.erp, mutation, input, whole, caller))
    const draft = (more: object = {}) => ({
      accountId: 'acc-0001',
      requestedDeliveryDate: '2026-11-20',
      items: [{ productId: scanner, plantId: plant, quantity: '4' }],
      netTotal: '1640.00',
      ...more,
    })

    describe('entering', () => {
      test('takes prices from the list, numbers the items, and adds them up exactly', async () => {
        const cable = await rows.product({ base_unit: 'MTR', list_price: '0.3350' })
        const order = await does(
          'createSalesOrder',
          draft({
            customerReference: 'Order 4711',
            opportunityId: 'opp-0001',
            items: [
              { productId: scanner, plantId: plant, quantity: '4' },
              // 33.3 × 0.335 is 11.1555, and a half cent more goes up.
              { productId: cable, plantId: plant, quantity: '33.3' },
              { productId: scanner, plantId: plant, quantity: '1', netPrice: '400.005' },
            ],
            netTotal: '2051.17',
          }),
        )
        expect(order).toMatchObject({
          version: 1,
          status: 'NOT_PROCESSED',
          type: 'STANDARD',
          deliveryBlock: null,
          currency: 'EUR',
          netTotal: '2051.17',
          orderDate: '2026-10-31',
          requestedDeliveryDate: '2026-11-20',
          customerReference: 'Order 4711',
          ownerId: 'agent:order-agent',
          owner: null,
          account: { id: 'acc-0001' },
          opportunity: { id: 'opp-0001' },
        })
        expect(order.id).toMatch(/^SO-2026-\d{5}$/)
        expect(order['items']).toMatchObject([
          { itemNumber: 10, quantity: '4.0000', unit: 'C62', netPrice: '410.0000', netAmount: '1640.00' },
          { itemNumber: 20, quantity: '33.3000', unit: 'MTR', netPrice: '0.3350', netAmount: '11.16' },
          {
            itemNumber: 30,
            quantity: '1.0000',
            netPrice: '400.0050',
            netAmount: '400.01',
            deliveredQuantity: '0.0000',
          },
        ])
      })

      test('belongs to whom the caller acts for', async () => {
        const forMaria = callerNamed('agent:order-agent', { onBehalfOf: owner.id })
        expect(await does('createSalesOrder', draft(), forMaria)).toMatchObject({
          ownerId: 'person:maria.keller',
          owner: { principal: 'person:maria.keller' },
        })
      })

      test.each([
        ['at 10 % below the list price it goes on', '369', null],
        ['a cent lower it waits', '368.99', 'PRICE_CHECK'],
        ['a gift waits', '0', 'PRICE_CHECK'],
        ['above the list price it goes on', '500', null],
      ])('%s', async (_, netPrice, deliveryBlock) => {
        const items = [{ productId: scanner, plantId: plant, quantity: '1', netPrice }]
        expect(await does('createSalesOrder', draft({ items, netTotal: Number(netPrice).toFixed(2) }))).toMatchObject({
          deliveryBlock,
        })
      })

      test('a price of what has no list price, or one in another currency, waits', async () => {
        for (const more of [{ list_price: null }, { currency: 'GBP' }]) {
          const productId = await rows.product(more)
          const item = { productId, plantId: plant, quantity: '1' }
          expect(await refuses('createSalesOrder', draft({ items: [item] }))).toEqual({
            code: 'INVALID_INPUT',
            argument: 'input.items.0.netPrice',
          })
          const items = [{ ...item, netPrice: '1000' }]
          expect(await does('createSalesOrder', draft({ items, netTotal: '1000' }))).toMatchObject({
            deliveryBlock: 'PRICE_CHECK',
          })
        }
      })

      test('what is discontinued comes back, but is not ordered', async () => {
        const items = [{ productId: await rows.product({ status: 'DISCONTINUED' }), plantId: plant, quantity: '4' }]
        expect(await refuses('createSalesOrder', draft({ items }))).toEqual({
          code: 'INVALID_INPUT',
          argument: 'input.items.0.productId',
        })
        const returned = await does('createSalesOrder', draft({ items, type: 'RETURN' }))
        // Nothing of a return is delivered.
        expect(returned).toMatchObject({ type: 'RETURN', items: [{ openQuantity: '0.0000' }] })
      })

      test.each([
        ['accountId', { accountId: 'Nordwind' }, 'input.accountId'],
        ['opportunityId', { opportunityId: 'x' }, 'input.opportunityId'],
        ['an empty reference', { customerReference: ' ' }, 'input.customerReference'],
        ['a day that is over', { requestedDeliveryDate: '2026-10-30' }, 'input.requestedDeliveryDate'],
        ['no items', { items: [] }, 'input.items'],
        ['another sum', { netTotal: '1640.01' }, 'input.netTotal'],
        ['a sum that is none', { netTotal: '1640.001' }, 'input.netTotal'],
      ])('refuses %s', async (_, more, argument) => {
        expect(await refuses('createSalesOrder', draft(more))).toEqual({ code: 'INVALID_INPUT', argument })
      })

      test.each([
        ['a product that is not there', { productId: 'prd-0000' }, 'productId'],
        ['a plant that is not there', { plantId: 'plant-0000' }, 'plantId'],
        ['half a piece', { quantity: '0.5' }, 'quantity'],
        ['nothing', { quantity: '0' }, 'quantity'],
        ['less than nothing', { quantity: '-4' }, 'quantity'],
        ['five decimals', { quantity: '4.00001' }, 'quantity'],
        ['a negative price', { netPrice: '-410' }, 'netPrice'],
        ['a price of five decimals', { netPrice: '410.00001' }, 'netPrice'],
      ])('refuses %s in an item', async (_, more, field) => {
        const items = [{ productId: scanner, plantId: plant, quantity: '4', ...more }]
        expect(await refuses('createSalesOrder', draft({ items }))).toEqual({
          code: 'INVALID_INPUT',
          argument: `input.items.0.${field}`,
        })
      })

      test('takes a hundred items and not one more', async () => {
        const items = Array.from({ length: 101 }, () => ({ productId: scanner, plantId: plant, quantity: '1' }))
        expect(await refuses('createSalesOrder', draft({ items, netTotal: '41410.00' }))).toEqual({
          code: 'INVALID_INPUT',
          argument: 'input.items',
        })
        const order = await does('createSalesOrder', draft({ items: items.slice(1), netTotal: '41000.00' }))
        expect(order).toMatchObject({ netTotal: '41000.00' })
      })

      test('happens once for its key, and a key is not used for another order', async () => {
        const input = { ...draft(), idempotencyKey: `order-${kind}` }
        const once = await payload(act(systems.erp, 'createSalesOrder', input, whole, agent))
        expect(once).toMatchObject({ replayed: false })
        expect(await payload(act(systems.erp, 'createSalesOrder', input, whole, agent))).toEqual({
          ...once,
          replayed: true,
        })
        expect(await refuses('createSalesOrder', { ...input, customerReference: 'Another' })).toMatchObject({
          code: 'IDEMPOTENCY_CONFLICT',
        })
      })
    })

    const statuses = ['NOT_PROCESSED', 'PARTIALLY_PROCESSED', 'COMPLETELY_PROCESSED', 'CANCELLED'] as const
    const inStatus = (status: SalesOrderStatus, more: object = {}) =>
      rows.order({ status, cancel_reason: status === 'CANCELLED' ? 'Ordered twice' : null, ...more })

    describe('changing', () => {
      test('the requested date and the reference, together or alone', async () => {
        const id = await rows.order({ customer_reference: 'Order 4711' })
        const later = await does('changeSalesOrder', { id, expectedVersion: 1, requestedDeliveryDate: '2026-12-01' })
        expect(later).toMatchObject({
          requestedDeliveryDate: '2026-12-01',
          customerReference: 'Order 4711',
          version: 2,
        })
        const cleared = await does('changeSalesOrder', { id, expectedVersion: 2, customerReference: null })
        expect(cleared).toMatchObject({ requestedDeliveryDate: '2026-12-01', customerReference: null, version: 3 })
      })

      test.each([
        ['nothing', {}, 'input'],
        ['a day that is over', { requestedDeliveryDate: '2026-10-30' }, 'input.requestedDeliveryDate'],
        ['no day', { requestedDeliveryDate: null }, 'input.requestedDeliveryDate'],
        ['a reference too long', { customerReference: 'x'.repeat(101) }, 'input.customerReference'],
      ])('refuses %s', async (_, more, argument) => {
        const input = { id: await rows.order(), expectedVersion: 1, ...more }
        expect(await refuses('changeSalesOrder', input)).toEqual({ code: 'INVALID_INPUT', argument })
      })

      test.each(statuses)('an order that is %s is open or closed to changes and blocks', async (status) => {
        const id = await inStatus(status)
        const open = status === 'NOT_PROCESSED' || status === 'PARTIALLY_PROCESSED'
        const closed = { code: 'INVALID_INPUT', argument: 'input.id' }
        const change = { id, expectedVersion: 1, customerReference: 'New' }
        const block = { id, expectedVersion: open ? 2 : 1, block: 'CUSTOMER_REQUEST' }
        if (open) {
          await does('changeSalesOrder', change)
          await does('setDeliveryBlock', block)
          expect(await does('removeDeliveryBlock', { ...block, expectedVersion: 3 })).toMatchObject({ status })
        } else {
          expect(await refuses('changeSalesOrder', change)).toEqual(closed)
          expect(await refuses('setDeliveryBlock', block)).toEqual(closed)
          expect(await refuses('removeDeliveryBlock', block)).toEqual(closed)
        }
      })

      test.each([
        ['changeSalesOrder', { customerReference: 'x' }],
        ['setDeliveryBlock', { block: 'CREDIT_LIMIT' }],
        ['removeDeliveryBlock', { block: 'CREDIT_LIMIT' }],
        ['cancelSalesOrder', { reason: 'x' }],
      ])('%s names an order that is there, at the version that was read', async (mutation, more) => {
        const id = await rows.order({ version: 3 })
        expect(await refuses(mutation, { id, expectedVersion: 2, ...more })).toEqual({ code: 'VERSION_CONFLICT' })
        expect(await refuses(mutation, { id: 'SO-2026-0', expectedVersion: 1, ...more })).toEqual({ code: 'NOT_FOUND' })
      })
    })

    describe('delivery blocks', () => {
      const blocks = ['CREDIT_LIMIT', 'EXPORT_CONTROL', 'CUSTOMER_REQUEST', 'PRICE_CHECK'] as const

      test.each(blocks)('%s is set and removed', async (block) => {
        const id = await rows.order()
        expect(await does('setDeliveryBlock', { id, expectedVersion: 1, block })).toMatchObject({
          deliveryBlock: block,
        })
        const removed = await does('removeDeliveryBlock', { id, expectedVersion: 2, block }, manager)
        expect(removed).toMatchObject({ deliveryBlock: null, version: 3 })
      })

      test('none is put over another, so that a serious one is not taken away as a harmless one', async () => {
        const id = await rows.order({ delivery_block: 'CREDIT_LIMIT' })
        const input = { id, expectedVersion: 1, block: 'CUSTOMER_REQUEST' }
        expect(await refuses('setDeliveryBlock', input)).toEqual({ code: 'INVALID_INPUT', argument: 'input.id' })
        expect(await refuses('removeDeliveryBlock', input)).toEqual({
          code: 'INVALID_INPUT',
          argument: 'input.block',
        })
      })

      test('none is removed where there is none', async () => {
        const input = { id: await rows.order(), expectedVersion: 1, block: 'CREDIT_LIMIT' }
        expect(await refuses('removeDeliveryBlock', input, manager)).toEqual({
          code: 'INVALID_INPUT',
          argument: 'input.id',
        })
      })

      test.each(blocks.filter((block) => block !== 'CUSTOMER_REQUEST'))(
        '%s is not removed by who owns the order, nor by an agent for them',
        async (block) => {
          const id = await rows.order({ delivery_block: block, owner_id: owner.id })
          const input = { id, expectedVersion: 1, block }
          const forOwner = callerNamed('agent:another', { onBehalfOf: owner.id })
          for (const caller of [owner, forOwner]) {
            expect(await refuses('removeDeliveryBlock', input, caller)).toEqual({ code: 'SEPARATION_OF_DUTY' })
          }
        },
      )

      test('what the customer asked for, the owner of the order removes', async () => {
        const id = await rows.order({ delivery_block: 'CUSTOMER_REQUEST', owner_id: owner.id })
        const input = { id, expectedVersion: 1, block: 'CUSTOMER_REQUEST' }
        expect(await does('removeDeliveryBlock', input, owner)).toMatchObject({ deliveryBlock: null })
      })
    })

    describe('cancelling', () => {
      test.each([
        ['NOT_PROCESSED', null],
        ['PARTIALLY_PROCESSED', ['COMPLETELY_PROCESSED']],
        ['COMPLETELY_PROCESSED', []],
        ['CANCELLED', []],
      ] as const)('an order that is %s', async (status, legal) => {
        const input = { id: await inStatus(status), expectedVersion: 1, reason: 'Ordered twice' }
        if (legal === null) {
          expect(await does('cancelSalesOrder', input)).toMatchObject({
            status: 'CANCELLED',
            cancelReason: 'Ordered twice',
            version: 2,
          })
        } else {
          expect(await refuses('cancelSalesOrder', input)).toEqual({ code: 'ILLEGAL_TRANSITION', legal })
        }
      })

      test.each(['CREATED', 'PICKED'] as const)('not while a delivery is %s', async (status) => {
        const id = await rows.order()
        await rows.delivery(id, plant, status)
        const input = { id, expectedVersion: 1, reason: 'Ordered twice' }
        expect(await refuses('cancelSalesOrder', input)).toEqual({ code: 'INVALID_INPUT', argument: 'input.id' })
      })

      test('after its delivery was cancelled, blocked or not', async () => {
        const id = await rows.order({ delivery_block: 'CREDIT_LIMIT' })
        await rows.delivery(id, plant, 'CANCELLED')
        const input = { id, expectedVersion: 1, reason: 'Ordered twice' }
        expect(await does('cancelSalesOrder', input)).toMatchObject({ status: 'CANCELLED' })
      })

      test('not without a reason', async () => {
        const input = { id: await rows.order(), expectedVersion: 1, reason: '  ' }
        expect(await refuses('cancelSalesOrder', input)).toEqual({ code: 'INVALID_INPUT', argument: 'input.reason' })
      })
    })
  })
}
