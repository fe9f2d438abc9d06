/**
 * The three-way match through the whole gateway: procurement judges what finance says, for a page of invoices in a bounded
 * number of statements, and only for those who may read everything that it is made from.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../support/databases.ts'
import { placeProcurement } from '../support/procurement.ts'
import { startStack, type Stack } from '../support/stack.ts'

const clerk = 'finance-agent'
/** Invoices in the page of the tests. */
const bills = 12

for (const kind of databaseKinds()) {
  describe(`matching through the gateway on ${kind}`, () => {
    let stack: Stack
    let orderId: string
    let invoiceIds: readonly string[]
    beforeAll(async () => {
      stack = await startStack({ database: kind })
      const place = placeProcurement(stack.database)
      const received = { quantity: '100.0000', received_quantity: '30.0000' }
      orderId = (await place.order('sup-001', {}, [received, received])).id
      invoiceIds = []
      for (let bill = 1; bill <= bills; bill += 1) invoiceIds = [...invoiceIds, await capture(`MATCH-${bill}`)]
    }, 120_000)
    afterAll(() => stack[Symbol.asyncDispose]())

    /** A bill over 10 pieces of item 10 at the agreed price, and over one of item 20 that is a tenth too dear. */
    async function capture(number: string): Promise<string> {
      const line = (purchaseOrderItemNumber: number, quantity: string, netPrice: string) => ({
        itemName: 'Handheld scanner',
        quantity,
        netPrice,
        purchaseOrderItemNumber,
      })
      const input = {
        idempotencyKey: number,
        direction: 'PURCHASE',
        supplierId: 'sup-001',
        number,
        issueDate: '2026-10-01',
        purchaseOrderReference: orderId,
        lines: [line(10, '10', '5.00'), line(20, '1', '5.50')],
      }
      const text = 'mutation Capture($input: CreateInvoiceInput!) { createInvoice(input: $input) { invoice { id } } }'
      const { data, errors } = await stack.graphql(clerk, text, { input })
      expect(errors).toEqual([])
      return String(data?.['createInvoice'].invoice.id)
    }
    const page = (first: number) =>
      `{ invoices(first: ${first}, filter: { number: { contains: "MATCH-" } }, sort: { field: ID, direction: ASC }) {
        nodes { id threeWayMatch { verdict purchaseOrder { id supplier { name } } differences { lineNumber verdict billedQuantity } } }
      } }`

    test('each invoice is judged after those that came before it', async () => {
      const { data, errors } = await stack.graphql(clerk, page(bills))
      expect(errors).toEqual([])
      const nodes = data?.['invoices'].nodes as readonly { id: string; threeWayMatch: any }[]
      expect(nodes.map(({ id }) => id)).toEqual(invoiceIds)
      // 30 pieces came, 10 are billed each time: from the fourth on too much is billed.
      expect(nodes.map(({ threeWayMatch }) => threeWayMatch.verdict)).toEqual(
        invoiceIds.map((_, index) => (index < 3 ? 'PRICE_MISMATCH' : 'QUANTITY_MISMATCH')),
      )
      expect(nodes[3]?.threeWayMatch).toEqual({
        verdict: 'QUANTITY_MISMATCH',
        purchaseOrder: { id: orderId, supplier: { name: 'Kestrel Scanner Supply GmbH' } },
        differences: [
          { lineNumber: 1, verdict: 'QUANTITY_MISMATCH', billedQuantity: '40.0000' },
          { lineNumber: 2, verdict: 'PRICE_MISMATCH', billedQuantity: null },
        ],
      })
    })

    test('what the caller asks for beside it does not disturb it', async () => {
      const text = `{ invoice(id: "${invoiceIds[0] ?? ''}") {
        lines(first: 1) { lineNumber } amount: grossTotal allLines { id price: netPrice }
        threeWayMatch { differences { lineNumber } }
      } }`
      const { data, errors } = await stack.graphql(clerk, text)
      expect(errors).toEqual([])
      expect(data?.['invoice']).toMatchObject({
        lines: [{ lineNumber: 1 }],
        threeWayMatch: { differences: [{ lineNumber: 2 }] },
      })
    })

    test.each([
      ['fewer lines', 'allLines: lines(first: 1) { lineNumber }', 'Invoice.allLines'],
      ['another price', 'allLines { netPrice: billedBefore }', 'InvoiceLine.netPrice'],
      ['the order that the seller would like', 'purchaseOrderReference: note', 'Invoice.purchaseOrderReference'],
      ['a credit note', 'typeCode: buyerReference', 'Invoice.typeCode'],
      ['another invoice', 'id: note', 'Invoice.id'],
    ])('a caller cannot have %s judged by an alias', async (_, selection, field) => {
      const { data, errors } = await stack.graphql(
        clerk,
        `{ invoice(id: "${invoiceIds[0] ?? ''}") { ${selection} threeWayMatch { verdict } } }`,
      )
      expect(data).toBeUndefined()
      expect(errors.map(({ extensions }) => [extensions['code'], extensions['field']])).toEqual([
        ['ALIAS_CONFLICT', field],
      ])
    })

    test('nor choose the tier by which credit is judged', async () => {
      const text = '{ account(id: "acc-0001") { tier: description creditStanding { creditLimit } } }'
      const { data, codes, requestId } = await stack.graphql('support-agent', text)
      expect([data, codes]).toEqual([undefined, ['ALIAS_CONFLICT']])
      expect(await stack.recordsOf(requestId)).toMatchObject([{ result: { codes: ['ALIAS_CONFLICT'] } }])
    })

    test('takes as many statements for a page as for one invoice', async () => {
      const statements = async (first: number) => {
        // What the gateway itself keeps (records, limits) is not counted.
        stack.clearQueries()
        expect((await stack.graphql(clerk, page(first))).errors).toEqual([])
        return stack.queries.filter((text) => /\b(finance|procurement)\b/.test(text)).length
      }
      const one = await statements(1)
      expect(await statements(bills)).toBe(one)
      // invoices, lines, billed before; orders, their items, suppliers
      expect(one).toBe(6)
    })

    test('the order leads to its invoices, and each invoice back', async () => {
      const text = `{ purchaseOrder(id: "${orderId}") { status invoices(first: 100) { id purchaseOrder { id netTotal } } } }`
      const { data, errors } = await stack.graphql('procurement-agent', text)
      expect(errors).toEqual([])
      expect(data?.['purchaseOrder'].status).toBe('SENT')
      const invoices = data?.['purchaseOrder'].invoices as readonly { id: string; purchaseOrder: unknown }[]
      expect(invoices.map(({ id }) => id).toSorted()).toEqual([...invoiceIds].toSorted())
      expect(invoices[0]?.purchaseOrder).toEqual({ id: orderId, netTotal: '1000.00' })
    })

    test.each([
      ['support-agent', ['Invoice.threeWayMatch', 'ThreeWayMatch.verdict'], ['procurement:read']],
      ['sales-agent', ['Query.invoices', 'Invoice.threeWayMatch'], ['finance:read', 'procurement:read']],
    ])('a caller as %s may not have it, and nothing is fetched', async (as, fields, scopes) => {
      stack.clearQueries()
      const { data, errors } = await stack.graphql(as, '{ invoices(first: 1) { nodes { threeWayMatch { verdict } } } }')
      expect(data).toBeUndefined()
      const [error] = errors
      expect(error?.extensions['code']).toBe('POLICY_DENIED')
      expect(JSON.stringify(errors)).toContain(fields[0])
      for (const field of fields) expect(JSON.stringify(errors)).toContain(field)
      for (const scope of scopes) expect(JSON.stringify(errors)).toContain(scope)
      expect(stack.queries.filter((text) => /\b(finance|procurement)\./.test(text))).toEqual([])
    })

    test('the ledger tells what the match was made from', async () => {
      const { requestId } = await stack.graphql(clerk, page(1))
      const records = JSON.stringify(await stack.recordsOf(requestId))
      for (const coordinate of ['Invoice.threeWayMatch', 'InvoiceLine.netPrice', 'InvoiceLine.billedBefore']) {
        expect(records).toContain(coordinate)
      }
    })
  })
}
