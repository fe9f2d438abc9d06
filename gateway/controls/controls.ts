/**
 * The brakes of a request, between what the rules say and what is done: stops, what an agent may decide itself, what it has read
 * before, the decision of a person, budgets. Each is one file or folder here; `pipeline.ts` asks them in this order. A control that
 * cannot tell refuses.
 */
import type { AskedField } from '../policy/decide.ts'
import type { DecidedExchange, DescribedExchange } from './decided.ts'
import type { Exchange } from '../exchange.ts'
import type { ExecutedResult } from './budgets/usage.ts'

export interface Controls {
  readonly stops: Stops
  /** What else wants a person, beside the rules: all are asked, their answers joined. */
  readonly concerns: readonly Concern[]
  readonly approvals: Approvals
  readonly budgets: Budgets
  readonly flow: FlowRecorder
}

/** The kill switch. */
export interface Stops {
  /** Throws `STOPPED` when a stop covers the operation: its caller, its role, a subgraph or an effect of it. */
  assertClear(exchange: DescribedExchange): Promise<void>
  /** Watches a running exchange, so that a stop in the mode `HALT` aborts it; call the result when it has ended. */
  watch(exchange: Exchange): () => void
}

/** One reason, beside the rules, why an allowed operation may need a person. */
export interface Concern {
  readonly name: string
  /** The fields that wait for a person; empty for most. Throws a refusal where no person could allow it. */
  assess(exchange: DecidedExchange): Promise<readonly AskedField[]>
}

/** Acts that wait for people. */
export interface Approvals {
  /**
   * For an operation that waits for a person. Returns when the exchange is the execution of exactly this act, approved and claimed;
   * otherwise stores the request for approval, or finds the open one of the same act, and throws `APPROVAL_REQUIRED` with its id.
   */
  settle(exchange: DecidedExchange): Promise<void>
  /** Who would have to decide, in which stages, for a dry run; nothing is stored. */
  preview(exchange: DecidedExchange): Promise<unknown>
  /**
   * For an operation that may run: notes which approval it is about, so that the ledger joins asking, deciding, running and reading
   * the result; and lets a question that wishes to wait do so here, where no system is kept waiting with it.
   */
  accompany(exchange: DecidedExchange): Promise<void>
}

/** What agents may use. */
export interface Budgets {
  /** What would be left of each budget that applies, for a dry run; nothing is taken. */
  preview(exchange: DecidedExchange): Promise<BudgetPreview>
  /** Takes what the operation is estimated to use, or throws `BUDGET_EXCEEDED` and takes nothing. */
  reserve(exchange: DecidedExchange): Promise<void>
  /**
   * Puts the estimate right once it is known what was used, and writes what remains into `exchange.extensions`. `result` is what
   * the answer will carry. Never rejects.
   */
  settle(exchange: Exchange, result: ExecutedResult): Promise<void>
}

export interface BudgetPreview {
  /** Whether a real execution would be let through now. */
  readonly fits: boolean
  readonly lines: readonly unknown[]
}

/** Remembers what agents read, so that {@link Concern}s can tell where a value came from. */
export interface FlowRecorder {
  /** Notes what an answer delivers, durably, before it leaves; rejects when it cannot, and then the answer must not leave. */
  note(exchange: DecidedExchange, data: Readonly<Record<string, unknown>>): Promise<void>
}
