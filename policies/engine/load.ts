/** Loads the policies folder as it stands now: files, modules, compiled rules, or the list of what is wrong with them. */
import path from 'node:path'
import { compilePolicies, type CompileResult } from './compile.ts'
import type { TableSource } from './positions.ts'
import type { PolicySet } from './revision.ts'
import type { PolicyProblem } from './types.ts'
import type { ContractIndex } from '../../schema/contract.ts'
import { importRevision } from './import-revision.ts'
import { readPolicyFiles, type PolicyFiles } from './policy-files.ts'

export interface LoadPoliciesOptions {
  /** The policies folder, absolute. */
  readonly folder: string
  readonly index: ContractIndex
}

/** What loading came to, and the revision of the files it read. */
export type LoadResult = CompileResult & { readonly id: string }

/** Loads and compiles. Never rejects: what goes wrong is a problem with its place. */
export async function loadPolicies({ folder, index }: LoadPoliciesOptions): Promise<LoadResult> {
  let files: PolicyFiles
  try {
    files = readPolicyFiles(folder)
  } catch (error) {
    const problem = {
      where: folder,
      coordinate: null,
      message: `The policies cannot be read: ${messageOf(error)}.`,
      mend: 'Check the folder and its permissions.',
    }
    return { outcome: 'refused', problems: [problem], id: 'unreadable' }
  }
  const id = files.revision
  const root = path.dirname(folder)
  try {
    const policies = policySetOf(await importRevision(files))
    return { ...compilePolicies({ id, policies, index, root, sources: sourcesOf(files, policies, root) }), id }
  } catch (error) {
    return { outcome: 'refused', problems: [importProblem(error, files, root)], id }
  }
}

function policySetOf(module: unknown): PolicySet {
  const policies: unknown = isObject(module) ? module['policies'] : undefined
  const rules = isObject(policies) && (isObject(policies['tables']) || policies['everything'] !== undefined)
  const whole =
    rules && isObject(policies['scopes']) && isObject(policies['purposes']) && Array.isArray(policies['roles'])
  if (!whole) {
    throw new Error(
      'policies/index.ts exports no `policies` with `tables` (or one rule as `everything`), roles, scopes and purposes',
    )
  }
  // INVARIANT: the compiler checks every value inside; types cannot, since they are gone when the file is loaded.
  return { tables: {}, ...policies } as unknown as PolicySet
}

/** A table's file is the one with its name. */
function sourcesOf(files: PolicyFiles, policies: PolicySet, root: string): ReadonlyMap<string, TableSource> {
  return new Map(
    Object.keys(policies.tables).flatMap((name): [string, TableSource][] => {
      const file = path.join(files.folder, `${name}.ts`)
      const text = files.texts.get(file)
      return text === undefined ? [] : [[name, { file: path.relative(root, file), text }]]
    }),
  )
}

/** Finds the place in what the module system says: its stack starts with `file:///…/crm.ts?revision=…:41`. */
function importProblem(error: unknown, files: PolicyFiles, root: string): PolicyProblem {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const match = /(?<file>\/[^\s()?]+\.ts)\?revision=[0-9a-f]+:(?<line>\d+)/u.exec(stack)
  const file = match?.groups?.['file']
  const where =
    file === undefined
      ? path.relative(root, path.join(files.folder, 'index.ts'))
      : `${path.relative(root, decodeURIComponent(file))}:${match?.groups?.['line'] ?? '1'}`
  const message = messageOf(error).replace(/\?revision=[0-9a-f]+/gu, '')
  return {
    where,
    coordinate: null,
    message: `The file does not load: ${message}`,
    mend: 'Correct it; `npm run -s mandate -- policy check` says when it is well.',
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
