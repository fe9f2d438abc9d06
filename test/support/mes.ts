/**
 * A small plant for tests: a site with a hall, two work centers and their work units, and rows for what has no mutation.
 * Its ids and names are its own, so that it does not matter what else the database holds.
 */
import type { Insertable } from 'kysely'
import type { Caller } from '../../lib/caller.ts'
import type { DowntimeRow, EquipmentRow, JobOrderRow, MaterialLotRow, OperationRow } from '../../storage/tables/mes.ts'
import type { DatabaseKind } from './databases.ts'
import { callerNamed, noon } from './subgraphs.ts'
import { act, openSystems, payload, refused } from './systems.ts'

export const agent = callerNamed('agent:production-agent')
export const manager = callerNamed('person:ruth.meyer')

/** The equipment of the plant, from the top down. */
export const shop = {
  site: 'eq-9001',
  hall: 'eq-9002',
  line: 'eq-9003',
  otherLine: 'eq-9004',
  press: 'eq-9005',
  bench: 'eq-9006',
  otherBench: 'eq-9007',
} as const

const equipment: readonly (readonly [id: string, name: string, level: EquipmentRow['level'], parent: string | null])[] =
  [
    [shop.site, 'Testfeld', 'SITE', null],
    [shop.hall, 'Testfeld hall 1', 'AREA', shop.site],
    [shop.line, 'Testfeld line A', 'WORK_CENTER', shop.hall],
    [shop.otherLine, 'Testfeld line B', 'WORK_CENTER', shop.hall],
    [shop.press, 'Testfeld press', 'WORK_UNIT', shop.line],
    [shop.bench, 'Testfeld bench', 'WORK_UNIT', shop.line],
    [shop.otherBench, 'Testfeld bench of line B', 'WORK_UNIT', shop.otherLine],
  ]

/** What every row starts with. */
const fresh = { version: 1, created_at: noon, updated_at: noon } as const

/** A record as a mutation gives it back. */
export interface Shown {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}

type Input = Readonly<Record<string, unknown>>

/** Opens the systems with the plant in them. */
export async function openShop(kind: DatabaseKind) {
  const systems = await openSystems(kind)
  const { kysely } = systems.database
  let made = 0
  const next = (prefix: string, digits: number) => prefix + String(++made).padStart(digits, '0')
  await kysely
    .insertInto('mes.equipment')
    .values(
      equipment.map(([id, name, level, parent_id]) => ({
        ...fresh,
        ...{ id, name, level, parent_id, plant_id: 'plant-1010', state: 'IDLE' as const },
        description: null,
        configuration_item_id: level === 'WORK_UNIT' ? 'CI-0009' : null,
      })),
    )
    .execute()

  return {
    ...systems,
    /** Runs a mutation and gives its payload. */
    run: (mutation: string, input: Input, selection: string, caller: Caller = agent) =>
      payload(act(systems.mes, mutation, input, selection, caller)),
    /** What a mutation is refused with. */
    refuses: (mutation: string, input: Input, selection: string, caller: Caller = agent) =>
      refused(act(systems.mes, mutation, input, selection, caller)),

    /** A machine of line A of its own: what happens to it disturbs no other test. */
    async machine(more: Partial<Insertable<EquipmentRow>> = {}): Promise<string> {
      const id = next('eq-8', 4)
      await kysely
        .insertInto('mes.equipment')
        .values({
          ...fresh,
          ...{ id, name: `Testfeld machine ${id}`, level: 'WORK_UNIT', parent_id: shop.line, plant_id: 'plant-1010' },
          ...{ state: 'IDLE', description: null, configuration_item_id: null, ...more },
        })
        .execute()
      return id
    },

    /** A job order on line A that stands in `state` already. */
    async jobOrderIn(state: JobOrderRow['state'], more: Partial<Insertable<JobOrderRow>> = {}): Promise<string> {
      const id = next('JO-2026-8', 4)
      const begun = !['NOT_ALLOWED_TO_START', 'ALLOWED_TO_START'].includes(state)
      const over = state === 'ENDED' || state === 'ABORTED'
      await kysely
        .insertInto('mes.job_orders')
        .values({
          ...fresh,
          ...{ id, product_id: 'prd-9001', plant_id: 'plant-1010', work_center_id: shop.line, sales_order_id: null },
          ...{ quantity: '100.0000', unit: 'C62', priority: 5, state, supervisor_id: 'person:ruth.meyer' },
          ...{ planned_start: '2026-10-30T06:00:00Z', planned_end: '2026-11-02T14:00:00Z' },
          actual_start: begun ? '2026-10-30T06:00:00Z' : null,
          actual_end: over ? '2026-10-31T06:00:00Z' : null,
          state_reason: state === 'ABORTED' ? 'The customer cancelled.' : null,
          ...more,
        })
        .execute()
      return id
    },

    /** An operation of a job order that stands in `state` already. */
    async operationIn(
      jobOrderId: string,
      state: OperationRow['state'],
      more: Partial<Insertable<OperationRow>> = {},
    ): Promise<string> {
      const id = next('op-8', 4)
      await kysely
        .insertInto('mes.operations')
        .values({
          ...fresh,
          ...{ id, job_order_id: jobOrderId, sequence: made * 10, name: 'Press', work_unit_id: shop.press, state },
          ...{ planned_minutes: 60, actual_minutes: state === 'COMPLETED' ? 55 : null, ...more },
        })
        .execute()
      return id
    },

    /** A bought lot of 100 pieces. */
    async lot(more: Partial<Insertable<MaterialLotRow>> = {}): Promise<string> {
      const id = next('lot-8', 4)
      const held = more.status === 'QUARANTINE' || more.status === 'BLOCKED'
      await kysely
        .insertInto('mes.material_lots')
        .values({
          ...fresh,
          ...{ id, lot_number: `T-${id}`, product_id: 'prd-9002', plant_id: 'plant-1010', status: 'AVAILABLE' },
          ...{ quantity: more.status === 'CONSUMED' ? '0.0000' : '100.0000', unit: 'C62', expires_on: null },
          ...{ produced_by_job_order_id: null, supplier_id: 'sup-001', goods_receipt_id: 'GR-2026-99001' },
          ...{ shipment_id: 'SHP-2026-99001', status_reason: held ? 'There is a doubt.' : null, ...more },
        })
        .execute()
      return id
    },

    /** A downtime that goes on since eight in the morning. */
    async downtime(equipmentId: string, more: Partial<Insertable<DowntimeRow>> = {}): Promise<string> {
      const id = next('dt-8', 4)
      await kysely
        .insertInto('mes.downtimes')
        .values({
          ...fresh,
          ...{ id, equipment_id: equipmentId, started_at: '2026-10-31T08:00:00Z', ended_at: null, reason: 'BREAKDOWN' },
          ...{ comment: null, incident_id: null, job_order_id: null, reported_by: 'person:joanna.krol', ...more },
        })
        .execute()
      return id
    },
  }
}

/** The plant with the systems around it. */
export type Shop = Awaited<ReturnType<typeof openShop>>
