/**
 * One database for everything that is kept: PostgreSQL by `DATABASE_URL`, or PGlite (PostgreSQL in WebAssembly) in a
 * worker thread and one folder. Both stand behind the same Kysely instance and pass the same contract suite.
 */
import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

export interface Database extends AsyncDisposable {
  readonly kind: 'postgres' | 'embedded'
  readonly kysely: Kysely<Tables>
  /** Resolves when the database answers; rejects when it does not within `timeoutMs`. */
  ping(timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

export type DatabaseOptions =
  | { readonly kind: 'postgres'; readonly url: string; readonly poolSize?: number }
  /** `folder: null` keeps it in memory (tests). `address` is written into the lock for the second process's message. */
  | { readonly kind: 'embedded'; readonly folder: string | null; readonly address?: string }
