/**
 * The supply chain system's tables: places and goods under GS1 numbers, shipments, EPCIS events, forecasts. Events are never
 * changed; the index of what they are about fills itself, so that a thing's trace can be read without a scan.
 */
import { sql, type Kysely } from 'kysely'
import { gs1Number } from './check-digit.ts'
import { versioned } from './versioned.ts'

const statements = [
  sql`create schema if not exists supply_chain`,
  sql`create table supply_chain.locations (
    ${versioned},
    gln text not null unique check (${gs1Number('gln', 13)}),
    name text not null,
    type text not null check (type in ('PLANT', 'WAREHOUSE', 'SUPPLIER_SITE', 'CUSTOMER_SITE', 'PORT', 'HUB')),
    plant_id text,
    supplier_id text,
    account_id text,
    street text,
    city text not null,
    country_code text not null check (country_code ~ '^[A-Z]{2}$'),
    latitude numeric(9, 6) check (latitude between -90 and 90),
    longitude numeric(9, 6) check (longitude between -180 and 180),
    check (type <> 'PLANT' or plant_id is not null),
    check (plant_id is null or type in ('PLANT', 'WAREHOUSE')),
    check ((type = 'SUPPLIER_SITE') = (supplier_id is not null)),
    check ((type = 'CUSTOMER_SITE') = (account_id is not null)),
    check ((latitude is null) = (longitude is null))
  )`,
  sql`create index locations_name_idx on supply_chain.locations (name, id)`,
  sql`create index locations_plant_idx on supply_chain.locations (plant_id, name)`,
  sql`create index locations_supplier_idx on supply_chain.locations (supplier_id, name)`,
  sql`create index locations_account_idx on supply_chain.locations (account_id, name)`,
  sql`create table supply_chain.trade_items (
    ${versioned},
    gtin text not null unique check (${gs1Number('gtin', 13)}),
    product_id text not null,
    name text not null,
    unit text not null,
    units_per_case integer not null check (units_per_case > 0),
    net_weight_kg numeric(18, 4) check (net_weight_kg > 0)
  )`,
  sql`create index trade_items_product_idx on supply_chain.trade_items (product_id, gtin)`,
  sql`create table supply_chain.shipments (
    ${versioned},
    direction text not null check (direction in ('INBOUND', 'OUTBOUND', 'TRANSFER')),
    status text not null check (status in ('PLANNED', 'IN_TRANSIT', 'DELAYED', 'DELIVERED', 'CANCELLED')),
    carrier text not null,
    tracking_number text,
    origin_id text not null references supply_chain.locations (id),
    destination_id text not null references supply_chain.locations (id),
    supplier_id text,
    purchase_order_id text,
    delivery_id text,
    planned_departure timestamptz(3) not null,
    planned_arrival timestamptz(3) not null,
    departed_at timestamptz(3),
    estimated_arrival timestamptz(3),
    arrived_at timestamptz(3),
    expected_arrival timestamptz(3) not null
      generated always as (coalesce(arrived_at, estimated_arrival, planned_arrival)) stored,
    is_late boolean not null generated always as
      (status <> 'CANCELLED' and coalesce(arrived_at, estimated_arrival, planned_arrival) > planned_arrival) stored,
    freight_cost numeric(18, 2) check (freight_cost >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    delay_reason text,
    owner_id text not null,
    check (origin_id <> destination_id),
    check (planned_departure < planned_arrival),
    check (departed_at < arrived_at),
    check ((status in ('PLANNED', 'CANCELLED')) = (departed_at is null)),
    check ((status = 'DELIVERED') = (arrived_at is not null)),
    check (status <> 'DELAYED' or (estimated_arrival > planned_arrival and estimated_arrival is not null)),
    check (status <> 'DELAYED' or delay_reason is not null),
    check (estimated_arrival - planned_arrival <= interval '24 hours' or delay_reason is not null),
    check (purchase_order_id is null or (direction = 'INBOUND' and supplier_id is not null)),
    check (delivery_id is null or direction = 'OUTBOUND')
  )`,
  sql`create index shipments_planned_arrival_idx on supply_chain.shipments (planned_arrival desc, id)`,
  sql`create index shipments_supplier_idx on supply_chain.shipments (supplier_id, planned_arrival desc)`,
  sql`create index shipments_purchase_order_idx on supply_chain.shipments (purchase_order_id, planned_arrival desc)`,
  sql`create index shipments_delivery_idx on supply_chain.shipments (delivery_id, planned_arrival desc)`,
  sql`create index shipments_origin_idx on supply_chain.shipments (origin_id, planned_arrival desc)`,
  sql`create index shipments_destination_idx on supply_chain.shipments (destination_id, planned_arrival desc)`,
  sql`create table supply_chain.logistic_units (
    ${versioned},
    sscc text not null unique check (${gs1Number('sscc', 18)}),
    shipment_id text not null references supply_chain.shipments (id),
    trade_item_id text not null references supply_chain.trade_items (id),
    quantity numeric(18, 4) not null check (quantity > 0),
    unit text not null,
    lot_number text,
    packed_at timestamptz(3)
  )`,
  sql`create index logistic_units_shipment_idx on supply_chain.logistic_units (shipment_id, sscc)`,
  sql`create index logistic_units_trade_item_idx on supply_chain.logistic_units (trade_item_id)`,
  sql`create index logistic_units_lot_idx on supply_chain.logistic_units (lot_number, sscc)`,
  sql`create table supply_chain.epcis_events (
    ${versioned},
    event_id text not null unique
      check (event_id ~ '^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
    type text not null check (type in ('OBJECT', 'AGGREGATION', 'TRANSACTION', 'TRANSFORMATION', 'ASSOCIATION')),
    action text check (action in ('ADD', 'OBSERVE', 'DELETE')),
    biz_step text not null check (biz_step in ('COMMISSIONING', 'PACKING', 'LOADING', 'DEPARTING', 'SHIPPING', 'ARRIVING',
      'RECEIVING', 'INSPECTING', 'STORING', 'UNLOADING', 'TRANSPORTING')),
    disposition text check (disposition in ('ACTIVE', 'IN_PROGRESS', 'IN_TRANSIT', 'DAMAGED', 'CONTAINER_CLOSED',
      'SELLABLE_ACCESSIBLE', 'EXPIRED', 'RECALLED')),
    event_time timestamptz(3) not null,
    record_time timestamptz(3) not null,
    event_time_zone text not null check (event_time_zone ~ '^[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)$'),
    read_point_id text not null references supply_chain.locations (id),
    biz_location_id text references supply_chain.locations (id),
    shipment_id text references supply_chain.shipments (id),
    epcs jsonb not null check (jsonb_typeof(epcs) = 'array' and epcs <> '[]'),
    recorded_by text not null,
    check ((type = 'TRANSFORMATION') = (action is null)),
    check (event_time <= record_time)
  )`,
  sql`create index epcis_events_event_time_idx on supply_chain.epcis_events (event_time desc, id)`,
  sql`create index epcis_events_shipment_idx on supply_chain.epcis_events (shipment_id, event_time)`,
  sql`create index epcis_events_read_point_idx on supply_chain.epcis_events (read_point_id, event_time desc)`,
  sql`create index epcis_events_biz_location_idx on supply_chain.epcis_events (biz_location_id, event_time desc)`,
  // What each event is about, one row a thing: made from `epcs` by the trigger below and by nothing else.
  sql`create table supply_chain.event_epcs (
    epc text not null,
    event_id text not null,
    primary key (epc, event_id)
  )`,
  // Once a statement, so that many events that come together stay cheap.
  sql`create function supply_chain.index_epcs() returns trigger language plpgsql as $$
  begin
    insert into supply_chain.event_epcs (epc, event_id)
    select distinct epc, added.id from added, jsonb_array_elements_text(added.epcs) as epc;
    return null;
  end $$`,
  sql`create trigger index_epcs after insert on supply_chain.epcis_events
    referencing new table as added for each statement execute function supply_chain.index_epcs()`,
  // The offset keeps the planner from reading all events for the few of one thing, whether tables were analyzed or not.
  sql`create view supply_chain.traces as
    select event.*, indexed.epc from supply_chain.event_epcs as indexed
    cross join lateral (
      select * from supply_chain.epcis_events as stored where stored.id = indexed.event_id offset 0
    ) as event`,
  // An error declaration of EPCIS 2.0: says that an event is wrong, and which event is right, without touching either.
  sql`create table supply_chain.error_declarations (
    ${versioned},
    event_id text not null unique references supply_chain.epcis_events (id),
    reason text not null check (reason in ('DID_NOT_OCCUR', 'INCORRECT_DATA')),
    corrective_event_id text references supply_chain.epcis_events (id),
    declaration_time timestamptz(3) not null,
    declared_by text not null,
    check (event_id <> corrective_event_id),
    check ((reason = 'INCORRECT_DATA') = (corrective_event_id is not null))
  )`,
  sql`create index error_declarations_corrective_idx on supply_chain.error_declarations (corrective_event_id)`,
  sql`create function supply_chain.refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception 'supply_chain.% is append-only: % is refused', tg_table_name, lower(tg_op)
      using errcode = 'insufficient_privilege';
  end $$`,
  ...['epcis_events', 'error_declarations'].map(
    (table) => sql`create trigger append_only before update or delete on ${sql.id('supply_chain', table)}
    for each statement execute function supply_chain.refuse_change()`,
  ),
  sql`create table supply_chain.forecasts (
    ${versioned},
    product_id text not null,
    plant_id text not null,
    period date not null check (extract(day from period) = 1),
    method text not null check (method in ('STATISTICAL', 'CONSENSUS', 'MANUAL')),
    status text not null check (status in ('DRAFT', 'PUBLISHED', 'SUPERSEDED')),
    series text not null generated always as
      (product_id || ' ' || plant_id || ' ' || extract(year from period) || '-' || extract(month from period)) stored,
    quantity numeric(18, 4) not null check (quantity >= 0),
    unit text not null,
    actual_quantity numeric(18, 4) check (actual_quantity >= 0),
    prepared_by text not null
  )`,
  // INVARIANT: a product, a plant and a month have one forecast that holds.
  sql`create unique index forecasts_published_key on supply_chain.forecasts (product_id, plant_id, period)
    where status = 'PUBLISHED'`,
  sql`create index forecasts_series_idx on supply_chain.forecasts (series)`,
  sql`create index forecasts_product_idx on supply_chain.forecasts (product_id, period desc)`,
  sql`create index forecasts_period_idx on supply_chain.forecasts (period desc, id)`,
  ...['location', 'trade_item', 'shipment', 'logistic_unit', 'epcis_event', 'error_declaration', 'forecast'].map(
    (name) => sql`create sequence ${sql.id('supply_chain', `${name}_ids`)}`,
  ),
]

/** Creates the supply chain system, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
