/** Permissions on the workforce and on the inventory of pilots: who may see agents, roles and pilots, and who decides about them. */
import type { Rules } from './rules.ts'
import { all, any, callerIs, callerMay } from './vocabulary.ts'

const read = callerMay('agents:read')
// An agent that could change what agents may do could free itself.
const decide = all(callerMay('agents:write'), callerIs('person'))
// With the agent's own token, and for itself alone: the act names no agent.
const own = callerIs('agent')

// An agent does not know that pilots are kept; people keep them, and decide.
const readPilots = callerMay('inventory:read')
const keepPilots = all(callerMay('inventory:write'), callerIs('person'))
const decidePilots = all(callerMay('inventory:decide'), callerIs('person'))
/** What a mutation answers is for those who may send one. */
const actOnPilots = any(callerMay('inventory:write'), callerMay('inventory:decide'))

export const agents: Rules<'agents'> = {
  Query: {
    agent: read,
    agents: read,
    agentRole: read,
    agentRoles: read,
    pilot: readPilots,
    pilots: readPilots,
    duplicateFinding: readPilots,
    duplicateFindings: readPilots,
    portfolio: readPilots,
  },
  Mutation: {
    registerAgent: decide,
    submitAgent: decide,
    approveAgent: decide,
    suspendAgent: decide,
    resumeAgent: decide,
    quarantineAgent: decide,
    retireAgent: decide,
    changeAgentOwner: decide,
    assignRole: decide,
    endAssignment: decide,
    addAgentKey: decide,
    revokeAgentKey: decide,
    setAgentBudget: decide,
    activateRoleVersion: decide,
    rotateOwnKey: own,

    registerPilot: keepPilots,
    updatePilot: keepPilots,
    importPilots: keepPilots,
    detectDuplicates: keepPilots,
    startPilotReview: decidePilots,
    decidePilot: decidePilots,
    mergePilot: decidePilots,
    retirePilot: decidePilots,
    promotePilot: decidePilots,
    confirmDuplicate: decidePilots,
    dismissDuplicate: decidePilots,
    resolveDuplicate: decidePilots,
  },

  Agent: { '*': read },
  AgentConnection: { '*': read },
  AgentEdge: { '*': read },
  AgentAssignment: { '*': read },
  AgentKey: { '*': read },
  AgentBudget: { '*': read },
  AgentScorecard: { '*': read },
  AgentRole: { '*': read },
  AgentExpectation: { '*': read },
  AgentRoleVersion: { '*': read },
  AgentRoleChange: { '*': read },
  AgentPayload: { '*': decide },
  AgentAssignmentPayload: { '*': decide },
  AgentKeyPayload: { '*': decide },
  OwnKeyPayload: { '*': own },
  AgentRoleVersionPayload: { '*': decide },

  Pilot: { '*': readPilots },
  PilotStep: { '*': readPilots },
  PilotConnection: { '*': readPilots },
  PilotEdge: { '*': readPilots },
  DuplicateComponent: { '*': readPilots },
  DuplicateFinding: { '*': readPilots },
  DuplicateFindingConnection: { '*': readPilots },
  DuplicateFindingEdge: { '*': readPilots },
  Portfolio: { '*': readPilots },
  PilotStageCount: { '*': readPilots },
  PromotionLeadTime: { '*': readPilots },
  UnlistedPrincipals: { '*': readPilots },
  ImportPilotsPayload: { '*': actOnPilots },
  PilotImportReport: { '*': actOnPilots },
  PilotImportProblem: { '*': actOnPilots },
  PilotImportColumn: { '*': actOnPilots },
  PilotPayload: { '*': actOnPilots },
  DetectDuplicatesPayload: { '*': actOnPilots },
  DuplicateDetection: { '*': actOnPilots },
  DuplicateFindingPayload: { '*': actOnPilots },
}
