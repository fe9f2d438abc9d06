/**
 * The procurement system's tables. The checks repeat what the state rules promise and what each row must add up to, so that
 * no path into the database can leave an order that nobody released or a receipt of more than was ordered.
 */
import { sql, type Kysely } from 'kysely'
import { versioned } from './versioned.ts'

const currency = sql`currency text not null check (currency ~ '^[A-Z]{3}$')`
/** UN/ECE Recommendation 20. */
const unit = sql`unit text not null check (unit ~ '^[A-Z0-9]{2,3}$')`

const statements = [
  sql`create schema if not exists procurement`,
  sql`create table procurement.suppliers (
    ${versioned},
    name text not null,
    status text not null check (status in ('ACTIVE', 'BLOCKED')),
    category text not null,
    vat_identifier text,
    email text,
    phone text,
    street text,
    postal_code text,
    city text,
    country_code text not null check (country_code ~ '^[A-Z]{2}$'),
    payment_terms_days integer not null check (payment_terms_days between 0 and 365),
    owner_id text not null,
    rating text not null check (rating in ('A', 'B', 'C')),
    gln text check (gln ~ '^[0-9]{13}$')
  )`,
  sql`create unique index suppliers_name_key on procurement.suppliers (lower(name))`,
  sql`create table procurement.contracts (
    ${versioned},
    supplier_id text not null references procurement.suppliers (id),
    title text not null,
    type text not null check (type in ('QUANTITY', 'VALUE')),
    status text not null check (status in ('DRAFT', 'ACTIVE', 'EXPIRED', 'TERMINATED')),
    valid_from date not null,
    valid_to date not null,
    target_value numeric(18, 2) not null check (target_value > 0),
    released_value numeric(18, 2) not null default 0 check (released_value >= 0),
    ${currency},
    owner_id text not null,
    terminate_reason text,
    check (valid_to >= valid_from),
    check (status <> 'DRAFT' or released_value = 0),
    check (type <> 'VALUE' or released_value <= target_value),
    check ((status = 'TERMINATED') = (terminate_reason is not null))
  )`,
  sql`create index contracts_supplier_idx on procurement.contracts (supplier_id, valid_to desc)`,
  sql`create index contracts_valid_to_idx on procurement.contracts (valid_to desc, id)`,
  sql`create table procurement.requisitions (
    ${versioned},
    title text not null,
    justification text,
    status text not null check (status in ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED', 'ORDERED', 'WITHDRAWN')),
    requested_by text not null,
    prepared_by text,
    cost_center text not null check (cost_center ~ '^CC-[0-9]{4}$'),
    needed_by date not null,
    ${currency},
    total numeric(18, 2) not null check (total >= 0),
    decided_by text,
    decided_at timestamptz(3),
    decision_note text,
    check ((decided_by is null) = (decided_at is null)),
    check (status not in ('APPROVED', 'REJECTED', 'ORDERED') or decided_by is not null),
    check (status not in ('DRAFT', 'SUBMITTED') or (decided_by is null and decision_note is null)),
    check (status <> 'REJECTED' or decision_note is not null),
    check (decided_by <> requested_by),
    check (decided_by <> prepared_by)
  )`,
  sql`create index requisitions_created_idx on procurement.requisitions (created_at desc, id)`,
  sql`create index requisitions_requester_idx on procurement.requisitions (requested_by, created_at desc)`,
  sql`create table procurement.purchase_orders (
    ${versioned},
    supplier_id text not null references procurement.suppliers (id),
    contract_id text references procurement.contracts (id),
    requisition_id text references procurement.requisitions (id),
    type text not null check (type in ('STANDARD', 'FRAMEWORK', 'RUSH')),
    status text not null check (status in ('IN_PREPARATION', 'IN_RELEASE', 'REJECTED', 'RELEASED', 'SENT', 'COMPLETED',
      'CANCELLED')),
    order_date date not null,
    ${currency},
    net_total numeric(18, 2) not null check (net_total >= 0),
    payment_terms_days integer not null check (payment_terms_days between 0 and 365),
    incoterms text,
    buyer_id text not null,
    prepared_by text,
    released_by text,
    released_at timestamptz(3),
    status_reason text,
    check ((released_by is null) = (released_at is null)),
    check (status not in ('RELEASED', 'SENT', 'COMPLETED') or released_by is not null),
    check (status not in ('IN_PREPARATION', 'IN_RELEASE', 'REJECTED') or released_by is null),
    check (status not in ('REJECTED', 'CANCELLED') or status_reason is not null),
    check (status in ('REJECTED', 'CANCELLED', 'COMPLETED') or status_reason is null),
    check (released_by <> buyer_id),
    check (released_by <> prepared_by),
    check (type <> 'FRAMEWORK' or contract_id is not null)
  )`,
  sql`create index purchase_orders_supplier_idx on procurement.purchase_orders (supplier_id, order_date desc)`,
  sql`create index purchase_orders_contract_idx on procurement.purchase_orders (contract_id, order_date desc)`,
  sql`create index purchase_orders_requisition_idx on procurement.purchase_orders (requisition_id, order_date desc)`,
  sql`create index purchase_orders_order_date_idx on procurement.purchase_orders (order_date desc, id)`,
  sql`create table procurement.purchase_order_items (
    ${versioned},
    purchase_order_id text not null references procurement.purchase_orders (id),
    item_number integer not null check (item_number between 1 and 9990),
    product_id text,
    description text not null,
    plant_id text not null,
    quantity numeric(18, 4) not null check (quantity > 0),
    ${unit},
    net_price numeric(18, 4) not null check (net_price >= 0),
    net_amount numeric(18, 2) not null check (net_amount = round(quantity * net_price, 2)),
    delivery_date date not null,
    received_quantity numeric(18, 4) not null default 0,
    invoiced_quantity numeric(18, 4) not null default 0 check (invoiced_quantity >= 0),
    unique (purchase_order_id, item_number),
    -- The tolerance of over-delivery: ten per cent.
    check (received_quantity between 0 and quantity * 1.1)
  )`,
  sql`create index purchase_order_items_product_idx on procurement.purchase_order_items (product_id, delivery_date desc)`,
  sql`create table procurement.requisition_items (
    ${versioned},
    requisition_id text not null references procurement.requisitions (id),
    item_number integer not null check (item_number between 1 and 9990),
    product_id text,
    description text not null,
    plant_id text not null,
    quantity numeric(18, 4) not null check (quantity > 0),
    ${unit},
    estimated_price numeric(18, 4) not null check (estimated_price >= 0),
    supplier_id text references procurement.suppliers (id),
    purchase_order_id text references procurement.purchase_orders (id),
    unique (requisition_id, item_number)
  )`,
  sql`create index requisition_items_order_idx on procurement.requisition_items (purchase_order_id)`,
  sql`create table procurement.goods_receipts (
    ${versioned},
    purchase_order_id text not null references procurement.purchase_orders (id),
    plant_id text not null,
    posting_date date not null,
    delivery_note text not null,
    received_by text not null,
    status text not null check (status in ('POSTED', 'REVERSED')),
    shipment_id text,
    reverse_reason text,
    check ((status = 'REVERSED') = (reverse_reason is not null))
  )`,
  sql`create index goods_receipts_order_idx on procurement.goods_receipts (purchase_order_id, posting_date desc)`,
  sql`create index goods_receipts_posting_idx on procurement.goods_receipts (posting_date desc, id)`,
  sql`create index goods_receipts_shipment_idx on procurement.goods_receipts (shipment_id, posting_date desc)`,
  sql`create table procurement.goods_receipt_items (
    ${versioned},
    goods_receipt_id text not null references procurement.goods_receipts (id),
    purchase_order_item_id text not null references procurement.purchase_order_items (id),
    quantity numeric(18, 4) not null check (quantity > 0),
    ${unit},
    lot_id text
  )`,
  sql`create index goods_receipt_items_receipt_idx on procurement.goods_receipt_items (goods_receipt_id)`,
  sql`create index goods_receipt_items_item_idx on procurement.goods_receipt_items (purchase_order_item_id)`,
  ...[
    'supplier',
    'contract',
    'requisition',
    'requisition_item',
    'purchase_order',
    'purchase_order_item',
    'goods_receipt',
    'goods_receipt_item',
  ].map((name) => sql`create sequence ${sql.id('procurement', `${name}_ids`)}`),
]

/** Creates the procurement system, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
