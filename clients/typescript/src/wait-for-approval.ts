/** Waits until people have decided about an act and the gateway has carried it out. */
import type { MandateClient } from './mandate-client.ts'
import { MandateError } from './mandate-error.ts'
import { pause } from './pause.ts'
import { parseJson, readAnswer, recordOf } from './read-answer.ts'

/** What an act that waited for people has come to. */
export type SettledApproval =
  /** It was done; `data` is what it would have answered, null where that was too large to be kept. */
  | { readonly status: 'SUCCEEDED'; readonly id: string; readonly requestId: string | null; readonly data: unknown }
  /** It was approved, and refused or not possible; nothing was changed. */
  | { readonly status: 'FAILED'; readonly id: string; readonly requestId: string | null; readonly error: MandateError }
  /** It was approved, and nobody can tell whether it was done: read the records. */
  | { readonly status: 'UNKNOWN'; readonly id: string; readonly requestId: string | null }
  /** It was not done. `SUPERSEDED`: an approver changed it, and what became of it could not be asked for. */
  | {
      readonly status: 'REJECTED' | 'EXPIRED' | 'CANCELLED' | 'LAPSED' | 'SUPERSEDED'
      readonly id: string
      readonly reason: string | null
    }
  /** The time that the caller gave is up, and nobody has decided. */
  | { readonly status: 'PENDING'; readonly id: string }

export interface WaitOptions {
  /** How long to wait in all; left out, until it is settled. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const document = `query AwaitApproval($id: ID!, $wait: String) {
  approval(id: $id, wait: $wait) { id status reason successor execution { outcome status result requestId } }
}`

/** The longest that the gateway lets one question wait. */
const longestWaitSeconds = 20
/** How long to wait before asking again where the gateway answered at once. */
const againMs = 1_000

interface Asked {
  readonly approval: {
    readonly id: string
    readonly status:
      'PENDING' | 'APPROVED' | 'CONSUMED' | 'REJECTED' | 'EXPIRED' | 'CANCELLED' | 'LAPSED' | 'SUPERSEDED'
    readonly reason: string | null
    readonly successor: string | null
    readonly execution: {
      readonly outcome: 'SUCCEEDED' | 'FAILED' | 'UNKNOWN' | null
      readonly status: number | null
      readonly result: string | null
      readonly requestId: string | null
    } | null
  } | null
}
type Approval = NonNullable<Asked['approval']>

/**
 * Waits. A request that an approver has changed is followed to what became of it.
 *
 * @example
 * const settled = await waitForApproval(client, error.approval.id, { timeoutMs: 600_000 })
 * if (settled.status === 'SUCCEEDED') use(settled.data)
 */
export async function waitForApproval(
  client: MandateClient,
  id: string,
  { timeoutMs = Infinity, signal }: WaitOptions = {},
): Promise<SettledApproval> {
  const endsAtMs = performance.now() + timeoutMs
  for (let asked = id; ;) {
    const askedAtMs = performance.now()
    const seconds = Math.max(0, Math.min(longestWaitSeconds, Math.ceil((endsAtMs - askedAtMs) / 1_000)))
    const variables = { id: asked, wait: `${seconds}s` }
    const { approval } = await client.query<Asked>(document, variables, signal === undefined ? {} : { signal })
    if (approval === null) {
      throw new MandateError({
        code: 'NOT_FOUND',
        message: `The caller has no request for approval \`${asked}\`.`,
        next: 'Take the id from `approval` of the error that refused the act.',
      })
    }
    const settled = settledOf(approval)
    // A changed request has no successor until it is put to people; one that the gateway calls settled gets none.
    const waitedOut = performance.now() - askedAtMs >= seconds * 1_000
    if (settled !== null && !(settled.status === 'SUPERSEDED' && waitedOut)) return settled
    if (performance.now() >= endsAtMs) return { status: 'PENDING', id: asked }
    if (approval.status === 'SUPERSEDED' && approval.successor !== null) asked = approval.successor
    else if (performance.now() - askedAtMs < againMs) await pause(againMs, signal)
  }
}

/** What it has come to; null while it goes on. */
function settledOf({ id, status, reason, successor, execution }: Approval): SettledApproval | null {
  switch (status) {
    case 'PENDING':
    case 'APPROVED':
      return null
    case 'SUPERSEDED':
      return successor === null ? { status, id, reason } : null
    case 'REJECTED':
    case 'EXPIRED':
    case 'CANCELLED':
    case 'LAPSED':
      return { status, id, reason }
    case 'CONSUMED':
      return execution?.outcome == null ? null : carriedOut(id, execution)
  }
}

function carriedOut(id: string, { outcome, status, result, requestId }: NonNullable<Approval['execution']>) {
  const ended = { id, requestId }
  switch (outcome) {
    case 'SUCCEEDED':
      return { ...ended, status: outcome, data: recordOf(parseJson(result ?? ''))?.['data'] ?? null } as const
    case 'FAILED':
      return { ...ended, status: outcome, error: failureOf(result, status) } as const
    case 'UNKNOWN':
    case null:
      return { ...ended, status: 'UNKNOWN' } as const
  }
}

/** The error that the act would have been answered with. */
function failureOf(result: string | null, status: number | null): MandateError {
  const fallback = new MandateError({ code: 'UNKNOWN', message: 'The approved act failed.', status })
  try {
    if (result !== null) readAnswer({ status: status ?? 200, headers: new Headers(), text: result }, 'the approval')
    return fallback
  } catch (error) {
    return error instanceof MandateError ? error : fallback
  }
}
