/** Everything that can happen to a run. The log of a run is a list of these; the state is what they add up to. */
import type { Json, JsonObject } from '../../lib/json.ts'

/** How a failed attempt is to be taken: made again, given to somebody else, or brought before an operator. */
export type FailureClass = 'RETRYABLE' | 'BUSINESS' | 'FATAL'

export interface TaskError {
  readonly class: FailureClass
  readonly code: string
  readonly message: string
  /** It is certain that no system has changed anything. */
  readonly nothingDone: boolean
}

/** Who does something: a principal and the roles that it held at that moment. */
export interface Doer {
  readonly id: string
  readonly kind: 'agent' | 'person' | 'service'
  readonly roles: readonly string[]
}

/** What the holder of a task says of it: fenced by the number of its attempt. */
type Held<Kind extends string, More = object> = {
  readonly kind: Kind
  readonly step: string
  readonly attempt: number
} & More

/** What an operator, or a person that answers, does to a step. */
type Done<Kind extends string, More = object> = {
  readonly kind: Kind
  readonly step: string
  readonly by: string
} & More

export type TimerKind = 'elapsed' | 'start' | 'at-risk' | 'completion' | 'timeout' | 'untarget'

export type RunEvent =
  | { readonly kind: 'started'; readonly by: string; readonly input: JsonObject }
  // Of tasks
  | { readonly kind: 'claimed'; readonly step: string; readonly by: Doer }
  | Held<'begun'>
  | Held<'completed', { readonly result: Json }>
  | Held<'failed', { readonly error: TaskError }>
  | Held<'released'>
  | Held<'leaseExpired'>
  | Held<'handedOff', { readonly to: { readonly role?: string; readonly principal?: string }; readonly note: string }>
  | Held<'escalated', { readonly reason: string }>
  | Held<'inputRequested', { readonly question: string; readonly from: string | null }>
  | Held<'approvalAwaited', { readonly approval: string }>
  | Done<'inputGiven', { readonly answer: Json }>
  | {
      readonly kind: 'voted'
      readonly step: string
      readonly by: Doer
      readonly decision: 'approve' | 'reject'
      readonly comment: string | null
    }
  // Of the engine
  | { readonly kind: 'invoked'; readonly step: string; readonly generation: number; readonly by: string }
  | {
      readonly kind: 'approvalSettled'
      readonly step: string
      readonly approval: string
      readonly status: 'SUCCEEDED' | 'FAILED' | 'REFUSED'
      readonly result: Json
      readonly message: string
    }
  | { readonly kind: 'nobodyEligible'; readonly step: string; readonly generation: number }
  | { readonly kind: 'timerFired'; readonly step: string; readonly timer: TimerKind; readonly generation: number }
  | {
      readonly kind: 'childEnded'
      readonly step: string
      readonly generation: number
      readonly outcome: 'success' | 'business_rejected' | 'failed' | 'cancelled'
      readonly output: JsonObject
    }
  | {
      readonly kind: 'signalled'
      readonly event: string
      readonly key: string | null
      readonly payload: Json
      readonly by: string
    }
  | {
      readonly kind: 'contextWritten'
      readonly path: string
      readonly value: Json
      readonly by: string
      readonly step: string | null
    }
  // Of operators
  | { readonly kind: 'suspended'; readonly by: string; readonly reason: string }
  | { readonly kind: 'resumed'; readonly by: string }
  | { readonly kind: 'cancelled'; readonly by: string; readonly reason: string }
  | Done<'retried'>
  | Done<'skipped', { readonly result: Json }>
  | Done<'reassigned', { readonly to: { readonly role?: string; readonly principal?: string } }>
  | { readonly kind: 'rewound'; readonly node: string; readonly by: string }
  | {
      readonly kind: 'forked'
      readonly by: string
      readonly input: JsonObject | null
      readonly context: JsonObject | null
    }

export type RunEventKind = RunEvent['kind']
