/** How the answers of `mandate audit` look on a terminal. */
import { safeText } from '../gateway/audit/safe-text.ts'
import type { Access, LedgerPage, PlacedRecord } from '../storage/stores/ledger.ts'
import type { VerifyResult } from '../storage/stores/ledger-verify.ts'
import { table } from './table.ts'

/** `2026-03-01 09:30:00Z` */
const time = (at: string) => `${at.slice(0, 10)} ${at.slice(11, 19)}Z`
const count = (amount: number, one: string, many = `${one}s`) =>
  `${amount.toLocaleString('en')} ${amount === 1 ? one : many}`

const meanings: Readonly<Record<Access['verb'], string>> = {
  changed: 'the mutation ran',
  read: 'the answer carried it',
  fetched: 'fetched only because another field depends on it',
  denied: 'the rules denied it',
  asked: 'asked for, nothing of it was delivered',
  begun: 'begun and never recorded as ended: it may have happened',
}

/** The answer of `audit who`. */
export function showAccesses(coordinate: string, since: Date | null, page: LedgerPage<Access>): string {
  const span = since === null ? '' : ` since ${time(since.toISOString())}`
  if (page.items.length === 0) return `Nobody has touched ${coordinate}${span}.\n`
  const rows = page.items.map((access) => [
    time(access.at),
    access.principal ?? '(unknown)',
    access.onBehalfOf ?? '-',
    access.verb,
    String(access.verb === 'fetched' || access.verb === 'changed' ? access.resolved : access.delivered),
    access.purpose ?? '-',
    access.operation ?? '-',
    access.requestId,
  ])
  const verbs = [...new Set(page.items.map(({ verb }) => verb))]
  return [
    `${coordinate}${span}: ${page.hasMore ? 'the newest ' : ''}${count(page.items.length, 'request')}\n\n`,
    table(['TIME', 'WHO', 'FOR', 'DID', 'VALUES', 'PURPOSE', 'OPERATION', 'REQUEST'], rows),
    `\n${verbs.map((verb) => `${verb}: ${meanings[verb]}`).join('; ')}.\n`,
    page.hasMore ? 'There are older ones: use --since and --limit.\n' : '',
  ].join('')
}

/** The answer of `audit trail`. */
export function showTrail(principal: string, page: LedgerPage<PlacedRecord>): string {
  if (page.items.length === 0) return `The ledger has nothing of ${principal}.\n`
  const rows = page.items.map((record) => [
    time(record.at),
    record.caller?.id === principal ? (record.caller.onBehalfOf ?? '-') : `by ${record.caller?.id ?? '(unknown)'}`,
    [record.operation.kind ?? 'unread', record.operation.name ?? ''].join(' ').trim(),
    record.result?.outcome ?? 'cut off',
    codesOf(record),
    fieldsOf(record),
    record.requestId,
  ])
  return [
    `${principal}: ${page.hasMore ? 'the newest ' : ''}${count(page.items.length, 'request')}\n\n`,
    table(['TIME', 'FOR', 'OPERATION', 'OUTCOME', 'CODES', 'FIELDS', 'REQUEST'], rows),
    page.hasMore ? '\nThere are older ones: use --since and --limit.\n' : '',
  ].join('')
}

function codesOf({ result }: PlacedRecord): string {
  return result && result.codes.length > 0 ? result.codes.join(' ') : '-'
}

function fieldsOf({ requested, denied, transitive }: PlacedRecord): string {
  const parts = [`${requested.length} asked`]
  if (transitive.length > 0) parts.push(`${transitive.length} more needed`)
  if (denied.length > 0) parts.push(`${denied.length} denied`)
  return parts.join(', ')
}

/** The answer of `audit show`. */
export function showRequest(requestId: string, records: readonly PlacedRecord[]): string {
  return [`Request ${requestId}: ${count(records.length, 'record')}\n`, ...records.map(showRecord)].join('\n')
}

/** Between the lines that a long list is broken into; `safeText` would escape a line break that is in the names. */
const lineEnd = ',\n'

/** Names with commas between them, in lines of about a hundred characters. */
function listed(names: readonly string[]): string {
  const lines: string[] = []
  for (const name of names.map((one) => safeText(one, 300))) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + name.length < 98) lines[lines.length - 1] = `${line}, ${name}`
    else lines.push(name)
  }
  return lines.join(lineEnd)
}

function showRecord(record: PlacedRecord): string {
  const { caller, operation, result } = record
  const lines: [string, string][] = [
    ['when', time(record.at)],
    ['who', caller ? `${caller.id} (${caller.roles.join(', ')})` : '(unknown)'],
  ]
  if (caller && caller.actors.length > 1) lines.push(['acting', caller.actors.map(({ id }) => id).join(' for ')])
  if (caller?.onBehalfOf != null) lines.push(['on behalf of', caller.onBehalfOf])
  if (caller?.purpose != null) lines.push(['purpose', caller.purpose])
  if (caller?.task != null) lines.push(['task', caller.task])
  if (caller?.grants.length) lines.push(['grants', caller.grants.join(', ')])
  if (record.approval !== null) lines.push(['approval', record.approval])
  lines.push(['operation', [operation.kind ?? 'unread', operation.name ?? ''].join(' ').trim()])
  lines.push(['policy', record.policyRevision])
  if (record.requested.length > 0) lines.push(['requested', listed(record.requested.map(withCounts))])
  if (record.transitive.length > 0) lines.push(['needed for it', listed(record.transitive.map(withCounts))])
  if (record.denied.length > 0) lines.push(['denied', listed(record.denied)])
  if (record.unlisted.length > 0) lines.push(['no such field', listed(record.unlisted)])
  for (const [at, args] of Object.entries(record.args)) lines.push(['arguments', `${at} ${JSON.stringify(args)}`])
  if (result) {
    lines.push(['outcome', `${[result.outcome, ...result.codes].join(' ')}, ${result.durationMs} ms`])
    if (result.withheld) lines.push(['withheld', 'the answer never left, because this record was late'])
    if (result.reason !== null) lines.push(['reason', result.reason])
    if (result.subgraphs.length > 0) lines.push(['systems', result.subgraphs.join(', ')])
  }
  lines.push(['hash', record.hash])
  const width = Math.max(...lines.map(([name]) => name.length))
  const shown = lines.map(([name, value]) => {
    const safe = value.split(lineEnd).map((line) => safeText(line, 2000))
    return `  ${name.padEnd(width)}  ${safe.join(`,\n${' '.repeat(width + 4)}`)}\n`
  })
  return `${record.seq} ${record.kind}\n${shown.join('')}`

  function withCounts(coordinate: PlacedRecord['requested'][number]): string {
    const delivered = result?.delivered[coordinate] ?? 0
    const resolved = result?.resolved[coordinate] ?? 0
    if (delivered > 0) return `${coordinate} ×${delivered}`
    return resolved > 0 ? `${coordinate} (${resolved} resolved)` : coordinate
  }
}

/** The answer of `audit verify`. */
export function showVerification(result: VerifyResult, where: string): string {
  const { head, openIntents } = result
  if (result.break) {
    const whole =
      result.checked === 0
        ? 'No record before it was checked.'
        : `${count(result.checked, 'record')} before it checked out.`
    return `The ledger in ${where} is broken at record ${result.break.seq} (${result.break.kind}).\n${result.break.message}\n${whole}\n`
  }
  const kinds = `${count(result.intents, 'intent')}, ${count(result.outcomes, 'outcome')}`
  const lines = [`The ledger in ${where} is whole: ${count(result.checked, 'record')} (${kinds}).\n`]
  if (result.last.seq > 0) {
    lines.push(
      `Head: ${result.last.seq}:${result.last.hash}\n`,
      'Keep that line somewhere else: `audit verify --expect <head>` then finds a ledger that was rewritten as a whole.\n',
    )
  }
  if (head.seq > result.last.seq) lines.push(`The ledger goes on to record ${head.seq}.\n`)
  if (openIntents.length > 0) {
    const rows = openIntents.map(({ seq, at, principal, requestId }) => [
      String(seq),
      time(at),
      principal ?? '(unknown)',
      requestId,
    ])
    lines.push(
      `\n${count(openIntents.length, 'act was', 'acts were')} begun and never recorded as ended; what they did may have happened:\n`,
      table(['RECORD', 'TIME', 'WHO', 'REQUEST'], rows),
    )
  }
  return lines.join('')
}
