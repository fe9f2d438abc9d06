/**
 * Carries one approved act out: exactly what was approved, under the authority that the agent has now, through the same steps as any
 * request. The claim is made inside, after everything else has been decided again (`approvals.ts`).
 */
import type { GraphQLError } from 'graphql'
import { isErrorCode, isRefusal } from '../../../lib/errors.ts'
import type { World } from '../../../lib/world.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { Database } from '../../../storage/database.ts'
import { findApproval } from '../../../storage/stores/approvals/approvals.ts'
import { keepOutcome, takeAttempt } from '../../../storage/stores/approvals/execution.ts'
import { moveApproval } from '../../../storage/stores/approvals/moves.ts'
import type { ApprovalRequest, ExecutionOutcome } from '../../../storage/stores/approvals/request.ts'
import type { Ledger } from '../../audit/entry.ts'
import { noteEvent } from '../../audit/note-event.ts'
import { beginArrival } from '../../exchange.ts'
import type { Pipeline, VouchedAnswer } from '../../pipeline.ts'
import type { RebuildCaller } from './rebuild-caller.ts'
import type { ApprovalWatch } from './watch.ts'

export interface CarryOutOptions {
  readonly database: Pick<Database, 'kysely'>
  readonly world: World
  readonly ledger: Pick<Ledger, 'append'>
  readonly watch: Pick<ApprovalWatch, 'announce'>
  readonly rebuildCaller: RebuildCaller
  readonly currentRevision: () => PolicyRevision
  readonly runAs: Pipeline['runAs']
  /** This gateway among the others. */
  readonly executor: string
  /** How long the act may take. */
  readonly requestMs: number
}

/** How long a gateway has the first try, and how long nobody tries again where it was no time for it. */
const attemptMs = 5_000

/** The largest answer that is kept with the approval. */
const maxResultBytes = 256 * 1024

/** What says that now is no time for it, and not that the act may not run. */
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

/** Tries to carry an approved act out; of several gateways one succeeds. */
export async function carryOut(id: string, options: CarryOutOptions): Promise<void> {
  const { database, world, executor } = options
  const now = world.now()
  const until = new Date(now.getTime() + attemptMs)
  const request = await takeAttempt(database.kysely, id, executor, { now, until })
  if (request?.status !== 'APPROVED') return
  const answer = await run(request, options)
  const found = await findApproval(database.kysely, id)
  if (found === null) return
  if (found.request.execution?.executor === executor) await keep(found.request, answer, options)
  else if (found.request.status === 'APPROVED') await lapseUnlessPassing(found.request, answer, options)
}

async function run(request: ApprovalRequest, options: CarryOutOptions): Promise<Ran> {
  const { world, currentRevision, rebuildCaller, runAs, requestMs } = options
  const revision = currentRevision()
  const controller = new AbortController()
  const arrival = beginArrival({ world, currentRevision: () => revision }, controller)
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`No answer within ${requestMs} ms.`, 'TimeoutError'))
  }, requestMs)
  try {
    const caller = await rebuildCaller(request.caller, revision)
    const coordinates = [...new Set(request.asked.map(({ coordinate }) => coordinate))]
    return await runAs(arrival, {
      caller,
      approval: { id: request.id, coordinates },
      query: request.document,
      operationName: request.operationName,
      variables: request.variables,
    })
  } catch (error) {
    if (isRefusal(error)) return refusedAs(error)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

type Ran = Pick<VouchedAnswer, 'status' | 'body' | 'codes' | 'data' | 'nothingDone'>

/** The chain may not act any more: nothing was sent anywhere. */
function refusedAs({ extensions, message }: GraphQLError): Ran {
  const code: unknown = extensions['code']
  const codes = isErrorCode(code) ? [code] : []
  return {
    status: 403,
    body: JSON.stringify({ errors: [{ message, extensions: { code } }] }),
    codes,
    data: 'none',
    nothingDone: true,
  }
}

async function keep(request: ApprovalRequest, answer: Ran, options: CarryOutOptions): Promise<void> {
  const { database, world, watch, executor } = options
  const result = Buffer.byteLength(answer.body) <= maxResultBytes ? answer.body : null
  const outcome = { outcome: outcomeOf(answer), status: answer.status, result }
  await keepOutcome(database.kysely, { id: request.id, executor }, outcome, world.now())
  await watch.announce(request.id)
}

/** It has failed where that is certain; where something may have been done, people look before anybody tries again. */
function outcomeOf({ data, nothingDone }: Ran): ExecutionOutcome {
  if (data === 'whole') return 'SUCCEEDED'
  return nothingDone ? 'FAILED' : 'UNKNOWN'
}

/** What may not run lapses; what could not run now is tried again until its time is over. */
async function lapseUnlessPassing(
  request: ApprovalRequest,
  { codes, body }: Ran,
  options: CarryOutOptions,
): Promise<void> {
  const { database, world, watch, ledger, currentRevision } = options
  if (codes.length > 0 && codes.every((code) => passing.has(code))) return
  const reason = `When it was to run, it was refused: ${messageOf(body)}`.slice(0, 1000)
  if (!(await moveApproval(database.kysely, request, 'LAPSED', { reason }, world.now()))) return
  const event = {
    name: 'approval.lapsed',
    args: { id: request.id },
    revision: currentRevision().id,
    approval: request.id,
  }
  await noteEvent(ledger, event, world)
  await watch.announce(request.id)
}

function messageOf(body: string): string {
  const { errors = [] } = JSON.parse(body) as { readonly errors?: readonly { readonly message: string }[] }
  return errors[0]?.message ?? 'the answer had no data.'
}
