/** Requests, grants and campaigns over a database, under the rules of the repository, at a time that the test sets. */
import path from 'node:path'
import { type Caller, freezeCaller, type PrincipalId } from '../../lib/caller.ts'
import { hashOperation } from '../../lib/statement.ts'
import { realWorld } from '../../lib/world.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { createRulesReader } from '../../policies/engine/rules-reader.ts'
import { contractIndex, readContracts } from '../../schema/contract.ts'
import type { Database } from '../../storage/database.ts'
import { noGraphToStop } from '../../storage/stores/stop-states.ts'
import { createGovernance } from '../../subgraphs/governance/governance.ts'
import { governanceServices } from '../../subgraphs/governance/services.ts'
import { nothingRuns } from './orchestration-stub.ts'

export interface Desk {
  readonly revision: PolicyRevision
  /** The channels on which something was said. */
  readonly said: string[]
  now: Date
  /** A caller with these roles, as a token with all their scopes makes it. */
  caller(id: string, role: string, more?: Partial<Caller>): Caller
  /** Asks as the gateway does; gives the data, or the first error's code in its place. */
  ask(as: Caller, query: string, variables?: object): Promise<Answer>
}

export interface Answer {
  readonly data: Record<string, any>
  readonly code: string | null
  readonly message: string
  readonly extensions: Record<string, any>
}

const contracts = readContracts(path.resolve('schema'))

/** The rules of the repository. */
export async function shippedRevision(): Promise<PolicyRevision> {
  const loaded = await loadPolicies({ folder: path.resolve('policies'), index: contractIndex(contracts) })
  if (loaded.outcome === 'refused') throw new Error(JSON.stringify(loaded.problems, null, 2))
  return loaded.revision
}

export function openDesk(database: Database, revision: PolicyRevision, start = '2026-10-28T09:30:00Z'): Desk {
  const sdl = contracts.find(({ name }) => name === 'governance')?.sdl ?? ''
  const said: string[] = []
  const desk = { revision, said, now: new Date(start) }
  const world = { now: () => desk.now, newId: realWorld.newId }
  const policies = { revision: (id: string) => (id === revision.id ? revision : null) }
  const cache = {
    publish: (channel: string) => {
      said.push(channel)
      return Promise.resolve()
    },
  }
  const revoke = () => Promise.reject(new Error('Nobody is shut out here.'))
  const services = governanceServices(
    {
      database,
      cache,
      revoke,
      policies,
      access: { maxDays: 30 },
      roles: () => revision.roles,
      stopTargets: noGraphToStop,
      ...nothingRuns,
    },
    world,
  )
  const rules = createRulesReader(policies)
  const log = { error: console.error }
  const subgraph = createGovernance(sdl, services, { world, log, rules })
  return Object.assign(desk, {
    caller: (id: string, role: string, more: Partial<Caller> = {}) => callerOf(id, role, revision, more),
    async ask(caller: Caller, query: string, variables: object = {}): Promise<Answer> {
      const { data, errors } = await subgraph.execute({
        query,
        variables: { ...variables },
        operationName: null,
        signal: AbortSignal.timeout(20_000),
        statement: {
          audience: 'governance',
          caller,
          requestId: realWorld.newId(),
          policyRevision: revision.id,
          operationHash: hashOperation(query),
          approval: null,
        },
      })
      const [error] = errors ?? []
      const extensions = error?.extensions ?? {}
      return {
        data: JSON.parse(JSON.stringify(data ?? {})) as Record<string, any>,
        code: error === undefined ? null : String(extensions['code']),
        message: error?.message ?? '',
        extensions,
      }
    },
  })
}

export function callerOf(id: string, role: string, revision: PolicyRevision, more: Partial<Caller> = {}): Caller {
  const definition = revision.roles.get(role)
  if (definition === undefined) throw new Error(`There is no role ${role}.`)
  return freezeCaller({
    id: id as PrincipalId,
    kind: definition.kind,
    issuer: 'https://issuer.example',
    clientId: id,
    tokenId: 'token',
    roles: [role],
    scopes: [...definition.scopes].sort(),
    actors: [],
    onBehalfOf: null,
    purpose: null,
    task: null,
    grants: [],
    authenticatedAt: 0,
    issuedAt: 0,
    expiresAt: 0,
    ...more,
  })
}
