/** Goods receipts: what came is counted once, up to what was ordered and a tenth, and taken back while the order is open. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people, placeProcurement } from '../../support/procurement.ts'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused, sourceKinds } from '../../support/systems.ts'

const agent = callerNamed('agent:procurement-agent')
const whole = `goodsReceipt {
  id version status postingDate deliveryNote receivedBy reverseReason plant { id } shipment { id }
  items { quantity unit lot { id } purchaseOrderItem { itemNumber receivedQuantity } }
  purchaseOrder { id version status items { itemNumber receivedQuantity } }
}`
const invalid = (argument: string) => ({ code: 'INVALID_INPUT', argument })

interface Receipt {
  readonly id: string
  readonly version: number
  readonly purchaseOrder: { readonly id: string; readonly version: number }
  readonly [field: string]: unknown
}

for (const kind of sourceKinds()) {
  describe(`goods receipts on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    let place: ReturnType<typeof placeProcurement>
    let supplierId: string
    beforeAll(async () => {
      systems = await openSystems(kind)
      place = placeProcurement(systems.database)
      supplierId = (await place.supplier()).id
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const does = async (name: string, input: Readonly<Record<string, unknown>>, caller = agent): Promise<Receipt> =>
      (await payload(act(systems.procurement, name, input, whole, caller)))['goodsReceipt'] as Receipt
    const refuses = (name: string, input: Readonly<Record<string, unknown>>, caller = agent) =>
      refused(act(systems.procurement, name, input, whole, caller))
    const received = async (orderId: string) => {
      const query = `{ purchaseOrder(id: "${orderId}") { items { receivedQuantity } } }`
      const { purchaseOrder } = await data(ask(systems.procurement, query))
      const { items } = purchaseOrder as { items: readonly { receivedQuantity: string }[] }
      return items.map(({ receivedQuantity }) => receivedQuantity)
    }

    let notes = 0
    const came = (
      order: { readonly id: string; readonly version: number },
      items: readonly object[],
      more: object = {},
    ) => ({
      purchaseOrderId: order.id,
      expectedVersion: order.version,
      plantId: 'plant-1010',
      postingDate: '2026-10-30',
      deliveryNote: `LS-${++notes}`,
      items,
      ...more,
    })
    const item = (itemNumber: number, quantity: string, more: object = {}) => ({ itemNumber, quantity, ...more })

    test('what came is counted on the order, lot by lot', async () => {
      const order = await place.order(supplierId, {}, [{}, { unit: 'KGM' }])
      const posted = await does(
        'postGoodsReceipt',
        came(
          order,
          [item(10, '4', { lotId: 'lot-00001' }), item(10, '2.5', { lotId: 'lot-00002' }), item(20, '0.0001')],
          { shipmentId: 'SHP-2026-00001' },
        ),
      )
      expect(posted).toMatchObject({
        version: 1,
        status: 'POSTED',
        postingDate: '2026-10-30',
        receivedBy: 'agent:procurement-agent',
        plant: { id: 'plant-1010' },
        shipment: { id: 'SHP-2026-00001' },
        reverseReason: null,
        items: [
          { quantity: '4.0000', unit: 'C62', lot: { id: 'lot-00001' }, purchaseOrderItem: { itemNumber: 10 } },
          { quantity: '2.5000', unit: 'C62', lot: { id: 'lot-00002' }, purchaseOrderItem: { itemNumber: 10 } },
          { quantity: '0.0001', unit: 'KGM', lot: null, purchaseOrderItem: { itemNumber: 20 } },
        ],
        purchaseOrder: {
          version: 2,
          status: 'SENT',
          items: [
            { itemNumber: 10, receivedQuantity: '6.5000' },
            { itemNumber: 20, receivedQuantity: '0.0001' },
          ],
        },
      })
      expect(posted.id).toMatch(/^GR-2026-\d{5}$/)
      const rest = await does('postGoodsReceipt', came(posted.purchaseOrder, [item(10, '3.5')]))
      expect(await received(order.id)).toEqual(['10.0000', '0.0001'])
      expect(rest.purchaseOrder.version).toBe(3)
    })

    test('a tenth more than ordered is accepted, and nothing beyond', async () => {
      const order = await place.order(supplierId)
      expect(await refuses('postGoodsReceipt', came(order, [item(10, '11.0001')]))).toEqual(
        invalid('input.items.0.quantity'),
      )
      expect(await refuses('postGoodsReceipt', came(order, [item(10, '6'), item(10, '5.0001')]))).toEqual(
        invalid('input.items.1.quantity'),
      )
      const posted = await does('postGoodsReceipt', came(order, [item(10, '6'), item(10, '5')]))
      expect(await received(order.id)).toEqual(['11.0000'])
      expect(await refuses('postGoodsReceipt', came(posted.purchaseOrder, [item(10, '0.0001')]))).toEqual(
        invalid('input.items.0.quantity'),
      )
    })

    test('the database itself takes no more', async () => {
      const order = await place.order(supplierId)
      const more = systems.database.kysely
        .updateTable('procurement.purchase_order_items')
        .set({ received_quantity: '11.0001' })
        .where('purchase_order_id', '=', order.id)
        .execute()
      await expect(more).rejects.toThrow(/check/)
    })

    test('two that are posted at once do not both fit into what is left', async () => {
      const order = await place.order(supplierId)
      const race = await Promise.all(
        [1, 2, 3].map(() => act(systems.procurement, 'postGoodsReceipt', came(order, [item(10, '6')]), whole, agent)),
      )
      expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
      expect(await received(order.id)).toEqual(['6.0000'])
    })

    test('a delivery note counts once for its order, until its receipt is taken back', async () => {
      const order = await place.order(supplierId)
      const posted = await does('postGoodsReceipt', came(order, [item(10, '1')], { deliveryNote: 'LS-one' }))
      const again = came(posted.purchaseOrder, [item(10, '1')], { deliveryNote: 'ls-ONE' })
      expect(await refuses('postGoodsReceipt', again)).toEqual(invalid('input.deliveryNote'))
      const other = await place.order(supplierId)
      await does('postGoodsReceipt', came(other, [item(10, '1')], { deliveryNote: 'LS-one' }))
      const taken = await does('reverseGoodsReceipt', { id: posted.id, expectedVersion: 1, reason: 'Wrong order.' })
      expect(taken).toMatchObject({ status: 'REVERSED', version: 2, reverseReason: 'Wrong order.' })
      expect(await received(order.id)).toEqual(['0.0000'])
      const anew = came(taken.purchaseOrder, [item(10, '1')], { deliveryNote: 'LS-one' })
      expect(await does('postGoodsReceipt', anew)).toMatchObject({ status: 'POSTED' })
    })

    test('is taken back lot by lot, and once', async () => {
      const order = await place.order(supplierId, {}, [{}, {}])
      const first = await does('postGoodsReceipt', came(order, [item(10, '1'), item(20, '2')]))
      const second = await does('postGoodsReceipt', came(first.purchaseOrder, [item(20, '3'), item(20, '4')]))
      const input = { id: second.id, expectedVersion: 1, reason: 'Counted twice.' }
      expect(await refuses('reverseGoodsReceipt', { ...input, reason: '' })).toEqual(invalid('input.reason'))
      expect(await refuses('reverseGoodsReceipt', { ...input, expectedVersion: 2 })).toEqual({
        code: 'VERSION_CONFLICT',
      })
      await does('reverseGoodsReceipt', input)
      expect(await received(order.id)).toEqual(['1.0000', '2.0000'])
      expect(await refuses('reverseGoodsReceipt', { ...input, expectedVersion: 2 })).toEqual({
        code: 'ILLEGAL_TRANSITION',
        legal: [],
      })
    })

    test.each(['IN_PREPARATION', 'IN_RELEASE', 'REJECTED', 'RELEASED', 'COMPLETED', 'CANCELLED'] as const)(
      'nothing comes or goes while the order is %s',
      async (status) => {
        const order = await place.order(supplierId, { status })
        expect(await refuses('postGoodsReceipt', came(order, [item(10, '1')]))).toEqual(
          invalid('input.purchaseOrderId'),
        )
        const receipt = await place.receipt(order.id)
        const input = { id: receipt.id, expectedVersion: 1, reason: 'Wrong.' }
        expect(await refuses('reverseGoodsReceipt', input)).toEqual(invalid('input.id'))
      },
    )

    test.each([
      ['the buyer', {}, callerNamed(people.buyer)],
      ['the agent that made the order', { prepared_by: 'agent:procurement-agent' }, agent],
      ['an agent for the buyer', {}, callerNamed('agent:other', { onBehalfOf: callerNamed(people.buyer).id })],
    ])('is not posted by %s', async (_, more, caller) => {
      const order = await place.order(supplierId, more)
      expect(await refuses('postGoodsReceipt', came(order, [item(10, '1')]), caller)).toEqual({
        code: 'SEPARATION_OF_DUTY',
      })
    })

    test('an agent receives in the name of a person', async () => {
      const order = await place.order(supplierId)
      const forRuben = callerNamed('agent:procurement-agent', { onBehalfOf: callerNamed(people.requester).id })
      expect(await does('postGoodsReceipt', came(order, [item(10, '1')]), forRuben)).toMatchObject({
        receivedBy: people.requester,
      })
    })

    test.each([
      [{ postingDate: '2026-11-01' }, 'input.postingDate'],
      [{ postingDate: '2026-09-30' }, 'input.postingDate'],
      [{ deliveryNote: ' ' }, 'input.deliveryNote'],
      [{ shipmentId: '4711' }, 'input.shipmentId'],
      [{ plantId: 'plant-1020' }, 'input.items.0.itemNumber'],
      [{ items: [] }, 'input.items'],
      [{ items: [item(30, '1')] }, 'input.items.0.itemNumber'],
      [{ items: [item(10, '0')] }, 'input.items.0.quantity'],
      [{ items: [item(10, '1', { lotId: 'x' })] }, 'input.items.0.lotId'],
    ])('refuses %j', async (more, argument) => {
      const order = await place.order(supplierId)
      expect(await refuses('postGoodsReceipt', came(order, [item(10, '1')], more))).toEqual(invalid(argument))
      expect(await received(order.id)).toEqual(['0.0000'])
    })

    test('is for an order that is there, at the version that was read', async () => {
      const order = await place.order(supplierId, { version: 2 })
      expect(await refuses('postGoodsReceipt', came({ ...order, version: 1 }, [item(10, '1')]))).toEqual({
        code: 'VERSION_CONFLICT',
      })
      const lost = came({ id: 'PO-2099-00000', version: 1 }, [item(10, '1')])
      expect(await refuses('postGoodsReceipt', lost)).toEqual({ code: 'NOT_FOUND' })
    })

    test('the same key counts once', async () => {
      const order = await place.order(supplierId)
      const once = { ...came(order, [item(10, '1')]), idempotencyKey: `receipt-${kind}` }
      const both = await Promise.all(
        [1, 2].map(() => payload(act(systems.procurement, 'postGoodsReceipt', once, 'goodsReceipt { id }', agent))),
      )
      expect(both[0]?.['goodsReceipt']).toEqual(both[1]?.['goodsReceipt'])
      expect(both.map(({ replayed }) => replayed).sort()).toEqual([false, true])
      expect(await received(order.id)).toEqual(['1.0000'])
    })
  })
}
