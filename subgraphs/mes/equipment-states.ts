/** The states of equipment: the steps between them, and how they go together with a downtime. */
import type { DowntimeReason, EquipmentState } from '../../storage/tables/mes.ts'

/** From each state, the states that one step reaches. What stood still is IDLE before it is RUNNING again. */
export const equipmentSteps = {
  RUNNING: ['IDLE', 'DOWN', 'MAINTENANCE'],
  IDLE: ['RUNNING', 'DOWN', 'MAINTENANCE'],
  DOWN: ['IDLE', 'MAINTENANCE'],
  MAINTENANCE: ['IDLE', 'DOWN'],
} as const satisfies Record<EquipmentState, readonly EquipmentState[]>

/** The state that equipment is in while a downtime for this reason goes on. */
export const stateDuring = {
  BREAKDOWN: 'DOWN',
  QUALITY: 'DOWN',
  PLANNED_MAINTENANCE: 'MAINTENANCE',
  CHANGEOVER: 'IDLE',
  MATERIAL_SHORTAGE: 'IDLE',
  NO_OPERATOR: 'IDLE',
} as const satisfies Record<DowntimeReason, EquipmentState>

/** States in which no work can be started. */
export const notWorking: ReadonlySet<EquipmentState> = new Set(['DOWN', 'MAINTENANCE'])
