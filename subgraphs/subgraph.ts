/** What a subgraph is to the gateway: a name, a contract, and one way to be asked. */
import type { Statement } from '../lib/statement.ts'

export interface SubgraphRequest {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly operationName: string | null
  readonly statement: Statement
  readonly signal: AbortSignal
}

/** One error of a fetch: the GraphQL response form (specification, section 7.1.2). */
export interface SubgraphError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions?: Readonly<Record<string, unknown>>
}

export interface SubgraphResponse {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly SubgraphError[]
  readonly extensions?: {
    readonly mandate?: {
      /** How often each coordinate was resolved in this fetch, counted by the resolver plugin: `{"Account.name": 12}`. */
      readonly resolved?: Readonly<Record<string, number>>
    }
  }
}

export interface Subgraph {
  readonly name: string
  /** The SDL of `schema/<name>.graphql`. */
  readonly sdl: string
  /** Answers one fetch of the gateway. Never rejects for what a resolver did: that is in `errors`. */
  execute(request: SubgraphRequest): Promise<SubgraphResponse>
  close(): Promise<void>
}
