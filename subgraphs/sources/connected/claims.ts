/**
 * Acts on connected systems, claimed durably before anything is sent. A key is claimed once; a repetition gets the kept result,
 * waits while the act is running, or learns that its outcome is unknown. Table: `storage/migrations/0190-connector-acts.ts`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import type { MutationRequest } from '../entity-source.ts'
import { hashArgs, keyConflict, requireKey } from '../idempotency.ts'

/** One change of an act as it is remembered: enough to find out what became of it. */
export interface Step {
  readonly kind: 'create' | 'update'
  readonly entity: string
  /** Of an update; of a create when it is known. */
  readonly id: string | null
  readonly expectedVersion: number | null
  /** What a new record carries so that it can be found again; null when nothing does. */
  readonly mark: string | null
  /** Which properties it writes, and a digest of the values: enough to recognise it. */
  readonly paths: readonly string[]
  readonly digest: string
  readonly state: 'sent' | 'done'
}

export type ClaimOutcome =
  | { readonly outcome: 'claimed' }
  | { readonly outcome: 'replayed'; readonly result: unknown }
  /** Something was sent, and nobody knows what became of it. The claim is ours, to find out. */
  | { readonly outcome: 'unknown'; readonly steps: readonly Step[] }
  | { readonly outcome: 'partial'; readonly steps: readonly Step[] }

export interface ClaimKey {
  readonly connector: string
  readonly request: MutationRequest
  /** Which attempt this is: nobody else writes under it. */
  readonly claim: string
}

interface Row {
  readonly args_hash: string
  readonly claim: string
  readonly state: 'CLAIMED' | 'SENT' | 'DONE' | 'UNKNOWN' | 'PARTIAL'
  readonly steps: readonly Step[]
  readonly result: unknown
  readonly updated_at: Date
}

const pollMs = 100

/** Thrown to an attempt that was taken for dead and has lost its claim. It has not sent anything since. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}

/** Claims acts in one database. `leaseMs` is longer than any single call to the system can take. */
export function createClaims(database: Kysely<unknown>, now: () => Date, leaseMs: number) {
  async function read({ connector, request: { principal, act, idempotencyKey } }: ClaimKey): Promise<Row | undefined> {
    const { rows } = await sql<Row>`
      select args_hash, claim, state, steps, result, updated_at from systems.connector_acts
      where connector = ${connector} and principal = ${principal} and act = ${act} and key = ${idempotencyKey}
    `.execute(database)
    return rows[0]
  }

  async function insert({ connector, request, claim }: ClaimKey): Promise<boolean> {
    const { principal, act, idempotencyKey, args } = request
    const { rows } = await sql`
      insert into systems.connector_acts
        (connector, principal, act, key, args_hash, claim, state, steps, created_at, updated_at)
      values (${connector}, ${principal}, ${act}, ${idempotencyKey}, ${hashArgs(args)}, ${claim}, 'CLAIMED', '[]',
        ${now()}, ${now()})
      on conflict do nothing returning key`.execute(database)
    return rows.length > 0
  }

  /** Writes to the row of a claim, and only while it is held. */
  async function write(
    { connector, request: { principal, act, idempotencyKey }, claim }: ClaimKey,
    held: string,
    {
      state,
      steps,
      result,
    }: { readonly state: Row['state']; readonly steps: readonly Step[]; readonly result?: unknown },
  ): Promise<boolean> {
    const { rows } = await sql`
      update systems.connector_acts
      set claim = ${claim}, state = ${state}, steps = ${JSON.stringify(steps)}::jsonb,
        result = ${result === undefined ? null : JSON.stringify(result)}::jsonb, updated_at = ${now()}
      where connector = ${connector} and principal = ${principal} and act = ${act} and key = ${idempotencyKey}
        and claim = ${held} returning key`.execute(database)
    return rows.length > 0
  }

  async function mustWrite(key: ClaimKey, what: Parameters<typeof write>[2]): Promise<void> {
    if (!(await write(key, key.claim, what))) throw new ClaimLost('Another attempt has taken this act over.')
  }

  return {
    async claim(key: ClaimKey, signal: AbortSignal): Promise<ClaimOutcome> {
      const { idempotencyKey, args } = key.request
      requireKey(idempotencyKey)
      for (;;) {
        signal.throwIfAborted()
        if (await insert(key)) return { outcome: 'claimed' }
        const row = await read(key)
        if (row === undefined) continue
        if (row.args_hash !== hashArgs(args)) throw keyConflict(idempotencyKey)
        if (row.state === 'DONE') return { outcome: 'replayed', result: row.result }
        if (row.state === 'PARTIAL') return { outcome: 'partial', steps: row.steps }
        const isHeld = now().getTime() - row.updated_at.getTime() < leaseMs
        if (row.state === 'UNKNOWN' || !isHeld) {
          const state = row.state === 'CLAIMED' ? 'CLAIMED' : 'SENT'
          if (!(await write(key, row.claim, { state, steps: row.steps }))) continue
          return state === 'CLAIMED' ? { outcome: 'claimed' } : { outcome: 'unknown', steps: row.steps }
        }
        await delay(pollMs, undefined, { signal })
      }
    },
    /** Remembers what is about to be sent. INVARIANT: nothing is sent before this has returned. */
    sending: (key: ClaimKey, steps: readonly Step[]) => mustWrite(key, { state: 'SENT', steps }),
    done: (key: ClaimKey, steps: readonly Step[], result: unknown) => mustWrite(key, { state: 'DONE', steps, result }),
    unknown: (key: ClaimKey, steps: readonly Step[]) => mustWrite(key, { state: 'UNKNOWN', steps }),
    partial: (key: ClaimKey, steps: readonly Step[]) => mustWrite(key, { state: 'PARTIAL', steps }),
    /** Gives the key back: nothing was done under it. */
    async release({ connector, request: { principal, act, idempotencyKey }, claim }: ClaimKey): Promise<void> {
      await sql`
        delete from systems.connector_acts
        where connector = ${connector} and principal = ${principal} and act = ${act} and key = ${idempotencyKey}
          and claim = ${claim}`.execute(database)
    },
  }
}

export type Claims = ReturnType<typeof createClaims>
