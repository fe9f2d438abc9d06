/**
 * `npm run demo [-- <story>]`: agents at work, seen from outside. They talk to a running gateway, or to one of the demo's own, as any
 * agent would: with a token, over the GraphQL endpoint; at the end an auditor asks the ledger what they did.
 */
import { parseArgs } from 'node:util'
import { type Gateway, isRunning, startOwnGateway } from './gateway.ts'
import { tellLife } from './life/tell.ts'
import { startOutsideIssuer } from './life/outsider.ts'
import { tellSupport } from './support/tell.ts'
import { faults } from './agents/faults.ts'
import { workflowTitles } from './workflows/plans.ts'
import { tellWorkflow } from './workflows/tell.ts'
import { readWishes, type Wishes } from './workflows/wishes.ts'
import { realWorld } from '../lib/world.ts'

const listed = (entries: Readonly<Record<string, string>>, indent = '  ') =>
  Object.entries(entries)
    .map(([name, does]) => `${indent}${name.padEnd(24 - indent.length)}${does}`)
    .join('\n')

const stories = {
  support: 'a support agent answers a customer, and is refused what is not its work (default)',
  life: "one agent from the day it is found to the day it is retired, at a gateway of the demo's own",
} as const

const usage = `npm run demo -- [<story>] [--url <address>] [--data <folder>]
npm run demo -- <workflow> [--runs <number>] [--agents <number>] [--fail <fault>]… [--url …] [--data …]

Stories
${listed(stories)}

Workflows, with agents as processes of their own
${listed(workflowTitles)}

  --runs                how many runs are started (3)
  --agents              how many processes of each agent role (1)
  --fail                what goes wrong, as often as you like:
${listed(faults, '    ')}

  --url                 where the gateway is; else http://localhost:4000, or one of its own when none answers there
  --data                the data folder of that gateway; else MANDATE_DATA or .mandate
`

await main()

async function main(): Promise<void> {
  const interrupted = new AbortController()
  const interrupt = () => {
    interrupted.abort(new Error('Interrupted.'))
  }
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    await tell(interrupted.signal)
  } catch (error) {
    process.stderr.write(`\n  The demo ended early. ${error instanceof Error ? error.message : String(error)}\n\n`)
    process.exitCode = 1
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

async function tell(signal: AbortSignal): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      url: { type: 'string' },
      data: { type: 'string' },
      runs: { type: 'string' },
      agents: { type: 'string' },
      fail: { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  })
  const [story = 'support', ...more] = positionals
  if (values.help) {
    process.stdout.write(usage)
    return
  }
  const known = [...Object.keys(stories), ...Object.keys(workflowTitles)]
  if (more.length > 0 || !known.includes(story)) {
    throw new Error(`There is no story \`${positionals.join(' ')}\`. Choose from ${known.join(', ')}.`)
  }
  if (!Object.hasOwn(stories, story)) {
    const wishes: Wishes = readWishes(story, values)
    await using gateway = await findGateway(values, signal)
    await tellWorkflow(gateway, wishes, signal)
    return
  }
  if (values.runs !== undefined || values.agents !== undefined || values.fail !== undefined) {
    throw new Error(`--runs, --agents and --fail are for workflows: ${Object.keys(workflowTitles).join(', ')}.`)
  }
  if (story === 'support') {
    await using gateway = await findGateway(values, signal)
    await tellSupport(gateway, signal)
    return
  }
  if (values.url !== undefined || values.data !== undefined) {
    throw new Error(
      'The life of an agent is told at a gateway of its own, since it ends with a retirement for good. Leave --url and --data out.',
    )
  }
  await using outside = await startOutsideIssuer(realWorld.newId)
  await using gateway = await startOwn('A life needs a gateway of its own; starting one', signal, outside.settings)
  await tellLife(gateway, outside, signal)
}

/** The gateway to talk to: the one that runs, or one of its own. */
async function findGateway(
  { url: named, data }: { readonly url?: string | undefined; readonly data?: string | undefined },
  signal: AbortSignal,
): Promise<Gateway> {
  const { env } = process
  const url = named ?? `http://localhost:${env['PORT'] ?? '4000'}`
  if (await isRunning(url)) {
    const dataFolder = data ?? env['MANDATE_DATA'] ?? '.mandate'
    return { url, dataFolder, kind: 'running', [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  if (named !== undefined)
    throw new Error(`No gateway answers at ${url}. Start it with \`npm start\`, or leave --url out.`)
  return await startOwn(`No gateway answers at ${url}; starting one`, signal)
}

async function startOwn(text: string, signal: AbortSignal, settings?: string): Promise<Gateway> {
  const progress = startProgress(`  ${text}`)
  try {
    const given = settings === undefined ? {} : { settings }
    return await startOwnGateway({ env: process.env, signal, onWait: progress.show, ...given })
  } finally {
    progress.end()
  }
}

/** One line that is written over while somebody watches; without a terminal, one line. */
function startProgress(text: string) {
  const watched = process.stderr.isTTY
  if (!watched) process.stderr.write(`${text}\n`)
  return {
    show: (seconds: number) => {
      if (watched) process.stderr.write(`\r\u001b[2K${text} … ${seconds} s`)
    },
    end: () => {
      if (watched) process.stderr.write('\r\u001b[2K')
    },
  }
}
