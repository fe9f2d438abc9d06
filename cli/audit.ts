/** `mandate audit who | trail | show | verify`: an auditor's questions, answered from the ledger. */
import { InvalidArgumentError, type Command } from 'commander'
import type { Coordinate } from '../lib/labels.ts'
import type { LedgerQuery } from '../storage/stores/ledger.ts'
import type { ChainPoint } from '../storage/stores/ledger-evidence.ts'
import { showAccesses, showRequest, showTrail, showVerification } from './audit-output.ts'
import { openLedgerForReading, type LedgerIo, type OpenedLedger } from './open-ledger.ts'
import { parseSince } from './since.ts'

/** The outside world of the commands. */
export interface AuditIo extends LedgerIo {
  write(text: string): void
  /** Progress and messages, beside the answer. */
  writeError(text: string): void
  readonly isTerminal: boolean
}

interface Flags {
  readonly json?: boolean
  readonly since?: Date
  readonly limit?: number
}

interface VerifyFlags {
  readonly json?: boolean
  readonly from?: number
  readonly expect?: readonly ChainPoint[]
}

const spans = 'how far back: 30m, 24h, 7d, a day or a time'

/** Adds `audit` to the command line. */
export function addAuditCommands(program: Command, io: AuditIo): void {
  const audit = program.command('audit').description('Ask the ledger who did what, and whether it is whole.')
  const since = (text: string) => {
    try {
      return parseSince(text, io.world.now())
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
  }
  const withLedger = async (work: (ledger: OpenedLedger) => Promise<void>) => {
    await using ledger = await openLedgerForReading(io)
    await work(ledger)
  }
  const answer = (json: boolean | undefined, value: object, text: () => string) => {
    io.write(json === true ? `${JSON.stringify(value)}\n` : text())
  }

  audit
    .command('who')
    .description('Who read, changed, asked for or was denied a field.')
    .argument('<Type.field>', 'the field, such as `Account.name`', parseCoordinate)
    .option('--since <time>', spans, since)
    .option('--limit <count>', 'how many requests at most, up to 1000', parseLimit)
    .option('--json', 'answer as JSON')
    .action((coordinate: Coordinate, flags: Flags) =>
      withLedger(async ({ reader }) => {
        const page = await reader.whoTouched(coordinate, queryOf(flags))
        answer(flags.json, { coordinate, accesses: page.items, hasMore: page.hasMore }, () =>
          showAccesses(coordinate, flags.since ?? null, page),
        )
      }),
    )

  audit
    .command('trail')
    .description('What an agent or a person did, or had done on its behalf.')
    .argument('<agent>', 'the identity, such as `agent:support-agent`; without a kind, an agent')
    .option('--since <time>', spans, since)
    .option('--limit <count>', 'how many requests at most, up to 1000', parseLimit)
    .option('--json', 'answer as JSON')
    .action((name: string, flags: Flags) =>
      withLedger(async ({ reader }) => {
        const principal = name.includes(':') ? name : `agent:${name}`
        const page = await reader.trail(principal, queryOf(flags))
        answer(flags.json, { principal, records: page.items, hasMore: page.hasMore }, () => showTrail(principal, page))
      }),
    )

  audit
    .command('show')
    .description('Everything the ledger has about one request.')
    .argument('<request>', 'the id from the header `mandate-request-id` of the answer')
    .option('--json', 'answer as JSON')
    .action((requestId: string, flags: Flags) =>
      withLedger(async ({ reader, where }) => {
        const records = await reader.show(requestId)
        if (records.length === 0)
          throw new Error(`The ledger in ${where} has no record of the request \`${requestId}\`.`)
        answer(flags.json, { requestId, records }, () => showRequest(requestId, records))
      }),
    )

  audit
    .command('verify')
    .description('Recompute the chain; say where it breaks, and which acts were cut off.')
    .option('--from <record>', 'begin at this record', parseCount)
    .option('--expect <record:hash>', 'a head noted earlier, which the ledger must still have (repeatable)', parsePoint)
    .option('--json', 'answer as JSON')
    .action((flags: VerifyFlags, command: Command) =>
      withLedger(async ({ reader, where }) => {
        const showsProgress = io.isTerminal && flags.json !== true
        const result = await reader.verify({
          ...(flags.from === undefined ? {} : { from: flags.from }),
          ...(flags.expect === undefined ? {} : { expect: flags.expect }),
          onProgress: (checked, total) => {
            if (showsProgress)
              io.writeError(`\rChecking record ${checked.toLocaleString('en')} of ${total.toLocaleString('en')}`)
          },
        })
        // Back to the start of the line, and clear it (ECMA-48, EL).
        if (showsProgress) io.writeError('\r\u001b[K')
        answer(flags.json, result, () => showVerification(result, where))
        if (result.break) command.error(`audit verify: broken at record ${result.break.seq}`, { exitCode: 1 })
      }),
    )
}

function queryOf({ since, limit }: Flags): LedgerQuery {
  return { ...(since === undefined ? {} : { since }), ...(limit === undefined ? {} : { limit }) }
}

function parseCoordinate(text: string): Coordinate {
  if (/^[_A-Za-z]\w*\.[_A-Za-z]\w*$/.test(text)) return text as Coordinate
  throw new InvalidArgumentError('Name a field as `Type.field`, such as `Account.name` or `Mutation.updateCase`.')
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give a whole number, 1 or more.')
}

function parseLimit(text: string): number {
  const limit = parseCount(text)
  if (limit <= 1000) return limit
  throw new InvalidArgumentError('Give at most 1000, and go further back with --since.')
}

function parsePoint(text: string, earlier: readonly ChainPoint[] = []): readonly ChainPoint[] {
  const point = /^([1-9]\d{0,14}):([\w-]{43})$/.exec(text)
  if (!point) throw new InvalidArgumentError('Give a record and its hash as `audit verify` prints them: `1200:4fX…`.')
  return [...earlier, { seq: Number(point[1]), hash: point[2] ?? '' }]
}
