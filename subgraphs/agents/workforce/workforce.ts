/** The workforce's part of the subgraph: the one list of its resolvers. */
import { agentFields, agentQueries, agentReference } from './agents.ts'
import { assignmentFields, assignmentMutations } from './assignments.ts'
import { budgetMutations } from './budgets.ts'
import { keyFields, keyMutations } from './keys.ts'
import { lifeMutations } from './life.ts'
import { roleFields, roleMutations, roleQueries, roleVersionFields } from './roles.ts'

export { agentReference }

export const workforce = {
  queries: { ...agentQueries, ...roleQueries },
  mutations: { ...lifeMutations, ...assignmentMutations, ...keyMutations, ...budgetMutations, ...roleMutations },
  types: {
    Agent: agentFields,
    AgentAssignment: assignmentFields,
    AgentKey: keyFields,
    AgentRole: roleFields,
    AgentRoleVersion: roleVersionFields,
  },
} as const
