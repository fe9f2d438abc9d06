/** The rows of a peer: kept in memory, each with a version and two times, as a small business system keeps them. */

export interface PeerRow extends Record<string, unknown> {
  readonly id: number
  version: number
  created: string
}

export interface PeerTable {
  readonly rows: PeerRow[]
  add(values: Readonly<Record<string, unknown>>): PeerRow
  change(row: PeerRow, values: Readonly<Record<string, unknown>>): PeerRow
}

/** An empty table; times are those of the suite's world, so that they can be asserted. */
export function createTable(now: () => Date): PeerTable {
  const rows: PeerRow[] = []
  let last = 0
  return {
    rows,
    add(values) {
      const row = { ...values, id: ++last, version: 1, created: now().toISOString() }
      rows.push(row)
      return row
    },
    change(row, values) {
      Object.assign(row, values, { version: row.version + 1 })
      return row
    },
  }
}

/** Compares as most systems do: missing values are the lowest, text by its code points. */
export function compare(a: unknown, b: unknown): number {
  if (a === b) return 0
  if (a === null || a === undefined) return -1
  if (b === null || b === undefined) return 1
  return a < b ? -1 : 1
}
