/** What can be wrong with a file of pilots: where it is, what it is, and how to mend it. */

export interface ImportProblem {
  /** From 1; the line on which the row begins. */
  readonly line: number
  /** Null when the row or the file as a whole is meant. */
  readonly column: {
    readonly name: string
    /** From 1: the cell in a line of CSV, the character in a line of JSON. */
    readonly number: number
  } | null
  /** What is wrong, one sentence. */
  readonly problem: string
  /** What to do, one sentence. */
  readonly mend: string
}

/** One value of a row, before it is read. */
export interface RawCell {
  /** As the file names it. */
  readonly name: string
  readonly line: number
  readonly number: number
  readonly value: unknown
}

/** One row of a file. */
export interface RawRow {
  readonly line: number
  readonly cells: readonly RawCell[]
  /** What is wrong with its form; its cells are still read, so that everything is told at once. */
  readonly problems: readonly ImportProblem[]
}

/** A file, or why it cannot be read as one: then nothing of it is taken. */
export type RawFile =
  | { readonly ok: true; readonly rows: readonly RawRow[] }
  | { readonly ok: false; readonly problems: readonly ImportProblem[] }

/** The most rows of one file. */
export const mostRows = 2_000
/** The most characters of one file. */
export const mostCharacters = 4_000_000

/** A file that cannot be read. */
export function unreadable(
  line: number,
  problem: string,
  mend: string,
  column: ImportProblem['column'] = null,
): RawFile {
  return { ok: false, problems: [{ line, column, problem, mend }] }
}
