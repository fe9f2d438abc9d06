/**
 * `mandate stop everything | role | agent | workflow | operation | subgraph | effect | list | release`: the kill switch from a
 * terminal, under a person's token, through any gateway. It says what is known of how long the stop took to be obeyed.
 */
import { randomUUID } from 'node:crypto'
import { InvalidArgumentError, type Command } from 'commander'
import { parseSince } from './since.ts'
import { type Stop, type StopIo, createStopClient } from './stop-client.ts'
import { showObedience, showStops } from './stop-output.ts'
import { printToken } from './token.ts'

interface AccessFlags {
  readonly url: string
  readonly data: string
  readonly as: string
  readonly json?: boolean
}

interface EngageFlags extends AccessFlags {
  readonly mode: Stop['mode']
  readonly reason: string
  readonly for?: Date
  readonly twoPeople?: boolean
}

/** What can be stopped: the word on the command line, the scope in the contract, what the argument is. */
const scopes = [
  {
    word: 'everything',
    scope: 'EVERYTHING',
    target: null,
    what: 'every request but those that engage and release stops',
  },
  { word: 'role', scope: 'ROLE', target: 'key', what: 'everything that holders of a role do' },
  { word: 'agent', scope: 'AGENT', target: 'id', what: 'everything that an agent does: `agent:support-agent`' },
  { word: 'workflow', scope: 'WORKFLOW', target: 'key', what: 'the tasks of a workflow' },
  {
    word: 'operation',
    scope: 'OPERATION',
    target: 'Type.field',
    what: 'what touches a field: `Mutation.releasePayment`',
  },
  { word: 'subgraph', scope: 'SUBGRAPH', target: 'name', what: 'what needs a system: `finance`' },
  { word: 'effect', scope: 'EFFECT', target: 'impact', what: 'mutations of this impact and graver ones: `HIGH`' },
] as const

/** Adds `stop` to the command line. */
export function addStopCommands(program: Command, io: StopIo): void {
  const stop = program.command('stop').description('Stop agents, operations or systems, and let them go on.')

  for (const { word, scope, target, what } of scopes) {
    const command = withAccess(
      stop.command(target === null ? word : `${word} <${target}>`).description(`Stop ${what}.`),
      io,
    )
    command
      .option(
        '--mode <mode>',
        'block-new, drain (streams end too) or halt (what runs is cut off)',
        parseMode,
        'BLOCK_NEW',
      )
      .option('--reason <text>', 'why, for people', 'Engaged on the command line.')
      .option('--for <span>', 'end by itself after 30m, 1h, 2d', (text) => parseSpan(text, io.world.now()))
      .option('--two-people', 'two people must release it')
      .action(async (...args: unknown[]) => {
        const [name, flags] = (target === null ? [null, args[0]] : args) as [string | null, EngageFlags]
        const client = createStopClient(await accessOf(flags, io), io)
        const engaged = await client.engage({
          idempotencyKey: randomUUID(),
          scope,
          target: word === 'agent' && name?.includes(':') === false ? `agent:${name}` : name,
          mode: flags.mode,
          reason: flags.reason,
          expiresAt: flags.for?.toISOString() ?? null,
          releaseNeeds: flags.twoPeople === true ? 2 : 1,
        })
        const obeyed = await client.watch(engaged)
        io.write(flags.json === true ? `${JSON.stringify(obeyed)}\n` : showObedience(obeyed))
      })
  }

  withAccess(stop.command('list').description('What is stopped.'), io)
    .option('--all', 'also what was released')
    .action(async ({ all, ...flags }: AccessFlags & { readonly all?: boolean }) => {
      const found = await createStopClient(await accessOf(flags, io), io).list(all === true ? 'all' : 'in force')
      io.write(flags.json === true ? `${JSON.stringify(found)}\n` : showStops(found))
    })

  withAccess(stop.command('release <id>').description('Release a stop, or be the first of two who do.'), io).action(
    async (id: string, flags: AccessFlags) => {
      const released = await createStopClient(await accessOf(flags, io), io).release(id)
      const text =
        released.state === 'RELEASED'
          ? `Released ${released.id}.\n`
          : `${released.id} stays in force until another person releases it too.\n`
      io.write(flags.json === true ? `${JSON.stringify(released)}\n` : text)
    },
  )
}

function withAccess(command: Command, io: StopIo): Command {
  return command
    .option('--url <address>', 'where a gateway is', `http://localhost:${io.env['PORT'] ?? '4000'}`)
    .option(
      '--data <folder>',
      'the data folder, with the keys of demo identities',
      io.env['MANDATE_DATA'] ?? '.mandate',
    )
    .option('--as <person>', 'the demo identity, where MANDATE_TOKEN holds no access token', 'omar.haddad')
    .option('--json', 'answer as JSON')
}

/** The token of a person: from `MANDATE_TOKEN`, so that it stands in no list of processes, else of a demo identity. */
async function accessOf({ url, data, as }: AccessFlags, io: StopIo): Promise<{ url: string; token: string }> {
  const given = io.env['MANDATE_TOKEN']
  if (given !== undefined && given !== '') return { url, token: given }
  let printed = ''
  const write = (text: string) => void (printed += text)
  await printToken({ identity: as, url, dataFolder: data }, { ...io, write })
  return { url, token: printed.trim() }
}

function parseMode(text: string): Stop['mode'] {
  const mode = ({ 'block-new': 'BLOCK_NEW', drain: 'DRAIN', halt: 'HALT' } as const)[text]
  if (mode !== undefined) return mode
  throw new InvalidArgumentError('Write block-new, drain or halt.')
}

function parseSpan(text: string, now: Date): Date {
  try {
    if (!/^\d+[mhdw]$/.test(text)) throw new Error('no span')
    return new Date(2 * now.getTime() - parseSince(text, now).getTime())
  } catch {
    throw new InvalidArgumentError('Write a span: 30m, 1h, 2d.')
  }
}
