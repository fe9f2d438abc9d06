/** Starts the runs. What the rules put to people first is begun when they have agreed. */
import { z } from 'zod'
import { type MandateClient, MandateError, waitForApproval } from '../../clients/typescript/index.ts'
import { realWorld } from '../../lib/world.ts'
import type { Progress } from './progress.ts'

export interface StartRunsOptions {
  /** Of the agent that starts them. */
  readonly starter: MandateClient
  readonly workflow: string
  readonly inputs: readonly object[]
  readonly progress: Progress
  readonly signal: AbortSignal
}

const started = z.object({
  startRun: z.object({ run: z.object({ id: z.string(), businessKey: z.string().nullable() }) }),
})
const startRun = `mutation StartRun($input: StartRunInput!) { startRun(input: $input) { run { id businessKey } } }`

/** Starts one run for each input, one after the other. */
export async function startRuns({ starter, workflow, inputs, progress, signal }: StartRunsOptions): Promise<void> {
  for (const each of inputs) {
    const input = { idempotencyKey: realWorld.newId(), workflow, input: JSON.stringify(each) }
    const answer = await starter.mutate(startRun, { input }).catch((error: unknown) => {
      if (!(error instanceof MandateError) || error.approval === null) throw error
      return untilAgreed(error.approval.id, error)
    })
    const { id, businessKey } = started.parse(answer).startRun.run
    progress.addRun({ id, businessKey: businessKey ?? id })
  }

  /** An agent that has read much may have to wait for a person before it passes on what it knows (docs/flow.md). */
  async function untilAgreed(approval: string, { message }: MandateError): Promise<unknown> {
    progress.asked.add(approval)
    progress.note({ run: null, who: 'rules', text: message, tone: 'attention' })
    const settled = await waitForApproval(starter, approval, { timeoutMs: 20_000, signal })
    if (settled.status === 'SUCCEEDED') return settled.data
    throw new Error(`A run could not be started: its approval is ${settled.status}. ${message}`)
  }
}
