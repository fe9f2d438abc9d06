/**
 * A case: who asks what, what must happen, what the ledger must say. `policy test` decides the cases before planning; the
 * end-to-end suite sends the same ones through a running gateway.
 */
import type { Coordinate } from '../../lib/labels.ts'
import type { PurposeName } from '../purposes.ts'
import type { ScopeName } from '../scopes.ts'

/** Who plays which role; `policies/roles/` says what they may. */
export const cast = {
  'support-agent': 'agent:support-agent',
  'sales-agent': 'agent:sales-agent',
  'finance-agent': 'agent:finance-agent',
  'it-ops-agent': 'agent:it-ops-agent',
  'order-agent': 'agent:order-agent',
  'production-agent': 'agent:production-agent',
  'logistics-agent': 'agent:logistics-agent',
  'account-manager': 'person:maria.keller',
  'finance-controller': 'person:jonas.weber',
  'change-manager': 'person:ana.silva',
  'plant-manager': 'person:ruth.meyer',
  'hr-agent': 'agent:hr-agent',
  'hr-manager': 'person:iris.vogel',
  'procurement-agent': 'agent:procurement-agent',
  'purchasing-manager': 'person:bernd.osthoff',
  'supplier-data-agent': 'agent:supplier-data-agent',
  'security-engineer': 'person:omar.haddad',
  auditor: 'person:lena.fischer',
  developer: 'person:dev.patel',
} as const satisfies Readonly<Record<string, `${'agent' | 'person'}:${string}`>>

export type CastRole = keyof typeof cast

/** Coordinates by name, or all that the operation asks for and that are not open to everyone. */
export type ExpectedCoordinates = readonly Coordinate[] | 'all'

/**
 * What must happen. `unknown` is the answer to what the caller may not know of: the same as for what does not exist.
 * `record-denied` passes the gateway and is denied where the record is.
 */
export type Expectation =
  | { readonly outcome: 'allow' }
  | { readonly outcome: 'ask'; readonly asked: readonly Coordinate[]; readonly approvers: readonly CastRole[] }
  | {
      readonly outcome: 'deny'
      readonly denied: ExpectedCoordinates
      /** The smallest set that would help. */
      readonly missingScopes: readonly ScopeName[]
    }
  | { readonly outcome: 'record-denied'; readonly denied: readonly Coordinate[] }
  | { readonly outcome: 'unknown'; readonly undisclosed: ExpectedCoordinates }

/** What the request's records in the ledger must say. */
export interface ExpectedLedger {
  /** True when nothing is fetched. */
  readonly refused: boolean
  readonly denied: ExpectedCoordinates
}

export interface PolicyCase {
  readonly title: string
  readonly as: CastRole
  /** Fewer scopes than the role gives, as a token may ask for. */
  readonly scopes?: readonly ScopeName[]
  readonly purpose?: PurposeName
  /** When it is asked; a Wednesday morning when left out. */
  readonly at?: string
  /** The name of an operation in the group's document. */
  readonly operation: string
  readonly variables?: Readonly<Record<string, unknown>>
  /** Records for record rules, by type. */
  readonly records?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly expect: Expectation
  readonly ledger: ExpectedLedger
}

/** Cases with the document their operations stand in. */
export interface CaseGroup {
  /** `crm`: the operations are in `policies/cases/crm.graphql`. */
  readonly name: string
  readonly cases: readonly PolicyCase[]
}

/** The ledger of a request that went through. */
export const answered: ExpectedLedger = Object.freeze({ refused: false, denied: [] })

/** The ledger of a request that was refused before anything was fetched. */
export function refused(denied: ExpectedCoordinates): ExpectedLedger {
  return { refused: true, denied }
}
