/** The codes that the kit treats specially. Every other code goes to the caller as it came, with what to do next. */

/**
 * What the kit does about a code. `retry`: send the same again after a while. `await`: people have to decide first. `lost`: the task
 * is somebody else's now. `pause`: nothing more is claimed for a while, because it passes without a change to the agent. `other`: the
 * same agent is refused again whatever it does; somebody else has to look.
 */
export type Treatment = 'retry' | 'await' | 'lost' | 'pause' | 'other'

const treatments: Readonly<Record<string, Treatment>> = {
  RATE_LIMITED: 'retry',
  TIMEOUT: 'retry',
  // What the kit itself says, where no gateway or no issuer has answered.
  UNREACHABLE: 'retry',
  TOKEN_UNREACHABLE: 'retry',

  APPROVAL_REQUIRED: 'await',

  LEASE_LOST: 'lost',
  TASK_NOT_OPEN: 'lost',
  TASK_TAKEN: 'lost',
  RUN_NOT_OPEN: 'lost',

  STOPPED: 'pause',
  BUDGET_EXCEEDED: 'pause',
  AGENT_NOT_ACTIVE: 'pause',

  POLICY_DENIED: 'other',
  RECORD_DENIED: 'other',
  SEPARATION_OF_DUTY: 'other',
  APPROVAL_REJECTED: 'other',
}

/** What to do about a code; null where there is nothing that the kit could do. */
export function treatmentOf(code: string): Treatment | null {
  if (Object.hasOwn(treatments, code)) return treatments[code] ?? null
  return code.endsWith('_UNAVAILABLE') ? 'retry' : null
}
