/**
 * The ERP system's tables. The checks repeat what the state rules promise and what must add up, so that no path into the
 * database can leave an order, a delivery or a stock that the rules do not know.
 */
import { sql, type Kysely } from 'kysely'
import { gs1Number } from './check-digit.ts'
import { versioned } from './versioned.ts'

const units = sql`('C62', 'KGM', 'MTR', 'HUR', 'MON', 'DAY')`

const statements = [
  sql`create schema if not exists erp`,
  sql`create table erp.plants (
    ${versioned},
    code text not null unique check (code ~ '^[0-9]{4}$'),
    name text not null,
    street text not null,
    city text not null,
    postal_code text not null,
    country_code text not null check (country_code ~ '^[A-Z]{2}$'),
    manager_id text not null,
    time_zone text not null
  )`,
  sql`create table erp.products (
    ${versioned},
    name text not null,
    type text not null check (type in ('FINISHED_GOOD', 'SEMI_FINISHED', 'RAW_MATERIAL', 'TRADING_GOOD', 'SPARE_PART',
      'SERVICE')),
    product_group text not null,
    description text,
    base_unit text not null check (base_unit in ${units}),
    gtin text unique check (${gs1Number('gtin', 13)}),
    gross_weight_kg numeric(18, 4) check (gross_weight_kg >= 0),
    status text not null check (status in ('ACTIVE', 'PHASING_OUT', 'DISCONTINUED')),
    procurement_type text not null check (procurement_type in ('MAKE', 'BUY')),
    standard_cost numeric(18, 4) not null check (standard_cost >= 0),
    list_price numeric(18, 4) check (list_price >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    owner_id text not null
  )`,
  sql`create index products_name_idx on erp.products (lower(name), id)`,
  sql`create table erp.stock (
    ${versioned},
    product_id text not null references erp.products (id),
    plant_id text not null references erp.plants (id),
    storage_location text not null check (storage_location ~ '^[A-Z0-9]{4}$'),
    unrestricted_quantity numeric(18, 4) not null check (unrestricted_quantity >= 0),
    quality_inspection_quantity numeric(18, 4) not null check (quality_inspection_quantity >= 0),
    blocked_quantity numeric(18, 4) not null check (blocked_quantity >= 0),
    reorder_point numeric(18, 4) not null check (reorder_point >= 0),
    safety_stock numeric(18, 4) not null check (safety_stock >= 0),
    unit text not null check (unit in ${units}),
    -- What is short can be found by this column without comparing two columns of every row.
    supply_situation text not null generated always as (
      case
        when unrestricted_quantity < safety_stock then 'CRITICAL'
        when unrestricted_quantity < reorder_point then 'REORDER'
        else 'SUFFICIENT'
      end) stored,
    unique (product_id, plant_id, storage_location),
    check (safety_stock <= reorder_point)
  )`,
  sql`create index stock_plant_idx on erp.stock (plant_id, product_id, storage_location)`,
  sql`create index stock_short_idx on erp.stock (supply_situation, id) where supply_situation <> 'SUFFICIENT'`,
  sql`create table erp.sales_orders (
    ${versioned},
    account_id text not null,
    customer_reference text,
    type text not null check (type in ('STANDARD', 'RUSH', 'RETURN')),
    order_date date not null,
    requested_delivery_date date not null,
    status text not null check (status in ('NOT_PROCESSED', 'PARTIALLY_PROCESSED', 'COMPLETELY_PROCESSED',
      'CANCELLED')),
    delivery_block text check (delivery_block in ('CREDIT_LIMIT', 'EXPORT_CONTROL', 'CUSTOMER_REQUEST', 'PRICE_CHECK')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    net_total numeric(18, 2) not null check (net_total >= 0),
    owner_id text not null,
    cancel_reason text,
    opportunity_id text,
    check (requested_delivery_date >= order_date),
    check ((status = 'CANCELLED') = (cancel_reason is not null)),
    check (status <> 'COMPLETELY_PROCESSED' or delivery_block is null)
  )`,
  sql`create index sales_orders_account_idx on erp.sales_orders (account_id, order_date desc, id)`,
  sql`create index sales_orders_order_date_idx on erp.sales_orders (order_date desc, id)`,
  sql`create table erp.sales_order_items (
    ${versioned},
    sales_order_id text not null references erp.sales_orders (id),
    -- Up to a hundred items: what one list can show, so that a sum over an order's items is over all of them.
    item_number integer not null check (item_number between 10 and 1000 and item_number % 10 = 0),
    product_id text not null references erp.products (id),
    plant_id text not null references erp.plants (id),
    quantity numeric(18, 4) not null check (quantity > 0),
    unit text not null check (unit in ${units}),
    net_price numeric(18, 4) not null check (net_price >= 0),
    net_amount numeric(18, 2) not null check (net_amount = round(quantity * net_price, 2)),
    delivered_quantity numeric(18, 4) not null default 0,
    unique (sales_order_id, item_number),
    -- INVARIANT: nobody is sent more than was ordered.
    check (delivered_quantity between 0 and quantity)
  )`,
  sql`create table erp.deliveries (
    ${versioned},
    sales_order_id text not null references erp.sales_orders (id),
    account_id text not null,
    plant_id text not null references erp.plants (id),
    status text not null check (status in ('CREATED', 'PICKED', 'GOODS_ISSUED', 'DELIVERED', 'CANCELLED')),
    planned_goods_issue date not null,
    goods_issued_at timestamptz(3),
    delivered_at timestamptz(3),
    check ((status in ('GOODS_ISSUED', 'DELIVERED')) = (goods_issued_at is not null)),
    check ((status = 'DELIVERED') = (delivered_at is not null)),
    check (delivered_at >= goods_issued_at)
  )`,
  sql`create index deliveries_order_idx on erp.deliveries (sales_order_id, planned_goods_issue desc, id)`,
  sql`create index deliveries_account_idx on erp.deliveries (account_id, planned_goods_issue desc, id)`,
  sql`create index deliveries_planned_idx on erp.deliveries (planned_goods_issue desc, id)`,
  sql`create table erp.delivery_items (
    ${versioned},
    delivery_id text not null references erp.deliveries (id),
    sales_order_item_id text not null references erp.sales_order_items (id),
    product_id text not null references erp.products (id),
    quantity numeric(18, 4) not null check (quantity > 0),
    unit text not null check (unit in ${units}),
    lot_id text
  )`,
  sql`create index delivery_items_delivery_idx on erp.delivery_items (delivery_id, id)`,
  sql`create index delivery_items_order_item_idx on erp.delivery_items (sales_order_item_id)`,
  ...['plant', 'product', 'stock', 'sales_order', 'sales_order_item', 'delivery', 'delivery_item'].map(
    (name) => sql`create sequence ${sql.id('erp', `${name}_ids`)}`,
  ),
]

/** Creates the ERP system, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
