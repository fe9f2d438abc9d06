/**
 * What the engine is made of, and its one way to change anything: a transaction, and after it the news of what has changed. Runs are
 * rows, so waiting costs nothing; any number of processes share them, and each event is one short transaction.
 */
import type { BusinessCalendar } from '../sla/calendar.ts'
import type { Cache } from '../../storage/cache.ts'
import type { Database } from '../../storage/database.ts'
import type { DurableQueue, Tx } from '../../storage/queue/durable-queue.ts'
import type { Programs } from './programs.ts'
import { QueueMissing } from './queues.ts'

export interface EngineLog {
  info(context: object, message: string): void
  warn(context: object, message: string): void
  error(context: object, message: string): void
}

export interface Engine {
  readonly database: Pick<Database, 'kysely'>
  readonly queue: DurableQueue
  readonly cache: Pick<Cache, 'publish' | 'subscribe'>
  readonly programs: Programs
  readonly calendars: ReadonlyMap<string, BusinessCalendar>
  readonly log: EngineLog
  readonly newId: () => string
  /** The roles that agents hold; of people nobody here knows who holds what. */
  readonly agentRoles: () => ReadonlySet<string>
}

/** Told of each run that has changed, by its id. */
export const runsChannel = 'mandate:runs'
/** Told when there are tasks to claim, by role. */
export const tasksChannel = 'mandate:tasks'

/** One transaction of the engine, and what has to be told when it has committed. */
export interface Work {
  readonly tx: Tx
  readonly runs: Set<string>
  readonly queues: Set<string>
  readonly roles: Set<string>
}

const attempts = 5
/** PostgreSQL found two transactions that waited for one another, and ended this one: nothing of it has happened. */
const again: ReadonlySet<string> = new Set(['40P01', '40001'])

/** Runs `work` in one transaction, again where the database asks for that, and tells what has changed when it has committed. */
export async function transact<T>(engine: Engine, work: (work: Work) => Promise<T>): Promise<T> {
  for (let attempt = 1; ;) {
    const told = { runs: new Set<string>(), queues: new Set<string>(), roles: new Set<string>() }
    try {
      const result = await engine.database.kysely.transaction().execute((tx) => work({ tx, ...told }))
      tell(engine, told)
      return result
    } catch (error) {
      if (error instanceof QueueMissing) await engine.queue.ensure(error.queue)
      else if (attempt < attempts && again.has(String((error as { code?: unknown }).code))) attempt += 1
      else throw error
    }
  }
}

/** The same inside a transaction that is not the engine's own: call `tell` when it has committed. */
export function workIn(tx: Tx): Work {
  return { tx, runs: new Set(), queues: new Set(), roles: new Set() }
}

/** Wakes who waits here and elsewhere; who is not told looks by itself within a second. */
export function tell(engine: Engine, { runs, queues, roles }: Omit<Work, 'tx'>): void {
  for (const queue of queues) engine.queue.wake(queue)
  for (const run of runs) void engine.cache.publish(runsChannel, run).catch(() => undefined)
  for (const role of roles) void engine.cache.publish(tasksChannel, role).catch(() => undefined)
}
