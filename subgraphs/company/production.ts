/**
 * Production: backwards from what is needed to the job orders that make it, and on to the parts that those jobs need. What
 * would have to begin before the year began was there already.
 */
import type { Job, Lot, Need } from './drafts.ts'
import { batchesOf, makeLot, openingLot, type Batch } from './lots.ts'
import type { Products } from './products.ts'
import { endOfData, lastDay, later, momentOf, workday, workdayBefore, type Random } from './random.ts'

/** Jobs that cover needs, the lots that they made and that were there, and the needs for parts that they raise. */
export interface Production {
  readonly jobs: Job[]
  readonly lots: Lot[]
  readonly needs: Need[]
}

/** The first day on which a job may begin: parts of it have been there or have come by then. */
const firstStart = 3
/** Jobs are planned so many days ahead. */
const horizon = 21

/** Plans the jobs for needs of finished or semi-finished goods. */
export function planProduction(random: Random, needs: readonly Need[], window: number): Production {
  const result: Production = { jobs: [], lots: [], needs: [] }
  for (const batch of batchesOf(needs, window)) {
    const endDay = workdayBefore(batch.firstDay - random.int(1, 4))
    const startDay = workdayBefore(endDay - Math.min(4, 1 + Math.floor(batch.quantity / 60)))
    const reserve = Math.ceil((batch.quantity * random.int(2, 14)) / 100)
    if (startDay < firstStart) result.lots.push(openingLot(batch, reserve))
    else if (startDay <= lastDay + horizon) addJob(random, result, batch, startDay, endDay, reserve)
  }
  return result
}

/** Jobs without an order behind them: some of what they made was measured outside its limits, and a few were aborted. */
export function planForStock(random: Random, products: Products, count: number): Production {
  const result: Production = { jobs: [], lots: [], needs: [] }
  for (let index = 0; index < count; index += 1) {
    const product = random.pick(products.FINISHED_GOOD)
    const startDay = workday(random.int(30, lastDay - 8))
    const batch: Batch = {
      product,
      plant: product.plant,
      needs: [],
      firstDay: startDay + 3,
      quantity: random.int(10, 40),
    }
    const outcome = index % 3 === 0 ? 'failed' : index % 7 === 1 ? 'aborted' : 'good'
    addJob(random, result, batch, startDay, startDay + 1, 0, outcome)
  }
  return result
}

function addJob(
  random: Random,
  result: Production,
  batch: Batch,
  startDay: number,
  endDay: number,
  reserve: number,
  outcome: 'good' | 'failed' | 'aborted' = 'good',
): void {
  const { product, plant, needs } = batch
  const quantity = batch.quantity + reserve
  const start = momentOf(startDay, random.int(350, 480))
  const end = momentOf(endDay, random.int(850, 1_180))
  const begun = start <= endOfData
  const ended = end <= endOfData
  const orders = new Set(needs.map(({ order }) => order))
  const inputs = product.parts.map(({ product: part, per }): Need => ({
    product: part,
    plant,
    day: startDay,
    quantity: quantity * per,
    order: null,
    lot: null,
  }))
  const job: Job = {
    id: '',
    product,
    plant,
    quantity,
    scrap: random.chance(35) ? Math.ceil((quantity * random.int(1, 3)) / 100) : 0,
    startDay,
    endDay,
    start,
    end,
    state: ended
      ? outcome === 'aborted'
        ? 'ABORTED'
        : 'ENDED'
      : begun
        ? random.pick(['RUNNING', 'RUNNING', 'INTERRUPTED'])
        : startDay <= lastDay + 7
          ? 'ALLOWED_TO_START'
          : 'NOT_ALLOWED_TO_START',
    order: orders.size === 1 ? (needs[0]?.order ?? null) : null,
    inputs,
    lot: null,
  }
  if (job.state === 'ENDED') {
    const lot = makeLot(product, plant, quantity, later(end, 10), { job, failed: outcome === 'failed' })
    job.lot = lot
    for (const need of needs) need.lot = lot
    result.lots.push(lot)
  }
  result.jobs.push(job)
  result.needs.push(...inputs)
}
