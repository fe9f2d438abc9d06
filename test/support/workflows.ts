/** Workflows through a whole gateway: starting them, doing their tasks, reading how they stand. */
import { expect, vi } from 'vitest'
import type { Stack } from './stack.ts'

const startOperation = `mutation Start($input: StartRunInput!) { startRun(input: $input) { run { id status } } }`
const claimOperation = `mutation Claim($input: ClaimTasksInput!) {
  claimTasks(input: $input) {
    atLimit
    claimed { task { id run node title input attempt level resultSchema } lease { token until } }
  }
}`
const completeOperation = `mutation Complete($input: CompleteTaskInput!) {
  completeTask(input: $input) { replayed task { state } }
}`
const readOperation = `query Run($id: ID!) {
  run(id: $id) {
    status outcome output context hasIncident
    steps { id node state holder attempt level incident { code message } }
    notices(first: 500) { name step data }
  }
}`

export interface Claimed {
  readonly task: {
    readonly id: string
    readonly run: string
    readonly node: string
    readonly input: string
    readonly attempt: number
    readonly level: number
  }
  readonly lease: { readonly token: string; readonly until: string | null }
}

/** Starts a run as somebody; gives its id. */
export async function startRun(stack: Stack, as: string, workflow: string, input: object): Promise<string> {
  const answer = await stack.graphql(as, startOperation, {
    input: { idempotencyKey: crypto.randomUUID(), workflow, input: JSON.stringify(input) },
  })
  expect(answer.errors).toStrictEqual([])
  return answer.data!['startRun'].run.id
}

/** Claims the next task of a role in a run, waiting for it. */
export async function takeTask(stack: Stack, as: string, role: string, run: string): Promise<Claimed> {
  return await vi.waitFor(
    async () => {
      const answer = await stack.graphql(as, claimOperation, { input: { role, wait: '2s' } })
      expect(answer.errors).toStrictEqual([])
      const [claimed] = answer.data!['claimTasks'].claimed as Claimed[]
      if (claimed?.task.run === run) return claimed
      throw new Error(`Nothing to claim for ${role}: ${JSON.stringify(await readRun(stack, run))}`)
    },
    { timeout: 8_000, interval: 50 },
  )
}

/** Completes a task; gives the answer. */
export async function completeTask(stack: Stack, as: string, { task, lease }: Claimed, result: object) {
  return await stack.graphql(as, completeOperation, {
    input: { task: task.id, leaseToken: lease.token, result: JSON.stringify(result) },
  })
}

/** Takes the next task of a role and completes it with what `work` gives for its input. */
export async function doTask(
  stack: Stack,
  as: string,
  role: string,
  run: string,
  work: (input: any) => object | Promise<object>,
): Promise<Claimed> {
  const claimed = await takeTask(stack, as, role, run)
  const answer = await completeTask(stack, as, claimed, await work(JSON.parse(claimed.task.input)))
  expect(answer.errors).toStrictEqual([])
  return claimed
}

/** The run as an auditor sees it. */
export async function readRun(stack: Stack, id: string) {
  const { data } = await stack.graphql('lena.fischer', readOperation, { id })
  const { output, context, ...run } = data!['run']
  return { ...run, output: JSON.parse(output), context: JSON.parse(context) }
}

/** Waits until the run has come to where `like` says. */
export async function untilRun(stack: Stack, id: string, like: object) {
  return await vi.waitFor(
    async () => {
      const run = await readRun(stack, id)
      // What was told of the run says best why it has not come there.
      const told = run.notices.map(({ name, step, data }: any) => `${name} ${step ?? ''} ${data}`).join('\n')
      expect(run, told).toMatchObject(like)
      return run
    },
    { timeout: 8_000, interval: 50 },
  )
}

/** Votes on a step of a workflow. */
export async function voteOn(stack: Stack, as: string, task: string, decision: 'APPROVE' | 'REJECT') {
  const vote = `mutation Vote($input: VoteTaskInput!) { voteTask(input: $input) { task { state } } }`
  return await stack.graphql(as, vote, { input: { idempotencyKey: crypto.randomUUID(), task, decision } })
}

/** Approves the newest act with this mutation that waits for somebody. */
export async function approveAct(stack: Stack, as: string, mutation: string): Promise<void> {
  const { data, errors } = await stack.graphql(
    as,
    `{ approvals(view: TO_DECIDE) { nodes { id version previewHash preview { acts { mutation } } } } }`,
  )
  expect(errors).toStrictEqual([])
  const request = data!['approvals'].nodes.find((each: any) => each.preview.acts[0].mutation === mutation)
  const approve = `mutation Approve($input: ApproveRequestInput!) { approveRequest(input: $input) { approval { status } } }`
  const { id, version, previewHash } = request
  const input = {
    idempotencyKey: crypto.randomUUID(),
    id,
    expectedVersion: version,
    expectedPreviewHash: previewHash,
  }
  expect((await stack.graphql(as, approve, { input })).errors).toStrictEqual([])
}
