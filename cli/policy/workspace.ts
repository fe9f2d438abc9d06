/** What every policy command starts from: the contracts, the API schema and the policies as they stand on disk. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { buildSchema, type GraphQLSchema } from 'graphql'
import { loadPolicies, type LoadResult } from '../../gateway/policy/load.ts'
import { formatProblems } from '../../gateway/policy/watch.ts'
import type { World } from '../../lib/world.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { contractIndex, readContracts } from '../../schema/contract.ts'

/** The outside world of the commands. */
export interface PolicyIo {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The repository. */
  readonly root: string
  /** Where the command was started: relative file names are meant from here. */
  readonly folder: string
  readonly world: World
  write(text: string): void
}

/** Where the policies are: `MANDATE_POLICIES`, or `policies/` of the repository. */
export function policiesFolder({ env, root, folder }: PolicyIo): string {
  const configured = env['MANDATE_POLICIES']
  return configured === undefined ? path.join(root, 'policies') : path.resolve(folder, configured)
}

/** Loads the policies as the gateway would. */
export function loadFromDisk(io: PolicyIo): Promise<LoadResult> {
  const index = contractIndex(readContracts(path.join(io.root, 'schema')))
  return loadPolicies({ folder: policiesFolder(io), index })
}

/** The revision on disk; throws an error with every problem when there is no good one. */
export async function requireRevision(io: PolicyIo): Promise<PolicyRevision> {
  const result = await loadFromDisk(io)
  if (result.outcome === 'refused') throw new Error(`The policies do not load:\n${formatProblems(result.problems)}`)
  return result.revision
}

/** The whole API schema, as generated. */
export function readApiSchema({ root }: PolicyIo): GraphQLSchema {
  const file = path.join(root, 'schema', 'api.graphql')
  try {
    return buildSchema(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file} cannot be read; run \`npm run generate\`.`, { cause: error })
  }
}
