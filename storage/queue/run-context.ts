/** What running the jobs of one queue needs. */
import type { Database } from '../database.ts'
import type { StorageLog } from '../storage-log.ts'
import type { JobStatements } from './pg-boss-jobs.ts'
import type { TroubleLog } from './trouble-log.ts'

export interface RunContext {
  readonly database: Database
  readonly jobs: JobStatements
  readonly queue: string
  readonly log: StorageLog
  readonly trouble: TroubleLog
  /** This worker's name in the trouble log. */
  readonly source: string
  /** Aborts when the worker stops. */
  readonly closing: AbortSignal
}
