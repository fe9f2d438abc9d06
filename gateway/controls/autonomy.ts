/**
 * How much an agent decides itself (`autonomy` of its roles): of several roles, and of the agents of a chain, the lowest level
 * counts. People and services decide for themselves.
 */
import type { Coordinate, Effect } from '../../lib/labels.ts'
import { refusal } from '../../lib/errors.ts'
import type { AutonomyLevel, PolicyRevision } from '../../policies/engine/revision.ts'
import type { AskedField } from '../policy/decide.ts'
import { type Caller, chainOf } from '../../lib/caller.ts'
import type { Operation } from '../operation.ts'
import type { Concern } from './controls.ts'

/** The level of a caller: the lowest of its chain's agents; 3 where no agent takes part. An agent without a role has level 0. */
export function autonomyOf(caller: Caller, revision: PolicyRevision): AutonomyLevel {
  const agents = chainOf(caller).filter(({ kind }) => kind === 'agent')
  const levels = agents.flatMap((agent): readonly AutonomyLevel[] =>
    agent.roles.length === 0 ? [0] : agent.roles.map((role) => revision.roles.get(role)?.autonomy ?? 0),
  )
  return levels.reduce<AutonomyLevel>((lowest, level) => (level < lowest ? level : lowest), 3)
}

/** Whether a mutation with this effect waits for a person at a level; what declares no effect counts as the gravest. */
export function waitsAt(level: AutonomyLevel, effect: Effect | null): boolean {
  if (level === 3) return false
  return level < 2 || effect === null || (effect.impact === 'HIGH' && !effect.reversible)
}

/** The role whose holders decide about the acts of a caller: `supervisor` of the role of the agent that acts; null for none. */
export function supervisorOf({ roles }: Caller, revision: PolicyRevision): string | null {
  return (
    roles.map((role) => revision.roles.get(role)?.supervisor).find((supervisor) => supervisor !== undefined) ?? null
  )
}

/** Whether a caller runs no act itself: it is to suggest alone, or nobody is named who could approve what it may not decide. */
export function onlySuggests(caller: Caller, revision: PolicyRevision): boolean {
  const level = autonomyOf(caller, revision)
  return level === 0 || (level < 3 && supervisorOf(caller, revision) === null)
}

/** Mutations by which an agent asks people for something, or takes back what it asked: what follows from them, people decide. */
const asksPeople: ReadonlySet<Coordinate> = new Set(['Mutation.requestAccess', 'Mutation.withdrawAccessRequest'])

/** The mutations of an operation that do something themselves. */
export function actsOf({ kind, roots }: Pick<Operation, 'kind' | 'roots'>): Operation['roots'] {
  if (kind !== 'mutation') return []
  return roots.filter(({ coordinates: [coordinate] }) => !asksPeople.has(coordinate))
}

/** Makes the concern. */
export function createAutonomy(): Concern {
  return {
    name: 'autonomy',
    // Rejects, as every concern does, where it refuses.
    // eslint-disable-next-line @typescript-eslint/require-await
    async assess({ operation, caller, revision, wishes }) {
      const acts = actsOf(operation)
      if (acts.length === 0) return []
      const level = autonomyOf(caller, revision)
      const approvers = supervisorOf(caller, revision)
      if (onlySuggests(caller, revision)) {
        // A suggestion is what a dry run is for.
        if (wishes.dryRun) return []
        throw refusal('AUTONOMY_EXCEEDED', `\`${caller.id}\` may suggest acts, and run none of them.`, {
          autonomy: level,
          mutations: acts.map((root) => root.coordinates[0]),
        })
      }
      return acts.flatMap(({ coordinates: [coordinate], path }): readonly AskedField[] => {
        const effect = revision.index.fields.get(coordinate)?.effect ?? null
        if (approvers === null || !waitsAt(level, effect)) return []
        return [
          {
            coordinate,
            path: path.join('.'),
            approvers,
            reason: reasonOf(level, coordinate),
            source: 'autonomy',
            lineage: [],
          },
        ]
      })
    },
  }
}

function reasonOf(level: AutonomyLevel, coordinate: Coordinate): string {
  return level === 1
    ? `an agent of autonomy level 1 acts only when a person has approved \`${coordinate}\``
    : `\`${coordinate}\` is far-reaching and final, and the agent's autonomy level is 2`
}
