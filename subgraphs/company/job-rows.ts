/** Job orders, their operations, responses and material as rows. */
import { quantityText } from './amounts.ts'
import type { Job } from './drafts.ts'
import { lineFor, steps, type Lines } from './equipment.ts'
import { endOfData, later, momentOf, type Random } from './random.ts'
import type { CompanyPart, Numbers, SeedRow } from './rows.ts'
import { plantId } from './sales-rows.ts'

type JobRow = SeedRow<'mes.job_orders'>
type OperationRow = SeedRow<'mes.operations'>
type ResponseRow = SeedRow<'mes.job_responses'>
type ActualRow = SeedRow<'mes.material_actuals'>

interface Floor {
  readonly lines: readonly Lines[]
  readonly supervisors: readonly (readonly string[])[]
  readonly operators: readonly (readonly string[])[]
}

/** The rows of some jobs. */
export function jobRows(random: Random, jobs: readonly Job[], floor: Floor, numbers: Numbers): CompanyPart {
  const operations: OperationRow[] = []
  const responses: ResponseRow[] = []
  const actuals: ActualRow[] = []
  const rows = jobs.map((job) => {
    const line = lineFor(floor.lines, job.product)
    const made = operationsOf(
      job,
      line.units.map(({ id }) => id),
      numbers,
    )
    operations.push(...made)
    const operator = random.pick(floor.operators[job.plant] ?? [])
    responses.push(...responsesOf(random, job, made.at(-1)?.id ?? null, operator, numbers))
    actuals.push(...actualsOf(job, numbers))
    return jobRow(random, job, line.center.id, random.pick(floor.supervisors[job.plant] ?? []))
  })
  return {
    'mes.job_orders': rows,
    'mes.operations': operations,
    'mes.job_responses': responses,
    'mes.material_actuals': actuals,
  }
}

function begun({ state }: Job): boolean {
  return state !== 'NOT_ALLOWED_TO_START' && state !== 'ALLOWED_TO_START'
}

function over({ state }: Job): boolean {
  return state === 'ENDED' || state === 'ABORTED'
}

/** When the record was made: some days before the start, and not after the end of the data. */
function plannedAt({ start }: Job): string {
  const before = later(start, -4_320)
  const first = momentOf(-1, 720)
  return before > endOfData ? endOfData : before < first ? first : before
}

function jobRow(random: Random, job: Job, center: string, supervisor: string): JobRow {
  const created = plannedAt(job)
  const plannedEnd = later(job.end, over(job) ? -random.int(-120, 180) : 0)
  return {
    id: job.id,
    version: over(job) ? 4 : begun(job) ? 3 : 1,
    created_at: created,
    updated_at: over(job) ? job.end : begun(job) ? job.start : created,
    product_id: job.product.id,
    plant_id: plantId(job.plant),
    work_center_id: center,
    sales_order_id: job.order?.id ?? null,
    quantity: quantityText(job.quantity),
    unit: job.product.unit,
    priority: job.order?.type === 'RUSH' ? 1 : random.int(3, 7),
    state: job.state,
    planned_start: later(job.start, -random.int(0, 30)),
    planned_end: plannedEnd,
    actual_start: begun(job) ? job.start : null,
    actual_end: over(job) ? job.end : null,
    supervisor_id: supervisor,
    state_reason:
      job.state === 'ABORTED'
        ? 'The demand was withdrawn.'
        : job.state === 'INTERRUPTED'
          ? 'Waits for material.'
          : null,
  }
}

function operationsOf(job: Job, units: readonly string[], numbers: Numbers): OperationRow[] {
  const kind = job.product.row.type === 'SEMI_FINISHED' ? 'SEMI_FINISHED' : 'FINISHED_GOOD'
  const minutes = Math.round((Date.parse(job.end) - Date.parse(job.start)) / 60_000)
  const created = plannedAt(job)
  return steps[kind].map((name, index) => {
    const state = operationState(job, index)
    const planned = Math.max(10, Math.round(minutes / 3))
    return {
      id: numbers.next('op-', 5),
      version: state === 'COMPLETED' ? 3 : state === 'RUNNING' ? 2 : 1,
      created_at: created,
      updated_at: over(job) ? job.end : begun(job) ? job.start : created,
      job_order_id: job.id,
      sequence: (index + 1) * 10,
      name,
      work_unit_id: units[index] ?? '',
      state,
      planned_minutes: planned,
      actual_minutes: state === 'COMPLETED' ? planned + ((index * 7 + minutes) % 25) : null,
    }
  })
}

function operationState(job: Job, index: number): OperationRow['state'] {
  switch (job.state) {
    case 'ENDED':
      return 'COMPLETED'
    case 'ABORTED':
      return index === 0 ? 'COMPLETED' : 'SKIPPED'
    case 'RUNNING':
      return index === 0 ? 'COMPLETED' : index === 1 ? 'RUNNING' : 'PENDING'
    case 'INTERRUPTED':
      return index === 0 ? 'COMPLETED' : 'PENDING'
    case 'ALLOWED_TO_START':
    case 'NOT_ALLOWED_TO_START':
      return 'PENDING'
  }
}

/** One response or two; together they report the quantity of the order. */
function responsesOf(
  random: Random,
  job: Job,
  operation: string | null,
  reporter: string,
  numbers: Numbers,
): ResponseRow[] {
  if (job.state !== 'ENDED') return []
  const whole = Date.parse(job.end) - Date.parse(job.start)
  const parts =
    job.quantity > 20 && random.chance(30)
      ? [Math.floor(job.quantity / 2), Math.ceil(job.quantity / 2)]
      : [job.quantity]
  return parts.map((good, index) => {
    const from = new Date(Date.parse(job.start) + (whole * index) / parts.length).toISOString()
    const to = new Date(Date.parse(job.start) + (whole * (index + 1)) / parts.length).toISOString()
    return {
      id: numbers.next('jr-', 5),
      version: 1,
      created_at: to,
      updated_at: to,
      job_order_id: job.id,
      operation_id: operation,
      started_at: from,
      ended_at: to,
      good_quantity: quantityText(good),
      scrap_quantity: quantityText(index === 0 ? job.scrap : 0),
      reported_by: reporter,
      note: job.scrap > 0 && index === 0 ? 'Scrap from the first pieces after setting up.' : null,
    }
  })
}

function actualsOf(job: Job, numbers: Numbers): ActualRow[] {
  if (!begun(job)) return []
  const actual = (lot: string, use: ActualRow['use'], quantity: number, unit: string, at: string): ActualRow => ({
    id: numbers.next('mat-', 5),
    version: 1,
    created_at: at,
    updated_at: at,
    job_order_id: job.id,
    lot_id: lot,
    use,
    quantity: quantityText(quantity),
    unit,
  })
  const consumed = job.inputs.flatMap(({ lot, quantity, product }) =>
    lot ? [actual(lot.id, 'CONSUMED', quantity, product.unit, job.start)] : [],
  )
  return job.lot ? [...consumed, actual(job.lot.id, 'PRODUCED', job.quantity, job.product.unit, job.lot.at)] : consumed
}
