/** What every policy command starts from: the contracts, the API schema and the policies as they stand on disk. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { buildSchema, type GraphQLSchema } from 'graphql'
import { type Config, readConfig } from '../../gateway/config.ts'
import { apiSchemaOf } from '../../gateway/federation/federation.ts'
import { openGraph, readGraphIndex } from '../../gateway/federation/graph.ts'
import { loadPolicies, type LoadResult } from '../../policies/engine/load.ts'
import { formatProblems } from '../../policies/engine/watch.ts'
import type { World } from '../../lib/world.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'

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

/** The settings of the gateway that is meant: `mandate.yaml` in the folder, or the file of `MANDATE_CONFIG`. */
function settingsOf({ env, folder }: PolicyIo): Config {
  return readConfig({ env, folder })
}

/** Where the policies are: as the settings say, or `policies/` of the repository. */
export function policiesFolder(io: PolicyIo): string {
  return settingsOf(io).policies.folder ?? path.join(io.root, 'policies')
}

/** Loads the policies as the gateway would. */
export function loadFromDisk(io: PolicyIo): Promise<LoadResult> {
  const index = readGraphIndex(settingsOf(io), path.join(io.root, 'schema'))
  return loadPolicies({ folder: policiesFolder(io), index })
}

/** The revision on disk; throws an error with every problem when there is no good one. */
export async function requireRevision(io: PolicyIo): Promise<PolicyRevision> {
  const result = await loadFromDisk(io)
  if (result.outcome === 'refused') throw new Error(`The policies do not load:\n${formatProblems(result.problems)}`)
  return result.revision
}

/** The whole API schema: ours as generated, another graph's as it is made from its supergraph. */
export async function readApiSchema(io: PolicyIo): Promise<GraphQLSchema> {
  const settings = settingsOf(io)
  if (settings.supergraph !== undefined || Object.values(settings.subgraphs).some(({ sdl }) => sdl !== undefined)) {
    return apiSchemaOf(openGraph(settings, path.join(io.root, 'schema')).supergraphSdl)
  }
  const file = path.join(io.root, 'schema', 'api.graphql')
  try {
    return buildSchema(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file} cannot be read; run \`npm run generate\`.`, { cause: error })
  }
}
