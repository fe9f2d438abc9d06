/**
 * Puts an amended act to people: the changed act goes through the pipeline as the agent's, so that the rules decide about it as it is
 * now, and comes out as a new request with a hash and a preview of its own.
 */
import { findApproval } from '../../../storage/stores/approvals/approvals.ts'
import { settleAmendment, takeAttempt } from '../../../storage/stores/approvals/execution.ts'
import type { ApprovalRequest, PreviewAct } from '../../../storage/stores/approvals/request.ts'
import { isRefusal } from '../../../lib/errors.ts'
import { beginArrival } from '../../exchange.ts'
import { amendAct } from './amend-document.ts'
import type { CarryOutOptions } from './carry-out.ts'
import type { ActRoot } from './act.ts'

const attemptMs = 5_000

/** Makes the request that an amendment asks for, or notes why there is none; of several gateways one does. */
export async function putAmendment(id: string, options: CarryOutOptions): Promise<void> {
  const { database, world, executor, watch } = options
  const now = world.now()
  const until = new Date(now.getTime() + attemptMs)
  const request = await takeAttempt(database.kysely, id, executor, { now, until })
  if (request?.amendmentState !== 'WAITING' || request.amendment === null) return
  const made = await propose(request, options)
  if (made === null) return
  await settleAmendment(database.kysely, id, made, world.now())
  await watch.announce(id)
}

/** Null where it was no time for it. */
async function propose(
  request: ApprovalRequest,
  { world, currentRevision, rebuildCaller, runAs, database }: CarryOutOptions,
): Promise<{ readonly successor: string } | { readonly refused: string } | null> {
  const revision = currentRevision()
  if (revision.id !== request.policyRevision)
    return { refused: 'The policies have changed since the act was asked for.' }
  const arrival = beginArrival({ world, currentRevision: () => revision })
  try {
    const caller = await rebuildCaller(request.caller, revision)
    const roots = request.preview.acts.map((act) => rootOf(act))
    const amended = amendAct({ ...request, roots }, request.amendment?.changes ?? [], revision.index)
    const { body } = await runAs(arrival, { caller, approval: null, amends: request.id, ...amended })
    const { errors = [], extensions } = JSON.parse(body) as Told
    const successor = extensions?.approval?.id
    const stored = successor === undefined ? null : await findApproval(database.kysely, successor)
    if (stored?.request.amends === request.id) return { successor: stored.request.id }
    if (errors.some(({ extensions: { code } }) => code === 'LEDGER_UNAVAILABLE' || code === 'RATE_LIMITED')) return null
    return { refused: errors[0]?.message ?? 'The amended act could not be put to people.' }
  } catch (error) {
    if (isRefusal(error)) return { refused: error.message }
    throw error
  }
}

interface Told {
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code?: unknown } }[]
  readonly extensions?: { readonly approval?: { readonly id: string } }
}

/** The coerced arguments of a root field, from what people were shown of them. */
function rootOf({ coordinate, path, arguments: leaves }: PreviewAct): ActRoot {
  const args: Record<string, unknown> = {}
  for (const { path: at, value } of leaves) {
    const keys = at.split('.')
    let inner = args
    for (const key of keys.slice(0, -1)) {
      const next: unknown = Object.hasOwn(inner, key) ? inner[key] : undefined
      const object = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {}
      inner[key] = object
      inner = object
    }
    inner[keys.at(-1) ?? ''] = value
  }
  return { coordinate, path, args }
}
