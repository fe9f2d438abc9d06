/** What a handler may throw in the place of a result, and what each stands for. */
import { treatmentOf } from '../codes.ts'
import { MandateError } from '../mandate-error.ts'
import type { FailureClass, TaskUsage } from './task.ts'

/** How a handler has ended, as the loop tells the gateway. */
export type Outcome =
  | { readonly kind: 'completed'; readonly result: unknown; readonly report: Report }
  | {
      readonly kind: 'failed'
      readonly class: FailureClass
      readonly code: string
      readonly message: string
      readonly usage: TaskUsage | null
    }
  | { readonly kind: 'handed-off'; readonly to: Recipient; readonly note: string }
  | { readonly kind: 'input-requested'; readonly question: string; readonly from: string | null }
  | { readonly kind: 'approval-awaited'; readonly approval: string }
  | { readonly kind: 'escalated'; readonly reason: string }
  | { readonly kind: 'released' }

/** What is told beside a result. */
export interface Report {
  readonly usage?: TaskUsage
  /** How sure the agent is, 0 to 1. */
  readonly confidence?: number
}

/** A role, a principal, or both. */
export type Recipient =
  { readonly role: string; readonly principal?: string } | { readonly role?: string; readonly principal: string }

export interface FailureOptions {
  /** A stable code of the agent's own, `CRM_RECORD_MISSING`. */
  readonly code?: string
  readonly usage?: TaskUsage
  readonly cause?: unknown
}

/** The code of a failure that has none. */
export const usualCode = 'AGENT_FAILED'

abstract class Ended extends Error {
  abstract readonly outcome: Outcome
}

abstract class Failure extends Ended {
  readonly outcome: Outcome

  constructor(failure: FailureClass, message: string, { code, usage, cause }: FailureOptions) {
    super(message, { cause })
    this.outcome = { kind: 'failed', class: failure, code: code ?? usualCode, message, usage: usage ?? null }
  }
}

/** The attempt has failed, and another one may succeed. */
export class Retryable extends Failure {
  override readonly name = 'Retryable'
  constructor(message: string, options: FailureOptions = {}) {
    super('RETRYABLE', message, options)
  }
}

/** The work is not possible like this: somebody else has to look. */
export class Business extends Failure {
  override readonly name = 'Business'
  constructor(message: string, options: FailureOptions = {}) {
    super('BUSINESS', message, options)
  }
}

/** It cannot be done: an operator has to decide. */
export class Fatal extends Failure {
  override readonly name = 'Fatal'
  constructor(message: string, options: FailureOptions = {}) {
    super('FATAL', message, options)
  }
}

/** A role or a principal can do it better. */
export class HandOff extends Ended {
  override readonly name = 'HandOff'
  readonly outcome: Outcome
  constructor(to: Recipient, note: string) {
    super(note)
    this.outcome = { kind: 'handed-off', to, note }
  }
}

/** People have to answer a question first; `from` is the role that is asked, else the owner of the workflow. */
export class NeedsInput extends Ended {
  override readonly name = 'NeedsInput'
  readonly outcome: Outcome
  constructor(question: string, { from }: { readonly from?: string } = {}) {
    super(question)
    this.outcome = { kind: 'input-requested', question, from: from ?? null }
  }
}

/** An act waits for people; `approval` is its id. The task comes back to this agent when they have decided. */
export class AwaitApproval extends Ended {
  override readonly name = 'AwaitApproval'
  readonly outcome: Outcome
  constructor(approval: string) {
    super(`The act waits for the approval ${approval}.`)
    this.outcome = { kind: 'approval-awaited', approval }
  }
}

/** Whoever is asked next is to look at it. */
export class Escalate extends Ended {
  override readonly name = 'Escalate'
  readonly outcome: Outcome
  constructor(reason: string) {
    super(reason)
    this.outcome = { kind: 'escalated', reason }
  }
}

/** A result with what there is to tell beside it. */
export class Completed {
  readonly result: unknown
  readonly report: Report
  constructor(result: unknown, report: Report) {
    this.result = result
    this.report = report
  }
}

/** What a returned value stands for. */
export function outcomeOfResult(value: unknown): Outcome {
  if (value instanceof Completed) return { kind: 'completed', result: value.result, report: value.report }
  return { kind: 'completed', result: value ?? null, report: {} }
}

/** What a thrown value stands for. Frameworks wrap what a tool throws, so what an error was made from is looked at too. */
export function outcomeOfError(thrown: unknown): Outcome {
  const chain = causesOf(thrown)
  const ended = chain.find((each) => each instanceof Ended)
  if (ended) return ended.outcome
  const refused = chain.find((each) => each instanceof MandateError)
  if (refused && isOpen(refused)) return { kind: 'approval-awaited', approval: refused.approval.id }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const isForOthers = refused !== undefined && treatmentOf(refused.code) === 'other'
  return {
    kind: 'failed',
    class: isForOthers ? 'BUSINESS' : 'RETRYABLE',
    code: refused?.code ?? usualCode,
    message,
    usage: null,
  }
}

/** Whether people have still to decide; waiting for what is settled would lead here again. */
function isOpen(error: MandateError): error is MandateError & { approval: { id: string } } {
  const status = error.approval?.status
  return treatmentOf(error.code) === 'await' && (status === 'PENDING' || status === 'APPROVED')
}

function causesOf(thrown: unknown): readonly Error[] {
  const chain: Error[] = []
  for (let each = thrown; each instanceof Error && !chain.includes(each); each = causeOf(each)) chain.push(each)
  return chain
}

/** `cause`, as the language has it, or `error`, as the OpenAI Agents SDK has it. */
function causeOf(error: Error): unknown {
  return error.cause ?? ('error' in error ? error.error : undefined)
}
