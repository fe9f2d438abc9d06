/**
 * Every way in which an identity can be refused, with the little that its caller is told. The true cause stands beside the
 * error, never on it, and is read by the ledger alone.
 */
import type { GraphQLError } from 'graphql'
import { refusal, type ErrorCode, type ErrorDetails } from '../../lib/errors.ts'

interface Told {
  readonly code: ErrorCode
  readonly message: string
}

const notValid: Told = { code: 'UNAUTHENTICATED', message: 'The access token is not valid.' }
const notOneHeader: Told = {
  code: 'UNAUTHENTICATED',
  message: 'Send exactly one `Authorization` header, with the scheme `Bearer` and one access token.',
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
  'keys-unavailable': unavailable,
  'kill-list-stale': unavailable,
  'token-revoked': { code: 'IDENTITY_REVOKED', message: 'This access token has been revoked.' },
  'tokens-before-revoked': { code: 'IDENTITY_REVOKED', message: 'This access token has been revoked.' },
  'principal-revoked': revoked,
  'purpose-repeated': {
    code: 'PURPOSE_NOT_ALLOWED',
    message: 'Send the header `mandate-purpose` at most once.',
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
