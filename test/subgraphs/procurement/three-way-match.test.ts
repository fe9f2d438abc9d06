/** The three-way match: the judgement itself, and that it is made from what the contract requires and from nothing else. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OrderItemRecord, OrderRecord } from '../../../subgraphs/procurement/model.ts'
import { matchInvoice, type BilledLine } from '../../../subgraphs/procurement/three-way-match.ts'
import { databaseKinds } from '../../support/databases.ts'
import { placeProcurement } from '../../support/procurement.ts'
import { ask, data } from '../../support/subgraphs.ts'
import { openSystems } from '../../support/systems.ts'

const line: BilledLine = {
  lineNumber: 1,
  purchaseOrderItemNumber: 10,
  quantity: '4',
  unitCode: 'C62',
  netPrice: '100.00',
  billedBefore: '0.0000',
}
const order = { id: 'PO-2099-00001', supplierId: 'sup-001', currency: 'EUR', status: 'SENT' } as OrderRecord
const item = (itemNumber: number, more: Partial<OrderItemRecord> = {}) =>
  ({
    itemNumber,
    quantity: '10.0000',
    receivedQuantity: '10.0000',
    netPrice: '100.0000',
    unit: 'C62',
    ...more,
  }) as OrderItemRecord
const match = (
  lines: readonly Partial<BilledLine>[],
  items: readonly OrderItemRecord[] = [item(10), item(20)],
  of: OrderRecord | null = order,
) =>
  matchInvoice(
    { currency: 'EUR', supplierId: 'sup-001', lines: lines.map((more) => ({ ...line, ...more })) },
    of,
    items,
  )

describe('the judgement', () => {
  test('what is ordered, received and billed alike matches', () => {
    expect(match([{}, { lineNumber: 2, purchaseOrderItemNumber: 20, quantity: '10' }])).toEqual({
      verdict: 'MATCHED',
      purchaseOrder: order,
      tolerances: { pricePercent: '2.00', quantityPercent: '0.00' },
      differences: [],
    })
  })

  test.each([
    ['102.00', 'MATCHED'],
    ['102.0001', 'PRICE_MISMATCH'],
    ['98.00', 'MATCHED'],
    ['97.9999', 'PRICE_MISMATCH'],
    ['0', 'PRICE_MISMATCH'],
  ])('a price of %s where 100 was agreed: %s', (netPrice, verdict) => {
    expect(match([{ netPrice }]).verdict).toBe(verdict)
  })

  test('what was agreed to be free of charge may not cost a cent', () => {
    expect(match([{ netPrice: '0.0001' }], [item(10, { netPrice: '0.0000' })]).verdict).toBe('PRICE_MISMATCH')
    expect(match([{ netPrice: '0' }], [item(10, { netPrice: '0.0000' })]).verdict).toBe('MATCHED')
  })

  test.each([
    ['4', '4.0000', '0', 'MATCHED'],
    ['4.0001', '4.0000', '0', 'QUANTITY_MISMATCH'],
    ['2', '4.0000', '2', 'MATCHED'],
    ['2', '4.0000', '2.0001', 'QUANTITY_MISMATCH'],
    // A credit note before gives back what was billed too much.
    ['4', '4.0000', '-1', 'MATCHED'],
    ['1', '0.0000', '0', 'NOT_RECEIVED'],
    ['11', '11.0000', '0', 'MATCHED'],
  ])('%s billed of %s received, after %s: %s', (quantity, receivedQuantity, billedBefore, verdict) => {
    expect(match([{ quantity, billedBefore }], [item(10, { receivedQuantity })]).verdict).toBe(verdict)
  })

  test('two lines of one invoice bill the same item one after the other', () => {
    const { verdict, differences } = match([{ quantity: '6' }, { lineNumber: 2, quantity: '6', billedBefore: '0' }])
    expect(verdict).toBe('QUANTITY_MISMATCH')
    expect(differences).toEqual([
      {
        lineNumber: 2,
        itemNumber: 10,
        verdict: 'QUANTITY_MISMATCH',
        explanation: 'Of item 10 10.0000 C62 were received and 12.0000 are billed.',
        orderedQuantity: '10.0000',
        receivedQuantity: '10.0000',
        billedQuantity: '12.0000',
      },
    ])
  })

  test('another unit is no quantity of the item', () => {
    expect(match([{ unitCode: 'KGM' }]).differences).toMatchObject([
      { verdict: 'QUANTITY_MISMATCH', explanation: 'Item 10 is ordered in C62 and billed in KGM.' },
    ])
  })

  test('a line can be wrong in quantity and in price, and the gravest counts', () => {
    const { verdict, differences } = match([
      { quantity: '11', netPrice: '120' },
      { lineNumber: 2, purchaseOrderItemNumber: 20 },
      { lineNumber: 3, purchaseOrderItemNumber: 30 },
    ])
    expect(verdict).toBe('NO_ORDER')
    expect(differences.map((difference) => [difference.lineNumber, difference.verdict])).toEqual([
      [1, 'QUANTITY_MISMATCH'],
      [1, 'PRICE_MISMATCH'],
      [3, 'NO_ORDER'],
    ])
    expect(differences[1]).toMatchObject({ orderedPrice: '100.0000', billedPrice: '120' })
    expect(differences[2]).toEqual({
      lineNumber: 3,
      itemNumber: null,
      verdict: 'NO_ORDER',
      explanation: 'The line names no item of the order.',
    })
  })

  test('a line without the number of an item bills nothing that was ordered', () => {
    expect(match([{ purchaseOrderItemNumber: null }]).verdict).toBe('NO_ORDER')
  })

  test.each([
    ['no order', null, 'The invoice names no order that we know.'],
    ['an order to another supplier', { supplierId: 'sup-002' }, 'The order PO-2099-00001 is to another supplier.'],
    ['an order in another currency', { currency: 'GBP' }, 'The order PO-2099-00001 is in GBP, the invoice in EUR.'],
    ...(['IN_PREPARATION', 'IN_RELEASE', 'REJECTED', 'CANCELLED'] as const).map(
      (status) => [`an order that is ${status}`, { status }, `The order PO-2099-00001 is ${status}.`] as const,
    ),
  ] as const)('%s bills nothing', (_, more, explanation) => {
    const found = match([{}], [item(10)], more && { ...order, ...more })
    expect(found).toMatchObject({
      verdict: 'NO_ORDER',
      purchaseOrder: null,
      differences: [{ lineNumber: 1, explanation }],
    })
  })

  test.each(['RELEASED', 'SENT', 'COMPLETED'] as const)('an order that is %s can be billed', (status) => {
    expect(match([{}], [item(10)], { ...order, status }).verdict).toBe('MATCHED')
  })
})

for (const kind of databaseKinds()) {
  describe(`matching invoices on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    let supplierId: string
    let orders: readonly string[]
    beforeAll(async () => {
      systems = await openSystems(kind)
      const place = placeProcurement(systems.database)
      supplierId = (await place.supplier()).id
      const received = { received_quantity: '10.0000' }
      orders = await Promise.all(
        Array.from({ length: 20 }, async () => (await place.order(supplierId, {}, [received, {}])).id),
      )
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const query = `query ($of: [_Any!]!) {
      _entities(representations: $of) {
        ... on Invoice {
          id
          threeWayMatch { verdict purchaseOrder { id goodsReceipts { id } } differences { lineNumber verdict receivedQuantity } }
        }
      }
    }`
    const invoice = (orderId: string | null, more: object = {}) => ({
      __typename: 'Invoice',
      id: 'INV-2099-00001',
      direction: 'PURCHASE',
      typeCode: 'COMMERCIAL_INVOICE',
      currency: 'EUR',
      supplier: { __typename: 'Supplier', id: supplierId },
      purchaseOrderReference: orderId,
      allLines: [{ ...line, quantity: '10', netPrice: '5' }],
      ...more,
    })
    const found = async (of: readonly object[]) => {
      const { _entities } = await data(ask(systems.procurement, query, { variables: { of } }))
      return (_entities as readonly { threeWayMatch: unknown }[]).map(({ threeWayMatch }) => threeWayMatch)
    }

    test('reads the order and what was received of it', async () => {
      const [id = ''] = orders
      const second = { ...line, lineNumber: 2, purchaseOrderItemNumber: 20, netPrice: '5' }
      expect(await found([invoice(id), invoice(id, { allLines: [second] }), invoice('4711'), invoice(null)])).toEqual([
        { verdict: 'MATCHED', purchaseOrder: { id, goodsReceipts: [] }, differences: [] },
        {
          verdict: 'NOT_RECEIVED',
          purchaseOrder: { id, goodsReceipts: [] },
          differences: [{ lineNumber: 2, verdict: 'NOT_RECEIVED', receivedQuantity: '0.0000' }],
        },
        {
          verdict: 'NO_ORDER',
          purchaseOrder: null,
          differences: [{ lineNumber: 1, verdict: 'NO_ORDER', receivedQuantity: null }],
        },
        {
          verdict: 'NO_ORDER',
          purchaseOrder: null,
          differences: [{ lineNumber: 1, verdict: 'NO_ORDER', receivedQuantity: null }],
        },
      ])
    })

    test('what is sold, and credit notes, are not matched', async () => {
      const [id = ''] = orders
      const others = [invoice(id, { direction: 'SALES', supplier: null }), invoice(id, { typeCode: 'CREDIT_NOTE' })]
      expect(await found(others)).toEqual([null, null])
    })

    test('a forged order or verdict in the representation is not read', async () => {
      const [id = ''] = orders
      const forged = invoice(id, {
        threeWayMatch: { verdict: 'MATCHED' },
        supplier: { id: 'sup-000', supplierId },
        receivedQuantity: '99',
      })
      expect(await found([forged])).toMatchObject([{ verdict: 'NO_ORDER' }])
    })

    test.each([
      [{ direction: undefined }],
      [{ typeCode: null }],
      [{ currency: 7 }],
      [{ allLines: undefined }],
      [{ allLines: [] }],
      [{ allLines: [{ ...line, billedBefore: undefined }] }],
      [{ allLines: [{ ...line, quantity: 'many' }] }],
      [{ allLines: [{ ...line, purchaseOrderItemNumber: undefined }] }],
      [{ allLines: [{ ...line, netPrice: { toString: '5' } }] }],
    ])('fails, and does not guess, when the invoice comes with %j', async (more) => {
      const [id = ''] = orders
      const { data: answer, errors = [] } = await ask(systems.procurement, query, {
        variables: { of: [invoice(id, more)] },
      })
      expect(JSON.parse(JSON.stringify(answer))).toEqual({
        _entities: [{ id: 'INV-2099-00001', threeWayMatch: null }],
      })
      expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['SYSTEM_UNAVAILABLE'])
    })

    test('takes as many statements for a page of invoices as for one', async () => {
      const statements = async (of: readonly object[]) => {
        systems.queries.length = 0
        expect((await found(of)).length).toBe(of.length)
        return systems.queries.length
      }
      const one = await statements([invoice(orders[0] ?? '')])
      expect(await statements(orders.map((id) => invoice(id)))).toBe(one)
      // orders, their items, their receipts
      expect(one).toBe(3)
    })
  })
}
