/** Stops for people who read a terminal. */
import type { Stop } from './stop-client.ts'
import { table } from './table.ts'

/** What is known of how long a stop took: what the gateways report, and nothing else. */
export function showObedience({ timeToStop, reports, ...stop }: Stop): string {
  const { gateways, obeying, obeyedAfterMs, lastBeganAfterMs } = timeToStop
  const running = sum(reports.map((report) => report.running))
  const aborted = sum(reports.map((report) => report.aborted))
  const all = obeying >= gateways && gateways > 0
  const lines = [
    `Stopped ${covered(stop)}: ${stop.id}`,
    all
      ? `${gateways === 1 ? 'The gateway obeys' : `All ${gateways} gateways obey`}${obeyedAfterMs === null ? '' : `, the last one after ${obeyedAfterMs} ms`}.`
      : `${obeying} of ${gateways} gateways say that they obey. One that has lost the database denies everything a few seconds later.`,
    lastBeganAfterMs === null
      ? 'No operation in scope began after the stop.'
      : `The last operation in scope began ${lastBeganAfterMs} ms after the stop.`,
    running === 0 ? 'None was running.' : `${running} were running; ${aborted} of them were cut off.`,
    `Release it with \`mandate stop release ${stop.id}\`${stop.releaseNeeds === 2 ? '; two people must' : ''}.`,
  ]
  return `${lines.join('\n')}\n`
}

/** A list of stops. */
export function showStops(stops: readonly Stop[]): string {
  if (stops.length === 0) return 'Nothing is stopped.\n'
  return table(
    ['stop', 'covers', 'mode', 'state', 'since', 'until', 'by', 'why'],
    stops.map((stop) => [
      stop.id,
      covered(stop),
      stop.mode,
      stop.state === 'RELEASE_PENDING'
        ? `released by ${stop.releaseRequestedBy ?? 'one'}, waits for another`
        : stop.state,
      stop.engagedAt,
      stop.expiresAt ?? '',
      stop.engagedBy,
      stop.reason,
    ]),
  )
}

function covered({ scope, target }: Pick<Stop, 'scope' | 'target'>): string {
  return target === null ? 'everything' : `${scope.toLowerCase()} ${target}`
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
