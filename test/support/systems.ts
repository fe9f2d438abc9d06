/**
 * Business systems for tests, filled with the generated company: made once as a template, copied for each test file.
 * `openSystems(kind)` gives crm, itsm and finance of one database, with every field allowed; `under(rules)` gives them under rules.
 */
import type { Caller } from '../../lib/caller.ts'
import type { SubgraphRules } from '../../policies/engine/types.ts'
import type { Database } from '../../storage/database.ts'
import { seedCompany } from '../../subgraphs/company/seed.ts'
import { createCrm } from '../../subgraphs/crm/crm.ts'
import { crmTables } from '../../subgraphs/crm/tables.ts'
import { createFinance } from '../../subgraphs/finance/finance.ts'
import { financeTables } from '../../subgraphs/finance/tables.ts'
import { createItsm } from '../../subgraphs/itsm/itsm.ts'
import { itsmTables } from '../../subgraphs/itsm/tables.ts'
import type { EntityDeclaration } from '../../subgraphs/sources/entity-table.ts'
import { createPostgresSource } from '../../subgraphs/sources/postgres.ts'
import type { Subgraph, SubgraphResponse } from '../../subgraphs/subgraph.ts'
import { createDatabase, type DatabaseKind, type DatabaseTemplate } from './databases.ts'
import { ask, callerNamed, contractOf, stillWorld, subgraphDeps } from './subgraphs.ts'

/** A database with the generated company. */
const companyTemplate: DatabaseTemplate = {
  name: 'company',
  sources: ['subgraphs/company', 'subgraphs/finance', 'subgraphs/itsm/priority.ts'],
  fill: async (database) => {
    await seedCompany(database)
  },
}

interface Subgraphs {
  readonly crm: Subgraph
  readonly itsm: Subgraph
  readonly finance: Subgraph
}

interface Systems extends Subgraphs, AsyncDisposable {
  readonly database: Database
  /** The same systems, under rules. */
  readonly under: (rules: SubgraphRules) => Subgraphs
  /** The statements sent since it was last emptied. */
  readonly queries: string[]
}

/** Opens the systems over a fresh copy of the company. */
export async function openSystems(kind: DatabaseKind): Promise<Systems> {
  const queries: string[] = []
  const database = await createDatabase(kind, { template: companyTemplate, onQuery: (text) => queries.push(text) })
  const source = (entities: Readonly<Record<string, EntityDeclaration>>) =>
    createPostgresSource({ kysely: database.kysely, entities, world: stillWorld })
  const under = (rules?: SubgraphRules): Subgraphs => {
    const deps = subgraphDeps(rules)
    return {
      crm: createCrm(contractOf('crm'), source(crmTables), deps),
      itsm: createItsm(contractOf('itsm'), source(itsmTables), deps),
      finance: createFinance(contractOf('finance'), source(financeTables), deps),
    }
  }
  return {
    ...under(),
    under,
    database,
    queries,
    [Symbol.asyncDispose]: () => database.close(),
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
