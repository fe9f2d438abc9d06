/** How we set pg-boss up: only its tables, its statements and a slow clean-up; and how our queue settings read in its terms. */
import { PgBoss, type Queue, type QueueResult } from 'pg-boss'
import type { Database } from '../database.ts'
import type { QueueSettings } from './durable-queue.ts'
import { pgBossDatabase } from './pg-boss-database.ts'

const year = 365 * 24 * 3_600

/** The instance, not started. */
export function createBoss(database: Database, maintainSeconds: number): PgBoss {
  return new PgBoss({
    db: pgBossDatabase(database.kysely),
    backend: database.kind === 'embedded' ? 'pglite' : 'postgres',
    // No cron, no register of instances, no rebuilding of indexes, no looking into PostgreSQL's catalogue.
    schedule: false,
    registerInstance: false,
    reindex: false,
    monitorVacuum: false,
    openTelemetry: { enabled: false },
    // A pass of its supervision is some twenty statements and counts the whole table, so it only deletes what has ended;
    // leases that have ended are found by one statement of ours.
    superviseIntervalSeconds: maintainSeconds,
    monitorIntervalSeconds: maintainSeconds,
    maintenanceIntervalSeconds: maintainSeconds,
    // Index builds that a newer pg-boss may have left for later; looked for at the start and then seldom.
    bamIntervalSeconds: 3_600,
    // Queues do not change behind our back, and we use no dependencies between jobs.
    queueCacheIntervalSeconds: 3_600,
    flowIntervalSeconds: 24 * 3_600,
  })
}

/** Makes the queue if it is new; one that was there is given these settings where it has others: those of the newest code hold. */
export async function ensureQueue(
  boss: PgBoss,
  queue: string,
  settings: QueueSettings,
  known: QueueResult | undefined,
): Promise<void> {
  const options = toOptions(settings)
  // To make and to change a queue are some twenty statements; a process that starts has a queue for each role.
  if (known && (Object.keys(options) as (keyof typeof options)[]).every((key) => known[key] === options[key])) return
  await boss.createQueue(queue, options)
  if (known) await boss.updateQueue(queue, options)
}

function toOptions(settings: QueueSettings): Omit<Queue, 'name'> {
  const {
    leaseSeconds = 60,
    retryLimit = 1_000_000_000,
    retryDelaySeconds = 1,
    retryDelayMaxSeconds = 300,
    keepFinishedSeconds = 3_600,
  } = settings
  // pg-boss reads 0 as "for ever".
  if (keepFinishedSeconds < 1)
    throw new RangeError(`Finished jobs are kept for at least 1 s, not \`${keepFinishedSeconds}\`.`)
  const backoff = retryDelaySeconds > 0
  return {
    expireInSeconds: leaseSeconds,
    retryLimit,
    retryDelay: retryDelaySeconds,
    retryBackoff: backoff,
    ...(backoff ? { retryDelayMax: retryDelayMaxSeconds } : {}),
    deleteAfterSeconds: keepFinishedSeconds,
    // pg-boss deletes jobs that have waited too long, without a word: 14 days by default. Ours wait as long as it takes.
    retentionSeconds: 10 * year,
  }
}
