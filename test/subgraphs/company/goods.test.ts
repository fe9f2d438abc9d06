/** The flow of goods through the generated company: what is ordered, made, received, shipped, stored and billed adds up. */
import { describe, expect, test } from 'vitest'
import { generateCompany, type Planted } from '../../../subgraphs/company/company.ts'
import { withCheckDigit } from '../../../subgraphs/supply-chain/gs1.ts'
import type { CompanyTable, SeedRow } from '../../../subgraphs/company/rows.ts'
import { decimal } from '../../../subgraphs/decimal.ts'

let planted: Planted = {}
const company = generateCompany(1, (found) => {
  planted = found
})
const plantedAt = (finding: string) => new Set(planted[finding])

function byId<Table extends CompanyTable>(table: Table): ReadonlyMap<string, SeedRow<Table>> {
  const rows: readonly (SeedRow<Table> & { readonly id: string })[] = company[table] as never
  return new Map(rows.map((row) => [row.id, row]))
}

/** Sums of a decimal column by another column. */
function sums(rows: readonly object[], key: string, value: string, scale: number): Map<string, bigint> {
  const totals = new Map<string, bigint>()
  for (const row of rows as readonly Readonly<Record<string, string>>[]) {
    totals.set(String(row[key]), (totals.get(String(row[key])) ?? 0n) + decimal(String(row[value]), scale))
  }
  return totals
}

const quantity = (text: string) => decimal(text, 4)

describe('orders of customers', () => {
  const items = byId('erp.sales_order_items')
  const issued = new Set(company['erp.deliveries'].filter(({ goods_issued_at }) => goods_issued_at).map(({ id }) => id))

  test('come to the sum of their items', () => {
    const totals = sums(company['erp.sales_order_items'], 'sales_order_id', 'net_amount', 2)
    for (const { id, net_total } of company['erp.sales_orders']) expect(totals.get(id), id).toBe(decimal(net_total, 2))
  })

  test('have delivered what their deliveries took out, in a status that says so', () => {
    const left = sums(
      company['erp.delivery_items'].filter(({ delivery_id }) => issued.has(delivery_id)),
      'sales_order_item_id',
      'quantity',
      4,
    )
    for (const { id, delivered_quantity } of items.values())
      expect(left.get(id) ?? 0n).toBe(quantity(delivered_quantity))
    const itemsOf = Map.groupBy(items.values(), ({ sales_order_id }) => sales_order_id)
    for (const { id, status, type } of company['erp.sales_orders']) {
      if (type === 'RETURN' || status === 'CANCELLED') continue
      const own = itemsOf.get(id) ?? []
      const all = own.every((item) => item.delivered_quantity === item.quantity)
      const some = own.some((item) => quantity(item.delivered_quantity) > 0n)
      expect(status, id).toBe(all ? 'COMPLETELY_PROCESSED' : some ? 'PARTIALLY_PROCESSED' : 'NOT_PROCESSED')
    }
  })

  test('ship from lots that were there before, of the same product', () => {
    const lots = byId('mes.material_lots')
    const deliveries = byId('erp.deliveries')
    for (const line of company['erp.delivery_items']) {
      const delivery = deliveries.get(line.delivery_id)
      if (!issued.has(line.delivery_id)) continue
      const lot = lots.get(line.lot_id ?? '')
      expect(lot?.product_id, line.id).toBe(line.product_id)
      expect((lot?.created_at ?? '') <= (delivery?.goods_issued_at ?? ''), line.id).toBe(true)
    }
  })

  test('are billed for what was delivered: lines, quantities and prices', () => {
    const notes = new Map(
      company['finance.invoices'].map((invoice) => [invoice.note?.split('delivery ')[1]?.slice(0, -1), invoice]),
    )
    const linesOf = Map.groupBy(company['finance.invoice_lines'], ({ invoice_id }) => invoice_id)
    const shipped = Map.groupBy(company['erp.delivery_items'], ({ delivery_id }) => delivery_id)
    for (const id of issued) {
      const invoice = notes.get(id)
      const billed = (linesOf.get(invoice?.id ?? '') ?? []).map((line) => [line.quantity, line.net_price])
      const due = (shipped.get(id) ?? []).map((line) => [line.quantity, items.get(line.sales_order_item_id)?.net_price])
      expect(billed, id).toEqual(due)
    }
  })
})

describe('orders to suppliers', () => {
  const orders = byId('procurement.purchase_orders')
  const items = byId('procurement.purchase_order_items')

  test('come to the sum of their items, and contracts to the sum of their orders', () => {
    const totals = sums([...items.values()], 'purchase_order_id', 'net_amount', 2)
    for (const { id, net_total } of orders.values()) expect(totals.get(id), id).toBe(decimal(net_total, 2))
    const released = sums(
      [...orders.values()].filter(({ status }) => ['RELEASED', 'SENT', 'COMPLETED'].includes(status)),
      'contract_id',
      'net_total',
      2,
    )
    for (const { id, released_value } of company['procurement.contracts']) {
      expect(released.get(id) ?? 0n, id).toBe(decimal(released_value, 2))
    }
  })

  test('received what their receipts say, and were billed what their invoices say', () => {
    const received = sums(company['procurement.goods_receipt_items'], 'purchase_order_item_id', 'quantity', 4)
    const invoices = byId('finance.invoices')
    const itemIds = new Map(
      [...items.values()].map((item) => [`${item.purchase_order_id} ${item.item_number}`, item.id]),
    )
    const billed = new Map<string, bigint>()
    for (const line of company['finance.invoice_lines']) {
      const invoice = invoices.get(line.invoice_id)
      if (invoice?.direction !== 'PURCHASE' || line.purchase_order_item_number === null) continue
      const item = itemIds.get(`${invoice.purchase_order_reference} ${line.purchase_order_item_number}`)
      expect(item, line.id).toBeDefined()
      billed.set(item ?? '', (billed.get(item ?? '') ?? 0n) + quantity(line.quantity))
      const matches = items.get(item ?? '')?.net_price === line.net_price
      expect(matches || plantedAt('a price above the order').has(invoice.id), invoice.id).toBe(true)
    }
    const differing = new Set<string>()
    for (const { id, purchase_order_id, received_quantity, invoiced_quantity, quantity: ordered } of items.values()) {
      expect(received.get(id) ?? 0n, id).toBe(quantity(received_quantity))
      expect(billed.get(id) ?? 0n, id).toBe(quantity(invoiced_quantity))
      if (quantity(invoiced_quantity) > quantity(received_quantity)) differing.add(purchase_order_id)
      expect(quantity(received_quantity) <= quantity(ordered), id).toBe(true)
    }
    const meant = ['duplicate invoices', 'receipts short of the order'].flatMap((finding) => planted[finding] ?? [])
    const planned = new Set(meant.map((id) => invoices.get(id)?.purchase_order_reference))
    expect(differing, 'only what is planted was billed beyond its receipt').toEqual(planned)
  })

  test('are released by somebody other than their buyer, and never of a blocked supplier', () => {
    const suppliers = byId('procurement.suppliers')
    for (const { id, buyer_id, released_by, supplier_id } of orders.values()) {
      expect(released_by, id).not.toBe(buyer_id)
      expect(suppliers.get(supplier_id)?.status, id).toBe('ACTIVE')
    }
  })

  test('are of suppliers that both systems know by the same name and terms', () => {
    const creditors = byId('finance.suppliers')
    for (const { id, name, payment_terms_days } of company['procurement.suppliers']) {
      expect(creditors.get(id)).toMatchObject({ name, payment_terms_days })
    }
  })
})

describe('production', () => {
  const lots = byId('mes.material_lots')
  const jobs = byId('mes.job_orders')

  test('takes its parts from lots that have come, and makes a lot of what was ordered', () => {
    for (const { job_order_id, lot_id, use, created_at, quantity: used } of company['mes.material_actuals']) {
      const [lot, job] = [lots.get(lot_id), jobs.get(job_order_id)]
      if (use === 'CONSUMED') expect((lot?.created_at ?? 'z') <= created_at, lot_id).toBe(true)
      else
        expect([lot?.produced_by_job_order_id, job?.quantity, job?.product_id]).toEqual([
          job_order_id,
          used,
          lot?.product_id,
        ])
    }
    const produced = company['mes.material_actuals'].filter(({ use }) => use === 'PRODUCED')
    const ended = [...jobs.values()].filter(({ state }) => state === 'ENDED')
    expect(produced.length).toBe(ended.length)
  })

  test('reports the quantity of each order that has ended', () => {
    const good = sums(company['mes.job_responses'], 'job_order_id', 'good_quantity', 4)
    for (const { id, state, quantity: ordered } of jobs.values()) {
      if (state === 'ENDED') expect(good.get(id), id).toBe(quantity(ordered))
    }
  })

  test('lot by lot, what came or was made is what was used, shipped and is left; stock is the sum of it', () => {
    const came = new Map<string, bigint>()
    const add = (lot: string | null, amount: bigint) => lot !== null && came.set(lot, (came.get(lot) ?? 0n) + amount)
    const deliveries = byId('erp.deliveries')
    for (const { lot_id, quantity: taken } of company['procurement.goods_receipt_items']) add(lot_id, quantity(taken))
    for (const { lot_id, use, quantity: used } of company['mes.material_actuals']) {
      add(lot_id, use === 'PRODUCED' ? quantity(used) : -quantity(used))
    }
    for (const { lot_id, delivery_id, quantity: shipped } of company['erp.delivery_items']) {
      if (deliveries.get(delivery_id)?.goods_issued_at) add(lot_id, -quantity(shipped))
    }
    const stock = new Map<string, bigint>()
    for (const lot of lots.values()) {
      const opening = lot.produced_by_job_order_id === null && lot.goods_receipt_id === null
      if (!opening) expect(came.get(lot.id), lot.id).toBe(quantity(lot.quantity))
      stock.set(lot.product_id, (stock.get(lot.product_id) ?? 0n) + quantity(lot.quantity))
    }
    for (const row of company['erp.stock']) {
      const kept = [row.unrestricted_quantity, row.quality_inspection_quantity, row.blocked_quantity]
      expect(
        kept.reduce((sum, one) => sum + quantity(one), 0n),
        row.product_id,
      ).toBe(stock.get(row.product_id) ?? 0n)
    }
  })

  test('uses no lot that failed, but the one that is planted', () => {
    const used = new Set(
      company['mes.material_actuals'].filter(({ use }) => use === 'CONSUMED').map(({ lot_id }) => lot_id),
    )
    for (const { lot_id } of company['erp.delivery_items']) if (lot_id !== null) used.add(lot_id)
    const failed = new Set(
      company['mes.quality_results'].filter(({ verdict }) => verdict === 'FAIL').map(({ lot_id }) => lot_id),
    )
    const [lot] = planted['a failed lot in use'] ?? []
    expect([...failed].filter((id) => used.has(id))).toEqual([lot])
    expect(failed.size).toBeGreaterThan(5)
  })

  test('stood still in breakdowns that IT knows: same machine, within minutes', () => {
    const incidents = byId('itsm.incidents')
    const equipment = byId('mes.equipment')
    const linked = company['mes.downtimes'].filter(({ incident_id }) => incident_id !== null)
    expect(linked.length).toBeGreaterThan(50)
    for (const { incident_id, equipment_id, started_at } of linked) {
      const incident = incidents.get(incident_id ?? '')
      expect(incident?.configuration_item_id).toBe(equipment.get(equipment_id)?.configuration_item_id)
      expect(Date.parse(incident?.opened_at ?? '') - Date.parse(started_at)).toBeLessThan(600_000)
    }
  })

  test('leads from an incident to the shipments that brought the parts', () => {
    const receipts = byId('procurement.goods_receipts')
    const consumed = Map.groupBy(
      company['mes.material_actuals'].filter(({ use }) => use === 'CONSUMED'),
      ({ job_order_id }) => job_order_id,
    )
    const reached = company['mes.downtimes'].filter(({ incident_id, job_order_id }) =>
      (incident_id === null ? [] : (consumed.get(job_order_id ?? '') ?? [])).some(({ lot_id }) => {
        const receipt = receipts.get(lots.get(lot_id)?.goods_receipt_id ?? '')
        return receipt?.shipment_id !== null && receipt?.shipment_id === lots.get(lot_id)?.shipment_id
      }),
    )
    expect(reached.length).toBeGreaterThan(20)
  })
})

describe('transport', () => {
  const shipments = byId('supply_chain.shipments')

  test('brings each receipt of goods, before it is posted', () => {
    for (const { id, shipment_id, posting_date, purchase_order_id } of company['procurement.goods_receipts']) {
      if (shipment_id === null) continue
      const shipment = shipments.get(shipment_id)
      expect(shipment, id).toMatchObject({ direction: 'INBOUND', status: 'DELIVERED', purchase_order_id })
      expect((shipment?.arrived_at ?? 'z').slice(0, 10) <= posting_date, id).toBe(true)
    }
  })

  test('is captured by events in the order in which things happen', () => {
    const order = ['PACKING', 'SHIPPING', 'ARRIVING', 'RECEIVING']
    const events = Map.groupBy(
      company['supply_chain.epcis_events'].filter(({ shipment_id }) => shipment_id !== null),
      ({ shipment_id }) => shipment_id,
    )
    for (const [id, own] of events) {
      const sorted = own.toSorted((a, b) => (a.event_time < b.event_time ? -1 : 1))
      expect(
        sorted.map(({ biz_step }) => biz_step),
        String(id),
      ).toEqual(order.filter((step) => own.some(({ biz_step }) => biz_step === step)))
      expect(own.some(({ biz_step }) => biz_step === 'ARRIVING')).toBe(
        shipments.get(String(id))?.status === 'DELIVERED',
      )
      for (const { event_time, record_time } of own) expect(event_time <= record_time).toBe(true)
    }
  })

  test('numbers everything with right check digits', () => {
    const numbers = [
      ...company['supply_chain.locations'].map(({ gln }) => gln),
      ...company['supply_chain.trade_items'].map(({ gtin }) => gtin),
      ...company['supply_chain.logistic_units'].map(({ sscc }) => sscc),
      ...company['erp.products'].flatMap(({ gtin }) => gtin ?? []),
      ...company['procurement.suppliers'].flatMap(({ gln }) => gln ?? []),
    ]
    expect(numbers.filter((number) => withCheckDigit(number.slice(0, -1)) !== number)).toEqual([])
    // The examples of the GS1 General Specifications and of ISO/IEC 15420.
    expect(withCheckDigit('629104150021')).toBe('6291041500213')
    expect(withCheckDigit('00614141123456789')).toBe('006141411234567890')
  })

  test('is late by more than two days only where that is planted', () => {
    const late = [...shipments.values()].filter(
      ({ arrived_at, planned_arrival }) =>
        arrived_at !== null && Date.parse(arrived_at) - Date.parse(planned_arrival) > 2 * 86_400_000,
    )
    expect(new Set(late.map(({ id }) => id))).toEqual(plantedAt('late shipments'))
  })
})
