/** Tells how a support agent handles one e-mail: the steps as they happen, then what the ledger has of them. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createLedgerOverHttp } from '../../cli/ledger-over-http.ts'
import { realWorld } from '../../lib/world.ts'
import { createAgent, tokenFor } from '../agent.ts'
import type { Gateway } from '../gateway.ts'
import { createScreen } from '../screen.ts'
import { readEmail } from './email.ts'
import { supportStory } from './story.ts'

export async function tellSupport({ url, dataFolder, kind }: Gateway, signal: AbortSignal): Promise<void> {
  const screen = createScreen(process.stdout)
  const email = readEmail(readFileSync(path.join(import.meta.dirname, 'customer-email.txt'), 'utf8'))
  const token = (identity: string) => tokenFor(identity, url, dataFolder, { env: process.env, fetch, world: realWorld })
  const agent = createAgent({ url, token: await token('support-agent'), purpose: 'customer-support', fetch, signal })

  const startedAt = new Date()
  const [, words = ''] = email.body.split(/\n\n/u)
  screen.opening(`agent:support-agent`, url, 'reads an e-mail', [`${email.from}: ${email.subject}`, words])
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
