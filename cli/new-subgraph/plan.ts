/**
 * Everything that a new system would write, worked out before anything is written: its files, and the lists of the house with
 * it in them. What is taken already, or would not compose with the other contracts, is refused here.
 */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { Kind, parse, type DefinitionNode } from 'graphql'
import { check, format, resolveConfig } from 'prettier'
import { composeSupergraph } from '../../gateway/federation/compose.ts'
import { readContracts, sharedContract, type Contract } from '../../schema/contract.ts'
import type { Names } from './names.ts'
import { registrationsOf } from './registrations.ts'
import { fillTemplates, type NewFile } from './templates.ts'

/** One file that changes. */
export interface FileChange {
  /** From the root of the repository. */
  readonly file: string
  /** Null for a file that is not there yet. */
  readonly before: string | null
  readonly after: string
}

/** Plans a new system. @throws with the reason when it cannot be made. */
export async function planSubgraph(root: string, names: Names): Promise<readonly FileChange[]> {
  const words = { ...names, migration: `${await nextMigration(root)}-${names['system-name']}` }
  const files = await Promise.all((await fillTemplates(words)).map((file) => formatted(root, file)))
  const twice = files.find(({ file }, position) => files.findIndex((other) => other.file === file) !== position)
  if (twice) throw new Error(`\`${names['system-name']}\` is no good name: two of its files would be ${twice.file}.`)
  for (const { file } of files) await requireNothingAt(root, file)
  requireFits(root, names, files)
  const lists: FileChange[] = []
  for (const { file, needed, register } of registrationsOf(words)) {
    const before = await readOrNull(path.join(root, file))
    if (before === null) {
      if (needed) throw new Error(`${file} is not there, and a system must be listed in it.`)
      continue
    }
    const changed = register(before)
    if (changed === before) continue
    await requireFormatted(root, file, before)
    const { text: after } = await formatted(root, { file, text: changed })
    lists.push({ file, before, after })
  }
  return [...files.map(({ file, text }) => ({ file, before: null, after: text })), ...lists]
}

/** The next round number after the last migration: `0200`. */
async function nextMigration(root: string): Promise<string> {
  const names = await readdir(path.join(root, 'storage/migrations'))
  const numbers = names.flatMap((name) => /^(\d{4})-/.exec(name)?.[1] ?? []).map(Number)
  const next = (Math.floor(Math.max(...numbers) / 10) + 1) * 10
  return String(next).padStart(4, '0')
}

async function requireNothingAt(root: string, file: string): Promise<void> {
  if ((await readOrNull(path.join(root, file))) === null) return
  throw new Error(`${file} is there already: choose another name, or delete what an earlier attempt has left.`)
}

/** Another's formatting must not be mixed with the change. */
async function requireFormatted(root: string, file: string, text: string): Promise<void> {
  if (await check(text, await prettierOptions(root, file))) return
  throw new Error(`${file} is not formatted, so that the change would touch other lines: run prettier on it first.`)
}

/** The contract's types and root fields must be new, and the contracts must compose. */
function requireFits(root: string, names: Names, files: readonly NewFile[]): void {
  const name = names['system-name']
  const file = `schema/${name}.graphql`
  const own = files.find((each) => each.file === file)?.text ?? ''
  const contracts = readContracts(path.join(root, 'schema'))
  const { shared = '' } = contracts[0] ?? {}
  const taken = new Map([
    ...namesIn(parse(shared), sharedContract),
    ...contracts.flatMap((contract) => namesIn(parse(ownPart(contract)), contract.name)),
  ])
  for (const [definition] of namesIn(parse(own), name)) {
    const other = taken.get(definition)
    if (other === undefined) continue
    throw new Error(
      `\`${definition}\` is in the contract of ${other} already: choose another type with \`--entity\` or \`--plural\`.`,
    )
  }
  composeSupergraph([...contracts, { name, file, shared, sdl: `${shared}\n${own}` }])
}

function ownPart({ sdl, shared = '' }: Contract): string {
  return sdl.slice(shared.length)
}

/** Types by name, root fields by coordinate; each with the contract that has it. */
function namesIn(
  { definitions }: { readonly definitions: readonly DefinitionNode[] },
  contract: string,
): [string, string][] {
  return definitions.flatMap((node) => {
    if (!('name' in node)) return []
    const type = node.name.value
    if (type !== 'Query' && type !== 'Mutation') return [[type, contract] as [string, string]]
    const fields = node.kind === Kind.OBJECT_TYPE_DEFINITION ? (node.fields ?? []) : []
    return fields.map((field): [string, string] => [`${type}.${field.name.value}`, contract])
  })
}

async function formatted(root: string, { file, text }: NewFile): Promise<NewFile> {
  return { file, text: await format(text, await prettierOptions(root, file)) }
}

async function prettierOptions(root: string, file: string) {
  const filepath = path.join(root, file)
  return { ...(await resolveConfig(filepath)), filepath }
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
