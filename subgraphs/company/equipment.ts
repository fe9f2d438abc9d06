/** The equipment hierarchy of the plants: site, areas, lines as work centres, machines as work units with their controllers. */
import type { ItemRow } from './configuration-items.ts'
import { plants } from './plants.ts'
import { momentOf } from './random.ts'
import { createNumbers, type SeedRow } from './rows.ts'

export type EquipmentRow = SeedRow<'mes.equipment'>

/** A line with its machines, in the order in which work goes through them. */
export interface Line {
  readonly center: EquipmentRow
  readonly units: readonly EquipmentRow[]
}

/** What each kind of product is made on, by plant. */
export interface Lines {
  readonly SEMI_FINISHED: readonly Line[]
  readonly FINISHED_GOOD: readonly Line[]
}

/** The operations of a job, by what it makes; each has a machine of the line. */
export const steps = {
  SEMI_FINISHED: ['Place components', 'Solder', 'Inspect'],
  FINISHED_GOOD: ['Assemble', 'Test', 'Pack'],
} as const

const machines = {
  SEMI_FINISHED: ['Pick-and-place machine', 'Reflow oven', 'Optical inspection'],
  FINISHED_GOOD: ['Assembly station', 'Test bench', 'Packing machine'],
} as const

const areas = [
  ['Electronics', 'SEMI_FINISHED', 'SMT line', [2, 1, 1]],
  ['Assembly', 'FINISHED_GOOD', 'Assembly line', [3, 2, 2]],
] as const

const at = momentOf(-1, 410)

/** All equipment, its lines by plant, and a configuration item for the controller of each machine. */
export function makeEquipment(makeItem: (name: string, city: string) => ItemRow): {
  rows: EquipmentRow[]
  lines: Lines[]
  items: ItemRow[]
} {
  const numbers = createNumbers()
  const rows: EquipmentRow[] = []
  const items: ItemRow[] = []

  function add(
    level: EquipmentRow['level'],
    name: string,
    plant: number,
    parent: string | null,
    item: string | null = null,
  ): EquipmentRow {
    const row: EquipmentRow = {
      id: numbers.next('eq-', 4),
      version: 1,
      created_at: at,
      updated_at: at,
      name,
      level,
      parent_id: parent,
      plant_id: plants[plant]?.id ?? plants[0].id,
      state: 'RUNNING',
      description: null,
      configuration_item_id: item,
    }
    rows.push(row)
    return row
  }

  const lines = plants.map(({ city }, plant): Lines => {
    const site = add('SITE', `${city} site`, plant, null)
    const made: Record<keyof Lines, Line[]> = { SEMI_FINISHED: [], FINISHED_GOOD: [] }
    for (const [areaName, kind, lineName, counts] of areas) {
      const area = add('AREA', `${areaName} ${city}`, plant, site.id)
      for (let number = 1; number <= (counts[plant] ?? 1); number += 1) {
        const center = add('WORK_CENTER', `${lineName} ${number} ${city}`, plant, area.id)
        const units = machines[kind].map((machine) => {
          const name = `${machine} ${number} ${city}`
          const item = makeItem(`${name} controller`, city)
          items.push(item)
          return add('WORK_UNIT', name, plant, center.id, item.id)
        })
        made[kind].push({ center, units })
      }
    }
    return made
  })
  return { rows, lines, items }
}

/** The line that a product is made on: always the same one. */
export function lineFor(
  lines: readonly Lines[],
  product: { readonly id: string; readonly plant: number; readonly row: { readonly type: string } },
): Line {
  const kind = product.row.type === 'SEMI_FINISHED' ? 'SEMI_FINISHED' : 'FINISHED_GOOD'
  const able = lines[product.plant]?.[kind] ?? []
  const line = able[Number(product.id.slice(4)) % able.length]
  if (!line) throw new RangeError(`No line makes ${product.id}.`)
  return line
}
