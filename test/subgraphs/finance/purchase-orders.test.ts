/** What ties invoices to purchase orders: the order's id, the item's number, and what was billed of it before. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused, sourceKinds } from '../../support/systems.ts'

const clerk = callerNamed('agent:finance-agent')
const whole = `invoice {
  id version purchaseOrderReference purchaseOrder { id invoices(first: 100) { id } }
  lines { quantity purchaseOrderItemNumber billedBefore }
}`

interface Invoice {
  readonly id: string
  readonly version: number
  readonly lines: readonly { readonly billedBefore: string }[]
  readonly purchaseOrder: { readonly id: string; readonly invoices: readonly { readonly id: string }[] } | null
}

for (const kind of sourceKinds()) {
  describe(`invoices of purchase orders on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    beforeAll(async () => {
      systems = await openSystems(kind)
      const other = { name: 'Other creditor', status: 'ACTIVE', category: 'Test', country_code: 'DE' } as const
      await systems.database.kysely
        .insertInto('finance.suppliers')
        .values({
          id: 'sup-99001',
          version: 1,
          created_at: '2026-10-01T00:00:00Z',
          updated_at: '2026-10-01T00:00:00Z',
          ...other,
          payment_terms_days: 30,
          owner_id: 'person:jonas.weber',
        })
        .execute()
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    let bills = 0
    const does = async (name: string, input: Readonly<Record<string, unknown>>): Promise<Invoice> =>
      (await payload(act(systems.finance, name, input, whole, clerk)))['invoice'] as Invoice
    const refuses = (name: string, input: Readonly<Record<string, unknown>>) =>
      refused(act(systems.finance, name, input, whole, clerk))
    const line = (purchaseOrderItemNumber: number | null, quantity: string) => ({
      itemName: 'Battery pack',
      quantity,
      netPrice: '5.00',
      purchaseOrderItemNumber,
    })
    const bill = (order: string | null, lines: readonly object[], more: object = {}) => ({
      direction: 'PURCHASE',
      supplierId: 'sup-001',
      number: `ORDER-${++bills}`,
      issueDate: '2026-10-30',
      ...(order === null ? {} : { purchaseOrderReference: order }),
      lines,
      ...more,
    })
    const captured = (order: string, lines: readonly object[], more: object = {}) =>
      does('createInvoice', bill(order, lines, more))
    /** Captured later than all before: the clock of the test stands still. */
    async function later(order: string, lines: readonly object[], more: object = {}): Promise<Invoice> {
      const made = await captured(order, lines, more)
      const created_at = new Date(Date.UTC(2027, 0, 1) + bills * 60_000)
      await systems.database.kysely
        .updateTable('finance.invoices')
        .set({ created_at })
        .where('id', '=', made.id)
        .execute()
      return made
    }
    const billedBefore = async (id: string) => {
      const { invoice } = await data(ask(systems.finance, `{ invoice(id: "${id}") { lines { billedBefore } } }`))
      return (invoice as Invoice).lines.map((item) => item.billedBefore)
    }

    test('a line names the item of the order that it bills', async () => {
      const made = await captured('PO-2099-90001', [line(20, '3'), line(null, '1')])
      expect(made).toMatchObject({
        purchaseOrderReference: 'PO-2099-90001',
        purchaseOrder: { id: 'PO-2099-90001', invoices: [{ id: made.id }] },
        lines: [
          { quantity: '3.0000', purchaseOrderItemNumber: 20, billedBefore: '0.0000' },
          { purchaseOrderItemNumber: null, billedBefore: '0.0000' },
        ],
      })
    })

    test('an item says nothing without the order that has it', async () => {
      expect(await refuses('createInvoice', bill(null, [line(10, '1')]))).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.purchaseOrderReference',
      })
      expect(await refuses('createInvoice', bill('PO-2099-90002', [line(0, '1')]))).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.lines.0.purchaseOrderItemNumber',
      })
    })

    test('what the seller calls the order is kept, and is no order of ours', async () => {
      expect(await captured('4500017', [line(null, '1')])).toMatchObject({
        purchaseOrderReference: '4500017',
        purchaseOrder: null,
      })
    })

    test('an invoice is matched with an order of ours only', async () => {
      const made = await captured('PO-2099-90003', [line(10, '1')])
      const input = { id: made.id, expectedVersion: 1 }
      expect(await refuses('matchInvoice', { ...input, purchaseOrderReference: 'order 17' })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.purchaseOrderReference',
      })
      expect(await does('matchInvoice', { ...input, purchaseOrderReference: 'PO-2099-90003' })).toMatchObject({
        version: 2,
      })
    })

    test("a customer's order that is called like one of ours is not ours", async () => {
      const sale = await does('createInvoice', {
        direction: 'SALES',
        accountId: 'acc-0001',
        buyerName: 'Nordwind Logistics GmbH',
        buyerCountryCode: 'DE',
        issueDate: '2026-10-30',
        purchaseOrderReference: 'PO-2099-90004',
        lines: [line(10, '1')],
      })
      expect(sale).toMatchObject({ purchaseOrderReference: 'PO-2099-90004', purchaseOrder: null })
      const bought = await later('PO-2099-90004', [line(10, '1')])
      expect(bought.purchaseOrder?.invoices).toEqual([{ id: bought.id }])
      expect(await billedBefore(bought.id)).toEqual(['0.0000'])
    })

    test('counts what earlier invoices of the order bill of the same item', async () => {
      const order = 'PO-2099-90005'
      const first = await later(order, [line(10, '3'), line(20, '1.5')])
      await later(order, [line(10, '1')], { typeCode: 'CREDIT_NOTE' })
      const cancelled = await later(order, [line(10, '50')])
      await systems.database.kysely
        .updateTable('finance.invoices')
        .set({ status: 'CANCELLED', status_reason: 'Wrong.' })
        .where('id', '=', cancelled.id)
        .execute()
      await later(order, [line(10, '70')], { supplierId: 'sup-99001' })
      await later('PO-2099-90006', [line(10, '90')])
      const last = await later(order, [line(20, '1'), line(10, '7'), line(10, '2'), line(null, '1')])
      await later(order, [line(10, '100')])
      expect(await billedBefore(first.id)).toEqual(['0.0000', '0.0000'])
      expect(await billedBefore(last.id)).toEqual(['1.5000', '2.0000', '2.0000', '0.0000'])
    })
  })
}
