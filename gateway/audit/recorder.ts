/**
 * The ledger's writing side: entries that wait are written together (group commit), one batch at a time, and each append
 * resolves when its entry is on disk. When the database is away, appends are refused, and the ledger recovers by itself.
 */
import { refusal } from '../../lib/errors.ts'
import type { World } from '../../lib/world.ts'
import type { Database } from '../../storage/database.ts'
import type { LedgerRecord } from '../../storage/stores/ledger-record.ts'
import { createLedgerWriter, type LedgerWriter } from '../../storage/stores/ledger-writer.ts'
import type { Ledger, LedgerEntry, LedgerPosition } from './entry.ts'
import { recordOf, type KnowsCoordinate } from './record-of.ts'

/** The part of a pino logger that the ledger uses. */
export interface LedgerLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

export interface LedgerOptions {
  readonly database: Database
  readonly world: World
  readonly log: LedgerLog
  /** Whether a coordinate stands in a contract; names that callers made up never enter the dictionary. */
  readonly knowsCoordinate: KnowsCoordinate
  /** How long one append may take. */
  readonly timeoutMs?: number
  /** Most entries written in one statement. */
  readonly batchSize?: number
  /** Most entries that may wait; more are refused at once. */
  readonly queueSize?: number
}

interface Waiter {
  resolve(position: LedgerPosition): void
  reject(error: Error): void
  readonly timer: NodeJS.Timeout
}

interface Waiting {
  record: LedgerRecord
  /** Null once nobody waits for it any more: an outcome is then still written, late. */
  waiter: Waiter | null
  inFlight: boolean
  failures: number
}

const retryDelaysMs = [250, 500, 1000, 2000] as const
const mostFailures = 10

/** Opens the ledger for writing. */
export function createLedger(options: LedgerOptions): Ledger {
  return new Recorder(options, createLedgerWriter(options.database))
}

class Recorder implements Ledger {
  readonly #options: LedgerOptions
  readonly #writer: LedgerWriter
  readonly #timeoutMs: number
  readonly #batchSize: number
  readonly #queueSize: number
  #waiting: Waiting[] = []
  /** Outcomes of acts that happened, whose append was refused: written before anything else when the ledger is back. */
  #late: Waiting[] = []
  #lateDue = false
  /** The batch of the last write that failed: its fate is unknown until the writer settles it. */
  #suspects: readonly Waiting[] = []
  #broken = false
  #stalled = false
  #closed = false
  #attempts = 0
  #running: Promise<void> | null = null
  #retry: NodeJS.Timeout | null = null

  constructor(options: LedgerOptions, writer: LedgerWriter) {
    this.#options = options
    this.#writer = writer
    this.#timeoutMs = options.timeoutMs ?? 3000
    this.#batchSize = options.batchSize ?? 256
    this.#queueSize = options.queueSize ?? 5000
  }

  async append(entry: LedgerEntry): Promise<LedgerPosition> {
    if (this.#closed) throw unavailable('The ledger is closed.')
    const record = recordOf(entry, this.#options.knowsCoordinate, this.#options.world.now())
    if (this.#waiting.length >= this.#queueSize) {
      this.#report('A ledger entry was refused: too many are waiting.', record)
      throw unavailable('The ledger has more entries waiting than it can take.')
    }
    return await new Promise<LedgerPosition>((resolve, reject) => {
      const waiting: Waiting = { record, waiter: null, inFlight: false, failures: 0 }
      const timer = setTimeout(() => {
        this.#expire(waiting)
      }, this.#timeoutMs)
      waiting.waiter = { resolve, reject, timer }
      this.#waiting.push(waiting)
      this.#start()
    })
  }

  healthy(): boolean {
    return !this.#broken && !this.#stalled && !this.#closed
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#start()
    while (this.#running !== null) await this.#running
    this.#refuseWaiting('The ledger was closed before this entry was written.')
    for (const { record } of this.#late)
      this.#report('A ledger entry could not be written before the ledger closed.', record)
    this.#late = []
  }

  #start(): void {
    // A turn of the event loop later, so that entries of one turn share a write.
    this.#running ??= new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.#run())
      .finally(() => {
        this.#running = null
        if (this.#waiting.length > 0 && !this.#broken) this.#start()
      })
  }

  async #run(): Promise<void> {
    while (this.#broken || this.#waiting.length > 0 || this.#lateIsDue()) {
      if (this.#broken && !(await this.#recover())) return
      const late = this.#lateIsDue() ? this.#late.shift() : undefined
      const batch = late ? [late] : this.#waiting.splice(0, this.#batchSize)
      const written = batch.length === 0 || (await this.#write(batch))
      if (late && !written) this.#lateDue = false
    }
    if (this.#late.length > 0) this.#retryLater()
  }

  /** Late entries go one by one, and wait for their time: one that cannot be written must not hold up the others. */
  #lateIsDue(): boolean {
    return this.#late.length > 0 && (this.#lateDue || this.#closed)
  }

  /** True when the batch is on disk. */
  async #write(batch: readonly Waiting[]): Promise<boolean> {
    for (const waiting of batch) waiting.inFlight = true
    try {
      const positions = await this.#writer.write(batch.map(({ record }) => record))
      this.#stalled = false
      this.#attempts = 0
      for (const [index, waiting] of batch.entries()) {
        const position = positions[index]
        if (position === undefined) continue
        if (waiting.waiter === null)
          this.#options.log.info(about(waiting.record, position), 'A ledger entry was written late.')
        else settle(waiting.waiter).resolve(position)
        waiting.waiter = null
      }
      return true
    } catch (error) {
      this.#options.log.error({ err: error, entries: batch.length }, 'The ledger could not be written.')
      this.#broken = true
      this.#suspects = batch
      for (const waiting of batch) {
        waiting.failures += 1
        this.#refuse(waiting, 'The ledger could not be written.')
      }
      return false
    }
  }

  /** Finds out what became of the failed batch; false when the database is still away. */
  async #recover(): Promise<boolean> {
    try {
      const fate = await this.#writer.settle()
      if (fate === 'not-written') this.#keepOutcomes(this.#suspects)
      else this.#options.log.warn({ entries: this.#suspects.length }, 'Ledger entries that seemed lost are written.')
      this.#suspects = []
      this.#broken = false
      this.#stalled = false
      return true
    } catch (error) {
      this.#options.log.error({ err: error }, 'The ledger is still out of reach.')
      this.#refuseWaiting('The ledger is out of reach.')
      this.#retryLater()
      return false
    }
  }

  #retryLater(): void {
    if (this.#closed) return
    this.#lateDue = false
    const delayMs = retryDelaysMs[Math.min(this.#attempts, retryDelaysMs.length - 1)] ?? 2000
    this.#attempts += 1
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      this.#lateDue = true
      this.#start()
    }, delayMs)
    this.#retry.unref()
  }

  #refuseWaiting(message: string): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of waiting) this.#refuse(one, message)
    this.#keepOutcomes(waiting)
  }

  /**
   * An intent that was refused starts no act; an outcome tells of one that happened, so it is kept. Its answer never left:
   * whoever waited for the entry was refused, and the record says so.
   */
  #keepOutcomes(entries: readonly Waiting[]): void {
    for (const waiting of entries) {
      waiting.inFlight = false
      if (waiting.record.kind === 'intent') continue
      if (waiting.failures >= mostFailures || this.#late.length >= this.#queueSize) {
        this.#report('A ledger entry is given up.', waiting.record)
        continue
      }
      const { result } = waiting.record
      if (result !== null) waiting.record = { ...waiting.record, result: { ...result, withheld: true } }
      if (waiting.failures <= 1) this.#report('A ledger entry waits for the ledger to come back.', waiting.record)
      this.#late.push(waiting)
    }
  }

  #expire(waiting: Waiting): void {
    this.#stalled = true
    this.#report('A ledger entry took too long; whether it is written is not known yet.', waiting.record)
    this.#refuse(waiting, `The ledger was not written within ${this.#timeoutMs} ms.`)
    if (waiting.inFlight) return
    this.#waiting = this.#waiting.filter((other) => other !== waiting)
    this.#keepOutcomes([waiting])
  }

  #refuse(waiting: Waiting, message: string): void {
    if (waiting.waiter === null) return
    settle(waiting.waiter).reject(unavailable(message))
    waiting.waiter = null
  }

  /** The log is the last resort: an entry that may not be in the ledger stands there whole, redacted as the ledger's. */
  #report(message: string, record: LedgerRecord): void {
    this.#options.log.error({ ledgerEntry: record }, message)
  }
}

function settle(waiter: Waiter): Waiter {
  clearTimeout(waiter.timer)
  return waiter
}

function about(record: LedgerRecord, position: LedgerPosition): object {
  return { seq: position.seq, requestId: record.requestId, kind: record.kind }
}

function unavailable(message: string): Error {
  return refusal('LEDGER_UNAVAILABLE', message)
}
