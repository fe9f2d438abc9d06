/** Tells runs what has become of the acts that they wait for: one question to the database, however many wait. */
import type { Json } from '../../lib/json.ts'
import type { World } from '../../lib/world.ts'
import { deliver } from '../../orchestration/engine/deliver.ts'
import { type Engine, transact } from '../../orchestration/engine/engine.ts'
import type { RunEvent } from '../../orchestration/interpreter/events.ts'
import { findApproval } from '../../storage/stores/approvals/approvals.ts'
import { approvalsChannel } from '../../storage/stores/approvals/channel.ts'
import type { ApprovalRequest } from '../../storage/stores/approvals/request.ts'
import { isSettled } from '../../storage/stores/approvals/states.ts'
import { type LiveSnapshot, openLiveSnapshot } from '../live-snapshot.ts'
import type { Log } from '../log.ts'

interface Waiting {
  readonly runId: string
  readonly step: string
  readonly approval: string
}

/** As many as are looked at in one turn. */
const most = 200

/** Starts to watch. */
export async function watchSettledApprovals(
  engine: Engine,
  { world, log }: { readonly world: World; readonly log: Log },
): Promise<AsyncDisposable> {
  const running = new Map<string, Promise<void>>()
  let closed = false

  function takeUp(waiting: readonly Waiting[]): void {
    for (const each of waiting) {
      const key = `${each.runId} ${each.step}`
      if (closed || running.has(key)) continue
      const done = tellRun(engine, each, world)
        .catch((error: unknown) => {
          log.error({ err: error, ...each }, 'a run could not be told of an approval; it is tried again')
        })
        .finally(() => {
          running.delete(key)
        })
      running.set(key, done)
    }
  }

  const snapshot: LiveSnapshot<readonly Waiting[]> = await openLiveSnapshot<readonly Waiting[]>({
    name: 'the runs that wait for approvals',
    channel: approvalsChannel,
    load: () => settledOf(engine),
    onChange: takeUp,
    cache: engine.cache,
    world,
    log,
  })
  return {
    async [Symbol.asyncDispose]() {
      closed = true
      await snapshot.close()
      await Promise.all(running.values())
    },
  }
}

async function settledOf({ database }: Engine): Promise<readonly Waiting[]> {
  const rows = await database.kysely
    .selectFrom('mandate.tasks as task')
    .innerJoin('mandate.approvals as approval', 'approval.id', 'task.approval')
    .select(['task.run_id', 'task.step', 'approval.id'])
    .where('task.state', '=', 'APPROVAL_REQUIRED')
    .where('approval.status', 'not in', ['PENDING', 'APPROVED'])
    .orderBy('approval.updated_at')
    .limit(most)
    .execute()
  return rows.map(({ run_id, step, id }) => ({ runId: run_id, step, approval: id }))
}

async function tellRun(engine: Engine, { runId, step, approval }: Waiting, world: World): Promise<void> {
  const found = await lastOf(engine, approval)
  if (found === null || !isSettled(found, world.now())) return
  await transact(engine, (work) => deliver(engine, work, runId, { ...eventOf(found), step, approval }))
}

/** An amended request stands for the one that it replaced. */
async function lastOf({ database }: Engine, id: string): Promise<ApprovalRequest | null> {
  let request = (await findApproval(database.kysely, id))?.request ?? null
  for (let hops = 0; hops < 20 && request?.status === 'SUPERSEDED' && request.successor !== null; hops += 1) {
    request = (await findApproval(database.kysely, request.successor))?.request ?? null
  }
  return request
}

type Settled = Omit<Extract<RunEvent, { kind: 'approvalSettled' }>, 'step' | 'approval'>

function eventOf({ status, execution, reason }: ApprovalRequest): Settled {
  if (status !== 'CONSUMED') {
    return {
      kind: 'approvalSettled',
      status: 'REFUSED',
      result: null,
      message: reason ?? `The request ended as ${status}.`,
    }
  }
  const answer = (execution?.result == null ? {} : JSON.parse(execution.result)) as {
    data?: Json
    errors?: { message: string }[]
  }
  if (execution?.outcome === 'SUCCEEDED') {
    return {
      kind: 'approvalSettled',
      status: 'SUCCEEDED',
      result: answer.data ?? null,
      message: 'It was approved and carried out.',
    }
  }
  const message =
    answer.errors?.[0]?.message ?? `It was approved, and what became of it is ${execution?.outcome ?? 'not known'}.`
  return { kind: 'approvalSettled', status: 'FAILED', result: null, message }
}
