/** The states of an incident and the steps between them (ServiceNow, incident state model). */
import type { IncidentState } from '../../storage/tables/itsm.ts'

/** From each state, the states that one step reaches. */
export const incidentSteps = {
  NEW: ['IN_PROGRESS', 'ON_HOLD', 'RESOLVED', 'CANCELED'],
  IN_PROGRESS: ['ON_HOLD', 'RESOLVED', 'CANCELED'],
  ON_HOLD: ['IN_PROGRESS', 'RESOLVED', 'CANCELED'],
  RESOLVED: ['IN_PROGRESS', 'CLOSED'],
  CLOSED: [],
  CANCELED: [],
} as const satisfies Record<IncidentState, readonly IncidentState[]>

/** States in which the record may still be edited. */
export const openIncidentStates: ReadonlySet<IncidentState> = new Set(['NEW', 'IN_PROGRESS', 'ON_HOLD'])
