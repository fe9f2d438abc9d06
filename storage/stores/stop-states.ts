/** What a stop may become: the one table of its life. While its release waits for a second person it is in force as before. */
export const stopSteps = {
  ENGAGED: ['RELEASE_PENDING', 'RELEASED'],
  RELEASE_PENDING: ['RELEASED'],
  RELEASED: [],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type StopState = keyof typeof stopSteps

export type StopMode = 'BLOCK_NEW' | 'DRAIN' | 'HALT'

/** What a stop covers. */
export type StopScope =
  | { readonly kind: 'EVERYTHING'; readonly target: null }
  | {
      readonly kind: 'ROLE' | 'AGENT' | 'WORKFLOW' | 'OPERATION' | 'SUBGRAPH' | 'EFFECT'
      /** A role’s key, `agent:support-agent`, a workflow’s key, `Mutation.releasePayment`, a subgraph’s name, `HIGH`. */
      readonly target: string
    }

export type StopScopeKind = StopScope['kind']

/** What there is to stop: the graph and the roles as they are now. */
export interface StopTargets {
  hasCoordinate(coordinate: string): boolean
  hasSubgraph(name: string): boolean
  hasRole(key: string): boolean
}

/** Where there is no graph: a stop may name agents, workflows and effects. */
export const noGraphToStop: StopTargets = {
  hasCoordinate: () => false,
  hasSubgraph: () => false,
  hasRole: () => false,
}
