/**
 * Rows of the ERP system for tests: what no mutation makes (plants, products, stock), and orders and deliveries that stand in a
 * status already. Numbers begin where the generated company has none.
 */
import type { Insertable } from 'kysely'
import type { Database } from '../../storage/database.ts'
import type {
  DeliveryItemRow,
  DeliveryRow,
  PlantRow,
  ProductRow,
  SalesOrderItemRow,
  SalesOrderRow,
  StockRow,
} from '../../storage/tables/erp.ts'

type More<Row> = Partial<Insertable<Row>>

const at = '2026-10-01T08:00:00.000Z'
const common = { version: 1, created_at: at, updated_at: at }

/** Where the numbers of test rows begin. */
const first = 9_000

/** Twelve digits and the check digit that makes them a GTIN. */
export function gtinOf(number: number): string {
  const digits = `99${String(number).padStart(10, '0')}`
  const sum = Array.from(digits).reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0)
  return `${digits}${String((10 - (sum % 10)) % 10)}`
}

/** Inserts rows and gives the ids; what is left out is a plain, active thing. */
export function erpRows({ kysely }: Database) {
  let made = 0
  const next = (prefix: string, digits: number) => `${prefix}${String(first * 10 ** (digits - 4) + ++made)}`

  async function plant(more: More<PlantRow> = {}): Promise<string> {
    const id = next('plant-', 4)
    const code = id.slice(-4)
    const address = { street: 'Werkstraße 1', city: 'Prüfstadt', postal_code: '39539', country_code: 'DE' }
    const values = { ...common, ...address, id, code, name: `Plant ${code}`, manager_id: 'person:ruth.meyer' }
    await kysely
      .insertInto('erp.plants')
      .values({ ...values, time_zone: 'Europe/Berlin', ...more })
      .execute()
    return id
  }

  async function product(more: More<ProductRow> = {}): Promise<string> {
    const id = next('prd-', 4)
    const values = {
      ...common,
      id,
      name: `Handheld scanner ${id}`,
      type: 'FINISHED_GOOD',
      product_group: 'Handheld scanners',
      base_unit: 'C62',
      gtin: null,
      status: 'ACTIVE',
      procurement_type: 'MAKE',
      standard_cost: '232.5000',
      list_price: '410.0000',
      currency: 'EUR',
      owner_id: 'person:ruth.meyer',
    } as const
    await kysely
      .insertInto('erp.products')
      .values({ ...values, ...more })
      .execute()
    return id
  }

  async function stock(
    product_id: string,
    plant_id: string,
    unrestricted_quantity: string,
    more: More<StockRow> = {},
  ): Promise<string> {
    const id = next('stk-', 5)
    const nothing = { quality_inspection_quantity: '0', blocked_quantity: '0', reorder_point: '0', safety_stock: '0' }
    const place = { product_id, plant_id, storage_location: 'FG01', unit: 'C62' } as const
    await kysely
      .insertInto('erp.stock')
      .values({ ...common, ...place, ...nothing, id, unrestricted_quantity, ...more })
      .execute()
    return id
  }

  async function order(more: More<SalesOrderRow> = {}): Promise<string> {
    const id = next('SO-2026-', 5)
    const values = {
      ...common,
      id,
      account_id: 'acc-0001',
      type: 'STANDARD',
      order_date: '2026-10-01',
      requested_delivery_date: '2026-11-20',
      status: 'NOT_PROCESSED',
      currency: 'EUR',
      net_total: '4100.00',
      owner_id: 'person:maria.keller',
    } as const
    await kysely
      .insertInto('erp.sales_orders')
      .values({ ...values, ...more })
      .execute()
    return id
  }

  /** Ten pieces for 410.00 each, unless told. */
  async function orderItem(
    sales_order_id: string,
    product_id: string,
    plant_id: string,
    more: More<SalesOrderItemRow> = {},
  ): Promise<string> {
    const id = next('soi-', 5)
    const amounts = { quantity: '10', net_price: '410', net_amount: '4100', delivered_quantity: '0' }
    await kysely
      .insertInto('erp.sales_order_items')
      .values({
        ...common,
        ...amounts,
        id,
        sales_order_id,
        product_id,
        plant_id,
        item_number: 10,
        unit: 'C62',
        ...more,
      })
      .execute()
    return id
  }

  async function delivery(
    sales_order_id: string,
    plant_id: string,
    status: DeliveryRow['status'],
    more: More<DeliveryRow> = {},
  ): Promise<string> {
    const id = next('DLV-2026-', 5)
    const values = { ...common, id, sales_order_id, plant_id, status, account_id: 'acc-0001' }
    const times = {
      planned_goods_issue: '2026-11-18',
      goods_issued_at: status === 'GOODS_ISSUED' || status === 'DELIVERED' ? at : null,
      delivered_at: status === 'DELIVERED' ? at : null,
    }
    await kysely
      .insertInto('erp.deliveries')
      .values({ ...values, ...times, ...more })
      .execute()
    return id
  }

  async function deliveryItem(
    delivery_id: string,
    sales_order_item_id: string,
    product_id: string,
    more: More<DeliveryItemRow> = {},
  ): Promise<string> {
    const id = next('dli-', 5)
    await kysely
      .insertInto('erp.delivery_items')
      .values({ ...common, id, delivery_id, sales_order_item_id, product_id, quantity: '4', unit: 'C62', ...more })
      .execute()
    return id
  }

  return { plant, product, stock, order, orderItem, delivery, deliveryItem }
}
