/** The way out for errors: each becomes one of the catalogue, or is masked and logged under the request id. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { type ErrorCode, catalog, isErrorCode, isRefusal } from '../../lib/errors.ts'
import type { Coordinate } from '../../lib/labels.ts'
import type { Log } from '../log.ts'
import type { Exchange } from '../exchange.ts'
import { causeKey, mayPass } from './system-errors.ts'

/** Maps the errors of an executed operation; their paths stay, names of services and causes go to the log. */
export function mapExecutionErrors(
  errors: readonly GraphQLError[],
  exchange: Exchange,
  log: Log,
): readonly GraphQLError[] {
  return errors.map((error) => mapExecutionError(error, exchange, log))
}

function mapExecutionError(error: GraphQLError, exchange: Exchange, log: Log): GraphQLError {
  const { code, serviceName, http: _http, ...details } = error.extensions
  const options = pathOf(error)
  const system = typeof serviceName === 'string' ? serviceName : null
  const cause = (error.extensions as Record<symbol, unknown>)[causeKey]
  if (cause) log.warn({ requestId: exchange.requestId, system, err: cause }, 'a fetch failed')
  if (mayPass(code)) {
    if (code === 'RECORD_DENIED' || code === 'POLICY_DENIED') noteDenied(details['fields'], exchange)
    const extensions = { next: catalog[code].next, ...withoutStack(details), code }
    return new GraphQLError(error.message, { ...options, extensions })
  }
  log.error({ requestId: exchange.requestId, system, err: error.originalError ?? error }, 'masked an error')
  const masked: ErrorCode = system ? 'SYSTEM_UNAVAILABLE' : 'INTERNAL_SERVER_ERROR'
  const message = system ? `The system \`${system}\` failed.` : 'The gateway failed.'
  const extensions = { next: catalog[masked].next, requestId: exchange.requestId, code: masked }
  return new GraphQLError(message, { ...options, extensions })
}

/** For the ledger: what a subgraph denied with the record at hand. Names that no contract has are told apart there. */
function noteDenied(fields: unknown, { deniedByRecord }: Exchange): void {
  if (!Array.isArray(fields)) return
  for (const field of fields) if (typeof field === 'string') deniedByRecord.add(field as Coordinate)
}

/** `formatError` of Apollo Server: the last look at every error, whichever way it came. Fails closed: unknown means masked. */
export function formatError(formatted: GraphQLFormattedError, error: unknown, log: Log): GraphQLFormattedError {
  const code = toCatalogCode(formatted, error)
  if (code === null) {
    log.error({ err: error }, 'masked an error')
    const { next } = catalog.INTERNAL_SERVER_ERROR
    return { message: 'The gateway failed.', extensions: { code: 'INTERNAL_SERVER_ERROR', next } }
  }
  const { http: _http, stacktrace: _stacktrace, ...extensions } = formatted.extensions ?? {}
  return { ...formatted, extensions: { next: catalog[code].next, ...extensions, code } }
}

function toCatalogCode(formatted: GraphQLFormattedError, error: unknown): ErrorCode | null {
  const code = formatted.extensions?.['code']
  // Apollo masks nothing by itself: an unexpected throw arrives with this code and its own message.
  if (code === 'INTERNAL_SERVER_ERROR' && !isRefusal(error)) return wasMasked(formatted) ? code : null
  return isErrorCode(code) ? code : null
}

/** Errors made by {@link mapExecutionErrors} have been masked already and carry their advice. */
function wasMasked(formatted: GraphQLFormattedError): boolean {
  return formatted.extensions?.['next'] === catalog.INTERNAL_SERVER_ERROR.next
}

/** Apollo writes `@` for "each of a list" where a fetch for a whole list failed; GraphQL knows no such path, so it ends there. */
function pathOf({ path = [] }: GraphQLError): { path?: readonly (string | number)[] } {
  const each = path.indexOf('@')
  const known = each === -1 ? path : path.slice(0, each)
  return known.length > 0 ? { path: known } : {}
}

function withoutStack(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { stacktrace: _stacktrace, exception: _exception, ...rest } = details
  return rest
}
