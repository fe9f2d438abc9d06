/** What is wrong with a definition, and how the checks say it before its place in the file is known. */

export interface DefinitionProblem {
  /** `workflows/invoice.yaml:12` */
  readonly where: string
  /** The node it is about; null when it is about the whole. */
  readonly node: string | null
  readonly message: string
  /** What to do about it. */
  readonly mend: string
}

/** The way to a value of the definition, as its file has it. */
export type DefinitionPath = readonly (string | number)[]

/** A problem at a path of the definition. */
export interface Finding {
  readonly path: DefinitionPath
  readonly message: string
  readonly mend: string
}

/** Where the values of a definition stand in its file. */
export interface Positions {
  readonly file: string
  /** The line of a value, or of the closest thing around it that is in the file; null when no file is known. */
  lineOf(path: DefinitionPath): number | null
}

/** The positions of a definition whose file nobody has. */
export function unknownPositions(file: string): Positions {
  return { file, lineOf: () => null }
}

/** The problems of findings, each once, in the order of the file. */
export function problemsOf(findings: readonly Finding[], positions: Positions): readonly DefinitionProblem[] {
  const placed = findings.map((finding) => ({ finding, line: positions.lineOf(finding.path) }))
  const problems = placed
    .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(({ finding: { path, message, mend }, line }): DefinitionProblem => {
      const where = line === null ? positions.file : `${positions.file}:${String(line)}`
      return { where, node: nodeOf(path), message, mend }
    })
  const told = new Map(problems.map((problem) => [JSON.stringify(problem), problem]))
  return [...told.values()]
}

function nodeOf([group, id]: DefinitionPath): string | null {
  return (group === 'nodes' || group === 'compensations') && typeof id === 'string' ? id : null
}
