/** What agents have read, as Kysely types; `storage/migrations/0015-flow.ts` makes the tables. */

interface FlowReadColumns {
  /** Whom the read counts against: a principal, or `task:<id>`. */
  readonly bearer: string
  readonly coordinate: string
  readonly request_id: string
  /** The agent that asked. */
  readonly reader: string
  /** The role whose holders decide about that agent; null for none. */
  readonly supervisor: string | null
  readonly at: Date
  readonly expires_at: Date
  /** Counts no more once the bearer's label has a lift of a higher one. */
  readonly generation: number
  /** Rises with each read. */
  readonly seq: number
}

interface FlowTaintTable extends FlowReadColumns {
  readonly label: 'UNTRUSTED' | 'RESTRICTED' | 'PERSONAL'
}

interface FlowValueTable extends FlowReadColumns {
  readonly label: 'RESTRICTED' | 'PERSONAL'
  /** The keyed hash of the value. */
  readonly hash: string
  /** The keyed hash of its beginning, by which it is found inside longer texts; null for a number. */
  readonly anchor: string | null
  /** Letters and digits of a text; 0 for a number. */
  readonly length: number
}

interface FlowLiftTable {
  readonly bearer: string
  readonly label: 'UNTRUSTED' | 'RESTRICTED' | 'PERSONAL'
  readonly generation: number
  readonly id: string
  readonly reason: string
  readonly lifted_by: string
  readonly lifted_at: Date
}

export interface FlowTables {
  'mandate.flow_taints': FlowTaintTable
  'mandate.flow_values': FlowValueTable
  'mandate.flow_lifts': FlowLiftTable
}
