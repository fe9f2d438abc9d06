/**
 * Who decides about an act that waits for people: in which stages, how many, for how long, and under which conditions. The data is
 * in `policies/approvals.ts`; here it is checked, and the policy of one act is chosen.
 */
import type { Coordinate, Effect, Impact } from '../../lib/labels.ts'
import type { ApprovalStage, ApprovalTerms } from '../../storage/stores/approvals/request.ts'

/** `10m`, `24h`, `7d`. */
export type Span = `${number}${'m' | 'h' | 'd'}`

/** One group of people who must decide. */
export interface StagePolicy {
  /** The role whose holders decide; `asked`: the one that the rule, the autonomy or the flow of data asks. */
  readonly candidates: string
  /** How many of them must approve. */
  readonly quorum: number
  /** How many rejections reject. Default 1. */
  readonly rejections?: number
  readonly maxPendingFor: Span
  /** Nothing is ever approved because nobody answered. */
  readonly onExpiry: 'DENY' | { readonly escalateTo: string }
}

export interface ApprovalPolicy {
  readonly key: string
  /** What it is for; all that is given must hold. An empty object is for everything. */
  readonly when: {
    readonly coordinates?: readonly Coordinate[]
    readonly impacts?: readonly Impact[]
    /** Roles that are asked. */
    readonly approvers?: readonly string[]
  }
  readonly stages: readonly [StagePolicy, ...StagePolicy[]]
  /** Roles whose holders may stand in for a candidate; empty: nobody delegates. */
  readonly delegableTo: readonly string[]
  /** How long an approval may be used. */
  readonly useWithin: Span
  /** How long ago an approver may have signed in. */
  readonly authenticatedWithin: Span
}

/** The argument that names the record a mutation changes, where its contract does not tell. */
export interface TargetRule {
  /** The root field of a query that gives the record by its id. */
  readonly query: string
  /** Which argument has the id; default `input.id`. */
  readonly id?: string
  /** Where, inside what the query gives, the changed record is; the record itself when left out. */
  readonly at?: string
}

export interface ApprovalPolicies {
  /** The first that fits an ask decides; the last one is for everything. */
  readonly policies: readonly ApprovalPolicy[]
  /** Arguments that an approver may change, as JSON Pointers from the arguments of the mutation: `/input/amount`. */
  readonly amendable: Readonly<Partial<Record<Coordinate, readonly string[]>>>
  /** Null: the mutation has no record that could be read. */
  readonly targets: Readonly<Partial<Record<Coordinate, TargetRule | null>>>
}

/** One approver of the asked role, within a day: what holds where nobody wrote a policy. */
export const defaultApprovals: ApprovalPolicies = {
  policies: [
    {
      key: 'default',
      when: {},
      stages: [{ candidates: 'asked', quorum: 1, maxPendingFor: '24h', onExpiry: 'DENY' }],
      delegableTo: [],
      useWithin: '10m',
      authenticatedWithin: '12h',
    },
  ],
  amendable: {},
  targets: {},
}

/** Something that wants a person, as far as the choice of a policy depends on it. */
export interface Ask {
  readonly coordinate: Coordinate
  readonly approvers: string
}

export interface ChosenApproval {
  /** The keys of the policies that the stages come from. */
  readonly policies: readonly string[]
  readonly stages: readonly ApprovalStage[]
  readonly terms: ApprovalTerms
}

/**
 * The stages of an act, over everything in it that asks: a role that several ask for decides once, under the strictest of what they
 * say. Null when nothing asks.
 */
export function chooseApproval(
  asks: readonly Ask[],
  { policies }: ApprovalPolicies,
  effectOf: (coordinate: Coordinate) => Effect | null,
): ChosenApproval | null {
  const chosen = asks.flatMap((ask) => {
    const policy = policies.find((each) => fits(each, ask, effectOf(ask.coordinate)))
    return policy === undefined ? [] : [{ ask, policy }]
  })
  if (chosen.length === 0) return null
  const stages = new Map<string, ApprovalStage>()
  for (const { ask, policy } of chosen) {
    for (const made of stagesOf(policy, ask)) {
      const known = stages.get(made.candidates)
      stages.set(made.candidates, known === undefined ? made : strictest(known, made))
    }
  }
  const applied = [...new Set(chosen.map(({ policy }) => policy))]
  const [first] = applied
  return {
    policies: applied.map(({ key }) => key),
    stages: [...stages.values()],
    terms: {
      delegableTo: (first?.delegableTo ?? []).filter((role) =>
        applied.every((each) => each.delegableTo.includes(role)),
      ),
      useWithinSeconds: Math.min(...applied.map(({ useWithin }) => secondsOf(useWithin))),
      authenticatedWithinSeconds: Math.min(...applied.map(({ authenticatedWithin }) => secondsOf(authenticatedWithin))),
    },
  }
}

function fits({ when }: ApprovalPolicy, { coordinate, approvers }: Ask, effect: Effect | null): boolean {
  if (when.coordinates !== undefined && !when.coordinates.includes(coordinate)) return false
  // What declares no effect counts as the gravest.
  if (when.impacts !== undefined && !when.impacts.includes(effect?.impact ?? 'HIGH')) return false
  return when.approvers === undefined || when.approvers.includes(approvers)
}

function stageOf(
  { candidates, quorum, rejections = 1, maxPendingFor, onExpiry }: StagePolicy,
  asked: string,
): ApprovalStage {
  return {
    candidates: candidates === 'asked' ? asked : candidates,
    quorum,
    rejections,
    pendingSeconds: secondsOf(maxPendingFor),
    onExpiry,
  }
}

/** The stages of one policy. Where two are decided by one role, it decides once, with as many people as both ask for. */
function stagesOf(policy: ApprovalPolicy, { approvers }: Ask): readonly ApprovalStage[] {
  const stages = new Map<string, ApprovalStage>()
  for (const stage of policy.stages) {
    const made = stageOf(stage, approvers)
    const known = stages.get(made.candidates)
    const quorum = made.quorum + (known?.quorum ?? 0)
    stages.set(made.candidates, { ...(known === undefined ? made : strictest(known, made)), quorum })
  }
  return [...stages.values()]
}

function strictest(one: ApprovalStage, other: ApprovalStage): ApprovalStage {
  return {
    ...one,
    quorum: Math.max(one.quorum, other.quorum),
    rejections: Math.min(one.rejections, other.rejections),
    pendingSeconds: Math.min(one.pendingSeconds, other.pendingSeconds),
    // Others decide in their place only where each of the two says so, and says whom.
    onExpiry: isSameEnd(one.onExpiry, other.onExpiry) ? one.onExpiry : 'DENY',
  }
}

function isSameEnd(one: ApprovalStage['onExpiry'], other: ApprovalStage['onExpiry']): boolean {
  return one === 'DENY' || other === 'DENY' ? one === other : one.escalateTo === other.escalateTo
}

const unitSeconds = { m: 60, h: 3_600, d: 86_400 } as const

/** A span in seconds; NaN for what is none. */
export function secondsOf(span: string): number {
  const [, count, unit] = /^([1-9]\d{0,3})([mhd])$/.exec(span) ?? []
  return unit === undefined ? Number.NaN : Number(count) * unitSeconds[unit as keyof typeof unitSeconds]
}
