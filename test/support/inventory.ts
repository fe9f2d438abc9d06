/** The subgraph `agents` over a database, with rules that allow everything, and short ways to ask it about pilots. */
import type { Caller } from '../../lib/caller.ts'
import type { Database } from '../../storage/database.ts'
import { noGraphToStop } from '../../storage/stores/stop-states.ts'
import { createAgents } from '../../subgraphs/agents/agents.ts'
import { agentsServices } from '../../subgraphs/agents/services.ts'
import type { Subgraph } from '../../subgraphs/subgraph.ts'
import { ask, callerNamed, contractOf, stillWorld, subgraphDeps } from './subgraphs.ts'
import { nothingRuns } from './orchestration-stub.ts'

export const engineer = callerNamed('person:omar.haddad')

export interface Inventory {
  readonly subgraph: Subgraph
  /** The payload of a mutation, or the codes of its errors. */
  act(name: string, input: object, fields?: string, by?: Caller): Promise<any>
  query(text: string, variables?: Record<string, unknown>): Promise<any>
}

const pilotFields = 'pilot { id version stage name mergedInto agentId monthlyCost discoveredBy systems }'

export function openInventory(database: Database): Inventory {
  const roles = () => new Map()
  const controlPlane = {
    roles,
    database,
    cache: { publish: () => Promise.resolve() },
    revoke: () => Promise.reject(new Error()),
    policies: { revision: () => null },
    access: { maxDays: 30 },
    stopTargets: noGraphToStop,
    ...nothingRuns,
  }
  const subgraph = createAgents(contractOf('agents'), agentsServices(controlPlane, stillWorld), subgraphDeps())
  let key = 0
  const query = async (text: string, variables: Record<string, unknown> = {}, by: Caller = engineer) => {
    const { data, errors } = await ask(subgraph, text, { variables, statement: { caller: by } })
    if (errors) return { codes: errors.map(({ extensions }) => extensions?.['code']), message: errors[0]?.message }
    return JSON.parse(JSON.stringify(data))
  }
  return {
    subgraph,
    query: (text, variables) => query(text, variables),
    async act(name, input, fields = pilotFields, by = engineer) {
      const type = inputTypes[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
      key += 1
      const answer = await query(
        `mutation ($input: ${type}!) { ${name}(input: $input) { replayed ${fields} } }`,
        { input: { idempotencyKey: `key-${key}`, ...input } },
        by,
      )
      return answer[name] ?? answer
    },
  }
}

const inputTypes: Readonly<Record<string, string>> = {
  confirmDuplicate: 'DecideDuplicateInput',
  dismissDuplicate: 'DecideDuplicateInput',
}

/** A pilot that says enough of itself to be registered. */
export function pilotInput(name: string, more: object = {}) {
  return {
    name,
    department: 'Accounting',
    businessOwner: 'person:jonas.weber',
    purpose: `${name} does its work.`,
    ...more,
  }
}

/** What two pilots have in common that do the same. */
export const matching = {
  purpose: 'Matches supplier invoices with purchase orders and goods receipts.',
  capabilities: ['Query.invoices', 'Query.purchaseOrders', 'Mutation.disputeInvoice'],
  systems: ['SAP S/4HANA'],
  dataEntities: ['invoices', 'purchase orders'],
  workflowSteps: ['read invoice', 'find order', 'compare'],
}
