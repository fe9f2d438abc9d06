/** The statuses of a case and the steps between them; a closed case is reopened into work. */
import type { CaseRecord } from './model.ts'

type Status = CaseRecord['status']

/** From each status, the statuses that one step reaches. */
export const caseSteps: Readonly<Record<Status, readonly Status[]>> = {
  NEW: ['WORKING', 'ESCALATED', 'CLOSED'],
  WORKING: ['ESCALATED', 'CLOSED'],
  ESCALATED: ['WORKING', 'CLOSED'],
  CLOSED: ['WORKING'],
}
