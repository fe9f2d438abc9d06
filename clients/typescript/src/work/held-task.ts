/** What the holder of a task tells the gateway of it, each with the token of the lease. */
import type { MandateClient, Variables } from '../mandate-client.ts'
import { MandateError } from '../mandate-error.ts'
import { type Outcome, usualCode } from './outcomes.ts'
import type { Claimed, FailureClass, TaskUsage } from './task.ts'

export interface HeldTask {
  begin(): Promise<void>
  /** Extends the lease; gives its new end. */
  heartbeat(signal: AbortSignal): Promise<string | null>
  /** Tells how the work has ended. */
  settle(outcome: Outcome): Promise<void>
}

const claimTasks = `mutation ClaimTasks($input: ClaimTasksInput!) {
  claimTasks(input: $input) {
    atLimit
    claimed {
      task {
        id run workItem workflow node title instructions attempt level priority dueAt input resultSchema
        question { text answer }
        lastError { class code message }
      }
      lease { token until }
    }
  }
}`

const heartbeatTask = `mutation HeartbeatTask($input: HeldTaskInput!) { heartbeatTask(input: $input) { until } }`

/** One operation for each way that a task goes on. */
const operations = {
  begin: operation('beginTask', 'HeldTaskInput'),
  completed: operation('completeTask', 'CompleteTaskInput'),
  failed: operation('failTask', 'FailTaskInput'),
  'handed-off': operation('handOffTask', 'HandOffTaskInput'),
  'input-requested': operation('requestInput', 'RequestInputInput'),
  'approval-awaited': operation('awaitApproval', 'AwaitApprovalInput'),
  escalated: operation('escalateTask', 'EscalateTaskInput'),
  released: operation('releaseTask', 'HeldTaskInput'),
} as const

/** What the gateway takes; what is longer, or has another form, is made to fit: a failure has to be told. */
const longestMessage = 2_000
const codeForm = /^[A-Z][A-Z0-9_]{0,63}$/u

export interface ClaimQuestion {
  readonly role: string
  readonly max: number
  readonly wait: string
}

export interface ClaimAnswer {
  readonly claimed: readonly Claimed[]
  readonly atLimit: boolean
}

/** Claims tasks of a role. */
export async function claim(client: MandateClient, input: ClaimQuestion): Promise<ClaimAnswer> {
  return (await client.mutate<{ claimTasks: ClaimAnswer }>(claimTasks, { input })).claimTasks
}

/** Speaks for one task. The token fences what is told: a second time changes nothing, so all of it may be sent again. */
export function holdTask(client: MandateClient, { task, lease }: Claimed): HeldTask {
  const held = { task: task.id, leaseToken: lease.token }
  const send = async (document: string, more: Variables) => {
    await client.mutate(document, { input: { ...held, ...more } }, { safe: true })
  }
  return {
    async begin() {
      try {
        await send(operations.begin, {})
      } catch (error) {
        // The lease holds, so it is this agent that has begun: the first answer was lost.
        if (!(error instanceof MandateError) || error.code !== 'TASK_NOT_OPEN') throw error
      }
    },
    async heartbeat(signal) {
      interface Beaten {
        readonly heartbeatTask: { readonly until: string | null }
      }
      return (await client.mutate<Beaten>(heartbeatTask, { input: held }, { safe: true, signal })).heartbeatTask.until
    },
    settle: (outcome) => send(operations[outcome.kind], inputOf(outcome)),
  }
}

function inputOf(outcome: Outcome): Variables {
  switch (outcome.kind) {
    case 'completed':
      return { result: JSON.stringify(outcome.result), ...outcome.report }
    case 'failed':
      return failureInput(outcome)
    case 'handed-off':
      return { ...outcome.to, note: outcome.note }
    case 'input-requested':
      return { question: outcome.question, ...(outcome.from === null ? {} : { from: outcome.from }) }
    case 'approval-awaited':
      return { approval: outcome.approval }
    case 'escalated':
      return { reason: outcome.reason }
    case 'released':
      return {}
  }
}

function failureInput(failure: {
  readonly class: FailureClass
  readonly code: string
  readonly message: string
  readonly usage: TaskUsage | null
}): Variables {
  const { message, usage } = failure
  const code = codeForm.test(failure.code) ? failure.code : usualCode
  const text = message.trim() === '' ? code : message.slice(0, longestMessage)
  return { class: failure.class, code, message: text, ...(usage === null ? {} : { usage }) }
}

function operation(field: string, input: string): string {
  const name = `${field.charAt(0).toUpperCase()}${field.slice(1)}`
  return `mutation ${name}($input: ${input}!) { ${field}(input: $input) { task { id state } replayed } }`
}
