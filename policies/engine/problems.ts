/** Collects what is wrong with the policies, each thing once, with its place in words that an editor can jump to. */
import path from 'node:path'
import type { Coordinate } from '../../lib/labels.ts'
import type { Finding } from './check-rule.ts'
import type { PolicyProblem } from './types.ts'

export class Problems {
  readonly list: PolicyProblem[] = []
  readonly #root: string

  /** `root` is the folder that paths in messages start from. */
  constructor(root: string) {
    this.#root = root
  }

  add(where: string, coordinate: Coordinate | null, message: string, mend: string): void {
    const known = this.list.some(
      (problem) => problem.where === where && problem.coordinate === coordinate && problem.message === message,
    )
    if (!known) this.list.push({ where, coordinate, message, mend })
  }

  /** A finding about a rule stands where the rule was written; `fallback` is the entry of the table. */
  addFinding({ where, message, mend }: Finding, fallback: string, coordinate: Coordinate): void {
    const shown = where === null ? fallback : path.relative(this.#root, where)
    // A rule from outside the policies (a test, a constant of the vocabulary) is of no help to who edits the table.
    this.add(shown.startsWith('..') ? fallback : shown, coordinate, message, mend)
  }
}
