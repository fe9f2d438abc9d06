/** The list of subgraphs: every system of this house, each made from its contract and its tables. */
import type { Kysely } from 'kysely'
import type { World } from '../lib/world.ts'
import type { Tables } from '../storage/tables.ts'
import { createAgents } from './agents/agents.ts'
import { agentsServices } from './agents/services.ts'
import { createCrm } from './crm/crm.ts'
import { crmTables } from './crm/tables.ts'
import type { SubgraphDeps } from './define.ts'
import { createErp } from './erp/erp.ts'
import { erpTables } from './erp/tables.ts'
import { createFinance } from './finance/finance.ts'
import { financeTables } from './finance/tables.ts'
import type { ControlPlane } from './control-plane.ts'
import { createGovernance } from './governance/governance.ts'
import { governanceServices } from './governance/services.ts'
import { createHr } from './hr/hr.ts'
import { hrTables } from './hr/tables.ts'
import { createItsm } from './itsm/itsm.ts'
import { itsmTables } from './itsm/tables.ts'
import { createMes } from './mes/mes.ts'
import { mesTables } from './mes/tables.ts'
import { createOrchestration } from './orchestration/orchestration.ts'
import { orchestrationServices } from './orchestration/services.ts'
import { createProcurement } from './procurement/procurement.ts'
import { procurementTables } from './procurement/tables.ts'
import type { EntitySource } from './sources/entity-source.ts'
import type { EntityDeclaration } from './sources/entity-table.ts'
import type { Connectors } from './sources/open-connectors.ts'
import { createPostgresSource } from './sources/postgres.ts'
import type { Subgraph } from './subgraph.ts'
import { createSupplyChain } from './supply-chain/supply-chain.ts'
import { supplyChainTables } from './supply-chain/tables.ts'

/** A business system: what its tables, or a connector in their place, must have, and how its subgraph is made. */
interface BusinessSystem {
  readonly entities: Readonly<Record<string, EntityDeclaration>>
  readonly create: (sdl: string, source: EntitySource, deps: SubgraphDeps) => Subgraph
}

/** Every business system: the one list of them. */
const systems: Readonly<Record<string, BusinessSystem>> = {
  crm: { entities: crmTables, create: createCrm },
  itsm: { entities: itsmTables, create: createItsm },
  finance: { entities: financeTables, create: createFinance },
  erp: { entities: erpTables, create: createErp },
  procurement: { entities: procurementTables, create: createProcurement },
  mes: { entities: mesTables, create: createMes },
  'supply-chain': { entities: supplyChainTables, create: createSupplyChain },
  hr: { entities: hrTables, create: createHr },
}

/** The entities of each business system, by its name. */
export const systemEntities: Readonly<Record<string, BusinessSystem['entities']>> = Object.fromEntries(
  Object.entries(systems).map(([name, { entities }]) => [name, entities]),
)

export interface SubgraphsDeps extends SubgraphDeps {
  readonly world: World
  /** As `readContracts` gives them: what all contracts share in front of each. */
  readonly contracts: readonly { readonly name: string; readonly sdl: string }[]
  readonly kysely: Kysely<Tables>
  /** Where systems are that are not in our database; left out: none is. */
  readonly connectors?: Connectors
  /** What the control plane's subgraphs are made from. */
  readonly controlPlane: ControlPlane
}

/** The names of all subgraphs, in order; the control plane's are the last. */
export const subgraphNames: readonly string[] = [...Object.keys(systems), 'governance', 'agents', 'orchestration']

/** Makes one subgraph: over its connector where it has one, else over the tables of the database. */
export function createSubgraph(name: string, deps: SubgraphsDeps): Subgraph {
  const contract = deps.contracts.find((candidate) => candidate.name === name)
  if (!contract) throw new Error(`There is no contract schema/${name}.graphql for the subgraph ${name}.`)
  if (name === 'governance')
    return createGovernance(contract.sdl, governanceServices(deps.controlPlane, deps.world), deps)
  if (name === 'agents') return createAgents(contract.sdl, agentsServices(deps.controlPlane, deps.world), deps)
  if (name === 'orchestration')
    return createOrchestration(contract.sdl, orchestrationServices(deps.controlPlane, deps.world), deps)
  const system = systems[name]
  if (!system) throw new Error(`There is no subgraph ${name}; there are ${subgraphNames.join(', ')}.`)
  const { entities, create } = system
  const tables = createPostgresSource({ kysely: deps.kysely, entities, world: deps.world })
  return create(contract.sdl, deps.connectors?.sourceOf(name, entities, tables) ?? tables, deps)
}

/** Makes all subgraphs over one database. */
export function createSubgraphs(deps: SubgraphsDeps): Subgraph[] {
  return subgraphNames.map((name) => createSubgraph(name, deps))
}
