/**
 * Acts that wait for people, as the pipeline asks about them: an act that nobody has approved is stored, shown and refused for now;
 * one that comes back approved is compared with what was approved, claimed, and let through once.
 */
import type { GraphQLError } from 'graphql'
import type { World } from '../../../lib/world.ts'
import { refusal } from '../../../lib/errors.ts'
import type { Database } from '../../../storage/database.ts'
import { findApproval } from '../../../storage/stores/approvals/approvals.ts'
import { claimApproval } from '../../../storage/stores/approvals/execution.ts'
import { moveApproval } from '../../../storage/stores/approvals/moves.ts'
import { type ProposalLimits, type ProposalResult, storeProposal } from '../../../storage/stores/approvals/proposals.ts'
import type { ApprovalCase, ApprovalRequest } from '../../../storage/stores/approvals/request.ts'
import { statusAt } from '../../../storage/stores/approvals/states.ts'
import type { Approvals } from '../controls.ts'
import type { DecidedExchange } from '../decided.ts'
import { refuseAsked } from '../refuse-asked.ts'
import { type Act, actOf, actionHash } from './act.ts'
import { accompany } from './accompany.ts'
import { asksOf, excludedFrom, isSameAsk, newApproval, type ProposalParts, readRecords, stagesFor } from './propose.ts'
import type { ReadTarget } from './read-targets.ts'
import { tellApproval } from './tell.ts'
import type { ApprovalWatch } from './watch.ts'

export interface ApprovalsOptions extends ProposalParts {
  readonly database: Pick<Database, 'kysely'>
  readonly world: World
  readonly watch: ApprovalWatch
  readonly limits: ProposalLimits
  /** This gateway among the others. */
  readonly executor: string
}

/** Makes the control. */
export function createApprovals(options: ApprovalsOptions): Approvals {
  return {
    settle: (exchange) => (exchange.approval === null ? propose(exchange, options) : claim(exchange, options)),
    preview: (exchange) => Promise.resolve(previewStages(exchange)),
    accompany: (exchange) => accompany(exchange, options),
  }
}

function previewStages(exchange: DecidedExchange) {
  const chosen = stagesFor(asksOf(exchange, null), exchange)
  if (chosen === null) return null
  return {
    approvers: [...new Set(chosen.stages.map(({ candidates }) => candidates))],
    stages: chosen.stages.map(({ candidates, quorum, pendingSeconds, onExpiry }) => ({
      role: candidates,
      quorum,
      pendingSeconds,
      onExpiry,
    })),
    policies: chosen.policies,
  }
}

/** Stores the request for approval, or finds the one of the same act; always throws, because nothing may run yet. */
async function propose(exchange: DecidedExchange, options: ApprovalsOptions): Promise<never> {
  const { database, world, watch, ask, limits } = options
  const now = world.now()
  const amended = exchange.amends === null ? null : await findApproval(database.kysely, exchange.amends)
  const asked = asksOf(exchange, amended?.request ?? null)
  const chosen = stagesFor(asked, exchange)
  if (chosen === null) throw refuseAsked(exchange) ?? new Error('Nobody has to decide this.')
  const act = actOf(exchange)
  const targets = await readRecords(act, chosen.stages[0]?.candidates ?? '', exchange, now, ask)
  const request = { exchange, act, asked, chosen, targets, amended: amended?.request ?? null }
  const proposed = await newApproval(request, options, { id: world.newId(), now })
  const result = await storeProposal(database.kysely, proposed, limits, now)
  if (result.kind === 'stored') await watch.announce(result.request.id)
  throw refuseProposal(result, exchange, limits, now)
}

function refuseProposal(
  result: ProposalResult,
  exchange: DecidedExchange,
  limits: ProposalLimits,
  now: Date,
): GraphQLError {
  if (result.kind === 'too-many') {
    const message = `\`${exchange.caller.id}\` has ${result.open} open requests for approval, and may have ${limits.open}.`
    return refusal('APPROVAL_LIMIT', message, { open: result.open, limit: limits.open })
  }
  const told = tellApproval(result.request, now)
  exchange.requestedApproval = result.request.id
  exchange.extensions.set('approval', told)
  if (result.kind === 'rejected-before') {
    const { updatedAt, reason } = result.request
    const retryAfter = new Date(updatedAt.getTime() + limits.coolDownSeconds * 1000).toISOString()
    return refusal('APPROVAL_REJECTED', `The same act was rejected at ${updatedAt.toISOString()}.`, {
      approval: told,
      reason,
      retryAfter,
    })
  }
  const refused = refuseAsked(exchange)
  const message =
    result.kind === 'executed'
      ? 'This act was approved and has been carried out; its result stands with the approval.'
      : (refused?.message ?? 'The amended act waits for people.')
  const { code: _code, next: _next, http: _http, ...details } = refused?.extensions ?? {}
  return refusal('APPROVAL_REQUIRED', message, { ...details, approval: told })
}

/** Compares what is about to run with what was approved, and claims it; throws `APPROVAL_LAPSED` and lets nothing run otherwise. */
async function claim(exchange: DecidedExchange, options: ApprovalsOptions): Promise<void> {
  const { database, world, watch, ask, executor } = options
  const { approval, requestId } = exchange
  const found = approval === null ? null : await findApproval(database.kysely, approval.id)
  if (found === null) throw lapsed('There is no such approval.')
  const { request } = found
  const now = world.now()
  const status = statusAt(request, now)
  if (status !== 'APPROVED') throw lapsed(`The approval \`${request.id}\` is ${status}.`)
  const act = actOf(exchange)
  const targets = await readRecords(act, request.stages[0]?.candidates ?? '', exchange, now, ask)
  const parties = await excludedFrom(exchange.caller, options.ownersOf)
  const different = whatChanged(request, act, targets, exchange) ?? whoTakesPart(found, parties)
  if (different !== null) {
    await moveApproval(database.kysely, request, 'LAPSED', { reason: different }, now)
    await watch.announce(request.id)
    throw lapsed(different)
  }
  // The time is taken again: what is over when it is claimed is over.
  const hash = actionHash(
    act,
    targets.map(({ target }) => target),
  )
  const claimed = await claimApproval(
    database.kysely,
    { id: request.id, actionHash: hash },
    { executor, requestId },
    world.now(),
  )
  if (!claimed) throw lapsed(`The approval \`${request.id}\` was used by another gateway, or its time is over.`)
  exchange.requestedApproval = request.id
  await watch.announce(request.id)
}

/** What is different from what people approved, in a sentence; null when nothing is. */
function whatChanged(
  request: ApprovalRequest,
  act: Act,
  targets: readonly ReadTarget[],
  exchange: DecidedExchange,
): string | null {
  if (act.policyRevision !== request.policyRevision) return 'The policies have changed since the act was asked for.'
  const records = targets.map(({ target }) => target)
  for (const { path, type, id, version } of request.targets) {
    const present = records.find((target) => target.path === path)
    if (present?.version === version && present.id === id) continue
    return `The ${type} \`${id}\` is at version ${String(present?.version ?? 'unknown')}, and was at ${String(version ?? 'unknown')}.`
  }
  const isNew = asksOf(exchange, null).find((ask) => !request.asked.some((each) => isSameAsk(each, ask)))
  if (isNew !== undefined) return `\`${isNew.coordinate}\` waits for a person for a new reason: ${isNew.reason}.`
  return actionHash(act, records) === request.actionHash ? null : 'What would run is not what was approved.'
}

/** Whoever approved and has come to answer for the agent since, in a sentence; null where nobody has. */
function whoTakesPart({ votes }: ApprovalCase, parties: readonly string[]): string | null {
  const counted = votes
    .filter(({ verdict }) => verdict === 'APPROVE')
    .flatMap(({ voter, onBehalfOf }) => [voter, onBehalfOf])
  const party = counted.find((each) => each !== null && parties.includes(each))
  return party === undefined
    ? null
    : `\`${String(party)}\`, who approved it, takes part in it or answers for the agent now.`
}

function lapsed(message: string): GraphQLError {
  return refusal('APPROVAL_LAPSED', message)
}
