/** What an agent process writes: one JSON line for each event of its work. Whoever runs it reads them as they come. */
import { z } from 'zod'

export const agentLine = z.object({
  at: z.string(),
  event: z.enum(['ready', 'claimed', 'done', 'failed', 'said', 'handed-off', 'given-back', 'lease-lost', 'trouble']),
  /** The task that it is about: `<run>:<step>`. */
  task: z.string().nullable(),
  run: z.string().nullable(),
  node: z.string().nullable(),
  title: z.string().nullable(),
  attempt: z.number().nullable(),
  /** What there is to say beside it. */
  text: z.string(),
})

export type AgentLine = z.infer<typeof agentLine>
export type AgentEvent = AgentLine['event']
