/** `mandate inventory import | list | duplicates | evaluate`: the inventory of pilots, through a running gateway. */
import { open } from 'node:fs/promises'
import path from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import type { z } from 'zod'
import { readConfig } from '../gateway/config.ts'
import {
  comparePairs,
  evaluate,
  halvesOf,
  tuneThresholds,
  tuneWeights,
} from '../subgraphs/agents/inventory/duplicates/evaluate.ts'
import { readLabelledSet } from '../subgraphs/agents/inventory/duplicates/labelled-set.ts'
import { mostCharacters } from '../subgraphs/agents/inventory/import/problems.ts'
import { writeCsv } from '../subgraphs/agents/inventory/import/write-csv.ts'
import { createGatewayClient, type GatewayClient, type GatewayIo } from './gateway-client.ts'
import {
  findingsAnswer,
  findingsQuery,
  importAnswer,
  type ImportAnswer,
  importMutation,
  pilotsAnswer,
  pilotsQuery,
} from './inventory-answers.ts'
import { showEvaluation, showFindings, showImport, showMistakes, showPilots } from './inventory-output.ts'

/** The outside world of the commands. */
export interface InventoryIo extends GatewayIo {
  /** The folder of the repository. */
  readonly root: string
  write(text: string): void
  /** Progress and messages, beside the answer. */
  writeError(text: string): void
  readonly progress: { readonly isTerminal: boolean }
}

interface GatewayFlags {
  readonly as: string
  readonly url: string
  readonly json?: boolean
}

interface ImportFlags extends GatewayFlags {
  readonly goodRows?: boolean
  readonly dryRun?: boolean
}

interface ListFlags extends GatewayFlags {
  readonly stage?: string
  readonly department?: string
  readonly search?: string
  readonly csv?: boolean
}

interface DuplicatesFlags extends GatewayFlags {
  readonly state?: string
  readonly limit: number
}

/** UTF-8 has at most four bytes for a character. */
const mostBytes = mostCharacters * 4
/** What one request may carry of a file, in bytes of JSON: the gateway takes 262 144 in all. */
const partBytes = 200_000
const partCharacters = 100_000

/** Adds `inventory` to the command line. */
export function addInventoryCommands(program: Command, io: InventoryIo): void {
  const inventory = program
    .command('inventory')
    .description('The inventory of pilots: what is tried out, and what twice.')
  const asking = (command: Command) =>
    command
      .option('--as <identity>', 'the demo identity to ask as; MANDATE_TOKEN, when set, is used instead', 'omar.haddad')
      .option('--url <address>', 'where the gateway is', `http://localhost:${io.env['PORT'] ?? '4000'}`)
      .option('--json', 'answer as JSON')
  const clientOf = ({ as, url }: GatewayFlags) => createGatewayClient({ identity: as, url }, io)

  asking(inventory.command('import'))
    .description(
      'Take a file of pilots in: CSV with a line of headings, or JSON. Nothing is imported when a row has a problem.',
    )
    .argument('<file>', 'the file; its name ends in .csv or .json')
    .option('--good-rows', 'import the rows without problems')
    .option('--dry-run', 'say what would happen, and import nothing')
    .action(async (file: string, flags: ImportFlags, command: Command) => {
      const report = await sendFile(file, flags, clientOf(flags), io)
      const { json, dryRun = false } = flags
      io.write(json === true ? `${JSON.stringify(report)}\n` : showImport(report, file, dryRun))
      const failed = dryRun ? report.problemCount > 0 : !report.imported || report.problemCount > 0
      if (failed) command.error('inventory import: the file has problems', { exitCode: 1 })
    })

  asking(inventory.command('list'))
    .description('List pilots, the newest first.')
    .option('--stage <stage>', 'only those in this stage, such as DISCOVERED')
    .option('--department <name>', 'only those of this department')
    .option('--search <text>', 'only those with this in their name, purpose or principal')
    .option('--csv', 'write a file that can be imported again, and that a spreadsheet opens safely')
    .action(async (flags: ListFlags) => {
      const { stage, department, search, csv, json } = flags
      const filter = { ...(stage === undefined ? {} : { stages: [stage.toUpperCase()] }), department, search }
      const pilots = await allPages(clientOf(flags), pilotsAnswer, pilotsQuery, filter, Infinity)
      if (csv === true) io.write(writeCsv(pilots))
      else io.write(json === true ? `${JSON.stringify(pilots)}\n` : showPilots(pilots))
    })

  asking(inventory.command('duplicates'))
    .description('List pairs of pilots that look like the same work, the strongest first, each with why.')
    .option('--state <state>', 'only those in this state: OPEN, CONFIRMED, RESOLVED or DISMISSED')
    .option('--limit <count>', 'how many at most', parseLimit, 20)
    .action(async (flags: DuplicatesFlags) => {
      const { state, limit, json } = flags
      const filter = state === undefined ? {} : { states: [state.toUpperCase()] }
      const findings = await allPages(clientOf(flags), findingsAnswer, findingsQuery, filter, limit)
      io.write(json === true ? `${JSON.stringify(findings)}\n` : showFindings(findings))
    })

  inventory
    .command('evaluate')
    .description('Judge the scoring of duplicates on a labelled set: precision and recall, with the weights.')
    .option('--folder <folder>', 'where pilots.csv and labels.csv are', path.join(io.root, 'examples', 'inventory'))
    .option('--json', 'answer as JSON')
    .action(({ folder, json }: { folder: string; json?: boolean }) => {
      io.write(evaluateSet(path.resolve(io.folder, folder), json === true, io))
    })
}

/** Sends a file in as many parts as it takes. */
async function sendFile(
  file: string,
  flags: ImportFlags,
  client: GatewayClient,
  io: InventoryIo,
): Promise<ImportAnswer> {
  const format = formatOf(file)
  const parts = partsOf(await readText(path.resolve(io.folder, file)))
  const upload = io.world.newId()
  const mode = flags.goodRows === true ? 'GOOD_ROWS' : 'ALL_OR_NOTHING'
  let report: ImportAnswer | null = null
  for (const [index, content] of parts.entries()) {
    if (io.progress.isTerminal && parts.length > 1) io.writeError(`\rSending part ${index + 1} of ${parts.length}`)
    const part = parts.length === 1 ? null : { upload, number: index + 1, of: parts.length }
    const input = {
      idempotencyKey: `${upload}-${index + 1}`,
      format,
      mode,
      dryRun: flags.dryRun === true,
      content,
      part,
    }
    report = (await client.ask(importAnswer, importMutation, { input })).importPilots.report
  }
  // Back to the start of the line, and clear it (ECMA-48, EL).
  if (io.progress.isTerminal && parts.length > 1) io.writeError('\r\u001b[K')
  if (report === null) throw new Error('The gateway took the file and gave no report; look at `inventory list`.')
  return report
}

function formatOf(file: string): 'CSV' | 'JSON' {
  const ending = path.extname(file).toLowerCase()
  if (ending === '.csv' || ending === '.json') return ending === '.csv' ? 'CSV' : 'JSON'
  throw new Error(`\`${file}\` ends neither in .csv nor in .json, so it cannot be told how to read it.`)
}

async function readText(file: string): Promise<string> {
  await using handle = await open(file)
  const { size } = await handle.stat()
  if (size > mostBytes) throw new Error(`\`${file}\` has ${size} bytes; at most ${mostBytes} are read. Split it.`)
  const bytes = await handle.readFile()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const line = bytes.subarray(0, firstBadByte(bytes)).filter((byte) => byte === 0x0a).length + 1
    throw new Error(
      `\`${file}\` is not UTF-8: line ${line} has bytes that are no text. Save it as “CSV UTF-8”, and import it again.`,
    )
  }
}

/** Where a text stops to be UTF-8: the decoder replaces it there, and what comes before is as long in bytes as it was. */
function firstBadByte(bytes: Buffer): number {
  const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\ufffd', 1)[0] ?? ''
  return Buffer.byteLength(before)
}

/** The text in parts of which none is too large for a request; none ends within a character. */
function partsOf(text: string): string[] {
  const parts: string[] = []
  let from = 0
  do {
    let length = partCharacters
    let part = text.slice(from, from + length)
    while (Buffer.byteLength(JSON.stringify(part)) > partBytes) {
      length = Math.floor(length / 2)
      part = text.slice(from, from + length)
    }
    if (!part.isWellFormed() && /[\ud800-\udbff]$/.test(part)) part = part.slice(0, -1)
    parts.push(part)
    from += part.length
  } while (from < text.length)
  return parts
}

/** Page after page, until there are as many as asked for. */
async function allPages<T>(
  client: GatewayClient,
  schema: z.ZodType<{ page: { nodes: T[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } }>,
  query: string,
  filter: object,
  limit: number,
): Promise<T[]> {
  const items: T[] = []
  let after: string | null = null
  for (;;) {
    const first = Math.min(limit - items.length, 100)
    const { page }: z.infer<typeof schema> = await client.ask(schema, query, { filter, first, after })
    items.push(...page.nodes)
    after = page.pageInfo.endCursor
    if (!page.pageInfo.hasNextPage || after === null || items.length >= limit) return items
  }
}

function evaluateSet(folder: string, json: boolean, io: InventoryIo): string {
  const settings = readConfig(io).inventory.duplicates
  const { pilots, labels } = readLabelledSet(folder)
  const names = pilots.map(({ name }) => name)
  const pairs = comparePairs(pilots, labels)
  const { tuning, heldOut } = halvesOf(names, labels)
  const tuned = { ...settings, weights: tuneWeights(pairs, settings, tuning) }
  const thresholds = { ...settings, ...tuneThresholds(pairs, settings, tuning) }
  const all = evaluate(pairs, settings, new Set(names))
  const results = {
    weights: settings.weights,
    all,
    tuningHalf: evaluate(pairs, settings, tuning),
    heldOutHalf: evaluate(pairs, settings, heldOut),
    tunedWeights: tuned.weights,
    tunedOnTuningHalf: evaluate(pairs, tuned, tuning),
    tunedOnHeldOutHalf: evaluate(pairs, tuned, heldOut),
    thresholdsOnTuningHalf: evaluate(pairs, thresholds, tuning),
    thresholdsOnHeldOutHalf: evaluate(pairs, thresholds, heldOut),
  }
  if (json) return `${JSON.stringify(results)}\n`
  return [
    showEvaluation('All pilots, weights in force', settings.weights, all),
    showEvaluation('Tuning half, weights in force', settings.weights, results.tuningHalf),
    showEvaluation('Held-out half, weights in force', settings.weights, results.heldOutHalf),
    showEvaluation('Tuning half, weights tuned on it', tuned.weights, results.tunedOnTuningHalf),
    showEvaluation('Held-out half, weights tuned on the other', tuned.weights, results.tunedOnHeldOutHalf),
    showEvaluation('Tuning half, thresholds tuned on it', settings.weights, results.thresholdsOnTuningHalf),
    showEvaluation('Held-out half, thresholds tuned on the other', settings.weights, results.thresholdsOnHeldOutHalf),
    `Where the weights in force and people differ:\n${showMistakes(all)}`,
  ].join('\n')
}

function parseLimit(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give a whole number, 1 to 9999.')
}
