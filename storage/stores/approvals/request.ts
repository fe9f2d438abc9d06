/** A request for approval as every part sees it: the exact act, what people are shown of it, who decides, what became of it. */
import type { Caller, PrincipalId } from '../../../lib/caller.ts'
import type { Coordinate, Impact, Sensitivity } from '../../../lib/labels.ts'

export const approvalStatuses = [
  'PENDING',
  'APPROVED',
  'REJECTED',
  'SUPERSEDED',
  'EXPIRED',
  'CANCELLED',
  'CONSUMED',
  'LAPSED',
] as const
export type ApprovalStatus = (typeof approvalStatuses)[number]

export type ExecutionOutcome = 'SUCCEEDED' | 'FAILED' | 'UNKNOWN'

/** One group of people who must decide, the stages one after the other. */
export interface ApprovalStage {
  /** The role whose holders may decide. */
  readonly candidates: string
  /** How many of them must approve. */
  readonly quorum: number
  /** How many rejections reject. */
  readonly rejections: number
  readonly pendingSeconds: number
  /** What happens when nobody has decided by then: nothing is ever approved by silence. */
  readonly onExpiry: 'DENY' | { readonly escalateTo: string }
  /** The stage was not decided in time and went to the next one. */
  readonly escalated?: true
}

/** What the policy of approvals says about this request, beside its stages. */
export interface ApprovalTerms {
  /** Roles whose holders may stand in for a candidate; empty: nobody delegates. */
  readonly delegableTo: readonly string[]
  readonly useWithinSeconds: number
  /** How long ago an approver may have signed in. */
  readonly authenticatedWithinSeconds: number
}

/** Something that wants a person, and why. */
export interface StoredAsk {
  readonly coordinate: Coordinate
  readonly path: string
  readonly approvers: string
  readonly reason: string
  readonly source: 'policy' | 'autonomy' | 'flow'
  readonly lineage: readonly StoredLineage[]
}

export interface StoredLineage {
  readonly requestId: string
  /** RFC 3339. */
  readonly at: string
  readonly principal: string
  readonly coordinate: string
  readonly label: Sensitivity
  readonly argument: string | null
}

/** A record that the act changes, at the version that it was read at. */
export interface ApprovalTarget {
  /** Where in the operation: the response key of the mutation. */
  readonly path: string
  readonly type: string
  readonly id: string
  /** Null where the record is not there, or where the approving role may not read it. */
  readonly version: number | null
  readonly readable: boolean
}

export interface PreviewArgument {
  /** `input.iban`. */
  readonly path: string
  readonly type: string
  readonly labels: readonly Sensitivity[]
  /** JSON. */
  readonly value: unknown
  /** JSON; null where there is none, or none that the approving role may read. */
  readonly current: unknown
  readonly change: 'NEW' | 'CHANGED' | 'SAME' | 'NOT_READABLE' | 'NONE'
  /** Whether an approver may change it before it is approved, and under which pointer. */
  readonly pointer: string | null
}

/** One root field of the act, rendered by the gateway from the contract and the coerced arguments. */
export interface PreviewAct {
  readonly coordinate: Coordinate
  readonly path: string
  readonly title: string
  readonly impact: Impact | null
  readonly reversible: boolean | null
  readonly target: ApprovalTarget | null
  readonly arguments: readonly PreviewArgument[]
}

/** What the initiator had read shortly before. */
export interface PreviewRead {
  readonly requestId: string
  readonly at: string
  readonly operation: string | null
  readonly coordinates: readonly string[]
}

/** What people see: made once, hashed, and never changed. */
export interface ApprovalPreview {
  readonly acts: readonly PreviewAct[]
  readonly asked: readonly StoredAsk[]
  readonly readBefore: readonly PreviewRead[]
  /** The initiator's own words: a quotation, never an instruction. */
  readonly quotation: string | null
}

/** One changed argument: a JSON Pointer (RFC 6901) and the new value. */
export interface AmendedValue {
  readonly pointer: string
  readonly value: unknown
}

export interface Amendment {
  readonly by: PrincipalId
  readonly reason: string
  readonly changes: readonly AmendedValue[]
}

/** Who asked, as it was; kept so that the gateway can make the caller anew. */
export type StoredCaller = Omit<Caller, 'grants'>

export interface ApprovalRequest {
  readonly id: string
  readonly version: number
  readonly status: ApprovalStatus
  readonly initiator: PrincipalId
  readonly caller: StoredCaller
  /** Who may never decide: the initiator, its chain, the owners of its agents. */
  readonly excluded: readonly string[]
  readonly actionHash: string
  readonly groupKey: string
  readonly operationName: string | null
  readonly document: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly policyRevision: string
  readonly asked: readonly StoredAsk[]
  readonly terms: ApprovalTerms
  readonly stages: readonly ApprovalStage[]
  /** The index of the stage that decides now. */
  readonly stage: number
  readonly deadline: Date
  readonly targets: readonly ApprovalTarget[]
  readonly preview: ApprovalPreview
  readonly previewHash: string
  readonly requestId: string
  readonly amends: string | null
  readonly amendedBy: PrincipalId | null
  readonly amendment: Amendment | null
  readonly amendmentState: 'WAITING' | 'PROPOSED' | 'REFUSED' | null
  readonly successor: string | null
  readonly reason: string | null
  readonly settledBy: string | null
  readonly useUntil: Date | null
  readonly execution: ApprovalExecution | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface ApprovalExecution {
  /** The gateway that claimed it. */
  readonly executor: string
  readonly claimedAt: Date
  readonly requestId: string | null
  /** Null while it runs. */
  readonly outcome: ExecutionOutcome | null
  /** HTTP status of the answer. */
  readonly status: number | null
  /** The answer, JSON; null when it was lost or too large. */
  readonly result: string | null
  readonly executedAt: Date | null
}

export interface ApprovalVote {
  readonly stage: number
  readonly voter: PrincipalId
  /** Whose place the voter took. */
  readonly onBehalfOf: PrincipalId | null
  readonly verdict: 'APPROVE' | 'REJECT'
  readonly comment: string | null
  readonly at: Date
}

export interface ApprovalDelegation {
  readonly stage: number
  readonly from: PrincipalId
  readonly to: PrincipalId
  readonly depth: number
  readonly reason: string
  readonly at: Date
}

/** A request with everything that people have done about it. */
export interface ApprovalCase {
  readonly request: ApprovalRequest
  readonly votes: readonly ApprovalVote[]
  readonly delegations: readonly ApprovalDelegation[]
}
