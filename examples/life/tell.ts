/** Tells the life of one agent: the steps as they happen, then every one of them as the ledger has it. */
import { createLedgerOverHttp } from '../../cli/ledger-over-http.ts'
import { realWorld } from '../../lib/world.ts'
import { createAgent, tokenFor } from '../agent.ts'
import type { Gateway } from '../gateway.ts'
import { createScreen } from '../screen.ts'
import type { OutsideIssuer } from './outsider.ts'
import { lifeStory } from './story.ts'

export async function tellLife(
  { url, dataFolder }: Gateway,
  outside: OutsideIssuer,
  signal: AbortSignal,
): Promise<void> {
  const screen = createScreen(process.stdout)
  const token = (identity: string) => tokenFor(identity, url, dataFolder, { env: process.env, fetch, world: realWorld })
  const person = async (name: string) => createAgent({ url, token: await token(name), fetch, signal })
  const bearer = (bare: string, purpose?: string) =>
    createAgent({ url, token: bare, fetch, signal, ...(purpose === undefined ? {} : { purpose }) })

  screen.opening('agent:invoice-pilot', url, 'and its whole life', [
    'A pilot of the finance department: nobody has registered it, and it asks for invoices.',
  ])
  const startedAt = new Date()
  const requests: string[] = []
  for await (const step of lifeStory({ url, outside, person, bearer, newId: realWorld.newId })) {
    requests.push(step.requestId)
    screen.step(requests.length, step)
  }

  const ledger = createLedgerOverHttp({ address: url, token: () => token('lena.fischer'), fetch })
  const records = await Promise.all(requests.map(async (id) => (await ledger.show(id)).at(-1)))
  const events = (await ledger.trail('service:mandate', { since: startedAt })).items.filter(
    ({ operation }) => operation.name === 'pilot.discovered',
  )
  const known = [...records.filter((record) => record !== undefined), ...events].toSorted((a, b) => a.seq - b.seq)
  const awaited = requests.length + 1
  if (known.length !== awaited)
    throw new Error(`The ledger has ${known.length} of the ${awaited} records of this life.`)
  const verification = await ledger.verify({ from: 1 })
  if (verification.break) throw new Error(`The ledger is broken. ${verification.break.message}`)
  screen.ledger(known, verification)
  screen.hint(['This gateway was the demo’s own, and ends with it. `npm start` runs one that stays.'])
}
