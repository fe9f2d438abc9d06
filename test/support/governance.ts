/** The subgraph `governance` over a database, with rules that allow everything, and one way to ask it. */
import path from 'node:path'
import type { Caller } from '../../lib/caller.ts'
import { hashOperation } from '../../lib/statement.ts'
import type { SubgraphRule } from '../../policies/engine/types.ts'
import { readContracts } from '../../schema/contract.ts'
import type { Database } from '../../storage/database.ts'
import { noGraphToStop } from '../../storage/stores/stop-states.ts'
import type { ControlPlane } from '../../subgraphs/control-plane.ts'
import { createGovernance } from '../../subgraphs/governance/governance.ts'
import type { Revoke } from '../../subgraphs/governance/revoke.ts'
import { governanceServices } from '../../subgraphs/governance/services.ts'
import type { Subgraph, SubgraphResponse } from '../../subgraphs/subgraph.ts'
import { nothingRuns } from './orchestration-stub.ts'

const everything: SubgraphRule = {
  needsRecord: false,
  target: null,
  settled: () => ({ outcome: 'allow' }),
  decide: () => Promise.resolve({ outcome: 'allow' }),
}

/** `more`: other parts of the control plane than those that do nothing. */
export function openGovernance(
  database: Database,
  now: () => Date,
  revoke: Revoke,
  more: Partial<ControlPlane> = {},
): Subgraph {
  const sdl = readContracts(path.resolve('schema')).find(({ name }) => name === 'governance')?.sdl ?? ''
  let made = 0
  const world = { now, newId: () => `id-${String((made += 1)).padStart(4, '0')}` }
  return createGovernance(
    sdl,
    governanceServices(
      {
        database,
        cache: { publish: () => Promise.resolve() },
        revoke,
        roles: () => new Map(),
        policies: { revision: () => null },
        access: { maxDays: 30 },
        stopTargets: noGraphToStop,
        ...nothingRuns,
        ...more,
      },
      world,
    ),
    {
      world,
      log: { error: () => undefined },
      rules: () => ({ ruleFor: () => everything }),
    },
  )
}

/** Asks a subgraph as the gateway does. */
export async function askSubgraph(
  subgraph: Subgraph,
  query: string,
  variables: Record<string, unknown>,
  caller: Caller,
): Promise<SubgraphResponse> {
  return await subgraph.execute({
    query,
    variables,
    operationName: null,
    signal: AbortSignal.timeout(5000),
    statement: {
      audience: subgraph.name,
      caller,
      requestId: 'request',
      policyRevision: 'r1',
      operationHash: hashOperation(query),
      approval: null,
    },
  })
}
