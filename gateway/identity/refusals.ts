/**
 * Every way in which an identity can be refused, with the little that its caller is told. The true cause stands beside the
 * error, never on it, and is read by the ledger alone.
 */
import type { GraphQLError } from 'graphql'
import type { Caller } from '../../lib/caller.ts'
import { refusal, type ErrorCode, type ErrorDetails } from '../../lib/errors.ts'

interface Told {
  readonly code: ErrorCode
  readonly message: string
}

const notValid: Told = { code: 'UNAUTHENTICATED', message: 'The access token is not valid.' }
const notOneHeader: Told = {
  code: 'UNAUTHENTICATED',
  message: 'Send exactly one `Authorization` header, with the scheme `Bearer` or `DPoP` and one access token.',
}
const unavailable: Told = { code: 'IDENTITY_UNAVAILABLE', message: 'The identity cannot be checked at the moment.' }
const revoked: Told = { code: 'IDENTITY_REVOKED', message: 'This identity has been revoked.' }

const causes = {
  'token-missing': {
    code: 'UNAUTHENTICATED',
    message: 'This gateway needs an access token in the header `Authorization: Bearer …`.',
  },
  'header-repeated': notOneHeader,
  'header-malformed': notOneHeader,
  'token-in-query': {
    code: 'UNAUTHENTICATED',
    message: 'Send the access token in the header `Authorization: Bearer …`, not in the address.',
  },
  'token-too-long': notValid,
  'token-malformed': notValid,
  'token-encrypted': notValid,
  'member-repeated': notValid,
  'header-forbidden': notValid,
  'type-wrong': notValid,
  'algorithm-refused': notValid,
  'key-id-missing': notValid,
  'key-unknown': notValid,
  'issuer-unknown': notValid,
  'signature-wrong': notValid,
  'token-expired': { code: 'UNAUTHENTICATED', message: 'The access token has expired.' },
  'token-too-old': { code: 'UNAUTHENTICATED', message: 'The access token has expired.' },
  'not-yet-valid': notValid,
  'audience-wrong': { code: 'UNAUTHENTICATED', message: 'The access token was not issued for this gateway.' },
  'claim-missing': notValid,
  'claim-wrong': notValid,
  'kind-not-allowed': notValid,
  'chain-too-long': notValid,
  'token-bound': {
    code: 'UNAUTHENTICATED',
    message: 'The access token is bound to a key and is not accepted as a bearer token.',
  },
  'token-not-bound': {
    code: 'UNAUTHENTICATED',
    message: 'The access token is not bound to a key: send it with the scheme `Bearer`.',
  },
  'proof-required': {
    code: 'PROOF_REQUIRED',
    message: 'A role behind this access token asks for one that is bound to a key (RFC 9449).',
  },
  'proof-missing': {
    code: 'PROOF_REQUIRED',
    message: 'The access token is bound to a key, and the request has no proof of that key in the header `DPoP`.',
  },
  'proof-repeated': { code: 'PROOF_INVALID', message: 'Send exactly one `DPoP` header, with one proof.' },
  'proof-invalid': { code: 'PROOF_INVALID', message: 'The proof in the header `DPoP` does not fit this request.' },
  'proof-replayed': { code: 'PROOF_INVALID', message: 'The proof in the header `DPoP` has been used before.' },
  'proofs-unavailable': unavailable,
  'keys-unavailable': unavailable,
  'kill-list-stale': unavailable,
  'token-revoked': { code: 'IDENTITY_REVOKED', message: 'This access token has been revoked.' },
  'tokens-before-revoked': { code: 'IDENTITY_REVOKED', message: 'This access token has been revoked.' },
  'principal-revoked': revoked,
  'agent-unknown': { code: 'AGENT_NOT_REGISTERED', message: 'This agent is not registered here.' },
  'agent-not-active': { code: 'AGENT_NOT_ACTIVE', message: 'An agent of this token is not active.' },
  'agent-was-out': { code: 'IDENTITY_REVOKED', message: 'This access token has been revoked.' },
  'directory-stale': unavailable,
  'purpose-repeated': {
    code: 'PURPOSE_NOT_ALLOWED',
    message: 'Send the header `mandate-purpose` at most once.',
  },
  'task-malformed': {
    code: 'BAD_REQUEST',
    message:
      'Send the header `mandate-task` at most once, with a task id of 1 to 100 letters, digits, dots, colons, dashes and underscores.',
  },
  'purpose-not-allowed': {
    code: 'PURPOSE_NOT_ALLOWED',
    message: 'The purpose in the header `mandate-purpose` is not one that this identity may declare.',
  },
} as const satisfies Record<string, Told>

/** Why an identity was refused; a stable word for the ledger and for tests. */
export type IdentityCause = keyof typeof causes

/** What the ledger keeps of a refused identity. */
export interface RefusalReason {
  readonly cause: IdentityCause
  /** One sentence with the particulars, without any secret. */
  readonly detail: string
}

const reasons = new WeakMap<GraphQLError, RefusalReason>()

/** Makes the error for a refused identity and notes its true cause beside it. */
export function refuseIdentity(cause: IdentityCause, detail: string, details: ErrorDetails = {}): GraphQLError {
  const { code, message } = causes[cause]
  const error = refusal(code, message, details)
  reasons.set(error, Object.freeze({ cause, detail }))
  return error
}

/** The true cause of an error that {@link refuseIdentity} made; null for every other error. */
export function refusalReason(error: unknown): RefusalReason | null {
  return reasons.get(error as GraphQLError) ?? null
}

const callers = new WeakMap<object, Caller>()

/** Notes whose good token came with an error, so that the ledger names who was turned away; gives the error. */
export function turnedAway(error: unknown, caller: Caller): unknown {
  if (typeof error === 'object' && error !== null) callers.set(error, caller)
  return error
}

/** Whose good token came with an error, as {@link turnedAway} noted it; null where nobody proved who they are. */
export function whoWasTurnedAway(error: unknown): Caller | null {
  return typeof error === 'object' && error !== null ? (callers.get(error) ?? null) : null
}
