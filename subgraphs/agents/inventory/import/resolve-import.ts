/** The mutation `importPilots`: a file at once, or in parts that are kept until the last one is there. */
import type { Transaction } from 'kysely'
import { dropImportParts, importParts, keepImportPart } from '../../../../storage/stores/pilot-imports.ts'
import type { Tables } from '../../../../storage/tables.ts'
import type { SubgraphContext } from '../../../context.ts'
import { invalid } from '../../../inputs.ts'
import { type ActInput, actOnce } from '../act-once.ts'
import type { InventoryResolver, InventoryServices } from '../services.ts'
import { importFile, type ImportRequest } from './import-pilots.ts'
import { mostCharacters } from './problems.ts'

/** The most parts of one file. */
const mostParts = 200

interface Part {
  readonly upload: string
  readonly number: number
  readonly of: number
}

type ImportInput = ActInput & ImportRequest & { readonly part?: Part | null }

/** Resolves `Mutation.importPilots`. */
export const importPilots: InventoryResolver<{ readonly input: ImportInput }> = (_source, { input }, context) =>
  actOnce(context, 'importPilots', input, async (transaction) => {
    const part = input.part ?? null
    if (part === null) return { report: await importFile(transaction, input, context), received: 1 }
    requirePart(part)
    await keepPart(transaction, part, input.content, context)
    if (part.number < part.of) return { report: null, received: part.number }
    const content = await takeParts(transaction, part, context)
    return { report: await importFile(transaction, { ...input, content }, context), received: part.of }
  })

function requirePart({ upload, number, of }: Part): void {
  if (!/^[\w-]{1,64}$/.test(upload)) {
    throw invalid('input.part.upload', 'must have 1 to 64 letters, digits, `_` and `-`')
  }
  if (of < 1 || of > mostParts) throw invalid('input.part.of', `must be 1 to ${mostParts}`)
  if (number < 1 || number > of) throw invalid('input.part.number', `must be 1 to ${of}`)
}

async function keepPart(
  transaction: Transaction<Tables>,
  { upload, number, of }: Part,
  content: string,
  { caller, now }: SubgraphContext<InventoryServices>,
): Promise<void> {
  if (content.length > mostCharacters) throw invalid('input.content', `can have at most ${mostCharacters} characters`)
  await keepImportPart(transaction, { owner: caller.id, upload, number, of, content }, now)
}

/** The whole file, when all of its parts are there; they are forgotten. */
async function takeParts(
  transaction: Transaction<Tables>,
  { upload, of }: Part,
  { caller }: SubgraphContext<InventoryServices>,
): Promise<string> {
  const parts = await importParts(transaction, caller.id, upload)
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter(
    (number) => !parts.some((part) => part.number === number && part.of === of),
  )
  if (missing.length > 0 || parts.length !== of) {
    throw invalid('input.part', `is the last of ${of}, and these are not there: ${missing.join(', ')}; send them first`)
  }
  await dropImportParts(transaction, caller.id, upload)
  return parts.map(({ content }) => content).join('')
}
