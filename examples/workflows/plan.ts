/** What the demo needs to know of a workflow to let it run: who starts it with what, which agents work in it, which people. */
import type { MandateClient } from '../../clients/typescript/index.ts'
import type { Work } from '../agents/handlers/work.ts'

export interface Plan {
  /** The key of the workflow. */
  readonly workflow: string
  /** The agent that starts the runs. */
  readonly starter: string
  /** The agents that do its tasks; faults are injected into the first. */
  readonly agents: readonly string[]
  readonly people: readonly Person[]
  /** What up to so many runs are started with; fewer where the systems have no more that has no run. `taken`: the business keys of runs. */
  readonly inputs: (client: MandateClient, count: number, taken: ReadonlySet<string>) => Promise<readonly object[]>
  /** The event that comes from outside when a run waits at a node. */
  readonly event?: OutsideEvent
}

/** Somebody of the demo company, and what the script lets them do. */
export interface Person {
  /** `maria.keller` */
  readonly identity: string
  readonly role: string
  /** How they do a task, by its node. */
  readonly tasks: Readonly<Record<string, Work>>
  /** The approvals that they vote for, by node. */
  readonly votes?: readonly string[]
}

export interface OutsideEvent {
  readonly node: string
  readonly name: string
  /** The key that the run waits for, out of its context. */
  readonly keyOf: (context: unknown) => string
  readonly payload: object
  /** What is told of it. */
  readonly told: string
}
