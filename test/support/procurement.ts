/**
 * Records of procurement that stand in a status already, beside whatever the demo company has: their ids are of a year and of
 * numbers that it never reaches.
 */
import type { Insertable } from 'kysely'
import type {
  GoodsReceiptItemRow,
  GoodsReceiptRow,
  ProcurementSupplierRow,
  PurchaseOrderItemRow,
  PurchaseOrderRow,
  RequisitionItemRow,
  RequisitionRow,
  SupplyContractRow,
} from '../../storage/tables/procurement.ts'
import type { Database } from '../../storage/database.ts'

const noon = '2026-10-31T12:00:00.000Z'
const versioned = { version: 1, created_at: noon, updated_at: noon }

/** Who stands in the records: none of them is a caller of the tests unless a test says so. */
export const people = {
  requester: 'person:ruben.haas',
  buyer: 'person:mei.tanaka',
  releaser: 'person:bernd.osthoff',
} as const

type More<Row> = Partial<Insertable<Row>>

export interface PlacedItem extends More<PurchaseOrderItemRow> {
  readonly quantity?: string
  readonly net_price?: string
}

export interface Placed {
  readonly id: string
  readonly version: number
}

/** Makes records in a database; each call makes new ones. */
export function placeProcurement({ kysely }: Database) {
  let made = 0
  const next = () => ++made
  const numbered = (prefix: string, digits: number) => prefix + String(9 * 10 ** (digits - 1) + next())

  async function supplier(more: More<ProcurementSupplierRow> = {}): Promise<Placed> {
    const id = numbered('sup-', 5)
    const values = {
      id,
      ...versioned,
      name: `Supplier of a test ${id}`,
      status: 'ACTIVE',
      category: 'Test',
      country_code: 'DE',
      payment_terms_days: 30,
      owner_id: people.buyer,
      rating: 'B',
      ...more,
    } as const
    await kysely.insertInto('procurement.suppliers').values(values).execute()
    return { id, version: values.version }
  }

  async function contract(supplierId: string, more: More<SupplyContractRow> = {}): Promise<Placed> {
    const id = numbered('ctr-', 6)
    const values = {
      id,
      ...versioned,
      supplier_id: supplierId,
      title: 'Scanners',
      type: 'VALUE',
      status: 'ACTIVE',
      valid_from: '2026-01-01',
      valid_to: '2026-12-31',
      target_value: '10000.00',
      released_value: '0.00',
      currency: 'EUR',
      owner_id: people.buyer,
      terminate_reason: more.status === 'TERMINATED' ? 'Too late.' : null,
      ...more,
    } as const
    await kysely.insertInto('procurement.contracts').values(values).execute()
    return { id, version: values.version }
  }

  /** A requisition with items; their quantities and prices are those given, or 4 at 100.00. */
  async function requisition(
    more: More<RequisitionRow> = {},
    items: readonly More<RequisitionItemRow>[] = [{}],
  ): Promise<Placed> {
    const id = numbered('PR-2099-', 5)
    const { status = 'APPROVED' } = more
    const decided = status === 'APPROVED' || status === 'REJECTED' || status === 'ORDERED'
    const values = {
      id,
      ...versioned,
      title: 'Scanners for the new hall',
      status,
      requested_by: people.requester,
      cost_center: 'CC-4100',
      needed_by: '2026-12-01',
      currency: 'EUR',
      total: '400.00',
      decided_by: decided ? people.releaser : null,
      decided_at: decided ? noon : null,
      decision_note: status === 'REJECTED' ? 'Not now.' : null,
      ...more,
    } as const
    await kysely.insertInto('procurement.requisitions').values(values).execute()
    for (const [index, item] of items.entries()) {
      const row = {
        id: numbered('pri-', 7),
        ...versioned,
        requisition_id: id,
        item_number: (index + 1) * 10,
        product_id: 'prd-0001',
        description: 'Handheld scanner',
        plant_id: 'plant-1010',
        quantity: '4.0000',
        unit: 'C62',
        estimated_price: '100.0000',
        ...item,
      }
      await kysely.insertInto('procurement.requisition_items').values(row).execute()
    }
    return { id, version: values.version }
  }

  /** An order with items; of each 10 at 5.00 are ordered unless it says otherwise. */
  async function order(
    supplierId: string,
    more: More<PurchaseOrderRow> = {},
    items: readonly PlacedItem[] = [{}],
  ): Promise<Placed> {
    const id = numbered('PO-2099-', 5)
    const { status = 'SENT' } = more
    const released = status === 'RELEASED' || status === 'SENT' || status === 'COMPLETED'
    const rows = items.map(({ quantity = '10.0000', net_price = '5.0000', ...item }, index) => ({
      id: numbered('poi-', 7),
      ...versioned,
      purchase_order_id: id,
      item_number: (index + 1) * 10,
      product_id: 'prd-0001',
      description: 'Handheld scanner',
      plant_id: 'plant-1010',
      quantity,
      unit: 'C62',
      net_price,
      net_amount: (Number(quantity) * Number(net_price)).toFixed(2),
      delivery_date: '2026-11-15',
      received_quantity: '0.0000',
      invoiced_quantity: '0.0000',
      ...item,
    }))
    const values = {
      id,
      ...versioned,
      supplier_id: supplierId,
      type: 'STANDARD',
      status,
      order_date: '2026-10-01',
      currency: 'EUR',
      net_total: rows.reduce((sum, { net_amount }) => sum + Number(net_amount), 0).toFixed(2),
      payment_terms_days: 30,
      buyer_id: people.buyer,
      released_by: released ? people.releaser : null,
      released_at: released ? noon : null,
      status_reason: status === 'REJECTED' || status === 'CANCELLED' ? 'Too dear.' : null,
      ...more,
    } as const
    await kysely.insertInto('procurement.purchase_orders').values(values).execute()
    await kysely.insertInto('procurement.purchase_order_items').values(rows).execute()
    return { id, version: values.version }
  }

  /** A receipt of an order, without items. */
  async function receipt(purchaseOrderId: string, more: More<GoodsReceiptRow> = {}): Promise<Placed> {
    const id = numbered('GR-2099-', 5)
    const values = {
      id,
      ...versioned,
      purchase_order_id: purchaseOrderId,
      plant_id: 'plant-1010',
      posting_date: '2026-10-20',
      delivery_note: `LS-${id}`,
      received_by: people.requester,
      status: 'POSTED',
      reverse_reason: more.status === 'REVERSED' ? 'Counted twice.' : null,
      ...more,
    } as const
    await kysely.insertInto('procurement.goods_receipts').values(values).execute()
    return { id, version: values.version }
  }

  /** Everything that was ordered, as items of a receipt. */
  async function receiptItems(receiptId: string, orderId: string, more: More<GoodsReceiptItemRow> = {}): Promise<void> {
    const items = await kysely
      .selectFrom('procurement.purchase_order_items')
      .where('purchase_order_id', '=', orderId)
      .select(['id', 'quantity', 'unit'])
      .execute()
    const rows = items.map(({ id, quantity, unit }) => ({
      id: numbered('gri-', 7),
      ...versioned,
      goods_receipt_id: receiptId,
      purchase_order_item_id: id,
      quantity,
      unit,
      ...more,
    }))
    await kysely.insertInto('procurement.goods_receipt_items').values(rows).execute()
  }

  return { supplier, contract, requisition, order, receipt, receiptItems }
}
