/** When machines stood still, and why. A breakdown of an hour or more was reported to IT as an incident on its controller. */
import type { Job } from './drafts.ts'
import { lineFor, type EquipmentRow, type Lines } from './equipment.ts'
import { endOfData, later, momentOf, type Random } from './random.ts'
import type { Numbers, SeedRow } from './rows.ts'

export type DowntimeRow = SeedRow<'mes.downtimes'>

/** A downtime with the machine, before its incident is known. */
export interface Downtime {
  readonly row: DowntimeRow
  readonly equipment: EquipmentRow
}

/** Downtimes of a slice during jobs, and between them. */
const duringJobs = 320
const between = 80

const comments = {
  BREAKDOWN: 'Stopped with an alarm of the controller.',
  CHANGEOVER: 'Set up for the next product.',
  MATERIAL_SHORTAGE: 'Waited for material from the store.',
  PLANNED_MAINTENANCE: 'Maintenance by the plan.',
  QUALITY: 'Stopped until the settings were right.',
  NO_OPERATOR: 'Nobody was free to run it.',
} as const satisfies Record<DowntimeRow['reason'], string>

/** All downtimes of a slice; the last ones of some machines are still going on. */
export function makeDowntimes(
  random: Random,
  jobs: readonly Job[],
  lines: readonly Lines[],
  reporters: readonly (readonly string[])[],
  numbers: Numbers,
): Downtime[] {
  const ended = jobs.filter(({ state }) => state === 'ENDED')
  const during = Array.from({ length: duringJobs }, () => {
    const job = random.pick(ended)
    const reason = random.weighted<DowntimeRow['reason']>([
      ['BREAKDOWN', 55],
      ['CHANGEOVER', 15],
      ['MATERIAL_SHORTAGE', 12],
      ['QUALITY', 10],
      ['NO_OPERATOR', 8],
    ])
    const length = Date.parse(job.end) - Date.parse(job.start)
    const started = new Date(Date.parse(job.start) + Math.round((length * random.int(10, 60)) / 100)).toISOString()
    const room = Math.round((Date.parse(job.end) - Date.parse(started)) / 60_000)
    return { job, product: job.product, reason, started, minutes: Math.min(room, random.int(12, 190)) }
  })
  const others = Array.from({ length: between }, () => {
    const job = random.pick(ended)
    const started = momentOf(random.int(5, 360), random.int(1_150, 1_300))
    return {
      job: null,
      product: job.product,
      reason: 'PLANNED_MAINTENANCE' as const,
      started,
      minutes: random.int(60, 120),
    }
  })
  const all = [...during, ...others].sort((a, b) => (a.started < b.started ? -1 : a.started > b.started ? 1 : 0))
  return all.map(({ job, product, reason, started, minutes }) => {
    const equipment = random.pick(lineFor(lines, product).units)
    const ends = later(started, minutes)
    const row: DowntimeRow = {
      id: numbers.next('dt-', 5),
      version: 2,
      created_at: started,
      updated_at: ends < endOfData ? ends : endOfData,
      equipment_id: equipment.id,
      started_at: started,
      ended_at: ends < endOfData ? ends : endOfData,
      reason,
      comment: comments[reason],
      incident_id: null,
      job_order_id: job?.id ?? null,
      reported_by: random.pick(reporters[product.plant] ?? []),
    }
    return { row, equipment }
  })
}

/** Whether a downtime was worth an incident. */
export function isBreakdown({ row }: Downtime): boolean {
  return (
    row.reason === 'BREAKDOWN' && Date.parse(row.ended_at ?? row.started_at) - Date.parse(row.started_at) >= 3_600_000
  )
}
