/** What a screen needs of a workflow: its title, and its steps in the order in which they are written. */
import { z } from 'zod'
import type { MandateClient } from '../../clients/typescript/index.ts'

const asked = z.object({ workflow: z.object({ title: z.string(), definition: z.string() }).nullable() })
const node = z.looseObject({ type: z.string(), title: z.string().optional() })
const written = z.looseObject({
  nodes: z.record(z.string(), node),
  compensations: z.record(z.string(), node).optional(),
})

export interface Definition {
  readonly title: string
  /** The nodes at which something is done, or awaited. */
  readonly stations: readonly string[]
  /** What each node is called. */
  readonly titles: ReadonlyMap<string, string>
}

const readWorkflow = `query ReadWorkflow($key: ID!) { workflow(key: $key) { title definition } }`

const ways = new Set(['decision', 'parallel', 'join', 'end'])

/** Reads the newest version. */
export async function readDefinition(client: MandateClient, key: string): Promise<Definition> {
  const { workflow } = asked.parse(await client.query(readWorkflow, { key }))
  if (workflow === null)
    throw new Error(`The gateway has no workflow \`${key}\`: it was not published. Look at its log.`)
  const { nodes, compensations = {} } = written.parse(JSON.parse(workflow.definition))
  const stations = Object.entries(nodes).filter(([, { type }]) => !ways.has(type))
  const named = [...Object.entries(nodes), ...Object.entries(compensations)]
  return {
    title: workflow.title,
    stations: stations.map(([name]) => name),
    titles: new Map(named.map(([name, { title }]) => [name, title === undefined || title === '' ? name : title])),
  }
}
