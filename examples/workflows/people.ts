/**
 * The people of the demo: each looks at a list of what waits for them, takes what belongs to the runs of the demo, and decides as
 * the plan says.
 */
import { z } from 'zod'
import { idempotencyKey, type MandateClient, MandateError } from '../../clients/typescript/index.ts'
import { takeTime } from '../agents/take-time.ts'
import type { Person } from './plan.ts'
import type { Progress } from './progress.ts'

export interface PersonOptions {
  readonly person: Person
  readonly client: MandateClient
  readonly progress: Progress
  readonly newId: () => string
  /** How long they think. */
  readonly paceMs: number
  readonly signal: AbortSignal
}

const waitingTask = z.object({
  id: z.string(),
  run: z.string(),
  workItem: z.string(),
  node: z.string(),
  kind: z.string(),
  title: z.string(),
})
const waitingAct = z.object({
  id: z.string(),
  task: z.string().nullable(),
  version: z.number(),
  previewHash: z.string(),
  preview: z.object({ acts: z.array(z.object({ mutation: z.string() })) }).nullable(),
})
const list = z.object({
  tasks: z.object({ nodes: z.array(waitingTask) }),
  approvals: z.object({ nodes: z.array(waitingAct) }),
})
const taken = z.object({
  claimTask: z.object({
    claimed: z.array(z.object({ task: z.object({ input: z.string() }), lease: z.object({ token: z.string() }) })),
  }),
})

type WaitingTask = z.infer<typeof waitingTask>
type WaitingAct = z.infer<typeof waitingAct>

const readList = `query MyList($role: String!) {
  tasks(filter: { role: $role, states: [READY] }, first: 50) { nodes { id run workItem node kind title } }
  approvals(view: TO_DECIDE) { nodes { id task version previewHash preview { acts { mutation } } } }
}`
const claimTask = `mutation TakeTask($input: ClaimTaskInput!) {
  claimTask(input: $input) { claimed { task { input } lease { token } } }
}`
const completeTask = `mutation CompleteTask($input: CompleteTaskInput!) { completeTask(input: $input) { task { state } } }`
const voteTask = `mutation Vote($input: VoteTaskInput!) { voteTask(input: $input) { task { state } } }`
const approveRequest = `mutation Approve($input: ApproveRequestInput!) { approveRequest(input: $input) { approval { status } } }`

/** How often somebody looks at their list. */
const lookEveryMs = 500

/** Lets one person work until the signal says to stop. */
export async function letWork(options: PersonOptions): Promise<void> {
  const { person, client, progress, signal } = options
  while (!signal.aborted) {
    const { tasks, approvals } = list.parse(await client.query(readList, { role: person.role }))
    for (const task of tasks.nodes.filter(({ run }) => progress.runs.has(run))) {
      if (task.kind === 'APPROVAL') await vote(task, options)
      else await doTask(task, options)
    }
    const isOurs = ({ id, task }: WaitingAct) => progress.asked.has(id) || progress.runs.has(runOf(task) ?? '')
    for (const act of approvals.nodes.filter(isOurs)) await approve(act, options)
    await takeTime(lookEveryMs, signal)
  }
}

async function doTask(task: WaitingTask, options: PersonOptions): Promise<void> {
  const { person, client, progress, paceMs, signal } = options
  const work = person.tasks[task.node]
  if (work === undefined) return
  const worker = progress.workers.get(person.identity)
  const note = (text: string, tone: 'plain' | 'good' = 'plain') => {
    progress.note({ run: task.run, who: person.identity, text, tone })
  }
  const claimed = await take(task, client)
  if (claimed === null) return
  if (worker) worker.doing = { task: task.id, title: task.title }
  note(`takes: ${task.title}`)
  await takeTime(paceMs, signal)
  const result = await work({
    input: JSON.parse(claimed.task.input) as unknown,
    client: client.with({ task: task.workItem }),
    key: (...parts) => idempotencyKey(task.id, ...parts),
    say: (message) => {
      note(message)
    },
  })
  const input = { task: task.id, leaseToken: claimed.lease.token, result: JSON.stringify(result) }
  await client.mutate(completeTask, { input }, { safe: true })
  if (worker) {
    worker.doing = null
    worker.done += 1
  }
  note(`is done: ${task.title}`, 'good')
}

/** Takes it from the list; null where somebody was faster. */
async function take({ id: task }: WaitingTask, client: MandateClient) {
  try {
    return taken.parse(await client.mutate(claimTask, { input: { task } })).claimTask.claimed[0] ?? null
  } catch (error) {
    if (error instanceof MandateError && (error.code === 'TASK_TAKEN' || error.code === 'TASK_NOT_OPEN')) return null
    throw error
  }
}

async function vote(task: WaitingTask, { person, client, progress, newId, paceMs, signal }: PersonOptions) {
  if (person.votes?.includes(task.node) !== true) return
  await takeTime(paceMs, signal)
  await client.mutate(voteTask, { input: { idempotencyKey: newId(), task: task.id, decision: 'APPROVE' } })
  progress.counts.votes += 1
  progress.note({ run: task.run, who: person.identity, text: `votes for it: ${task.title}`, tone: 'good' })
}

async function approve(act: WaitingAct, { person, client, progress, newId, paceMs, signal }: PersonOptions) {
  await takeTime(paceMs, signal)
  const { id, version: expectedVersion, previewHash: expectedPreviewHash } = act
  const input = { idempotencyKey: newId(), id, expectedVersion, expectedPreviewHash }
  await client.mutate(approveRequest, { input })
  progress.counts.acts += 1
  const mutations = act.preview?.acts.map(({ mutation }) => mutation.replace('Mutation.', '')).join(', ') ?? 'the act'
  progress.note({ run: runOf(act.task), who: person.identity, text: `approves the act: ${mutations}`, tone: 'good' })
}

/** The run that a work item is of: `workflow:customer-email:<run>`. */
function runOf(workItem: string | null): string | null {
  return workItem?.split(':').at(-1) ?? null
}
