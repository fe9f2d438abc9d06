/** The life of an agent as one table: from where to where it may go. */
import type { AgentStatus } from '../tables/agents.ts'

/**
 * The steps of an agent's life. QUARANTINED is where the control plane puts an agent by itself; a person decides how it goes on.
 * A retired agent never comes back: whoever wants it again registers another.
 */
export const agentSteps: Readonly<Record<AgentStatus, readonly AgentStatus[]>> = {
  DRAFT: ['PENDING_APPROVAL', 'RETIRED'],
  PENDING_APPROVAL: ['ACTIVE', 'RETIRED'],
  ACTIVE: ['SUSPENDED', 'QUARANTINED', 'RETIRED'],
  SUSPENDED: ['ACTIVE', 'RETIRED'],
  QUARANTINED: ['ACTIVE', 'SUSPENDED', 'RETIRED'],
  RETIRED: [],
}

/** The states from which an agent may go to one. */
export function agentStatesBefore(to: AgentStatus): readonly AgentStatus[] {
  return (Object.keys(agentSteps) as AgentStatus[]).filter((from) => agentSteps[from].includes(to))
}
