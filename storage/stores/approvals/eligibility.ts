/**
 * Who may decide about a request, and when a stage is decided: pure, so that the subgraph that takes the vote, the list that
 * somebody sees and the tests all go by the same lines.
 */
import type { CallerKind, PrincipalId } from '../../../lib/caller.ts'
import type { ApprovalCase, ApprovalDelegation, ApprovalStage, ApprovalVote } from './request.ts'

/** Whoever wants to decide. */
export interface Voter {
  readonly id: PrincipalId
  readonly kind: CallerKind
  readonly roles: readonly string[]
  /** Others in whose name it acts or who act in its name: nobody decides through somebody else. */
  readonly onBehalfOf: PrincipalId | null
  /** Seconds since the epoch. */
  readonly authenticatedAt: number
}

export type Eligibility =
  | {
      readonly eligible: true
      /** Whose place it takes. */
      readonly onBehalfOf: PrincipalId | null
      readonly depth: number
    }
  | {
      readonly eligible: false
      readonly because: 'not-a-person' | 'not-a-candidate' | 'excluded' | 'has-decided' | 'has-delegated' | 'not-fresh'
      readonly message: string
    }

/** The most hands that one place may go through. */
export const maxDelegations = 2

/** Whether the voter may decide the present stage of a pending request. */
export function eligibilityOf(found: ApprovalCase, voter: Voter, now: Date): Eligibility {
  const { request, votes, delegations } = found
  const stage = request.stages[request.stage]
  if (voter.kind !== 'person' || voter.onBehalfOf !== null) {
    return no('not-a-person', 'Only a person who acts for itself decides.')
  }
  if (request.excluded.includes(voter.id)) {
    return no(
      'excluded',
      `\`${voter.id}\` asked for this act, takes part in it or answers for the agent, so somebody else decides.`,
    )
  }
  const seat = seatOf(voter, stage, request.stage, delegations, request.terms.delegableTo)
  if (seat === null) {
    return no('not-a-candidate', `This stage is decided by holders of the role \`${stage?.candidates ?? ''}\`.`)
  }
  const present = delegations.filter((each) => each.stage === request.stage)
  if (present.some(({ from }) => from === voter.id)) {
    return no('has-delegated', `\`${voter.id}\` has handed its place in this stage to somebody else.`)
  }
  const principals = [voter.id, ...(seat.onBehalfOf === null ? [] : [seat.onBehalfOf])]
  const counted = votes.flatMap((vote) => [vote.voter, ...(vote.onBehalfOf === null ? [] : [vote.onBehalfOf])])
  if (principals.some((principal) => counted.includes(principal))) {
    return no('has-decided', 'Each person decides once, in one stage, whether in its own place or in that of another.')
  }
  if (seat.onBehalfOf !== null && request.excluded.includes(seat.onBehalfOf)) {
    return no('excluded', `\`${seat.onBehalfOf}\` may not decide, so nobody may in its place.`)
  }
  if (now.getTime() / 1000 - voter.authenticatedAt > request.terms.authenticatedWithinSeconds) {
    return no(
      'not-fresh',
      `Deciding needs a sign-in of the last ${String(Math.round(request.terms.authenticatedWithinSeconds / 60))} minutes.`,
    )
  }
  return { eligible: true, ...seat }
}

/** Whether a delegate could take a place at all; which roles it holds is seen when it decides. */
export function delegateProblem(
  { request, votes, delegations }: ApprovalCase,
  to: string,
  depth: number,
): string | null {
  if (request.terms.delegableTo.length === 0) return 'The policy of this request lets nobody delegate.'
  if (depth > maxDelegations) return `A place goes through at most ${String(maxDelegations)} hands.`
  if (!/^person:[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/.test(to))
    return `\`${to.slice(0, 200)}\` is not a person; write it as \`person:maria.keller\`.`
  if (request.excluded.includes(to)) return `\`${to}\` asked for this act, takes part in it or answers for the agent.`
  if (votes.some((vote) => vote.voter === to || vote.onBehalfOf === to)) return `\`${to}\` has decided already.`
  const present = delegations.filter((each) => each.stage === request.stage)
  if (present.some((each) => each.to === to || each.from === to))
    return `\`${to}\` has a part in another delegation of this stage.`
  return null
}

/** What the votes of the present stage come to. */
export function tally({ request, votes }: Pick<ApprovalCase, 'request' | 'votes'>): 'open' | 'approved' | 'rejected' {
  const stage = request.stages[request.stage]
  if (stage === undefined) return 'open'
  const present = votes.filter((vote) => vote.stage === request.stage)
  if (count(present, 'REJECT') >= stage.rejections) return 'rejected'
  if (count(present, 'APPROVE') < stage.quorum) return 'open'
  const isLast = request.stage === request.stages.length - 1
  // Whoever changed the act has, in effect, asked for it: somebody else must have approved it too.
  const others = votes.some(
    ({ verdict, voter, onBehalfOf }) =>
      verdict === 'APPROVE' && ![voter, onBehalfOf].includes(request.amendedBy ?? voter),
  )
  return isLast && request.amendedBy !== null && !others ? 'open' : 'approved'
}

function count(votes: readonly ApprovalVote[], verdict: ApprovalVote['verdict']): number {
  return votes.filter((vote) => vote.verdict === verdict).length
}

/** The place that the voter has in a stage: its own by its role, or the one that it was handed. */
function seatOf(
  { id, roles }: Voter,
  stage: ApprovalStage | undefined,
  index: number,
  delegations: readonly ApprovalDelegation[],
  delegableTo: readonly string[],
): { readonly onBehalfOf: PrincipalId | null; readonly depth: number } | null {
  if (stage === undefined) return null
  const handed = delegations.find((each) => each.stage === index && each.to === id)
  const holds = roles.includes(stage.candidates)
  if (handed !== undefined && (holds || roles.some((role) => delegableTo.includes(role)))) {
    return { onBehalfOf: firstHand(handed, delegations), depth: handed.depth }
  }
  return holds ? { onBehalfOf: null, depth: 0 } : null
}

/** Whose place it was at first. */
function firstHand(last: ApprovalDelegation, delegations: readonly ApprovalDelegation[]): PrincipalId {
  const before = delegations.find((each) => each.stage === last.stage && each.to === last.from)
  return before === undefined ? last.from : before.from
}

function no(because: Extract<Eligibility, { eligible: false }>['because'], message: string): Eligibility {
  return { eligible: false, because, message }
}
