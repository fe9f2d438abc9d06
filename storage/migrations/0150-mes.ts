/**
 * The manufacturing execution system's tables. The checks repeat what the state rules promise: no order is over without an
 * end, no lot is used up and not empty, and no verdict says anything else than its limits do.
 */
import { sql, type Kysely } from 'kysely'
import { versioned } from './versioned.ts'

/** A code of UN/ECE Recommendation 20: `C62`, `KGM`. */
const unit = sql`unit text not null check (unit ~ '^[A-Z0-9]{2,3}$')`

const statements = [
  sql`create schema if not exists mes`,
  sql`create table mes.equipment (
    ${versioned},
    name text not null,
    level text not null check (level in ('SITE', 'AREA', 'WORK_CENTER', 'WORK_UNIT')),
    parent_id text references mes.equipment (id),
    plant_id text not null,
    state text not null check (state in ('RUNNING', 'IDLE', 'DOWN', 'MAINTENANCE')),
    description text,
    configuration_item_id text,
    check ((level = 'SITE') = (parent_id is null)),
    check (parent_id <> id)
  )`,
  sql`create unique index equipment_name_key on mes.equipment (lower(name))`,
  sql`create index equipment_parent_idx on mes.equipment (parent_id, name)`,
  sql`create index equipment_item_idx on mes.equipment (configuration_item_id, name)`,
  sql`create table mes.job_orders (
    ${versioned},
    product_id text not null,
    plant_id text not null,
    work_center_id text not null references mes.equipment (id),
    sales_order_id text,
    quantity numeric(18, 4) not null check (quantity > 0),
    ${unit},
    priority integer not null check (priority between 1 and 9),
    state text not null check (state in ('NOT_ALLOWED_TO_START', 'ALLOWED_TO_START', 'RUNNING', 'INTERRUPTED', 'ENDED',
      'ABORTED')),
    planned_start timestamptz(3) not null,
    planned_end timestamptz(3) not null,
    actual_start timestamptz(3),
    actual_end timestamptz(3),
    supervisor_id text not null,
    state_reason text,
    check (planned_start < planned_end),
    check (actual_start <= actual_end),
    check (state not in ('NOT_ALLOWED_TO_START', 'ALLOWED_TO_START') or actual_start is null),
    check (state not in ('RUNNING', 'INTERRUPTED', 'ENDED') or actual_start is not null),
    check ((state in ('ENDED', 'ABORTED')) = (actual_end is not null)),
    check (state <> 'ABORTED' or state_reason is not null)
  )`,
  sql`create index job_orders_product_idx on mes.job_orders (product_id, planned_start desc)`,
  sql`create index job_orders_sales_order_idx on mes.job_orders (sales_order_id, planned_start desc)`,
  sql`create index job_orders_work_center_idx on mes.job_orders (work_center_id, planned_start desc)`,
  sql`create index job_orders_planned_idx on mes.job_orders (planned_start desc, id)`,
  sql`create table mes.operations (
    ${versioned},
    job_order_id text not null references mes.job_orders (id),
    sequence integer not null check (sequence > 0),
    name text not null,
    work_unit_id text not null references mes.equipment (id),
    state text not null check (state in ('PENDING', 'RUNNING', 'COMPLETED', 'SKIPPED')),
    planned_minutes integer not null check (planned_minutes > 0),
    actual_minutes integer check (actual_minutes >= 0),
    unique (job_order_id, sequence),
    check ((state = 'COMPLETED') = (actual_minutes is not null))
  )`,
  sql`create table mes.job_responses (
    ${versioned},
    job_order_id text not null references mes.job_orders (id),
    operation_id text references mes.operations (id),
    started_at timestamptz(3) not null,
    ended_at timestamptz(3) not null,
    good_quantity numeric(18, 4) not null check (good_quantity >= 0),
    scrap_quantity numeric(18, 4) not null check (scrap_quantity >= 0),
    reported_by text not null,
    note text,
    check (started_at < ended_at)
  )`,
  sql`create index job_responses_job_order_idx on mes.job_responses (job_order_id, ended_at desc)`,
  sql`create view mes.job_order_progress as
    select job_order_id as id,
      1 as version,
      max(created_at) as created_at,
      max(updated_at) as updated_at,
      sum(good_quantity)::numeric(18, 4) as good_quantity,
      sum(scrap_quantity)::numeric(18, 4) as scrap_quantity
    from mes.job_responses
    group by job_order_id`,
  sql`create table mes.material_lots (
    ${versioned},
    -- GS1 application identifier (10): at most 20 characters.
    lot_number text not null unique check (lot_number ~ '^[A-Za-z0-9][A-Za-z0-9./_-]{0,19}$'),
    product_id text not null,
    plant_id text not null,
    status text not null check (status in ('AVAILABLE', 'QUARANTINE', 'BLOCKED', 'CONSUMED')),
    -- What is left of it.
    quantity numeric(18, 4) not null check (quantity >= 0),
    ${unit},
    produced_by_job_order_id text references mes.job_orders (id),
    supplier_id text,
    goods_receipt_id text,
    shipment_id text,
    expires_on date,
    status_reason text,
    check ((status = 'CONSUMED') = (quantity = 0)),
    check (status not in ('QUARANTINE', 'BLOCKED') or status_reason is not null),
    check (produced_by_job_order_id is null
      or (supplier_id is null and goods_receipt_id is null and shipment_id is null))
  )`,
  sql`create index material_lots_product_idx on mes.material_lots (product_id, created_at desc)`,
  sql`create index material_lots_supplier_idx on mes.material_lots (supplier_id, created_at desc)`,
  sql`create index material_lots_receipt_idx on mes.material_lots (goods_receipt_id, created_at desc)`,
  sql`create index material_lots_created_idx on mes.material_lots (created_at desc, id)`,
  sql`create table mes.material_actuals (
    ${versioned},
    job_order_id text not null references mes.job_orders (id),
    lot_id text not null references mes.material_lots (id),
    use text not null check (use in ('CONSUMED', 'PRODUCED')),
    quantity numeric(18, 4) not null check (quantity > 0),
    ${unit}
  )`,
  // INVARIANT: a lot comes out of one job order, once, so that its genealogy has one beginning.
  sql`create unique index material_actuals_produced_key on mes.material_actuals (lot_id) where use = 'PRODUCED'`,
  sql`create index material_actuals_job_order_idx on mes.material_actuals (job_order_id, created_at desc)`,
  sql`create index material_actuals_lot_idx on mes.material_actuals (lot_id, created_at desc)`,
  sql`create table mes.quality_results (
    ${versioned},
    lot_id text not null references mes.material_lots (id),
    job_order_id text references mes.job_orders (id),
    operation_id text references mes.operations (id),
    characteristic text not null,
    measured_value numeric(18, 4) not null,
    ${unit},
    lower_limit numeric(18, 4),
    upper_limit numeric(18, 4),
    verdict text not null check (verdict in ('PASS', 'FAIL')),
    measured_at timestamptz(3) not null,
    measured_by text not null,
    measured_for text,
    check (lower_limit is not null or upper_limit is not null),
    check (lower_limit <= upper_limit),
    check ((verdict = 'PASS') = (measured_value >= coalesce(lower_limit, measured_value)
      and measured_value <= coalesce(upper_limit, measured_value)))
  )`,
  sql`create index quality_results_lot_idx on mes.quality_results (lot_id, measured_at desc)`,
  sql`create index quality_results_job_order_idx on mes.quality_results (job_order_id, measured_at desc)`,
  sql`create index quality_results_measured_idx on mes.quality_results (measured_at desc, id)`,
  sql`create table mes.downtimes (
    ${versioned},
    equipment_id text not null references mes.equipment (id),
    started_at timestamptz(3) not null,
    ended_at timestamptz(3),
    reason text not null check (reason in ('BREAKDOWN', 'CHANGEOVER', 'MATERIAL_SHORTAGE', 'PLANNED_MAINTENANCE',
      'QUALITY', 'NO_OPERATOR')),
    comment text,
    incident_id text,
    job_order_id text references mes.job_orders (id),
    reported_by text not null,
    check (started_at <= ended_at)
  )`,
  // INVARIANT: equipment stands still for one reason at a time; the open downtime is the current one.
  sql`create unique index downtimes_open_key on mes.downtimes (equipment_id) where ended_at is null`,
  sql`create index downtimes_equipment_idx on mes.downtimes (equipment_id, started_at desc)`,
  sql`create index downtimes_incident_idx on mes.downtimes (incident_id, started_at desc)`,
  sql`create index downtimes_job_order_idx on mes.downtimes (job_order_id, started_at desc)`,
  sql`create index downtimes_started_idx on mes.downtimes (started_at desc, id)`,
  ...[
    'equipment',
    'job_order',
    'operation',
    'job_response',
    'material_lot',
    'material_actual',
    'quality_result',
    'downtime',
  ].map((name) => sql`create sequence ${sql.id('mes', `${name}_ids`)}`),
]

/** Creates the manufacturing execution system, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
