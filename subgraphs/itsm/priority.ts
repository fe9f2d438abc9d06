/** ServiceNow's priority matrix: how many are affected, against how long it can wait. The caller never sets a priority. */
import type { IncidentLevel, IncidentPriority } from '../../storage/tables/itsm.ts'

const matrix = {
  HIGH: { HIGH: 'P1_CRITICAL', MEDIUM: 'P2_HIGH', LOW: 'P3_MODERATE' },
  MEDIUM: { HIGH: 'P2_HIGH', MEDIUM: 'P3_MODERATE', LOW: 'P4_LOW' },
  LOW: { HIGH: 'P3_MODERATE', MEDIUM: 'P4_LOW', LOW: 'P5_PLANNING' },
} as const satisfies Record<IncidentLevel, Record<IncidentLevel, IncidentPriority>>

/** The priority of an incident of this impact and urgency. */
export function priorityOf(impact: IncidentLevel, urgency: IncidentLevel): IncidentPriority {
  return matrix[impact][urgency]
}
