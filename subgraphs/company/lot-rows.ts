/** Lots and what was measured of them. What failed is blocked; what came in the last days waits for its inspection. */
import { quantityText } from './amounts.ts'
import type { Lot } from './drafts.ts'
import { dayOf, endOfData, later, type Random } from './random.ts'
import type { CompanyPart, Numbers, SeedRow } from './rows.ts'
import { plantId } from './sales-rows.ts'

type LotRow = SeedRow<'mes.material_lots'>
type ResultRow = SeedRow<'mes.quality_results'>

/** Name, unit, lower and upper limit in ten-thousandths. */
type Characteristic = readonly [name: string, unit: string, lower: number | null, upper: number | null]

const dimension: Characteristic = ['Dimension', 'MMT', 99_500, 100_500]
const characteristics: Readonly<Record<string, readonly Characteristic[]>> = {
  'Passive components': [['Resistance', 'OHM', 950_000, 1_050_000]],
  Semiconductors: [['Leakage current', 'C26', null, 12_000]],
  Connectors: [['Contact resistance', 'OHM', null, 300]],
  Mouldings: [dimension],
  Packaging: [['Board thickness', 'MMT', 28_000, 32_000]],
  Materials: [['Moisture', 'P1', null, 2_000]],
  Mainboards: [['Supply voltage', 'VLT', 32_000, 34_000]],
  Modules: [['Supply voltage', 'VLT', 32_000, 34_000]],
}
const finished: readonly Characteristic[] = [
  ['Reading distance', 'MTR', 24_000, null],
  ['Leakage current', 'C26', null, 5_000],
]

/** A lot that waits for its inspection. */
function waits({ job, at, usedAt, failed }: Lot): boolean {
  return job === null && usedAt === null && !failed && later(at, 2_400) > endOfData
}

/** Whether a lot stands blocked: it failed, and nobody has used it. */
function blocked({ failed, usedAt }: Lot): boolean {
  return failed && usedAt === null
}

/** What of a lot is free, waits for inspection or is blocked: where stock counts it. */
export function lotStatus(lot: Lot): LotRow['status'] {
  if (lot.left === 0) return 'CONSUMED'
  if (blocked(lot)) return 'BLOCKED'
  return waits(lot) ? 'QUARANTINE' : 'AVAILABLE'
}

/** The rows of some lots with their quality results. */
export function lotRows(
  random: Random,
  lots: readonly Lot[],
  inspectors: readonly (readonly string[])[],
  numbers: Numbers,
): CompanyPart {
  const results: ResultRow[] = []
  for (const lot of lots) {
    // What was there when the year began was measured before; spare parts and goods for sale are not measured.
    if (!waits(lot) && (lot.job ?? lot.receipt))
      results.push(...resultsOf(random, lot, random.pick(inspectors[lot.plant] ?? []), numbers))
  }
  return { 'mes.material_lots': lots.map(lotRow), 'mes.quality_results': results }
}

function lotRow(lot: Lot): LotRow {
  const status = lotStatus(lot)
  return {
    id: lot.id,
    version: lot.usedAt === null ? 1 : 2,
    created_at: lot.at,
    updated_at: lot.usedAt ?? lot.at,
    lot_number: lot.number,
    product_id: lot.product.id,
    plant_id: plantId(lot.plant),
    status,
    quantity: quantityText(lot.left),
    unit: lot.product.unit,
    produced_by_job_order_id: lot.job?.id ?? null,
    supplier_id: lot.supplier?.id ?? null,
    goods_receipt_id: lot.receipt?.id ?? null,
    shipment_id: lot.receipt?.shipment?.id ?? null,
    expires_on: lot.product.row.product_group === 'Materials' ? dayOf(lot.at, 540) : null,
    status_reason:
      status === 'BLOCKED'
        ? 'A measured value lies outside its limits.'
        : status === 'QUARANTINE'
          ? 'Waits for the incoming inspection.'
          : null,
  }
}

function resultsOf(random: Random, lot: Lot, inspector: string, numbers: Numbers): ResultRow[] {
  const { type, product_group: group } = lot.product.row
  const measured = type === 'FINISHED_GOOD' ? finished : (characteristics[group] ?? [])
  return measured.map(([characteristic, unit, lower, upper], index) => {
    const fails = lot.failed && index === 0
    const at = later(lot.at, random.int(20, 150))
    const moment = at < endOfData ? at : endOfData
    const value = valueOf(random, lower, upper, fails)
    return {
      id: numbers.next('qr-', 5),
      version: 1,
      created_at: moment,
      updated_at: moment,
      lot_id: lot.id,
      job_order_id: lot.job?.id ?? null,
      operation_id: null,
      characteristic,
      measured_value: tenThousandths(value),
      unit,
      lower_limit: lower === null ? null : tenThousandths(lower),
      upper_limit: upper === null ? null : tenThousandths(upper),
      verdict: fails ? 'FAIL' : 'PASS',
      measured_at: moment,
      measured_by: inspector,
      measured_for: null,
    }
  })
}

/** Inside the limits, or a little outside of them. */
function valueOf(random: Random, lower: number | null, upper: number | null, fails: boolean): number {
  if (fails) return upper === null ? Math.round((lower ?? 0) * 0.9) : Math.round(upper * 1.1)
  const low = lower ?? Math.round((upper ?? 0) * 0.3)
  return random.int(low, upper ?? Math.round(low * 1.3))
}

function tenThousandths(value: number): string {
  return `${Math.floor(value / 10_000)}.${String(value % 10_000).padStart(4, '0')}`
}
