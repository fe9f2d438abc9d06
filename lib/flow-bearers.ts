/** Against whom it counts what an agent reads: everybody in its chain, the principal it acts for, and the task it names. */
import type { Caller } from './caller.ts'

/** Empty where no agent takes part: people and services read and write under their own responsibility. */
export function bearersOf({ id, actors, onBehalfOf, task }: Caller): readonly string[] {
  const principals = new Set<string>([id, ...actors.map((actor) => actor.id)])
  if (onBehalfOf !== null) principals.add(onBehalfOf)
  if (![...principals].some((principal) => principal.startsWith('agent:'))) return []
  return [...principals, ...(task === null ? [] : [taskBearer(task)])].sort()
}

/** A task among principals: no principal is called so. */
export function taskBearer(task: string): string {
  return `task:${task}`
}
