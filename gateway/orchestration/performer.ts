/**
 * Runs the operations of workflows through the gateway: as an agent of the role that the workflow names, on behalf of the run. Rules,
 * approvals, budgets and the ledger hold as for any request of that agent; the role `workflow-engine` is the most a run can do.
 */
import type { PrincipalId } from '../../lib/caller.ts'
import type { Json } from '../../lib/json.ts'
import type { World } from '../../lib/world.ts'
import type { TaskError } from '../../orchestration/interpreter/events.ts'
import type { OperationCall, Performed, Performer } from '../../orchestration/engine/workers.ts'
import { engineRole } from '../../orchestration/engine/publish-environment.ts'
import { workItemOf } from '../../orchestration/engine/work-item.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import type { StoredCaller } from '../../storage/stores/approvals/request.ts'
import type { RebuildCaller } from '../controls/approvals/rebuild-caller.ts'
import { beginArrival } from '../exchange.ts'
import { isRefusal } from '../../lib/errors.ts'
import type { Pipeline, VouchedAnswer } from '../pipeline.ts'

export interface PerformerOptions {
  readonly world: World
  readonly currentRevision: () => PolicyRevision
  readonly rebuildCaller: RebuildCaller
  readonly runAs: Pipeline['runAs']
  /** How long one operation may take. */
  readonly requestMs: number
}

const engineId = 'service:orchestration' as PrincipalId

/** What says that now is no time for it: it is tried again, with the same idempotency key. */
const passing: ReadonlySet<string> = new Set<string>([
  'RATE_LIMITED',
  'LIMITS_UNAVAILABLE',
  'LEDGER_UNAVAILABLE',
  'IDENTITY_UNAVAILABLE',
  'TIMEOUT',
  'CANCELLED',
  'INTERNAL_SERVER_ERROR',
  'STOPPED',
  'STOPS_UNAVAILABLE',
  'BUDGETS_UNAVAILABLE',
  'BUDGET_EXCEEDED',
  'FLOW_UNAVAILABLE',
  'SYSTEM_UNAVAILABLE',
])

/** Makes the performer. */
export function createPerformer(options: PerformerOptions): Performer {
  const { world, currentRevision, rebuildCaller, runAs, requestMs } = options
  return {
    async perform(agent, call, signal) {
      const revision = currentRevision()
      const controller = new AbortController()
      const abort = () => {
        controller.abort(new DOMException('The run does not wait for it any more.', 'AbortError'))
      }
      signal.addEventListener('abort', abort, { once: true })
      const timer = setTimeout(() => {
        controller.abort(new DOMException(`No answer within ${requestMs} ms.`, 'TimeoutError'))
      }, requestMs)
      try {
        const caller = await rebuildCaller(callerOf(agent, call, revision, world), revision)
        const arrival = beginArrival({ world, currentRevision: () => revision }, controller)
        const { document, variables } = call
        return performedOf(
          await runAs(arrival, { caller, approval: null, query: document, operationName: null, variables }),
        )
      } catch (error) {
        if (!isRefusal(error)) throw error
        // The agent may not act any more: another of its role is asked, and then a person.
        const code = String(error.extensions['code'])
        return failed(passing.has(code) ? 'RETRYABLE' : 'BUSINESS', code, error.message, true)
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
      }
    },
  }
}

/** The agent, for the run: what the run may do is cut to what both may. */
function callerOf(agent: string, call: OperationCall, revision: PolicyRevision, world: World): StoredCaller {
  const seconds = Math.floor(world.now().getTime() / 1000)
  const id = agent as PrincipalId
  const run = `service:run-${call.runId}` as PrincipalId
  const actor = { id, kind: 'agent' as const, roles: [call.role] }
  return {
    ...actor,
    issuer: 'mandate',
    clientId: engineId,
    tokenId: world.newId(),
    scopes: revision.roles.get(call.role)?.scopes ?? [],
    actors: [actor],
    onBehalfOf: run,
    subject: { id: run, kind: 'service', roles: [engineRole] },
    purpose: null,
    task: workItemOf(call),
    authenticatedAt: seconds,
    issuedAt: seconds,
    expiresAt: seconds + 60,
  }
}

interface Told {
  readonly data?: Json
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
  readonly extensions?: { readonly approval?: { readonly id?: string } }
}

function performedOf(answer: VouchedAnswer): Performed {
  const told = JSON.parse(answer.body) as Told
  if (answer.data === 'whole') return { outcome: 'succeeded', data: told.data ?? null }
  const approval = told.extensions?.approval?.id
  if (answer.codes.includes('APPROVAL_REQUIRED') && approval !== undefined) return { outcome: 'waits', approval }
  const first = told.errors?.[0]
  const code = first?.extensions?.code ?? answer.codes[0] ?? 'INTERNAL_SERVER_ERROR'
  const isPassing = answer.codes.length === 0 || answer.codes.every((each) => passing.has(each))
  return failed(
    isPassing ? 'RETRYABLE' : 'BUSINESS',
    code,
    first?.message ?? 'The answer had no data.',
    answer.nothingDone,
  )
}

function failed(kind: TaskError['class'], code: string, message: string, nothingDone: boolean): Performed {
  return { outcome: 'failed', error: { class: kind, code, message: message.slice(0, 1_000), nothingDone } }
}
