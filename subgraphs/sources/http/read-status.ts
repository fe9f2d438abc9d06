/** What the status of an answer says before its body is read: whether there is an answer at all for an adapter to read. */
import { SystemFailure, type FailureReason } from './system-failure.ts'

/** Passes 2xx and the statuses from 400 to 499 that are about the call itself. @throws {SystemFailure} */
export function requireAnswer(
  status: number,
  headers: ReadonlyMap<string, string>,
  { connector, repeatable, now }: { readonly connector: string; readonly repeatable: boolean; readonly now: Date },
): void {
  const failure = (reason: FailureReason, effect: 'none' | 'unknown', detail: string) => {
    const retryAfterMs = readRetryAfter(headers.get('retry-after'), now)
    return new SystemFailure({
      connector,
      reason,
      effect: repeatable ? 'none' : effect,
      detail,
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    })
  }
  if (status >= 300 && status < 400) throw failure('redirected', 'none', `to ${hostOf(headers.get('location'))}`)
  if (status === 408) throw failure('timed-out', 'unknown', 'HTTP 408')
  if (status === 429) throw failure('throttled', 'none', 'HTTP 429')
  if (status >= 500) throw failure('server-error', 'unknown', `HTTP ${status}`)
}

/** `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date; null where there is none that can be read. */
function readRetryAfter(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null
  if (/^\d{1,6}$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : Math.max(at - now.getTime(), 0)
}

function hostOf(location: string | undefined): string {
  if (location === undefined) return 'nowhere'
  const parsed = URL.parse(location)
  return parsed === null ? 'a place on the same host' : parsed.host
}
