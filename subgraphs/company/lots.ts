/** Making lots, and grouping the needs that one lot covers. */
import type { Job, Lot, Need, Receipt } from './drafts.ts'
import { plants } from './plants.ts'
import type { Product } from './products.ts'
import { momentOf } from './random.ts'
import type { SupplierRow } from './suppliers.ts'

/** Needs of one product at one plant that are covered together. */
export interface Batch {
  readonly product: Product
  readonly plant: number
  readonly needs: readonly Need[]
  readonly firstDay: number
  readonly quantity: number
}

/** Groups needs by product and plant; a batch covers those of `window` days. */
export function batchesOf(needs: readonly Need[], window: number): Batch[] {
  const batches: Batch[] = []
  const groups = Map.groupBy(needs, ({ product, plant }) => `${product.id} ${plant}`)
  for (const group of groups.values()) {
    group.sort((a, b) => a.day - b.day)
    let current: Need[] = []
    for (const need of group) {
      if (current[0] && need.day > current[0].day + window) {
        batches.push(batchOf(current))
        current = []
      }
      current.push(need)
    }
    batches.push(batchOf(current))
  }
  return batches
}

function batchOf(needs: readonly Need[]): Batch {
  const [first] = needs
  if (!first) throw new RangeError('A batch covers at least one need.')
  const quantity = needs.reduce((sum, need) => sum + need.quantity, 0)
  return { product: first.product, plant: first.plant, needs, firstDay: first.day, quantity }
}

interface LotOrigin {
  readonly job?: Job
  readonly receipt?: Receipt
  readonly supplier?: SupplierRow
  readonly failed?: boolean
}

/** A new lot, whole. */
export function makeLot(product: Product, plant: number, quantity: number, at: string, origin: LotOrigin = {}): Lot {
  const { job = null, receipt = null, supplier = null, failed = false } = origin
  return {
    id: '',
    number: '',
    product,
    plant,
    quantity,
    left: quantity,
    at,
    job,
    receipt,
    supplier,
    failed,
    usedAt: null,
  }
}

/** What was there when the year began: just enough for the first needs, and a reserve. */
export function openingLot({ product, plant, needs, quantity }: Batch, reserve: number): Lot {
  const lot = makeLot(product, plant, quantity + reserve, momentOf(-1, 700))
  for (const need of needs) need.lot = lot
  return lot
}

/** `1010-26-00417`: plant, year, number. */
export function lotNumber(lot: Lot): string {
  return `${plants[lot.plant]?.id.slice(-4) ?? '0000'}-${lot.at.slice(2, 4)}-${lot.id.slice(4)}`
}
