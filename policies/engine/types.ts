/** The shapes that rules, their compiler and those who ask them share. */
import type { Coordinate } from '../../lib/labels.ts'
import type { Caller } from '../../lib/caller.ts'

/** What a rule may read beside the record and the arguments: looked up before rules run, never by a rule. */
export interface RuleContext {
  readonly caller: Caller
  readonly now: Date
}

/**
 * The answer of a rule. `needs-record` comes only from the gateway, where the record is not at hand; the subgraph asks
 * again with the record and gets one of the other three.
 */
export type Verdict =
  | { readonly outcome: 'allow' }
  | { readonly outcome: 'deny'; readonly reason: string; readonly missingScopes: readonly string[] }
  | { readonly outcome: 'ask'; readonly approvers: string; readonly reason: string }
  | { readonly outcome: 'needs-record'; readonly reason: string }

/** A verdict with those of its parts, for `policy explain`. */
export interface ExplainedVerdict {
  readonly rule: string
  /** `policies/crm.ts:41` */
  readonly where: string | null
  /** What it read: `caller.scopes`, `args.input.amount`, `record.ownerId`, `now`. */
  readonly read: readonly string[]
  readonly verdict: Verdict
  readonly parts: readonly ExplainedVerdict[]
}

/** How a coordinate stands to one authority (architecture, "One visible schema per authority"). */
export type Disclosure = 'usable' | 'requestable' | 'undisclosed'

/** One refusal of the compiler: a hole or a mistake that must not load. */
export interface PolicyProblem {
  /** `policies/crm.ts:41` */
  readonly where: string
  readonly coordinate: Coordinate | null
  readonly message: string
  /** What to change. */
  readonly mend: string
}
