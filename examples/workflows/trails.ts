/** What the ledger has of one run, asked as an auditor: the records of each agent that had a part in it. */
import { createLedgerOverHttp } from '../../cli/ledger-over-http.ts'
import { realWorld } from '../../lib/world.ts'
import type { PlacedRecord } from '../../storage/stores/ledger.ts'
import { tokenFor } from '../agent.ts'
import type { Gateway } from '../gateway.ts'
import type { RunView } from './progress.ts'

/** What one agent did for the run, oldest first. */
export interface AgentTrail {
  readonly agent: string
  readonly records: readonly PlacedRecord[]
}

/** As many records of an agent as are looked through. */
const most = 1_000

/** Reads the trail of each agent since the runs began. */
export async function trailsOf(
  run: RunView,
  { url, dataFolder }: Gateway,
  since: Date,
): Promise<readonly AgentTrail[]> {
  const token = () => tokenFor('lena.fischer', url, dataFolder, { env: process.env, fetch, world: realWorld })
  const ledger = createLedgerOverHttp({ address: url, token, fetch })
  const agents = new Set(partsIn(run).filter((each) => each.startsWith('agent:')))
  return await Promise.all(
    [...agents].map(async (agent) => {
      const { items } = await ledger.trail(agent, { since, limit: most })
      // The work of a run is called `workflow:customer-email:<run>`.
      return { agent, records: items.filter(({ caller }) => caller?.task?.endsWith(run.id) === true).reverse() }
    }),
  )
}

/** Everybody who has had a step of it, also those who did not finish it. */
function partsIn({ steps, notices }: RunView): readonly string[] {
  const claimed = notices.filter(({ name }) => name === 'task.claimed')
  const takers = claimed.map(({ data }) => (JSON.parse(data) as { by: string }).by)
  return [...steps.flatMap(({ holder }) => holder ?? []), ...takers]
}
