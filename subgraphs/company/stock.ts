/**
 * Stock and forecasts: counted over all slices. A product's stock at a plant is what is left of its lots there; the actual
 * quantity of a month is what was delivered in it.
 */
import { quantityText } from './amounts.ts'
import type { Delivery, Lot } from './drafts.ts'
import { demandPlanner } from './employees.ts'
import { lotStatus } from './lot-rows.ts'
import type { Product, Products } from './products.ts'
import { endOfData, momentOf, type Random } from './random.ts'
import { createNumbers, type SeedRow } from './rows.ts'
import { plantId } from './sales-rows.ts'

/** What has been counted so far. */
export interface Counts {
  readonly stock: Map<Product, { free: number; inspection: number; blocked: number }>
  /** By product and month. */
  readonly delivered: Map<string, number>
}

/** Nothing counted yet. */
export function createCounts(): Counts {
  return { stock: new Map(), delivered: new Map() }
}

/** Counts the lots and deliveries of a slice. */
export function count(counts: Counts, lots: readonly Lot[], deliveries: readonly Delivery[]): void {
  for (const lot of lots) {
    const kept = counts.stock.get(lot.product) ?? { free: 0, inspection: 0, blocked: 0 }
    const status = lotStatus(lot)
    if (status === 'BLOCKED') kept.blocked += lot.left
    else if (status === 'QUARANTINE') kept.inspection += lot.left
    else kept.free += lot.left
    counts.stock.set(lot.product, kept)
  }
  for (const { issuedAt, lines } of deliveries) {
    if (issuedAt === null) continue
    for (const { item, quantity } of lines) {
      const key = `${item.product.id} ${issuedAt.slice(0, 7)}`
      counts.delivered.set(key, (counts.delivered.get(key) ?? 0) + quantity)
    }
  }
}

const storage = {
  RAW_MATERIAL: 'RM01',
  SEMI_FINISHED: 'RM01',
  FINISHED_GOOD: 'FG01',
  TRADING_GOOD: 'FG01',
  SPARE_PART: 'SP01',
} as const

/** One row for each product that lies anywhere: at its own plant. */
export function stockRows(random: Random, products: Products, counts: Counts): SeedRow<'erp.stock'>[] {
  const numbers = createNumbers()
  const at = momentOf(-1, 450)
  return products.all.flatMap((product) => {
    const { type } = product.row
    if (type === 'SERVICE') return []
    const { free, inspection, blocked } = counts.stock.get(product) ?? { free: 0, inspection: 0, blocked: 0 }
    // Set so that most have enough; what has run low shows.
    const reorder = Math.round((free * random.int(20, 112)) / 100)
    return {
      id: numbers.next('stk-', 5),
      version: 2,
      created_at: at,
      updated_at: endOfData,
      product_id: product.id,
      plant_id: plantId(product.plant),
      storage_location: storage[type],
      unrestricted_quantity: quantityText(free),
      quality_inspection_quantity: quantityText(inspection),
      blocked_quantity: quantityText(blocked),
      reorder_point: quantityText(reorder),
      safety_stock: quantityText(Math.round(reorder / 2)),
      unit: product.unit,
    }
  })
}

/** The months that are forecast: the twelve of the data and three ahead. */
const months = Array.from({ length: 15 }, (_, index) =>
  new Date(Date.UTC(2025, 10 + index, 1)).toISOString().slice(0, 10),
)

/** A published forecast for each product that is sold and each month; for some of the months ahead a draft of the next one. */
export function forecastRows(random: Random, products: Products, counts: Counts): SeedRow<'supply_chain.forecasts'>[] {
  const numbers = createNumbers()
  return [...products.FINISHED_GOOD, ...products.TRADING_GOOD].flatMap((product) => {
    const sold = months.map((month) => counts.delivered.get(`${product.id} ${month.slice(0, 7)}`) ?? 0)
    const usual = Math.max(1, Math.round(sold.reduce((sum, quantity) => sum + quantity, 0) / 12))
    return months.flatMap((period, index) => {
      const past = index < 12
      const at = momentOf(Math.max(-1, index * 30 - 20), random.int(500, 900))
      const row = (
        status: SeedRow<'supply_chain.forecasts'>['status'],
        quantity: number,
      ): SeedRow<'supply_chain.forecasts'> => ({
        id: numbers.next('fc-', 5),
        version: past ? 2 : 1,
        created_at: at < endOfData ? at : endOfData,
        updated_at: endOfData,
        product_id: product.id,
        plant_id: plantId(product.plant),
        period,
        method: status === 'DRAFT' ? 'CONSENSUS' : 'STATISTICAL',
        status,
        quantity: quantityText(quantity),
        unit: product.unit,
        actual_quantity: past ? quantityText(sold[index] ?? 0) : null,
        prepared_by: demandPlanner,
      })
      const published = row('PUBLISHED', Math.round((usual * random.int(75, 125)) / 100))
      return past || !random.chance(15) ? [published] : [published, row('DRAFT', Math.round(usual * 1.1))]
    })
  })
}
