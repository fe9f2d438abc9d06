/**
 * `npm run demo`: a support agent at work, seen from outside. It talks to a running gateway, or starts one of its own, as any
 * agent would: with a token, over the GraphQL endpoint; at the end an auditor asks the ledger what it did.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createLedgerOverHttp } from '../cli/ledger-over-http.ts'
import { realWorld } from '../lib/world.ts'
import { createAgent, tokenFor } from './agent.ts'
import { readEmail } from './email.ts'
import { type Gateway, isRunning, startOwnGateway } from './gateway.ts'
import { createScreen } from './screen.ts'
import { supportStory } from './support-story.ts'

const usage = `npm run demo -- [--url <address>] [--data <folder>]

  --url   where the gateway is; without it http://localhost:4000, or a gateway of its own when none answers there
  --data  the data folder of that gateway; without it MANDATE_DATA or .mandate
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
    await using gateway = await findGateway(interrupted.signal)
    if (gateway) await runDemo(gateway, interrupted.signal)
  } catch (error) {
    process.stderr.write(`\n  The demo ended early. ${error instanceof Error ? error.message : String(error)}\n\n`)
    process.exitCode = 1
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

/** The gateway to talk to; null when only the usage was asked for. */
async function findGateway(signal: AbortSignal): Promise<Gateway | null> {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, data: { type: 'string' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    process.stdout.write(usage)
    return null
  }
  const { env } = process
  const url = values.url ?? `http://localhost:${env['PORT'] ?? '4000'}`
  if (await isRunning(url)) {
    const dataFolder = values.data ?? env['MANDATE_DATA'] ?? '.mandate'
    return { url, dataFolder, kind: 'running', [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  if (values.url !== undefined)
    throw new Error(`No gateway answers at ${url}. Start it with \`npm start\`, or leave --url out.`)
  const progress = startProgress(url)
  try {
    return await startOwnGateway({ env, signal, onWait: progress.show })
  } finally {
    progress.end()
  }
}

async function runDemo({ url, dataFolder, kind }: Gateway, signal: AbortSignal): Promise<void> {
  const screen = createScreen(process.stdout)
  const email = readEmail(readFileSync(path.join(import.meta.dirname, 'customer-email.txt'), 'utf8'))
  const token = (identity: string) => tokenFor(identity, url, dataFolder, { env: process.env, fetch, world: realWorld })
  const agent = createAgent({ url, token: await token('support-agent'), purpose: 'customer-support', fetch, signal })

  const startedAt = new Date()
  screen.opening(email, 'agent:support-agent', url)
  const requests: string[] = []
  for await (const step of supportStory({ agent, email, newId: realWorld.newId })) {
    requests.push(step.requestId)
    screen.step(requests.length, step)
  }

  const ledger = createLedgerOverHttp({ address: url, token: () => token('lena.fischer'), fetch })
  const trail = await ledger.trail('agent:support-agent', { since: startedAt })
  const mine = trail.items.filter(({ requestId }) => requests.includes(requestId)).reverse()
  if (mine.length !== requests.length) {
    throw new Error(`The ledger has ${mine.length} of the ${requests.length} requests of this demo.`)
  }
  const verification = await ledger.verify({ from: mine[0]?.seq ?? 1 })
  if (verification.break) throw new Error(`The ledger is broken. ${verification.break.message}`)
  screen.ledger(mine, verification)
  screen.hint(
    kind === 'own'
      ? ['This gateway was the demo’s own, and ends with it. `npm start` runs one that stays.']
      : [`All of one request: npm run -s mandate -- audit show ${requests.at(-2) ?? ''}`],
  )
}

/** One line that is written over while somebody watches; without a terminal, one line. */
function startProgress(url: string) {
  const text = `  No gateway answers at ${url}; starting one`
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
