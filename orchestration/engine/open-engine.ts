/** Opens the engine of a process: it can deliver events; `startWorkers` makes it do the work that waits. */
import type { Cache } from '../../storage/cache.ts'
import type { Database } from '../../storage/database.ts'
import { openDurableQueue } from '../../storage/queue/pg-boss-queue.ts'
import type { BusinessCalendar } from '../sla/calendar.ts'
import type { Engine, EngineLog } from './engine.ts'
import { createPrograms } from './programs.ts'
import { type QueueOptions, ensureQueues, knowingQueues } from './queues.ts'

export interface EngineOptions extends QueueOptions {
  readonly database: Database
  readonly cache: Pick<Cache, 'publish' | 'subscribe'>
  readonly calendars: ReadonlyMap<string, BusinessCalendar>
  readonly log: EngineLog
  readonly newId: () => string
  /** The roles of the current policies. */
  readonly roles: () => ReadonlyMap<string, { readonly kind: string }>
  /** How often a worker that was not woken looks for jobs. Default 1 second. */
  readonly pollMs?: number
}

/** The engine, to be closed when nothing asks it any more. */
export interface OpenEngine extends Engine, AsyncDisposable {}

/** Opens the queue and makes the engine. */
export async function openEngine(options: EngineOptions): Promise<OpenEngine> {
  const { database, cache, calendars, log, newId, roles, pollMs } = options
  const queue = knowingQueues(await openDurableQueue({ database, log, ...(pollMs === undefined ? {} : { pollMs }) }))
  try {
    await ensureQueues(queue, roles().keys(), options)
  } catch (error) {
    await queue[Symbol.asyncDispose]()
    throw error
  }
  return {
    database,
    queue,
    cache,
    programs: createPrograms(calendars),
    calendars,
    log,
    newId,
    agentRoles: () => new Set([...roles()].flatMap(([key, { kind }]) => (kind === 'agent' ? [key] : []))),
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  }
}
