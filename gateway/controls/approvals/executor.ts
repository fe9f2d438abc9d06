/**
 * What gateways do about approvals by themselves: carry approved acts out, put amended ones to people, end what time has ended. Every
 * gateway looks; each step is one conditional update, so that of all of them one takes it.
 */
import type { World } from '../../../lib/world.ts'
import type { Cache } from '../../../storage/cache.ts'
import type { Database } from '../../../storage/database.ts'
import { type ApprovalWork, approvalWork } from '../../../storage/stores/approvals/execution.ts'
import { approvalsChannel } from '../../../storage/stores/approvals/channel.ts'
import { type LiveSnapshot, openLiveSnapshot } from '../../live-snapshot.ts'
import type { Log } from '../../log.ts'
import { type CarryOutOptions, carryOut } from './carry-out.ts'
import { putAmendment } from './put-amendment.ts'
import { endInTime, tellLost } from './end-in-time.ts'

export interface ExecutorOptions extends CarryOutOptions {
  readonly database: Pick<Database, 'kysely'>
  readonly cache: Pick<Cache, 'subscribe'>
  readonly world: World
  readonly log: Log
  /** Default 1 second. */
  readonly pollMs?: number
}

export interface ApprovalExecutor extends AsyncDisposable {
  /** Whether this gateway knows what there is to do; readiness reads it. */
  healthy(): boolean
  /** Looks for work now; resolves when all that was found has been tried. */
  turn(): Promise<void>
  /** Finishes what is under way and looks no more. */
  close(): Promise<void>
}

/** Longer than any request may take: a claim older than this has lost its gateway. */
const lostAfterMs = 120_000

/** Starts the executor. */
export async function openApprovalExecutor(options: ExecutorOptions): Promise<ApprovalExecutor> {
  const { database, cache, world, log, pollMs = 1_000 } = options
  const running = new Map<string, Promise<void>>()
  let closed = false

  const lostBefore = () => new Date(world.now().getTime() - lostAfterMs)

  function start(kind: string, id: string, work: () => Promise<void>): void {
    const key = `${kind} ${id}`
    if (closed || running.has(key)) return
    const done = work()
      .catch((error: unknown) => {
        log.error({ err: error, approval: id }, `an approval could not be ${kind}; it is tried again`)
      })
      .finally(() => {
        running.delete(key)
      })
    running.set(key, done)
  }

  function takeUp({ approved, due, amended, lost }: ApprovalWork): void {
    for (const id of due) start('ended', id, () => endInTime(id, options))
    for (const id of approved) start('carried out', id, () => carryOut(id, options))
    for (const id of amended) start('put to people', id, () => putAmendment(id, options))
    for (const id of lost) start('given up', id, () => tellLost(id, lostBefore(), options))
  }

  const snapshot: LiveSnapshot<ApprovalWork> = await openLiveSnapshot<ApprovalWork>({
    name: 'the work of approvals',
    channel: approvalsChannel,
    load: (now) => approvalWork(database.kysely, now, lostBefore()),
    onChange: takeUp,
    cache,
    world,
    log,
    pollMs,
  })

  const close = async () => {
    closed = true
    await snapshot.close()
    await Promise.all(running.values())
  }
  return {
    healthy: () => snapshot.healthy(),
    async turn() {
      await snapshot.refresh()
      await Promise.all(running.values())
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
