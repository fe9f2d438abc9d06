/**
 * Separation of duty, static: what no principal may hold on both sides of. Which sides there are is written in
 * `policies/conflicts.ts`; this file says who stands on both.
 */
import type { Coordinate } from '../../lib/labels.ts'

/** One of the two things that belong in different hands. */
export interface ConflictSide {
  /** Completes "whoever may …": `change where a supplier is paid`. */
  readonly does: string
  /** Holding one of these is standing on this side. */
  readonly scopes: readonly string[]
  /** Where given, the scopes count at these coordinates only; what a role gives counts everywhere. */
  readonly coordinates?: readonly Coordinate[]
}

/** Two sides that belong in different hands. */
export interface Conflict {
  readonly key: string
  /** What one principal on both sides could do. */
  readonly reason: string
  readonly sides: readonly [ConflictSide, ConflictSide]
  /** Roles that stand on both sides all the same, by key, each with what stands in the way of misuse. */
  readonly exceptions: Readonly<Record<string, string>>
}

/** Something that a principal has: by its roles everywhere, by a grant at its coordinates. */
export interface Holding {
  readonly scopes: readonly string[]
  readonly coordinates: readonly Coordinate[] | 'everywhere'
}

/** A conflict that something added would make. */
export interface MadeConflict {
  readonly conflict: Conflict
  /** The side that would come. */
  readonly added: ConflictSide
  /** The side that is there, or comes with it. */
  readonly held: ConflictSide
}

/** The conflicts among scopes that one principal would hold everywhere. */
export function conflictsOf(scopes: readonly string[], conflicts: readonly Conflict[]): readonly Conflict[] {
  const all: Holding = { scopes, coordinates: 'everywhere' }
  return conflicts.filter(({ sides }) => sides.every((side) => touches(all, side)))
}

/** The conflicts that `added` makes beside what is held; none where both sides are held already. */
export function conflictsMade(
  held: readonly Holding[],
  added: Holding,
  conflicts: readonly Conflict[],
): readonly MadeConflict[] {
  return conflicts.flatMap((conflict): readonly MadeConflict[] => {
    const [one, other] = conflict.sides
    const holds = (side: ConflictSide) => held.some((holding) => touches(holding, side))
    if (holds(one) && holds(other)) return []
    if (touches(added, one) && (holds(other) || touches(added, other))) return [{ conflict, added: one, held: other }]
    if (touches(added, other) && holds(one)) return [{ conflict, added: other, held: one }]
    return []
  })
}

function touches({ scopes, coordinates }: Holding, side: ConflictSide): boolean {
  if (!side.scopes.some((scope) => scopes.includes(scope))) return false
  if (side.coordinates === undefined || coordinates === 'everywhere') return true
  return side.coordinates.some((coordinate) => coordinates.includes(coordinate))
}
