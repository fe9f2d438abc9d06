/**
 * Business systems for tests, filled with the generated company: made once as a template, copied for each test file.
 * `openSystems(kind)` gives the business systems of one database, with every field allowed; `under(rules)` gives them under rules.
 * Over `odata`, finance and procurement reach their tables through OData services, by the shipped connector files; the rest stays
 * as it is.
 */
import type { Caller } from '../../lib/caller.ts'
import type { SubgraphRules } from '../../policies/engine/types.ts'
import type { Database } from '../../storage/database.ts'
import { seedCompany } from '../../subgraphs/company/seed.ts'
import { createCrm } from '../../subgraphs/crm/crm.ts'
import { crmTables } from '../../subgraphs/crm/tables.ts'
import { createErp } from '../../subgraphs/erp/erp.ts'
import { erpTables } from '../../subgraphs/erp/tables.ts'
import { createFinance } from '../../subgraphs/finance/finance.ts'
import { financeTables } from '../../subgraphs/finance/tables.ts'
import { createHr } from '../../subgraphs/hr/hr.ts'
import { hrTables } from '../../subgraphs/hr/tables.ts'
import { createItsm } from '../../subgraphs/itsm/itsm.ts'
import { itsmTables } from '../../subgraphs/itsm/tables.ts'
import { createMes } from '../../subgraphs/mes/mes.ts'
import { mesTables } from '../../subgraphs/mes/tables.ts'
import { createProcurement } from '../../subgraphs/procurement/procurement.ts'
import { procurementTables } from '../../subgraphs/procurement/tables.ts'
import type { EntityDeclaration } from '../../subgraphs/sources/entity-table.ts'
import { createPostgresSource } from '../../subgraphs/sources/postgres.ts'
import type { Subgraph, SubgraphResponse } from '../../subgraphs/subgraph.ts'
import { createSupplyChain } from '../../subgraphs/supply-chain/supply-chain.ts'
import { supplyChainTables } from '../../subgraphs/supply-chain/tables.ts'
import { createDatabase, databaseKinds, type DatabaseKind, type DatabaseTemplate } from './databases.ts'
import { financeSets } from './peers/odata/finance-sets.ts'
import { openOverOData } from './peers/odata/over-odata.ts'
import { procurementSets } from './peers/odata/procurement-sets.ts'
import { ask, callerNamed, contractOf, stillWorld, subgraphDeps } from './subgraphs.ts'

/** A database with the generated company. */
const companyTemplate: DatabaseTemplate = {
  name: 'company',
  sources: ['subgraphs/company', 'subgraphs/finance', 'subgraphs/itsm/priority.ts'],
  fill: async (database) => {
    await seedCompany(database)
  },
}

const financeOverOData = { name: 'finance-odata', declarations: financeTables, sets: financeSets }
const procurementOverOData = { name: 'procurement-odata', declarations: procurementTables, sets: procurementSets }

interface Subgraphs {
  readonly crm: Subgraph
  readonly itsm: Subgraph
  readonly finance: Subgraph
  readonly erp: Subgraph
  readonly procurement: Subgraph
  readonly mes: Subgraph
  readonly supplyChain: Subgraph
  readonly hr: Subgraph
}

interface Systems extends Subgraphs, AsyncDisposable {
  readonly database: Database
  /** The same systems, under rules. */
  readonly under: (rules: SubgraphRules) => Subgraphs
  /** The statements sent since it was last emptied; over OData, the requests to the service. */
  readonly queries: string[]
}

/** What stands behind a system: our own tables, or a service that a connector reaches. */
export type SourceKind = DatabaseKind | 'odata'

/** The sources that the tests of a system with a connector file run on; the OData service keeps its rows on a server. */
export function sourceKinds(): readonly SourceKind[] {
  const databases = databaseKinds()
  return databases.includes('postgres') ? [...databases, 'odata'] : databases
}

/** Opens the systems over a fresh copy of the company. */
export async function openSystems(kind: SourceKind): Promise<Systems> {
  const queries: string[] = []
  const requests: string[] = []
  // The service keeps the company on a server where there is one.
  const databaseKind = kind === 'odata' ? (databaseKinds().at(-1) ?? 'embedded') : kind
  const database = await createDatabase(databaseKind, {
    template: companyTemplate,
    onQuery: (text) => queries.push(text),
  })
  const source = (entities: Readonly<Record<string, EntityDeclaration>>) =>
    createPostgresSource({ kysely: database.kysely, entities, world: stillWorld })
  const finance = kind === 'odata' ? await openOverOData(database, { ...financeOverOData, requests }) : null
  const procurement = kind === 'odata' ? await openOverOData(database, { ...procurementOverOData, requests }) : null
  const under = (rules?: SubgraphRules): Subgraphs => {
    const deps = subgraphDeps(rules)
    return {
      crm: createCrm(contractOf('crm'), source(crmTables), deps),
      itsm: createItsm(contractOf('itsm'), source(itsmTables), deps),
      finance: createFinance(contractOf('finance'), finance?.source ?? source(financeTables), deps),
      erp: createErp(contractOf('erp'), source(erpTables), deps),
      procurement: createProcurement(contractOf('procurement'), procurement?.source ?? source(procurementTables), deps),
      mes: createMes(contractOf('mes'), source(mesTables), deps),
      supplyChain: createSupplyChain(contractOf('supply-chain'), source(supplyChainTables), deps),
      hr: createHr(contractOf('hr'), source(hrTables), deps),
    }
  }
  return {
    ...under(),
    under,
    database,
    queries: kind === 'odata' ? requests : queries,
    async [Symbol.asyncDispose]() {
      await finance?.[Symbol.asyncDispose]()
      await procurement?.[Symbol.asyncDispose]()
      await database.close()
    },
  }
}

let keys = 0

/**
 * Runs one mutation with a new idempotency key, unless `input` has one.
 * @returns the raw answer; its payload is `data.result`.
 */
export function act(
  system: Subgraph,
  mutation: string,
  input: Readonly<Record<string, unknown>>,
  selection: string,
  caller: Caller = callerNamed('agent:it-ops-agent'),
): Promise<SubgraphResponse> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
  const query = `mutation ($input: ${type}) { result: ${mutation}(input: $input) { replayed ${selection} } }`
  return ask(system, query, {
    variables: { input: { idempotencyKey: `key-${++keys}`, ...input } },
    statement: { caller },
  })
}

/** The payload of a mutation that went well. */
export async function payload(answer: Promise<SubgraphResponse>): Promise<Record<string, unknown>> {
  const { data, errors } = await answer
  if (errors) throw new Error(`The mutation failed: ${JSON.stringify(errors)}`)
  return JSON.parse(JSON.stringify(data?.['result'])) as Record<string, unknown>
}

/** What a mutation was refused with: its code, the argument that it names, the legal states in alphabetical order. */
export async function refused(answer: Promise<SubgraphResponse>): Promise<unknown> {
  const { errors = [] } = await answer
  const { code, argument, legal } = errors[0]?.extensions ?? {}
  return {
    code,
    ...(argument === undefined ? {} : { argument }),
    ...(Array.isArray(legal) ? { legal: legal.toSorted() } : {}),
  }
}
