/** What `@label` and `@effect` say about a coordinate. Policies, ledger redaction and approval defaults read these. */

/** How protected a value is, from the least to the most; PERSONAL and UNTRUSTED stand beside the scale. */
export const sensitivities = ['PUBLIC', 'INTERNAL', 'CONFIDENTIAL', 'RESTRICTED', 'PERSONAL', 'UNTRUSTED'] as const
export type Sensitivity = (typeof sensitivities)[number]

/** How much a mutation can do. */
export const impacts = ['LOW', 'MEDIUM', 'HIGH'] as const
export type Impact = (typeof impacts)[number]

export interface Effect {
  readonly impact: Impact
  readonly reversible: boolean
}

/** A read of one of these waits for its ledger entry (architecture, step 6). */
export const sensitiveReads: ReadonlySet<Sensitivity> = new Set<Sensitivity>(['RESTRICTED'])

/** A schema coordinate, `Type.field` (GraphQL specification, schema coordinates). */
export type Coordinate = `${string}.${string}`
