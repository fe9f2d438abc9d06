/**
 * What a denied caller sends to ask for what it lacks: a mutation that is ready, with the fields that may be asked for. None is made
 * for what nobody may ask for, and none for what the caller may not know of.
 */
import type { Coordinate } from '../../lib/labels.ts'
import { authorityOf } from '../../policies/engine/evaluate.ts'
import { isSatisfiable } from '../../policies/engine/settle.ts'
import type { Exchange } from '../exchange.ts'
import { roleScopes } from '../identity/effective.ts'
import type { Decision, DeniedField } from './decide.ts'

export interface RequestDraft {
  readonly query: string
  readonly variables: {
    readonly input: {
      readonly idempotencyKey: string
      readonly coordinates: readonly Coordinate[]
      readonly purpose: string
      readonly reason: string
      readonly duration: string
    }
  }
  /** Whether the operation would be allowed when all of it was granted. */
  readonly enough: boolean
}

const query =
  'mutation RequestAccess($input: RequestAccessInput!) { requestAccess(input: $input) { requests { id status decider } } }'
const mutation: Coordinate = 'Mutation.requestAccess'
/** As many as one request may name. */
const maxCoordinates = 50

/** The draft for a denied operation; null where asking helps nothing, or this caller cannot ask. */
export function draftRequest(
  { denied, undisclosed }: Extract<Decision, { outcome: 'deny' }>,
  { caller, revision, requestId }: Pick<Exchange, 'caller' | 'revision' | 'requestId'>,
): RequestDraft | null {
  const rule = revision.rules.get(mutation)?.rule
  // A grant is its holder's own: who acts on behalf of somebody else would not have more by it.
  if (rule === undefined || caller.actors.length > 0 || !isSatisfiable(rule, authorityOf(caller))) return null
  const purpose = caller.purpose ?? purposesOf(caller.roles, revision.roles)[0]
  if (purpose === undefined) return null
  const held = new Set(roleScopes(caller, revision.roles))
  const askable = denied.filter((field) => mayBeAsked(field, held, revision.scopes))
  const coordinates = [...new Set(askable.map(({ coordinate }) => coordinate))]
  if (coordinates.length === 0) return null
  const input = {
    idempotencyKey: `access-${requestId}`,
    coordinates: coordinates.slice(0, maxCoordinates),
    purpose,
    reason: `Needed for the request ${requestId}, which was denied.`,
    duration: 'P7D',
  }
  const enough = undisclosed.length === 0 && askable.length === denied.length && coordinates.length <= maxCoordinates
  return { query, variables: { input }, enough }
}

/** Every scope that is missing may be asked for of somebody, and is not one that only the token leaves out. */
function mayBeAsked(
  { missingScopes }: DeniedField,
  held: ReadonlySet<string>,
  scopes: Exchange['revision']['scopes'],
): boolean {
  return (
    missingScopes.length > 0 &&
    missingScopes.every(
      ({ scope, requestable }) => requestable && !held.has(scope) && scopes.get(scope)?.decidedBy !== undefined,
    )
  )
}

function purposesOf(keys: readonly string[], roles: Exchange['revision']['roles']): readonly string[] {
  return keys.flatMap((key) => roles.get(key)?.purposes ?? [])
}
