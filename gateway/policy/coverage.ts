/** Which coordinates the cases cover: a rule that no case has seen allow, and none has seen refuse, is a guess. */
import type { Coordinate } from '../../lib/labels.ts'
import { isOpenToEveryone } from '../../policies/engine/check-rule.ts'
import type { CompiledRule, PolicyRevision } from '../../policies/engine/revision.ts'
import { isSatisfiable } from '../../policies/engine/settle.ts'
import type { CaseResult } from './run-case.ts'

export interface CoordinateCoverage {
  readonly coordinate: Coordinate
  /** Cases in which the coordinate was let through. */
  readonly allowed: number
  /** Cases in which it was denied, put to a person, or not known. */
  readonly refused: number
  /** What is missing: nothing, a case that allows, a case that refuses, or both. */
  readonly lacks: readonly ('allow' | 'refuse')[]
}

/** Coverage of every ruled coordinate, in the order of the contracts. */
export function coverageOf(results: readonly CaseResult[], revision: PolicyRevision): readonly CoordinateCoverage[] {
  const allowed = new Map<Coordinate, number>()
  const refused = new Map<Coordinate, number>()
  for (const result of results) {
    const stopped = new Set(refusedBy(result))
    const through = ['allow', 'record-denied'].includes(result.happened.outcome) ? result.requested : []
    for (const coordinate of stopped) count(refused, coordinate)
    for (const coordinate of through) if (!stopped.has(coordinate)) count(allowed, coordinate)
  }
  return [...revision.rules.values()].map((rule) => {
    const yes = allowed.get(rule.coordinate) ?? 0
    const no = refused.get(rule.coordinate) ?? 0
    const lacks = [
      ...(yes === 0 && canBeAllowed(rule, revision) ? (['allow'] as const) : []),
      ...(no === 0 && !isOpenToEveryone(rule.rule) ? (['refuse'] as const) : []),
    ]
    return { coordinate: rule.coordinate, allowed: yes, refused: no, lacks }
  })
}

function refusedBy({ happened }: CaseResult): readonly Coordinate[] {
  switch (happened.outcome) {
    case 'deny':
    case 'record-denied':
      return happened.denied
    case 'unknown':
      return happened.undisclosed
    case 'ask':
      return happened.asked
    case 'allow':
    case 'broken':
      return []
  }
}

/** False for what nobody may use, whoever it is and whatever it holds. */
function canBeAllowed({ rule }: CompiledRule, revision: PolicyRevision): boolean {
  const scopes = [...revision.scopes.keys()]
  return (['agent', 'person', 'service'] as const).some((kind) => isSatisfiable(rule, { kind, roles: [], scopes }))
}

function count(counts: Map<Coordinate, number>, coordinate: Coordinate): void {
  counts.set(coordinate, (counts.get(coordinate) ?? 0) + 1)
}
