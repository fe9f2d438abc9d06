/**
 * Writes what is generated from the sources and committed beside them: types from the contracts, documents from the catalogue.
 * With `check` nothing is written, and whatever is stale is named.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import { format, resolveConfig } from 'prettier'
import { type Composition, composeSupergraph, compositionMark } from '../gateway/federation/compose.ts'
import { contractIndex, readContracts } from '../schema/contract.ts'
import { configDoc } from './generate/config-doc.ts'
import { coordinatesFile } from './generate/coordinates.ts'
import { errorsDoc } from './generate/errors-doc.ts'

/** A generated file: where it stands under the root, and how its text is made. */
export interface Artifact {
  readonly file: string
  readonly text: () => Promise<string> | string
}

export interface GenerateOptions {
  /** The repository. */
  readonly root: string
  readonly mode: 'write' | 'check'
}

export interface GenerateResult {
  /** Files that were written, or with `check` would have to be. */
  readonly stale: readonly string[]
  readonly fresh: readonly string[]
}

/** Everything that is generated, in order. */
export function artifacts(root: string): readonly Artifact[] {
  const contracts = readContracts(path.join(root, 'schema'))
  let composed: Composition | null = null
  const composition = () => (composed ??= composeSupergraph(contracts))
  return [
    { file: 'schema/generated/coordinates.ts', text: () => coordinatesFile(contractIndex(contracts)) },
    { file: 'schema/supergraph.graphql', text: () => `${compositionMark(contracts)}\n${composition().supergraphSdl}` },
    { file: 'schema/api.graphql', text: () => composition().apiSdl() },
    { file: 'docs/errors.md', text: errorsDoc },
    { file: 'docs/config.md', text: configDoc },
  ]
}

/** Generates, or checks. */
export async function generate({ root, mode }: GenerateOptions): Promise<GenerateResult> {
  const stale: string[] = []
  const fresh: string[] = []
  for (const artifact of artifacts(root)) {
    const target = path.join(root, artifact.file)
    const options = { ...(await resolveConfig(target)), filepath: target }
    const text = await format(await artifact.text(), options)
    if ((await readOrNull(target)) === text) {
      fresh.push(artifact.file)
      continue
    }
    stale.push(artifact.file)
    if (mode === 'check') continue
    await mkdir(path.dirname(target), { recursive: true })
    await writeFile(target, text)
  }
  return { stale, fresh }
}

/** The outside world of the command. */
export interface GenerateIo {
  readonly root: string
  write(text: string): void
}

/** Adds `mandate generate [--check]`. */
export function addGenerateCommand(program: Command, io: GenerateIo): void {
  program
    .command('generate')
    .description('write what is generated from contracts and catalogues, or check that it is fresh')
    .option('--check', 'write nothing; fail when a file is stale')
    .action(async ({ check }: { check?: boolean }) => {
      const mode = check === true ? 'check' : 'write'
      const { stale, fresh } = await generate({ root: io.root, mode })
      if (mode === 'check' && stale.length > 0) {
        throw new Error(`Stale: ${stale.join(', ')}. Run \`npm run generate\` and commit the result.`)
      }
      for (const file of stale) io.write(`wrote ${file}\n`)
      io.write(`${String(fresh.length)} fresh\n`)
    })
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
