/** Changing invoices: capturing with arithmetic, every step between statuses, the four eyes, and that a key acts once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { InvoiceDirection, InvoiceStatus } from '../../../storage/tables/finance.ts'
import { callerNamed } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused, sourceKinds } from '../../support/systems.ts'

const statuses = ['RECEIVED', 'MATCHED', 'APPROVED', 'SCHEDULED', 'PAID', 'DISPUTED', 'CANCELLED'] as const

/** Which acts an invoice takes, by direction and status: m match, a approve, d dispute, c cancel. */
const model: Readonly<Record<InvoiceDirection, Partial<Record<InvoiceStatus, string>>>> = {
  PURCHASE: {
    RECEIVED: '  m . d c',
    MATCHED: '   . a d c',
    APPROVED: '  . . d c',
    SCHEDULED: ' . . . .',
    PAID: '      . . . .',
    DISPUTED: '  m . . c',
    CANCELLED: ' . . . .',
  },
  SALES: {
    RECEIVED: '  . a . c',
    APPROVED: '  . . d c',
    PAID: '      . . . .',
    DISPUTED: '  . a . c',
    CANCELLED: ' . . . .',
  },
}
const acts = ['matchInvoice', 'approveInvoice', 'disputeInvoice', 'cancelInvoice'] as const
const becomes = {
  matchInvoice: 'MATCHED',
  approveInvoice: 'APPROVED',
  disputeInvoice: 'DISPUTED',
  cancelInvoice: 'CANCELLED',
} as const
const cases = Object.entries(model).flatMap(([direction, rows]) =>
  Object.entries(rows).flatMap(([status, row]) => {
    const marks = row.trim().split(' ')
    return acts.map((name, index) => ({
      direction: direction as InvoiceDirection,
      status: status as InvoiceStatus,
      name,
      legal: marks[index] !== '.',
    }))
  }),
)

const noon = '2026-10-31T12:00:00.000Z'
const clerk = callerNamed('agent:finance-agent')
const controller = callerNamed('person:jonas.weber')
const whole = `invoice {
  id number version status statusReason direction typeCode currency issueDate dueDate paymentTerms purchaseOrderReference
  seller { name countryCode } buyer { name countryCode } account { id } supplier { id }
  lines { lineNumber itemName quantity netPrice netAmount vatRate } vatBreakdown { category rate taxableAmount taxAmount }
  lineTotal vatTotal grossTotal paidAmount amountDue createdBy approvedBy approvedAt
}`
const line = { itemName: 'Handheld scanner', quantity: '3', netPrice: '199.95' }
const bill = { direction: 'PURCHASE', supplierId: 'sup-001', issueDate: '2026-10-30', lines: [line] }
const sale = {
  direction: 'SALES',
  accountId: 'acc-0001',
  buyerName: 'Nordwind Logistics GmbH',
  buyerCountryCode: 'DE',
  issueDate: '2026-10-30',
  lines: [line],
}

interface Invoice {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}

for (const kind of sourceKinds()) {
  describe(`changing invoices on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    beforeAll(async () => {
      systems = await openSystems(kind)
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    let bills = 0
    const nextNumber = () => `TEST-${++bills}`
    const does = async (name: string, input: Readonly<Record<string, unknown>>, caller = clerk): Promise<Invoice> =>
      (await payload(act(systems.finance, name, input, whole, caller)))['invoice'] as Invoice
    const refuses = (name: string, input: Readonly<Record<string, unknown>>, caller = clerk) =>
      refused(act(systems.finance, name, input, whole, caller))

    /** An invoice that stands in `status` already. */
    async function invoiceIn(direction: InvoiceDirection, status: InvoiceStatus): Promise<Invoice> {
      const input = direction === 'PURCHASE' ? { ...bill, number: nextNumber() } : sale
      const made = await does('createInvoice', input)
      const approved = { approved_by: 'person:jonas.weber', approved_at: noon }
      await systems.database.kysely
        .updateTable('finance.invoices')
        .set({ status, ...approved, ...(status === 'PAID' ? { paid_amount: '713.82', amount_due: '0.00' } : {}) })
        .where('id', '=', made.id)
        .execute()
      return made
    }

    test.each(cases)('$direction in $status: $name $legal', async ({ direction, status, name, legal }) => {
      const { id } = await invoiceIn(direction, status)
      const said = { reason: 'It was wrong.', purchaseOrderReference: 'PO-2026-00001', grossTotal: '713.82' }
      const { reason, purchaseOrderReference, grossTotal } = said
      const more = {
        matchInvoice: { purchaseOrderReference },
        approveInvoice: { grossTotal },
        disputeInvoice: { reason },
        cancelInvoice: { reason },
      }[name]
      const input = { id, expectedVersion: 1, ...more }
      if (legal) {
        expect(await does(name, input, controller)).toMatchObject({ status: becomes[name], version: 2 })
      } else {
        expect(await refuses(name, input, controller)).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
      }
    })

    test('every status is in the model', () => {
      expect(Object.keys(model.PURCHASE).toSorted()).toEqual([...statuses].toSorted())
    })

    test('captures a bill: amounts, VAT and totals from its lines, the parties from the records', async () => {
      const lines = [line, { itemName: 'Coffee', quantity: '0.5', unitCode: 'KGM', netPrice: '19.9999', vatRate: '7' }]
      const invoice = await does('createInvoice', { ...bill, number: 'RE-4711', lines, grossTotal: '724.52' })
      expect(invoice).toMatchObject({
        number: 'RE-4711',
        status: 'RECEIVED',
        version: 1,
        typeCode: 'COMMERCIAL_INVOICE',
        currency: 'EUR',
        seller: { name: 'Kestrel Scanner Supply GmbH', countryCode: 'DE' },
        buyer: { name: 'Havelberg Systems GmbH' },
        supplier: { id: 'sup-001' },
        account: null,
        createdBy: 'agent:finance-agent',
        approvedBy: null,
        lines: [
          { lineNumber: 1, quantity: '3.0000', netPrice: '199.9500', netAmount: '599.85', vatRate: '19.00' },
          { lineNumber: 2, quantity: '0.5000', netPrice: '19.9999', netAmount: '10.00', vatRate: '7.00' },
        ],
        vatBreakdown: [
          { category: 'STANDARD', rate: '19.00', taxableAmount: '599.85', taxAmount: '113.97' },
          { category: 'STANDARD', rate: '7.00', taxableAmount: '10.00', taxAmount: '0.70' },
        ],
        lineTotal: '609.85',
        vatTotal: '114.67',
        grossTotal: '724.52',
        paidAmount: '0.00',
        amountDue: '724.52',
      })
      expect(invoice.id).toMatch(/^INV-2026-\d{5}$/)
      expect(String(invoice['dueDate']) > '2026-10-30').toBe(true)
    })

    test('captures a sale, numbered by us', async () => {
      const export_ = [{ ...line, vatCategory: 'EXPORT' }]
      const invoice = await does('createInvoice', { ...sale, lines: export_, dueDate: '2026-12-24' })
      expect(invoice).toMatchObject({
        seller: { name: 'Havelberg Systems GmbH' },
        account: { id: 'acc-0001' },
        supplier: null,
        dueDate: '2026-12-24',
        vatTotal: '0.00',
        vatBreakdown: [{ category: 'EXPORT', rate: '0.00' }],
      })
      expect(invoice['number']).toBe(invoice.id)
    })

    test.each([
      [{ ...bill, number: null }, 'input.number'],
      [{ ...bill, number: 'A', supplierId: null }, 'input.supplierId'],
      [{ ...bill, number: 'A', supplierId: 'sup-999' }, 'input.supplierId'],
      [{ ...bill, number: 'A', accountId: 'acc-0001' }, 'input.accountId'],
      [{ ...sale, number: 'A' }, 'input.number'],
      [{ ...sale, buyerName: null }, 'input.buyerName'],
      [{ ...sale, buyerName: ' ' }, 'input.buyerName'],
      [{ ...sale, buyerCountryCode: 'Germany' }, 'input.buyerCountryCode'],
      [{ ...sale, accountId: 'Nordwind' }, 'input.accountId'],
      [{ ...sale, currency: 'USD' }, 'input.currency'],
      [{ ...bill, number: 'A', currency: 'Euro' }, 'input.currency'],
      [{ ...bill, number: 'A', issueDate: '2026-11-01' }, 'input.issueDate'],
      [{ ...bill, number: 'A', dueDate: '2026-10-29' }, 'input.dueDate'],
      [{ ...bill, number: 'A', lines: [] }, 'input.lines'],
      [{ ...bill, number: 'A', lines: Array.from({ length: 101 }, () => line) }, 'input.lines'],
      [{ ...bill, number: 'A', grossTotal: '713.83' }, 'input.grossTotal'],
      [{ ...bill, number: 'A', lines: [line, { ...line, quantity: '0' }] }, 'input.lines.1.quantity'],
      [{ ...bill, number: 'A', lines: [{ ...line, quantity: '1.00001' }] }, 'input.lines.0.quantity'],
      [{ ...bill, number: 'A', lines: [{ ...line, netPrice: '-1' }] }, 'input.lines.0.netPrice'],
      [{ ...bill, number: 'A', lines: [{ ...line, vatRate: '0' }] }, 'input.lines.0.vatRate'],
      [{ ...bill, number: 'A', lines: [{ ...line, vatRate: '100.01' }] }, 'input.lines.0.vatRate'],
      [{ ...bill, number: 'A', lines: [{ ...line, vatCategory: 'EXEMPT', vatRate: '19' }] }, 'input.lines.0.vatRate'],
      [{ ...bill, number: 'A', lines: [{ ...line, unitCode: 'piece' }] }, 'input.lines.0.unitCode'],
      [{ ...bill, number: 'A', lines: [{ ...line, itemName: '' }] }, 'input.lines.0.itemName'],
    ])('refuses to capture %j', async (input, argument) => {
      expect(await refuses('createInvoice', input)).toEqual({ code: 'INVALID_INPUT', argument })
    })

    test('refuses the same bill a second time, and a bill of a blocked supplier', async () => {
      await does('createInvoice', { ...bill, number: 'TWICE-1' })
      expect(await refuses('createInvoice', { ...bill, number: 'TWICE-1' })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.number',
      })
      await systems.database.kysely
        .updateTable('finance.suppliers')
        .set({ status: 'BLOCKED' })
        .where('id', '=', 'sup-002')
        .execute()
      expect(await refuses('createInvoice', { ...bill, supplierId: 'sup-002', number: 'B-1' })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.supplierId',
      })
    })

    test('a bill captured twice at once is captured once', async () => {
      const twice = { ...bill, number: nextNumber() }
      const race = await Promise.all([1, 2, 3].map(() => act(systems.finance, 'createInvoice', twice, whole, clerk)))
      expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
      const codes = race.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions?.['code']))
      expect(new Set(codes)).toEqual(new Set(['INVALID_INPUT']))
    })

    test('is approved by another than who captured it, for the amount that it has', async () => {
      const { id } = await invoiceIn('PURCHASE', 'MATCHED')
      const input = { id, expectedVersion: 1, grossTotal: '713.82' }
      expect(await refuses('approveInvoice', input, clerk)).toEqual({ code: 'SEPARATION_OF_DUTY' })
      expect(await refuses('approveInvoice', { ...input, grossTotal: '713.81' }, controller)).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.grossTotal',
      })
      expect(await does('approveInvoice', { ...input, grossTotal: '713.820' }, controller)).toMatchObject({
        status: 'APPROVED',
        approvedBy: 'person:jonas.weber',
        approvedAt: noon,
      })
    })

    test('is not approved by the person for whom it was captured', async () => {
      const { id: onBehalfOf } = callerNamed('person:karin.albers')
      const helper = callerNamed('agent:helper', { onBehalfOf })
      const { id } = await does('createInvoice', { ...sale }, helper)
      const input = { id, expectedVersion: 1, grossTotal: '713.82' }
      const karin = callerNamed('person:karin.albers')
      expect(await refuses('approveInvoice', input, karin)).toEqual({ code: 'SEPARATION_OF_DUTY' })
    })

    test('is not cancelled when a part is paid', async () => {
      const { id } = await invoiceIn('PURCHASE', 'APPROVED')
      await systems.database.kysely
        .updateTable('finance.invoices')
        .set({ paid_amount: '13.82', amount_due: '700.00' })
        .where('id', '=', id)
        .execute()
      const input = { id, expectedVersion: 1, reason: 'Not ours.' }
      expect(await refuses('cancelInvoice', input)).toEqual({ code: 'INVALID_INPUT', argument: 'input.id' })
    })

    test('row 60: the same key captures once, with other lines it is a conflict', async () => {
      const once = { ...bill, number: nextNumber(), idempotencyKey: `capture-${kind}` }
      const first = await payload(act(systems.finance, 'createInvoice', once, whole, clerk))
      expect(await payload(act(systems.finance, 'createInvoice', once, whole, clerk))).toEqual({
        ...first,
        replayed: true,
      })
      const other = { ...once, lines: [{ ...line, quantity: '4' }] }
      expect(await refuses('createInvoice', other)).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
    })
  })
}
