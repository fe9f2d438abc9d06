/** A task in the hands of this agent, as `claimTasks` tells of it. */

export interface Task {
  /** Names the task for good: what is done for it takes its idempotency keys from here. */
  readonly id: string
  readonly run: string
  /** What the work is called: it goes with every request of the task as the header `mandate-task`. */
  readonly workItem: string
  readonly workflow: string
  readonly node: string
  readonly title: string
  /** How it is to be done. */
  readonly instructions: string
  /** The number of this attempt. */
  readonly attempt: number
  readonly level: number
  readonly priority: number
  readonly dueAt: string | null
  /** What it is given, as JSON. */
  readonly input: string
  /** What the result has to be like, as JSON Schema. */
  readonly resultSchema: string | null
  /** What its holder has asked, and the answer as JSON. */
  readonly question: { readonly text: string; readonly answer: string | null } | null
  /** How the attempt before failed. */
  readonly lastError: { readonly class: FailureClass; readonly code: string; readonly message: string } | null
}

export type FailureClass = 'RETRYABLE' | 'BUSINESS' | 'FATAL'

export interface Claimed {
  readonly task: Task
  readonly lease: { readonly token: string; readonly until: string | null }
}

/** What work has used. */
export interface TaskUsage {
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly toolCalls?: number
  /** Euro, as a decimal: `'0.0125'`. */
  readonly costEur?: string
}
