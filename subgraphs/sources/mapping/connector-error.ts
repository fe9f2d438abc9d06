/** What is wrong with a connector file or with what it refers to: where, and how to mend it. */

/** One problem. `line` counts from 1; null where it is about the file as a whole. */
export interface ConnectorProblem {
  readonly file: string
  readonly line: number | null
  /** The place in the file, `entities.Supplier.fields.name`. */
  readonly at: string
  /** What is wrong and what to do, as one sentence. */
  readonly message: string
}

/** A connector that cannot be used. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError'
  readonly problems: readonly ConnectorProblem[]

  constructor(connector: string, problems: readonly ConnectorProblem[]) {
    const lines = problems.map(({ file, line, at, message }) => {
      const place = line === null ? file : `${file}:${line}`
      return `  - ${place} \`${at}\`: ${message}`
    })
    super(`The connector \`${connector}\` cannot be used:\n${lines.join('\n')}`)
    this.problems = problems
  }
}
