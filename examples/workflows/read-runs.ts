/** Reads how runs stand, all of them in one operation, and what was told of each since the last look. */
import { z } from 'zod'
import type { MandateClient } from '../../clients/typescript/index.ts'

const step = z.object({
  id: z.string(),
  node: z.string(),
  kind: z.string(),
  state: z.string(),
  attempt: z.number(),
  level: z.number(),
  holder: z.string().nullable(),
  incident: z.object({ code: z.string(), message: z.string() }).nullable(),
})
const notice = z.object({ id: z.number(), name: z.string(), step: z.string().nullable(), data: z.string() })
const run = z.object({
  id: z.string(),
  status: z.string(),
  outcome: z.string().nullable(),
  endedAt: z.string().nullable(),
  steps: z.array(step),
  notices: z.array(notice),
})
const answer = z.record(z.string(), run.nullable())

export type SeenStep = z.infer<typeof step>
export type Notice = z.infer<typeof notice>
export type SeenRun = z.infer<typeof run>

const fragment = `fragment Standing on Run {
  id status outcome endedAt
  steps { id node kind state attempt level holder incident { code message } }
}`

/** As many as one operation asks for. */
const batch = 20

/** Reads the runs, each with what was told after the notice that it names. */
export async function readRuns(
  client: MandateClient,
  wanted: readonly { readonly id: string; readonly after: number }[],
): Promise<readonly SeenRun[]> {
  const found: SeenRun[] = []
  for (let at = 0; at < wanted.length; at += batch) {
    const part = wanted.slice(at, at + batch)
    const asked = part.map(
      ({ after }, index) =>
        `run${index}: run(id: $id${index}) { ...Standing notices(first: 40, after: ${after}) { id name step data } }`,
    )
    const parameters = part.map((_, index) => `$id${index}: ID!`)
    const document = `query Follow(${parameters.join(', ')}) {\n${asked.join('\n')}\n}\n${fragment}`
    const variables = Object.fromEntries(part.map(({ id }, index) => [`id${index}`, id]))
    const runs = Object.values(answer.parse(await client.query(document, variables)))
    found.push(...runs.filter((each) => each !== null))
  }
  return found
}

const open = z.object({ runs: z.object({ nodes: z.array(z.object({ businessKey: z.string().nullable() })) }) })
const readOpen = `query Open($workflow: ID!) {
  runs(filter: { workflow: $workflow, open: true }, first: 100) { nodes { businessKey } }
}`

/** The business keys of the runs that go on: another run with one of them would be the same run. */
export async function openKeys(client: MandateClient, workflow: string): Promise<ReadonlySet<string>> {
  const { runs } = open.parse(await client.query(readOpen, { workflow }))
  return new Set(runs.nodes.flatMap(({ businessKey }) => businessKey ?? []))
}
