/**
 * The one catalogue of errors. A code never changes its meaning; `next` tells the calling agent what to do.
 * `docs/errors.md` is generated from here.
 */
import { GraphQLError, type GraphQLErrorOptions } from 'graphql'

export interface CatalogEntry {
  /** HTTP status when the whole request is refused with this code. */
  readonly status: number
  /** What happened, for people who read the catalogue. */
  readonly meaning: string
  /** One sentence for the calling agent: what to do next. */
  readonly next: string
}

export const catalog = {
  // The request itself
  BAD_REQUEST: {
    status: 400,
    meaning: 'The HTTP request is not a GraphQL request.',
    next: 'Send POST with Content-Type application/json and a body {"query": "…", "variables": {…}}.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    meaning: 'The body is larger than the gateway accepts.',
    next: 'Send a shorter operation and pass large values in several requests.',
  },
  UNAUTHENTICATED: {
    status: 401,
    meaning: 'There is no token, or it does not verify.',
    next: 'Get a fresh access token from the authorization server named in WWW-Authenticate, then retry.',
  },
  IDENTITY_REVOKED: {
    status: 401,
    meaning: 'The token or its principal has been revoked.',
    next: 'Stop, and ask the owner of this identity; a new token will not help while the principal is revoked.',
  },
  IDENTITY_UNAVAILABLE: {
    status: 503,
    meaning:
      'The identity cannot be checked now: the keys of the issuer, the revocation list or the memory of used proofs are out of reach.',
    next: 'Wait a few seconds, then retry with the same token.',
  },
  PROOF_REQUIRED: {
    status: 401,
    meaning: 'The request must prove that its sender holds a key (DPoP, RFC 9449), and does not.',
    next: 'Ask for the token with a `DPoP` header, so that it is bound to your key; then send `Authorization: DPoP <token>` and a new proof with each request.',
  },
  PROOF_INVALID: {
    status: 401,
    meaning: 'The DPoP proof is not for this request, this token and this key, or was used before.',
    next: 'Make a new proof for this very request, as `reason` says: own `jti`, `iat` now, `htm` and `htu` of the request, `ath` of the token.',
  },
  PURPOSE_NOT_ALLOWED: {
    status: 403,
    meaning: 'The declared purpose is not one that the roles of the caller allow.',
    next: 'Declare one of the purposes named in `allowed`, or leave the header out.',
  },
  // The operation
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    meaning: 'The operation is not valid GraphQL syntax.',
    next: 'Correct the syntax at the named position, then retry.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    meaning: 'The operation does not fit the schema that this caller may see.',
    next: 'Read the schema by introspection and correct the named field, argument or variable.',
  },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    meaning: 'The document has several operations and none, or an unknown one, was chosen.',
    next: 'Send `operationName` with the name of one operation of the document.',
  },
  BAD_USER_INPUT: {
    status: 400,
    meaning: 'A variable does not fit its declared type.',
    next: 'Correct the named variable, then retry.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 400,
    meaning: 'Callers cannot register operations by hash.',
    next: 'Send the full operation text.',
  },
  OPERATION_TOO_LARGE: {
    status: 400,
    meaning: 'The document has more tokens than allowed.',
    next: 'Split the operation, and pass values as variables.',
  },
  OPERATION_TOO_DEEP: {
    status: 400,
    meaning: 'Selections are nested deeper than allowed.',
    next: 'Ask for the inner objects in a second operation, by id.',
  },
  TOO_MANY_ALIASES: {
    status: 400,
    meaning: 'The document has more aliases than allowed, counted after fragments are expanded.',
    next: 'Use the list fields with a filter instead of one alias an object, or split the operation.',
  },
  ALIAS_CONFLICT: {
    status: 400,
    meaning: 'An alias or an argument of the caller stands where the answer to another field is made from.',
    next: 'Give the named field an alias that is the name of no other field, then retry.',
  },
  TOO_MANY_DIRECTIVES: {
    status: 400,
    meaning: 'The document has more directives than allowed.',
    next: 'Leave out the repeated directives.',
  },
  INTROSPECTION_MIXED: {
    status: 400,
    meaning: 'Introspection and data were asked for in one operation.',
    next: 'Send introspection as an operation of its own.',
  },
  COST_EXCEEDED: {
    status: 400,
    meaning: 'The estimated cost is above what one operation may cost.',
    next: 'Ask for smaller pages (`first`) or fewer nested lists; `extensions.cost` has the estimate and the limit.',
  },
  RATE_LIMITED: {
    status: 429,
    meaning: 'The caller has used its cost units for this minute.',
    next: 'Wait `retryAfterSeconds`, then retry.',
  },
  LIMITS_UNAVAILABLE: {
    status: 503,
    meaning: 'The shared rate limits cannot be read, so mutations are refused.',
    next: 'Nothing was changed; retry in a few seconds with the same idempotency key.',
  },
  // The mandate
  AGENT_NOT_REGISTERED: {
    status: 401,
    meaning: 'The token is good, and nobody has registered the agent that it names.',
    next: 'Stop, and ask a person to have this agent registered; a new token will not help before that.',
  },
  AGENT_NOT_ACTIVE: {
    status: 401,
    meaning: 'The agent is registered and not active: not approved yet, suspended, quarantined or retired.',
    next: 'Stop, and ask the owner of this agent; once it is active again, get a new token.',
  },
  POLICY_DENIED: {
    status: 403,
    meaning: 'The rules deny at least one field; nothing was fetched.',
    next: 'Drop the named fields, or ask their owner for the missing scopes.',
  },
  APPROVAL_REQUIRED: {
    status: 403,
    meaning: 'People must decide about this act first; nothing was changed, and nothing was read for the caller.',
    next: 'Ask `approval(id: …, wait: "20s")` with the id in `extensions.approval` until it is settled, and do not send the act again; where there is no id, hand the act to one of the named approvers.',
  },
  APPROVAL_LAPSED: {
    status: 409,
    meaning:
      'The approval cannot be used: its time is over, it was used, or the rules, the record or the act have changed.',
    next: 'Read the records again, then send the act with a new idempotency key; it is put to people once more.',
  },
  APPROVAL_REJECTED: {
    status: 403,
    meaning: 'People rejected the same act a short time ago.',
    next: 'Read the reason, and do something else; the same act may be asked for again after `retryAfter`.',
  },
  APPROVAL_LIMIT: {
    status: 429,
    meaning: 'The caller has as many open requests for approval as it may have.',
    next: 'Wait until people have decided, or withdraw what is not needed any more with `withdrawApproval`.',
  },
  APPROVER_EXCLUDED: {
    status: 403,
    meaning: 'This person may not decide about this request, or has decided already.',
    next: 'Leave the decision to somebody else with the named role who takes no part in the act.',
  },
  STEP_UP_REQUIRED: {
    status: 403,
    meaning: 'The decision needs a sign-in that is more recent than that of this token.',
    next: 'Sign in again, then decide with the new token.',
  },
  AUTONOMY_EXCEEDED: {
    status: 403,
    meaning: 'The roles of the agent let it suggest acts, not run them, or nobody is there who could approve.',
    next: 'Send the same operation with `extensions: {"dryRun": true}`, and hand the report to a person.',
  },
  FLOW_REFUSED: {
    status: 403,
    meaning:
      'What the agent has read before makes this act wait for a person, and its roles name nobody who could decide.',
    next: 'Ask `myTaints` what was read, and hand the act to a person, or ask one who may lift what you have read.',
  },
  FLOW_UNAVAILABLE: {
    status: 503,
    meaning:
      'What an agent reads cannot be noted, or what it has read cannot be looked up, so no answer leaves and no act is run.',
    next: 'Nothing was changed unless `outcome` says `unknown`; retry later with the same idempotency key.',
  },
  BUDGET_EXCEEDED: {
    status: 429,
    meaning:
      'The operation would use more than a budget of the agent, of its role or of the task has left; nothing was done.',
    next: 'Wait until `resetsAt`, or ask for less; what asks for more than `limit` at once never fits.',
  },
  BUDGETS_UNAVAILABLE: {
    status: 503,
    meaning: 'The budgets cannot be counted now, so nothing that draws on one is done.',
    next: 'Nothing was done; retry in a few seconds, a mutation with the same idempotency key.',
  },
  STOPPED: {
    status: 403,
    meaning:
      'A stop is in force that covers the caller, its role, its workflow, the operation, the system or the effect.',
    next: 'Do nothing more of this kind and tell the person you work for: only people release a stop, and retrying does not help.',
  },
  STOPS_UNAVAILABLE: {
    status: 503,
    meaning: 'Whether a stop is in force cannot be told now, so nothing is done.',
    next: 'Nothing was done; retry in a few seconds, a mutation with the same idempotency key.',
  },
  RECORD_DENIED: {
    status: 403,
    meaning: 'The rules deny this field for this record.',
    next: 'Go on without this record, or ask its owner.',
  },
  // Workflows and their tasks
  LEASE_LOST: {
    status: 409,
    meaning:
      'The lease does not hold: it ended without a heartbeat, the task was taken away, or the token is of another.',
    next: 'Stop working on the task at once and write nothing more for it; claim again to get work.',
  },
  TASK_NOT_OPEN: {
    status: 409,
    meaning: 'The task is in a state in which this cannot be done to it.',
    next: 'Read the task again, and go on only where its `state` allows it.',
  },
  TASK_TAKEN: {
    status: 409,
    meaning: 'Somebody else has the task, or it is kept for somebody else.',
    next: 'Leave the task to its holder, and claim another.',
  },
  NOT_ELIGIBLE: {
    status: 403,
    meaning:
      'The caller is not one of those who may do this to the task: by its role, its kind, what it holds already, or its part in the run.',
    next: 'Leave the task to others; claim with one of your roles, and end what you hold first.',
  },
  RUN_NOT_OPEN: {
    status: 409,
    meaning: 'The run is over, stands still, or is being undone.',
    next: 'Read the `status` of the run; a run that stands still goes on when people resume it, one that is over never does.',
  },
  RUN_EXISTS: {
    status: 409,
    meaning: 'An open run of the workflow has the same business key, and the caller has no part in it.',
    next: 'Start nothing more for this: the work is being done already, under somebody else.',
  },
  EVENT_NOT_AWAITED: {
    status: 409,
    meaning: 'No step of the run waits for such an event with such a key now; nothing was changed.',
    next: 'Look at the `steps` of the run for one of the kind `awaitEvent`; send the event again, with a new idempotency key, when it is `WAITING`.',
  },
  RESULT_INVALID: {
    status: 422,
    meaning: 'The result is not as the `resultSchema` of the task says; nothing was changed, and the lease goes on.',
    next: 'Correct what `problems` names and complete the task again before its lease ends.',
  },
  CONTEXT_CONFLICT: {
    status: 409,
    meaning: 'Somebody wrote to the context of the run since the caller read it.',
    next: 'Read the context of the run again, then write with its `contextRevision` and a new idempotency key.',
  },
  // The systems
  NOT_FOUND: {
    status: 404,
    meaning: 'No record with this id is visible to the caller.',
    next: 'Look the record up by a list or search field, then retry with its id.',
  },
  INVALID_INPUT: {
    status: 400,
    meaning: 'An argument breaks a rule of the system.',
    next: 'Correct the named argument, then send the mutation with a new idempotency key.',
  },
  ILLEGAL_TRANSITION: {
    status: 409,
    meaning: 'The record cannot go from its state to the one asked for.',
    next: 'Choose one of the states in `legal`.',
  },
  SEPARATION_OF_DUTY: {
    status: 403,
    meaning:
      'Two things that belong in different hands would come into one: two steps of one act, or access that makes both possible.',
    next: 'Hand this to somebody else who may do it; nothing was changed.',
  },
  VERSION_CONFLICT: {
    status: 409,
    meaning: 'Somebody changed the record since it was read.',
    next: 'Read the record again, then retry with its current `version` and a new idempotency key.',
  },
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    meaning: 'The idempotency key was used for another act.',
    next: 'Use a new idempotency key for a new act; repeat a key only with the same arguments.',
  },
  SYSTEM_UNAVAILABLE: {
    status: 502,
    meaning: 'A system behind the gateway failed or could not be reached.',
    next: 'Retry in a few seconds; for a mutation, repeat the same idempotency key.',
  },
  NOT_SUPPORTED: {
    status: 400,
    meaning: 'The system behind the gateway cannot do what was asked: this filter, this order, or this kind of change.',
    next: 'Ask without the named filter or order, or for less; a change that is not possible here must be made in the system itself.',
  },
  OUTCOME_UNKNOWN: {
    status: 502,
    meaning: 'A system broke off while it made a change, and whether it was made cannot be told.',
    next: 'Repeat the same key, which never acts twice, to have it looked up; while it stays unknown, read the records named in `changes` before anything else is done.',
  },
  PARTLY_DONE: {
    status: 502,
    meaning:
      'An act of several changes failed after at least one of them was made, and the system cannot take it back.',
    next: 'Read the records named in `done`, and ask their owner to complete or undo the act; the same key is never acted on twice.',
  },
  // The gateway
  LEDGER_UNAVAILABLE: {
    status: 503,
    meaning: 'The ledger cannot be written, so nothing that needs a record is done.',
    next: 'Nothing was changed unless `outcome` says `unknown`; retry later with the same idempotency key.',
  },
  TIMEOUT: {
    status: 504,
    meaning: 'The request took longer than allowed.',
    next: 'Ask for less at once, then retry; for a mutation, repeat the same idempotency key.',
  },
  CANCELLED: {
    status: 499,
    meaning: 'The client went away before the answer.',
    next: 'Retry; for a mutation, repeat the same idempotency key.',
  },
  EXPLORER_NOT_HERE: {
    status: 403,
    meaning: 'The explorer gives demo tokens to its own page only, in a browser on the machine that runs the gateway.',
    next: 'Open the explorer on the machine that runs the gateway, or paste an access token of your own into it.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    meaning: 'An error of the gateway; its details are in the log under the request id.',
    next: 'Retry once; if it stays, report the request id.',
  },
} as const satisfies Record<string, CatalogEntry>

export type ErrorCode = keyof typeof catalog

/** True for a code of the catalogue; narrows an unknown value from the outside. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(catalog, value)
}

/** What a refusal tells beside its message: plain data for the agent, never internals. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/**
 * Makes the error of the catalogue for `code`: `extensions.code`, `extensions.next` and the details, with the HTTP status
 * that Apollo Server reads from `extensions.http`.
 */
export function refusal(
  code: ErrorCode,
  message: string,
  details: ErrorDetails = {},
  options: GraphQLErrorOptions = {},
): GraphQLError {
  const { status, next } = catalog[code]
  return new GraphQLError(message, {
    ...options,
    extensions: { next, ...details, code, http: { status } },
  })
}

/** True for an error made by {@link refusal}: its message was written for the caller and may leave as it is. */
export function isRefusal(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && isErrorCode(error.extensions['code']) && 'next' in error.extensions
}
