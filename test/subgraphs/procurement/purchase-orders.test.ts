/** Purchase orders: made on good grounds, released by somebody else, sent, cancelled, closed; and every step that one can take. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PurchaseOrderStatus } from '../../../storage/tables/procurement.ts'
import { people, placeProcurement } from '../../support/procurement.ts'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused, sourceKinds } from '../../support/systems.ts'

const agent = callerNamed('agent:procurement-agent')
const manager = callerNamed('person:bernd.osthoff')
const noon = '2026-10-31T12:00:00.000Z'
const statuses = [
  'IN_PREPARATION',
  'IN_RELEASE',
  'REJECTED',
  'RELEASED',
  'SENT',
  'COMPLETED',
  'CANCELLED',
] as const satisfies readonly PurchaseOrderStatus[]

const acts = {
  changePurchaseOrder: { becomes: 'IN_PREPARATION', with: { incoterms: 'DAP Havelberg' } },
  submitPurchaseOrder: { becomes: 'IN_RELEASE', with: {} },
  releasePurchaseOrder: { becomes: 'RELEASED', with: { netTotal: '50.00' } },
  rejectPurchaseOrder: { becomes: 'REJECTED', with: { reason: 'Ask for a discount.' } },
  sendPurchaseOrder: { becomes: 'SENT', with: {} },
  completePurchaseOrder: { becomes: 'COMPLETED', with: { reason: 'The rest will not come.' } },
  cancelPurchaseOrder: { becomes: 'CANCELLED', with: { reason: 'Not needed any more.' } },
} as const

/** A row for the status before, a column for each of `acts`. */
const model: Readonly<Record<PurchaseOrderStatus, string>> = {
  IN_PREPARATION: 'x x . . . . x',
  IN_RELEASE: '    . . x x . . x',
  REJECTED: '      x . . . . . x',
  RELEASED: '      . . . . x . x',
  SENT: '          . . . . . x x',
  COMPLETED: '     . . . . . . .',
  CANCELLED: '     . . . . . . .',
}
const legal: Readonly<Record<PurchaseOrderStatus, readonly PurchaseOrderStatus[]>> = {
  IN_PREPARATION: ['CANCELLED', 'IN_RELEASE'],
  IN_RELEASE: ['CANCELLED', 'REJECTED', 'RELEASED'],
  REJECTED: ['CANCELLED', 'IN_PREPARATION'],
  RELEASED: ['CANCELLED', 'SENT'],
  SENT: ['CANCELLED', 'COMPLETED'],
  COMPLETED: [],
  CANCELLED: [],
}
const cases = statuses.flatMap((status) =>
  Object.entries(acts).map(([name, { becomes, with: more }], index) => {
    return { status, name, becomes, more, is: model[status].trim().split(' ')[index] === 'x' }
  }),
)

const whole = `purchaseOrder {
  id version type status statusReason orderDate currency netTotal paymentTermsDays incoterms buyerId buyer { principal }
  preparedBy releasedBy releasedByUser { principal } releasedAt supplier { id }
  contract { id version releasedValue } requisition { id version status items { itemNumber purchaseOrder { id } } }
  items {
    itemNumber description product { id } plant { id } quantity unit netPrice netAmount deliveryDate receivedQuantity
    invoicedQuantity purchaseOrder { id }
  }
}`

interface Order {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}

const invalid = (argument: string) => ({ code: 'INVALID_INPUT', argument })
const battery = {
  description: 'Battery pack',
  plantId: 'plant-1020',
  quantity: '3',
  netPrice: '19.995',
  deliveryDate: '2026-11-30',
}

for (const kind of sourceKinds()) {
  describe(`purchase orders on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    let place: ReturnType<typeof placeProcurement>
    let supplierId: string
    beforeAll(async () => {
      systems = await openSystems(kind)
      place = placeProcurement(systems.database)
      supplierId = (await place.supplier({ payment_terms_days: 21 })).id
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const does = async (name: string, input: Readonly<Record<string, unknown>>, caller = manager): Promise<Order> =>
      (await payload(act(systems.procurement, name, input, whole, caller)))['purchaseOrder'] as Order
    const refuses = (name: string, input: Readonly<Record<string, unknown>>, caller = manager) =>
      refused(act(systems.procurement, name, input, whole, caller))
    const read = (query: string) => data(ask(systems.procurement, query))

    test.each(cases)('$status: $name $is', async ({ status, name, becomes, more, is }) => {
      const { id } = await place.order(supplierId, { status })
      const input = { id, expectedVersion: 1, ...more }
      if (is) expect(await does(name, input)).toMatchObject({ status: becomes, version: 2 })
      else expect(await refuses(name, input)).toEqual({ code: 'ILLEGAL_TRANSITION', legal: legal[status] })
    })

    test('goes from a requisition to the supplier by two, and leaves its traces', async () => {
      const requisition = await place.requisition({}, [{}, { quantity: '0.5000', unit: 'HUR', product_id: null }])
      const made = await does(
        'createPurchaseOrder',
        {
          supplierId,
          requisitionId: requisition.id,
          requisitionItems: [
            { itemNumber: 20, netPrice: '99.99' },
            { itemNumber: 10, netPrice: '101.005', deliveryDate: '2026-11-20' },
          ],
          incoterms: 'DAP Havelberg',
        },
        agent,
      )
      expect(made).toMatchObject({
        version: 1,
        type: 'STANDARD',
        status: 'IN_PREPARATION',
        orderDate: '2026-10-31',
        currency: 'EUR',
        // 0.5 × 99.99 and 4 × 101.005, each rounded: 50.00 + 404.02
        netTotal: '454.02',
        paymentTermsDays: 21,
        incoterms: 'DAP Havelberg',
        buyerId: 'agent:procurement-agent',
        buyer: null,
        preparedBy: null,
        releasedBy: null,
        supplier: { id: supplierId },
        contract: null,
        requisition: { id: requisition.id, version: 2, status: 'ORDERED' },
        items: [
          {
            itemNumber: 10,
            product: null,
            quantity: '0.5000',
            unit: 'HUR',
            netAmount: '50.00',
            deliveryDate: '2026-12-01',
          },
          { itemNumber: 20, product: { id: 'prd-0001' }, netAmount: '404.02', deliveryDate: '2026-11-20' },
        ],
      })
      expect(made.id).toMatch(/^PO-2026-\d{5}$/)
      expect((made['items'] as readonly Order[]).map((item) => item['purchaseOrder'])).toEqual([
        { id: made.id },
        { id: made.id },
      ])
      const next = (order: Order, more: object = {}) => ({ id: order.id, expectedVersion: order.version, ...more })
      const asked = await does('submitPurchaseOrder', next(made), agent)
      const released = await does('releasePurchaseOrder', next(asked, { netTotal: '454.02' }))
      expect(released).toMatchObject({
        status: 'RELEASED',
        releasedBy: 'person:bernd.osthoff',
        releasedByUser: { principal: 'person:bernd.osthoff' },
        releasedAt: noon,
      })
      expect(await does('sendPurchaseOrder', next(released), agent)).toMatchObject({ status: 'SENT' })
    })

    test('a requisition can be ordered in parts, each item once', async () => {
      const { id } = await place.requisition({}, [{}, {}])
      const part = (itemNumber: number) => ({
        supplierId,
        requisitionId: id,
        requisitionItems: [{ itemNumber, netPrice: '100' }],
      })
      const first = await does('createPurchaseOrder', part(10))
      expect(first['requisition']).toMatchObject({
        status: 'APPROVED',
        items: [{ purchaseOrder: { id: first.id } }, { purchaseOrder: null }],
      })
      expect(await refuses('createPurchaseOrder', part(10))).toEqual(invalid('input.requisitionItems.0.itemNumber'))
      expect(await does('createPurchaseOrder', part(20))).toMatchObject({ requisition: { status: 'ORDERED' } })
      expect(await refuses('createPurchaseOrder', part(20))).toEqual(invalid('input.requisitionId'))
    })

    test('two who order the same item at once order it once', async () => {
      const { id } = await place.requisition()
      const input = { supplierId, requisitionId: id, requisitionItems: [{ itemNumber: 10, netPrice: '100' }] }
      const race = await Promise.all(
        [1, 2, 3].map(() => act(systems.procurement, 'createPurchaseOrder', input, whole, agent)),
      )
      expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
    })

    test('what was approved may come ten per cent dearer, and not a cent more', async () => {
      const order = async (netPrice: string) => {
        const { id } = await place.requisition()
        return { supplierId, requisitionId: id, requisitionItems: [{ itemNumber: 10, netPrice }] }
      }
      expect(await does('createPurchaseOrder', await order('110'))).toMatchObject({ netTotal: '440.00' })
      expect(await refuses('createPurchaseOrder', await order('110.0025'))).toEqual(invalid('input.requisitionItems'))
      const made = await does('createPurchaseOrder', await order('100'))
      const dearer = { id: made.id, expectedVersion: 1, items: [{ itemNumber: 10, netPrice: '110.01' }] }
      expect(await refuses('changePurchaseOrder', dearer)).toEqual(invalid('input.items'))
    })

    test('a contract beside the requisition does not make what was approved dearer', async () => {
      const contract = await place.contract(supplierId)
      const { id } = await place.requisition()
      const input = (netPrice: string) => ({
        supplierId,
        requisitionId: id,
        contractId: contract.id,
        requisitionItems: [{ itemNumber: 10, netPrice }],
        contractItems: [battery],
      })
      expect(await refuses('createPurchaseOrder', input('110.01'))).toEqual(invalid('input.requisitionItems'))
      const made = await does('createPurchaseOrder', input('100'))
      const change = (itemNumber: number) => ({
        id: made.id,
        expectedVersion: 1,
        items: [{ itemNumber, netPrice: '110.01' }],
      })
      expect(await refuses('changePurchaseOrder', change(10))).toEqual(invalid('input.items'))
      expect(await does('changePurchaseOrder', change(20))).toMatchObject({ netTotal: '730.03' })
    })

    test('what was needed long ago is needed at once', async () => {
      const { id } = await place.requisition({ needed_by: '2026-01-31' })
      const input = { supplierId, requisitionId: id, requisitionItems: [{ itemNumber: 10, netPrice: '100' }] }
      expect(await does('createPurchaseOrder', input)).toMatchObject({ items: [{ deliveryDate: '2026-10-31' }] })
    })

    test('an order from a contract takes what the contract allows, and its value is counted at the release', async () => {
      const contract = await place.contract(supplierId, { target_value: '119.97' })
      const input = { supplierId, contractId: contract.id, type: 'FRAMEWORK', contractItems: [battery] }
      const first = await does('createPurchaseOrder', input)
      expect(first).toMatchObject({
        type: 'FRAMEWORK',
        // 3 × 19.995, rounded up
        netTotal: '59.99',
        contract: { id: contract.id, releasedValue: '0.00' },
        items: [{ itemNumber: 10, plant: { id: 'plant-1020' }, unit: 'C62', netAmount: '59.99' }],
      })
      const release = async (order: Order) => {
        await systems.database.kysely
          .updateTable('procurement.purchase_orders')
          .set({ status: 'IN_RELEASE', buyer_id: people.buyer })
          .where('id', '=', order.id)
          .execute()
        return { id: order.id, expectedVersion: order.version, netTotal: String(order['netTotal']) }
      }
      const released = await does('releasePurchaseOrder', await release(first))
      expect(released).toMatchObject({ contract: { version: 2, releasedValue: '59.99' } })
      const second = await does('createPurchaseOrder', input)
      expect(await refuses('releasePurchaseOrder', await release(second))).toEqual(invalid('input.id'))
      const cancel = { id: released.id, expectedVersion: released.version, reason: 'Twice.' }
      expect(await does('cancelPurchaseOrder', cancel)).toMatchObject({
        status: 'CANCELLED',
        statusReason: 'Twice.',
        contract: { version: 3, releasedValue: '0.00' },
      })
      expect(await does('releasePurchaseOrder', await release(second))).toMatchObject({
        contract: { releasedValue: '59.99' },
      })
    })

    test('a contract of quantities has a value that is only a plan', async () => {
      const contract = await place.contract(supplierId, { type: 'QUANTITY', target_value: '1.00' })
      const { id } = await place.order(supplierId, { status: 'IN_RELEASE', contract_id: contract.id })
      const input = { id, expectedVersion: 1, netTotal: '50.00' }
      expect(await does('releasePurchaseOrder', input)).toMatchObject({ contract: { releasedValue: '50.00' } })
    })

    test('grounds: an order needs a requisition or a contract, and what belongs to each', async () => {
      const { id: requisitionId } = await place.requisition()
      const { id: contractId } = await place.contract(supplierId)
      const item = { itemNumber: 10, netPrice: '100' }
      const create = (more: object) => refuses('createPurchaseOrder', { supplierId, ...more })
      expect(await create({})).toEqual(invalid('input.requisitionId'))
      expect(await create({ contractItems: [battery] })).toEqual(invalid('input.requisitionId'))
      expect(await create({ requisitionId, requisitionItems: [item], contractItems: [battery] })).toEqual(
        invalid('input.contractId'),
      )
      expect(await create({ contractId, requisitionItems: [item] })).toEqual(invalid('input.requisitionId'))
      expect(await create({ requisitionId })).toEqual(invalid('input.requisitionItems'))
      expect(await create({ contractId })).toEqual(invalid('input.requisitionItems'))
      expect(await create({ requisitionId, requisitionItems: [item], type: 'FRAMEWORK' })).toEqual(
        invalid('input.contractId'),
      )
      expect(await create({ requisitionId: 'PR-2099-00000', requisitionItems: [item] })).toEqual(
        invalid('input.requisitionId'),
      )
      expect(await create({ contractId: 'ctr-0000', contractItems: [battery] })).toEqual(invalid('input.contractId'))
      expect(await create({ requisitionId, requisitionItems: [{ ...item, itemNumber: 30 }] })).toEqual(
        invalid('input.requisitionItems.0.itemNumber'),
      )
      expect(await create({ requisitionId, requisitionItems: [item, item] })).toEqual(
        invalid('input.requisitionItems.1.itemNumber'),
      )
      const both = await does('createPurchaseOrder', {
        supplierId,
        requisitionId,
        contractId,
        requisitionItems: [item],
        contractItems: [battery],
      })
      expect(both).toMatchObject({
        netTotal: '459.99',
        contract: { id: contractId },
        requisition: { id: requisitionId },
      })
    })

    test.each(['DRAFT', 'SUBMITTED', 'REJECTED', 'ORDERED', 'WITHDRAWN'] as const)(
      'a requisition that is %s is not ordered',
      async (status) => {
        const { id } = await place.requisition({ status })
        const input = { supplierId, requisitionId: id, requisitionItems: [{ itemNumber: 10, netPrice: '1' }] }
        expect(await refuses('createPurchaseOrder', input)).toEqual(invalid('input.requisitionId'))
      },
    )

    test.each([
      [{ status: 'DRAFT' }],
      [{ status: 'EXPIRED' }],
      [{ status: 'TERMINATED' }],
      [{ valid_to: '2026-10-30' }],
      [{ valid_from: '2026-11-01' }],
      [{ currency: 'GBP' }],
    ] as const)('a contract with %j is not ordered from', async (more) => {
      const { id } = await place.contract(supplierId, more)
      const input = { supplierId, contractId: id, contractItems: [battery] }
      expect(await refuses('createPurchaseOrder', input)).toEqual(invalid('input.contractId'))
    })

    test('nothing is ordered from a supplier that is blocked, not known, or another than the contract’s', async () => {
      const blocked = await place.supplier({ status: 'BLOCKED' })
      const { id: contractId } = await place.contract(supplierId)
      const other = await place.supplier()
      const create = (of: string) =>
        refuses('createPurchaseOrder', { supplierId: of, contractId, contractItems: [battery] })
      expect(await create(blocked.id)).toEqual(invalid('input.supplierId'))
      expect(await create('sup-000')).toEqual(invalid('input.supplierId'))
      expect(await create(other.id)).toEqual(invalid('input.contractId'))
      for (const [name, status, more] of [
        ['submitPurchaseOrder', 'IN_PREPARATION', {}],
        ['releasePurchaseOrder', 'IN_RELEASE', { netTotal: '50.00' }],
        ['sendPurchaseOrder', 'RELEASED', {}],
      ] as const) {
        const { id } = await place.order(blocked.id, { status })
        expect(await refuses(name, { id, expectedVersion: 1, ...more }), name).toEqual(invalid('input.id'))
      }
    })

    test.each([
      [{ description: '' }, 'description'],
      [{ productId: 'x' }, 'productId'],
      [{ plantId: 'x' }, 'plantId'],
      [{ unit: 'pieces' }, 'unit'],
      [{ quantity: '0' }, 'quantity'],
      [{ netPrice: '-0.01' }, 'netPrice'],
      [{ deliveryDate: '2026-10-30' }, 'deliveryDate'],
    ])('refuses an item with %j', async (more, field) => {
      const { id } = await place.contract(supplierId)
      const input = { supplierId, contractId: id, contractItems: [battery, { ...battery, ...more }] }
      expect(await refuses('createPurchaseOrder', input)).toEqual(invalid(`input.contractItems.1.${field}`))
    })

    test('terms, currency and prices are bounded', async () => {
      const { id } = await place.requisition()
      const item = { itemNumber: 10, netPrice: '100' }
      const create = (more: object) =>
        refuses('createPurchaseOrder', { supplierId, requisitionId: id, requisitionItems: [item], ...more })
      expect(await create({ paymentTermsDays: 366 })).toEqual(invalid('input.paymentTermsDays'))
      expect(await create({ currency: 'GBP' })).toEqual(invalid('input.currency'))
      expect(await create({ incoterms: '' })).toEqual(invalid('input.incoterms'))
      expect(await create({ requisitionItems: [{ ...item, netPrice: 'ten' }] })).toMatchObject({
        code: expect.stringMatching(/INPUT|VALIDATION/) as unknown,
      })
      expect(await create({ requisitionItems: [{ ...item, deliveryDate: '2026-10-30' }] })).toEqual(
        invalid('input.requisitionItems.0.deliveryDate'),
      )
    })

    test('a rejected order is changed and handed in again', async () => {
      const contract = await place.contract(supplierId)
      const { id } = await place.order(supplierId, { status: 'REJECTED', contract_id: contract.id })
      const changed = await does('changePurchaseOrder', {
        id,
        expectedVersion: 1,
        paymentTermsDays: 45,
        items: [{ itemNumber: 10, netPrice: '4.5', description: 'Cheaper scanner', deliveryDate: '2026-12-24' }],
        newItems: [battery],
      })
      expect(changed).toMatchObject({
        status: 'IN_PREPARATION',
        statusReason: null,
        paymentTermsDays: 45,
        netTotal: '104.99',
        items: [
          {
            itemNumber: 10,
            description: 'Cheaper scanner',
            quantity: '10.0000',
            netAmount: '45.00',
            deliveryDate: '2026-12-24',
          },
          { itemNumber: 20, netAmount: '59.99' },
        ],
      })
      const again = { id, expectedVersion: 2 }
      expect(await does('submitPurchaseOrder', again)).toMatchObject({ status: 'IN_RELEASE' })
    })

    test.each([
      [{}, 'input'],
      [{ paymentTermsDays: null }, 'input.paymentTermsDays'],
      [{ items: [{ itemNumber: 20, quantity: '1' }] }, 'input.items.0.itemNumber'],
      [{ items: [{ itemNumber: 10, quantity: '0' }] }, 'input.items.0.quantity'],
      [{ items: [{ itemNumber: 10, netPrice: null }] }, 'input.items.0.netPrice'],
      [{ items: [{ itemNumber: 10, deliveryDate: '2026-10-30' }] }, 'input.items.0.deliveryDate'],
      [{ newItems: [battery] }, 'input.newItems'],
    ])('refuses to change an order by %j', async (more, argument) => {
      const { id } = await place.order(supplierId, { status: 'IN_PREPARATION' })
      expect(await refuses('changePurchaseOrder', { id, expectedVersion: 1, ...more })).toEqual(invalid(argument))
    })

    test.each([
      ['the buyer', {}, callerNamed(people.buyer)],
      ['the agent that made it', { prepared_by: 'agent:procurement-agent' }, agent],
      ['an agent for the buyer', {}, callerNamed('agent:other', { onBehalfOf: callerNamed(people.buyer).id })],
      [
        'an agent that the buyer sent',
        {},
        callerNamed('agent:other', { actors: [{ id: callerNamed(people.buyer).id, kind: 'person', roles: [] }] }),
      ],
      ['who wanted it', {}, callerNamed(people.requester)],
    ])('is neither released nor sent back by %s', async (_, more, caller) => {
      const requisition = await place.requisition({ status: 'ORDERED' })
      const { id } = await place.order(supplierId, { status: 'IN_RELEASE', requisition_id: requisition.id, ...more })
      const input = { id, expectedVersion: 1 }
      const duty = { code: 'SEPARATION_OF_DUTY' }
      expect(await refuses('releasePurchaseOrder', { ...input, netTotal: '50.00' }, caller)).toEqual(duty)
      expect(await refuses('rejectPurchaseOrder', { ...input, reason: 'Mine.' }, caller)).toEqual(duty)
    })

    test('is released for the amount and in the currency that is meant', async () => {
      const { id } = await place.order(supplierId, { status: 'IN_RELEASE' })
      const input = { id, expectedVersion: 1, netTotal: '50.00' }
      expect(await refuses('releasePurchaseOrder', { ...input, netTotal: '50.01' })).toEqual(invalid('input.netTotal'))
      expect(await refuses('releasePurchaseOrder', { ...input, currency: 'GBP' })).toEqual(invalid('input.currency'))
      expect(await refuses('releasePurchaseOrder', { ...input, expectedVersion: 2 })).toEqual({
        code: 'VERSION_CONFLICT',
      })
      expect(await does('releasePurchaseOrder', { ...input, netTotal: '50' })).toMatchObject({ status: 'RELEASED' })
    })

    test('two who release at once count the contract once', async () => {
      const contract = await place.contract(supplierId)
      const { id } = await place.order(supplierId, { status: 'IN_RELEASE', contract_id: contract.id })
      const input = { id, expectedVersion: 1, netTotal: '50.00' }
      const race = await Promise.all(
        [1, 2, 3, 4].map(() => act(systems.procurement, 'releasePurchaseOrder', input, whole, manager)),
      )
      expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
      const { supplyContract } = await read(`{ supplyContract(id: "${contract.id}") { releasedValue version } }`)
      expect(supplyContract).toEqual({ releasedValue: '50.00', version: 2 })
    })

    test('the same key releases once', async () => {
      const { id } = await place.order(supplierId, { status: 'IN_RELEASE' })
      const once = { id, expectedVersion: 1, netTotal: '50.00', idempotencyKey: `release-${kind}` }
      const first = await payload(act(systems.procurement, 'releasePurchaseOrder', once, whole, manager))
      expect(await payload(act(systems.procurement, 'releasePurchaseOrder', once, whole, manager))).toEqual({
        ...first,
        replayed: true,
      })
      const other = { ...once, netTotal: '50' }
      expect(await refuses('releasePurchaseOrder', other)).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
    })

    test('a cancelled order frees what it was made from', async () => {
      const requisition = await place.requisition()
      const item = { itemNumber: 10, netPrice: '100' }
      const input = { supplierId, requisitionId: requisition.id, requisitionItems: [item] }
      const made = await does('createPurchaseOrder', input)
      const cancel = { id: made.id, expectedVersion: 1, reason: 'Another supplier is cheaper.' }
      expect(await does('cancelPurchaseOrder', cancel)).toMatchObject({
        status: 'CANCELLED',
        requisition: { status: 'APPROVED', items: [{ purchaseOrder: null }] },
      })
      expect(await does('createPurchaseOrder', input)).toMatchObject({ requisition: { status: 'ORDERED' } })
    })

    test('an order of which goods came is not cancelled, and closed short only with a reason', async () => {
      const { id } = await place.order(supplierId, {}, [
        { received_quantity: '1.0000' },
        { received_quantity: '10.0000' },
      ])
      const input = { id, expectedVersion: 1 }
      expect(await refuses('cancelPurchaseOrder', { ...input, reason: 'No.' })).toEqual(invalid('input.id'))
      expect(await refuses('completePurchaseOrder', input)).toEqual(invalid('input.reason'))
      expect(await does('completePurchaseOrder', { ...input, reason: 'Sold out.' })).toMatchObject({
        status: 'COMPLETED',
        statusReason: 'Sold out.',
      })
      const full = await place.order(supplierId, {}, [{ received_quantity: '10.0000' }])
      const complete = { id: full.id, expectedVersion: 1 }
      expect(await refuses('completePurchaseOrder', { ...complete, reason: 'Why?' })).toEqual(invalid('input.reason'))
      expect(await does('completePurchaseOrder', complete)).toMatchObject({ status: 'COMPLETED', statusReason: null })
    })

    test.each(['rejectPurchaseOrder', 'cancelPurchaseOrder'])('%s needs a reason', async (name) => {
      const { id } = await place.order(supplierId, { status: 'IN_RELEASE' })
      expect(await refuses(name, { id, expectedVersion: 1, reason: ' ' })).toEqual(invalid('input.reason'))
    })
  })
}
