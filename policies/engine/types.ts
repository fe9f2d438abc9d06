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

/** A coordinate's rule as a subgraph asks it, with the record at hand (architecture, step 8). */
export interface SubgraphRule {
  /** True when the verdict depends on the record: ask {@link decide} once for each record. */
  readonly needsRecord: boolean
  /** For a root field: the record to load before the resolver acts. Null for a field of an entity, whose parent it is. */
  readonly target: { readonly type: string; readonly idPath: string } | null
  /** The verdict where it depends on nothing but the caller's kind, roles and scopes; null when {@link decide} must be asked. */
  settled(caller: Caller): Verdict | null
  /** Decides for one record (null when there is none) and the coerced arguments. Never rejects: what fails is a denial. */
  decide(
    record: Readonly<Record<string, unknown>> | null,
    args: Readonly<Record<string, unknown>>,
    context: RuleContext,
  ): Promise<Verdict>
}

/** The rules of one policy revision, as a subgraph asks them. */
export interface SubgraphRules {
  /** Null when no rule is known: the subgraph denies. */
  ruleFor(coordinate: Coordinate): SubgraphRule | null
}
