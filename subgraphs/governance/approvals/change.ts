/** What else people do with a request that is pending: change it, hand their place on, take it back. */
import { refusal } from '../../../lib/errors.ts'
import type { PrincipalId } from '../../../lib/caller.ts'
import { delegateProblem, eligibilityOf } from '../../../storage/stores/approvals/eligibility.ts'
import { moveApproval, supersedeApproval, touchApproval } from '../../../storage/stores/approvals/moves.ts'
import { isInitiator } from '../../../storage/stores/approvals/participants.ts'
import type { AmendedValue, Amendment, ApprovalRequest } from '../../../storage/stores/approvals/request.ts'
import { addDelegation } from '../../../storage/stores/approvals/votes.ts'
import { actOn, type ApprovalContext, type ApprovalInput, requireApprovalStep, requireText } from './acts.ts'
import { requireEligible } from './decide.ts'
import { voterOf } from './nodes.ts'

interface AmendInput extends ApprovalInput {
  readonly changes: readonly { readonly pointer: string; readonly value: string }[]
  readonly reason: string
}

const mostChanges = 20
const longestValue = 4_000

/** Resolves `Mutation.amendRequest`: takes the request out of the way; a gateway puts the changed act to people. */
export function amendRequest(_source: unknown, { input }: { readonly input: AmendInput }, context: ApprovalContext) {
  const { caller, now } = context
  const reason = requireText('input.reason', input.reason)
  return actOn('Mutation.amendRequest', input, context, async (transaction, found) => {
    const { request } = found
    requireApprovalStep(found, 'SUPERSEDED', now)
    requireEligible(found, { caller, now })
    const changes = readChanges(input.changes, request)
    const amendment: Amendment = { by: caller.id, reason, changes }
    requireMoved(await supersedeApproval(transaction, request, JSON.stringify(amendment), caller.id, now))
  })
}

function readChanges(given: AmendInput['changes'], request: ApprovalRequest): readonly AmendedValue[] {
  const leaves = request.preview.acts.flatMap((act) => act.arguments)
  const pointers = new Set(given.map(({ pointer }) => pointer))
  if (given.length === 0 || given.length > mostChanges || pointers.size !== given.length) {
    throw refusal('INVALID_INPUT', `Change 1 to ${mostChanges} arguments, each once.`, { argument: 'input.changes' })
  }
  const changes = given.map(({ pointer, value }, position): AmendedValue => {
    if (!leaves.some((leaf) => leaf.pointer === pointer)) {
      const amendable = leaves.flatMap((leaf) => (leaf.pointer === null ? [] : [leaf.pointer]))
      throw refusal('INVALID_INPUT', `\`${pointer.slice(0, 200)}\` is nothing that may be changed in this act.`, {
        argument: `input.changes.${position}.pointer`,
        amendable,
      })
    }
    return { pointer, value: readValue(value, position) }
  })
  const same = changes.every(({ pointer, value }) => {
    const leaf = leaves.find((each) => each.pointer === pointer)
    return JSON.stringify(leaf?.value) === JSON.stringify(value)
  })
  if (!same) return changes
  throw refusal('INVALID_INPUT', 'The changes leave the act as it is.', { argument: 'input.changes' })
}

function readValue(json: string, position: number): unknown {
  const argument = `input.changes.${position}.value`
  if (json.length > longestValue) {
    throw refusal('INVALID_INPUT', `The argument \`${argument}\` must have at most ${longestValue} characters.`, {
      argument,
    })
  }
  try {
    return JSON.parse(json) as unknown
  } catch {
    throw refusal('INVALID_INPUT', `The argument \`${argument}\` is not JSON; write a text as \`"text"\`.`, {
      argument,
    })
  }
}

/** Resolves `Mutation.delegateApproval`. */
export function delegateApproval(
  _source: unknown,
  { input }: { readonly input: ApprovalInput & { readonly to: string; readonly reason: string } },
  context: ApprovalContext,
) {
  const { caller, now, services } = context
  const reason = requireText('input.reason', input.reason)
  return actOn('Mutation.delegateApproval', input, context, async (transaction, found) => {
    const { request } = found
    requireApprovalStep(found, 'APPROVED', now)
    requireEligible(found, { caller, now })
    const seat = eligibilityOf(found, voterOf(caller), now)
    const depth = (seat.eligible ? seat.depth : 0) + 1
    const problem = input.to === caller.id ? 'Nobody hands a place to itself.' : delegateProblem(found, input.to, depth)
    if (problem !== null) throw refusal('INVALID_INPUT', problem, { argument: 'input.to' })
    await addDelegation(transaction, request.id, {
      id: services.newId(),
      stage: request.stage,
      from: caller.id,
      to: input.to as PrincipalId,
      depth,
      reason,
      at: now,
    })
    requireMoved(await touchApproval(transaction, request, now))
  })
}

/** Resolves `Mutation.withdrawApproval`: for whoever asked. */
export function withdrawApproval(
  _source: unknown,
  { input }: { readonly input: ApprovalInput & { readonly reason: string } },
  context: ApprovalContext,
) {
  const { caller, now } = context
  const reason = requireText('input.reason', input.reason)
  return actOn('Mutation.withdrawApproval', input, context, async (transaction, found) => {
    requireApprovalStep(found, 'CANCELLED', now)
    if (!isInitiator(found, caller)) {
      throw refusal(
        'APPROVER_EXCLUDED',
        `Only \`${found.request.initiator}\`, who asked, takes the request back; reject it instead.`,
        {
          id: found.request.id,
          because: 'not-the-initiator',
        },
      )
    }
    requireMoved(await moveApproval(transaction, found.request, 'CANCELLED', { reason, settledBy: caller.id }, now))
  })
}

function requireMoved(moved: boolean): void {
  // INVARIANT: the row is locked since it was read, so nobody else has changed it.
  if (!moved) throw new Error('A request for approval changed under its lock.')
}
