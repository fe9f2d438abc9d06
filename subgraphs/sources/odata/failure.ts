/** What a service's refusals mean, by their status alone: its own words are for its own people and never reach a caller. */
import { refusal } from '../../../lib/errors.ts'
import type { NativeChange } from '../driver.ts'
import { SystemFailure } from '../http/system-failure.ts'
import { asText } from '../mapping/values.ts'
import { pathOf } from './expression.ts'
import type { ODataAnswer } from './message.ts'
import { asObject } from './read-json.ts'

/** The error of a question that the service does not answer. */
export function questionFailure(connector: string, { status, body }: ODataAnswer): Error {
  if (status === 501) {
    return refusal('NOT_SUPPORTED', `The system behind the connector \`${connector}\` cannot answer this question.`)
  }
  const reason = status === 401 || status === 403 ? 'not-authorised' : status === 429 ? 'throttled' : 'server-error'
  return new SystemFailure({ connector, reason, effect: 'none', detail: detailOf(status, body) })
}

/**
 * The error of changes of which none was made.
 * `at` is the change that the service refused, where it is known.
 */
export function changeFailure(
  connector: string,
  { status, body }: ODataAnswer,
  changes: readonly NativeChange[],
  at: number | null,
): Error {
  const change = at === null ? changes.find(({ kind }) => kind === 'update') : changes[at]
  if (status === 412 || status === 428) return versionConflict(change)
  if (status === 404 && change?.kind === 'update') {
    const id = idOf(change)
    return refusal('NOT_FOUND', `There is no ${change.entity.name} with the id \`${id}\`.`, { id })
  }
  if (status === 409) {
    return refusal('INVALID_INPUT', 'The change has a value that another record has already, or contradicts its state.')
  }
  if (status === 400 || status === 422) {
    const argument = fieldOf(body, at === null ? changes : changes.slice(at, at + 1))
    const named = argument === null ? 'An argument' : `The argument \`${argument}\``
    return refusal(
      'INVALID_INPUT',
      `${named} has a value that the system does not accept.`,
      argument === null ? {} : { argument },
    )
  }
  if (status === 405 || status === 501) {
    return refusal('NOT_SUPPORTED', `The system behind the connector \`${connector}\` does not allow this change.`)
  }
  const reason = status === 401 || status === 403 ? 'not-authorised' : status === 429 ? 'throttled' : 'server-error'
  return new SystemFailure({ connector, reason, effect: 'none', detail: detailOf(status, body) })
}

function versionConflict(change: NativeChange | undefined): Error {
  if (change?.kind !== 'update') {
    return refusal('VERSION_CONFLICT', 'A record of this act changed since it was read.')
  }
  const id = idOf(change)
  return refusal(
    'VERSION_CONFLICT',
    `The ${change.entity.name} \`${id}\` is not at version ${change.expectedVersion} any more.`,
    { id, expectedVersion: change.expectedVersion },
  )
}

function idOf({ entity, key }: Extract<NativeChange, { kind: 'update' }>): string {
  return entity.key.format(key)
}

/** The field whose property `error.target` names. */
function fieldOf(body: unknown, changes: readonly NativeChange[]): string | null {
  const target = asObject(asObject(body)?.['error'])?.['target']
  if (typeof target !== 'string') return null
  const fields = changes.flatMap(({ entity }) => [...entity.fields.values()])
  return fields.find((field) => pathOf(field) === target)?.name ?? null
}

/** The status and the code of the error, which has a form of its own: nothing that a service could put a sentence into. */
function detailOf(status: number, body: unknown): string {
  const code = asObject(asObject(body)?.['error'])?.['code']
  const short = typeof code === 'string' && /^[\w./-]{1,40}$/.test(code) ? `, error ${asText(code)}` : ''
  return `HTTP ${status}${short}`
}
