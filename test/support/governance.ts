/** The subgraph `governance` over a database, with rules that allow everything, and one way to ask it. */
import path from 'node:path'
import type { Caller } from '../../lib/caller.ts'
import { hashOperation } from '../../lib/statement.ts'
import type { SubgraphRule } from '../../policies/engine/types.ts'
import { readContracts } from '../../schema/contract.ts'
import type { Database } from '../../storage/database.ts'
import { createLedgerReader } from '../../storage/stores/ledger.ts'
import { createGovernance } from '../../subgraphs/governance/governance.ts'
import type { Revoke } from '../../subgraphs/governance/revoke.ts'
import type { Subgraph, SubgraphResponse } from '../../subgraphs/subgraph.ts'

const everything: SubgraphRule = {
  needsRecord: false,
  target: null,
  settled: () => ({ outcome: 'allow' }),
  decide: () => Promise.resolve({ outcome: 'allow' }),
}

export function openGovernance(database: Database, now: () => Date, revoke: Revoke): Subgraph {
  const sdl = readContracts(path.resolve('schema')).find(({ name }) => name === 'governance')?.sdl ?? ''
  return createGovernance(
    sdl,
    { ledger: createLedgerReader(database, now), database, revoke },
    {
      world: { now, newId: () => 'id' },
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
    },
  })
}
