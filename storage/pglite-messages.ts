/** What passes between the gateway's thread and the worker that runs PGlite: plain data in the text form of the wire. */

export interface PgliteWorkerData {
  /** Where the data lies; null keeps it in memory. */
  readonly folder: string | null
  /** A tar of a data folder (PGlite's `dumpDataDir`) that a new database begins with, instead of an empty one. */
  readonly template: string | null
  /** PGlite makes no checkpoints by itself, and without them its write-ahead log grows for ever. */
  readonly checkpointEveryMs: number
  /** PGlite's code, compiled: threads share it. */
  readonly wasm: WebAssembly.Module
}

export type PgliteRequest =
  | {
      readonly kind: 'query'
      readonly id: number
      readonly text: string
      readonly values: readonly (string | Uint8Array | null)[]
    }
  /** A `COPY … FROM STDIN` and its rows, in COPY's text format. */
  | { readonly kind: 'copy'; readonly id: number; readonly text: string; readonly rows: string }
  | { readonly kind: 'close'; readonly id: number }

/** One statement's result; columns come as text, as PostgreSQL sends them. */
export interface WireResult {
  /** The command tag, `INSERT 0 5`. */
  readonly tag: string
  readonly fields: readonly { readonly name: string; readonly type: number }[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** The fields of a PostgreSQL error (protocol, section 55.8), by the names that `pg` gives them. */
export type WireError = Readonly<Record<string, string | undefined>> & { readonly message: string }

/** `I` idle, `T` in a transaction, `E` in a transaction that has failed (ReadyForQuery). */
export type TransactionStatus = 'I' | 'T' | 'E'

export type PgliteReply =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'results'
      readonly id: number
      readonly status: TransactionStatus
      readonly results: WireResult[]
    }
  | { readonly kind: 'error'; readonly id: number; readonly status: TransactionStatus; readonly error: WireError }
  | { readonly kind: 'closed'; readonly id: number }
