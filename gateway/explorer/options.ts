/** What the explorer is told from outside: where the endpoint is, who there is to explore as, what there is to try. */

import type { Log } from '../log.ts'

/** An identity that somebody may explore as. */
export interface ExplorerIdentity {
  /** What people type: `support-agent`. */
  readonly name: string
  /** One line for the list. */
  readonly title: string
  /** `agent:support-agent`. */
  readonly principal: string
  readonly roles: readonly string[]
}

/** An example operation, with the identity it is written for. */
export interface Preset {
  /** In addresses: `/graphql?example=three-systems`. */
  readonly name: string
  /** One line for the list. */
  readonly title: string
  /** The name of an {@link ExplorerIdentity}. */
  readonly as: string
  readonly query: string
  /** A value equal to {@link newKey} is replaced by a fresh key each time the example is chosen. */
  readonly variables: Readonly<Record<string, unknown>>
}

/** Stands in a preset's variables for a new idempotency key. */
export const newKey = '{a new key}'

export interface ExplorerOptions {
  /** The path of the GraphQL endpoint, `/graphql`. */
  readonly endpoint: string
  /** The first one is chosen at the start; when there are none the page asks for an access token. */
  readonly identities: readonly ExplorerIdentity[]
  /** Makes an access token for the identity with this name. */
  readonly mint: (identityName: string) => Promise<string>
  readonly presets: readonly Preset[]
  /** Where a token that could not be made is told about; the browser learns no cause. */
  readonly log: Pick<Log, 'error'>
}
