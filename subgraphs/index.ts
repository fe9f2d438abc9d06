/** The list of subgraphs: every system of this house, each made from its contract and its tables. */
import type { Kysely } from 'kysely'
import type { World } from '../lib/world.ts'
import type { Tables } from '../storage/tables.ts'
import { createCrm } from './crm/crm.ts'
import { crmTables } from './crm/tables.ts'
import type { SubgraphDeps } from './define.ts'
import { createFinance } from './finance/finance.ts'
import { financeTables } from './finance/tables.ts'
import { createGovernance, type GovernanceServices } from './governance/governance.ts'
import { createItsm } from './itsm/itsm.ts'
import { itsmTables } from './itsm/tables.ts'
import type { EntityDeclaration } from './sources/entity-table.ts'
import { createPostgresSource } from './sources/postgres.ts'
import type { Subgraph } from './subgraph.ts'

export interface SubgraphsDeps extends SubgraphDeps {
  readonly world: World
  /** As `readContracts` gives them: what all contracts share in front of each. */
  readonly contracts: readonly { readonly name: string; readonly sdl: string }[]
  readonly kysely: Kysely<Tables>
  /** What the control plane's subgraph is the face of. */
  readonly governance: GovernanceServices
}

/** Makes all subgraphs over one database. */
export function createSubgraphs(deps: SubgraphsDeps): Subgraph[] {
  const source = (entities: Readonly<Record<string, EntityDeclaration>>) =>
    createPostgresSource({ kysely: deps.kysely, entities, world: deps.world })
  const sdl = (name: string) => {
    const contract = deps.contracts.find((candidate) => candidate.name === name)
    if (!contract) throw new Error(`There is no contract schema/${name}.graphql for the subgraph ${name}.`)
    return contract.sdl
  }
  return [
    createCrm(sdl('crm'), source(crmTables), deps),
    createItsm(sdl('itsm'), source(itsmTables), deps),
    createFinance(sdl('finance'), source(financeTables), deps),
    createGovernance(sdl('governance'), deps.governance, deps),
  ]
}
