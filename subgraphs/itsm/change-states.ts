/**
 * The states of a change and the steps between them, for each type (ServiceNow, change state model). The step from AUTHORIZE
 * to SCHEDULED is not here: it is the change manager's decision, `approveChange`.
 */
import type { ChangeState, ChangeType } from '../../storage/tables/itsm.ts'

type Steps = Readonly<Record<ChangeState, readonly ChangeState[]>>

/** What all types have in common once a change is approved. */
const carriedOut = {
  IMPLEMENT: ['REVIEW'],
  REVIEW: ['CLOSED'],
  CLOSED: [],
  CANCELED: [],
} as const satisfies Partial<Steps>

/** For each type, from each state, the states that one step reaches. Back to NEW revises it and asks again. */
export const changeSteps = {
  NORMAL: {
    NEW: ['ASSESS', 'CANCELED'],
    ASSESS: ['AUTHORIZE', 'NEW', 'CANCELED'],
    AUTHORIZE: ['NEW', 'CANCELED'],
    SCHEDULED: ['IMPLEMENT', 'NEW', 'CANCELED'],
    ...carriedOut,
  },
  // Approved beforehand, as a kind.
  STANDARD: {
    NEW: ['SCHEDULED', 'CANCELED'],
    ASSESS: [],
    AUTHORIZE: [],
    SCHEDULED: ['IMPLEMENT', 'CANCELED'],
    ...carriedOut,
  },
  // Not assessed by the teams, but approved like any other.
  EMERGENCY: {
    NEW: ['AUTHORIZE', 'CANCELED'],
    ASSESS: [],
    AUTHORIZE: ['NEW', 'CANCELED'],
    SCHEDULED: ['IMPLEMENT', 'NEW', 'CANCELED'],
    ...carriedOut,
  },
} as const satisfies Record<ChangeType, Steps>
