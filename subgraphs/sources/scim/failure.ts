/** What a SCIM service's errors mean (RFC 7644, section 3.12): by status and `scimType`, never by their words. */
import { refusal } from '../../../lib/errors.ts'
import type { NativeChange } from '../driver.ts'
import { parseExactJson } from '../http/exact-json.ts'
import type { SystemAnswer } from '../http/system-client.ts'
import { SystemFailure } from '../http/system-failure.ts'

const scimTypes = [
  'invalidFilter',
  'tooMany',
  'uniqueness',
  'mutability',
  'invalidSyntax',
  'invalidPath',
  'noTarget',
  'invalidValue',
  'invalidVers',
  'sensitive',
] as const

/** The error of a question that the service does not answer. */
export function questionFailure(connector: string, answer: SystemAnswer): Error {
  const scimType = scimTypeOf(answer)
  if (answer.status === 501 || scimType === 'invalidFilter' || scimType === 'tooMany') {
    return refusal('NOT_SUPPORTED', `The system behind the connector \`${connector}\` cannot answer this question.`, {
      connector,
    })
  }
  return failure(connector, answer)
}

/** The error of a change that was not made. */
export function changeFailure(connector: string, answer: SystemAnswer, change: NativeChange): Error {
  const { entity } = change
  if (change.kind === 'update' && answer.status === 412) {
    const { expectedVersion } = change
    const id = entity.key.format(change.key)
    return refusal('VERSION_CONFLICT', `The ${entity.name} \`${id}\` is not at version ${expectedVersion} any more.`, {
      id,
      expectedVersion,
    })
  }
  if (change.kind === 'update' && answer.status === 404) {
    const id = entity.key.format(change.key)
    return refusal('NOT_FOUND', `There is no ${entity.name} with the id \`${id}\`.`, { id })
  }
  if (answer.status === 409) {
    return refusal('INVALID_INPUT', 'The change has a value that another record has already.')
  }
  if (answer.status === 400) {
    return refusal('INVALID_INPUT', 'An argument has a value that the system does not accept.')
  }
  if (answer.status === 405 || answer.status === 501) {
    return refusal('NOT_SUPPORTED', `The system behind the connector \`${connector}\` does not allow this change.`, {
      connector,
    })
  }
  return failure(connector, answer)
}

function failure(connector: string, answer: SystemAnswer): SystemFailure {
  const reason = answer.status === 401 || answer.status === 403 ? 'not-authorised' : 'server-error'
  const scimType = scimTypeOf(answer)
  const detail = `HTTP ${answer.status}${scimType === null ? '' : `, ${scimType}`}`
  return new SystemFailure({ connector, reason, effect: 'none', detail })
}

function scimTypeOf({ text }: SystemAnswer): (typeof scimTypes)[number] | null {
  try {
    const { scimType } = parseExactJson(text) as { readonly scimType?: unknown }
    return scimTypes.find((each) => each === scimType) ?? null
  } catch {
    return null
  }
}
