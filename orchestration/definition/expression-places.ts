/** Every expression of a definition with what it sees, as the interpreter gives it. */
import { activitiesOf, nodesOfType, type PlacedActivity } from './activities.ts'
import type { VariableName } from './cel-environment.ts'
import type { DefinitionPath } from './definition-problem.ts'
import { isExpression } from './expressions.ts'
import type { WorkflowDefinition } from './model.ts'

/** Where an expression stands. */
interface Place {
  readonly path: DefinitionPath
  readonly scope: readonly VariableName[]
  /** What it belongs to; null for what belongs to the whole definition. */
  readonly node: string | null
  /** `after`: seen when what the node itself writes for each item is there. */
  readonly stage: 'before' | 'after'
}

export interface ExpressionPlace extends Place {
  readonly text: string
  /** What its value must be; `any` where every JSON will do. */
  readonly gives: 'any' | 'condition' | 'key' | 'list' | 'text' | 'timestamp'
}

const everywhere = ['input', 'context', 'run', 'step'] as const

/** All expressions, those in mappings at any depth included. */
export function expressionPlaces(definition: WorkflowDefinition): readonly ExpressionPlace[] {
  const whole: Place = { path: ['businessKey'], scope: ['input'], node: null, stage: 'before' }
  return [
    ...one(definition.businessKey, 'text', whole),
    ...activitiesOf(definition).flatMap(inActivity),
    ...inLists(definition),
    ...inWaits(definition),
    ...inTurns(definition),
  ]
}

function inActivity({ activity, node, path, place }: PlacedActivity): readonly ExpressionPlace[] {
  const scope: readonly VariableName[] = place === 'item' ? [...everywhere, 'item', 'index'] : everywhere
  const at = (below: DefinitionPath, more: readonly VariableName[]): Place => {
    return { path: [...path, ...below], scope: [...scope, ...more], node, stage: 'before' }
  }
  return [
    // A compensation sees what the step that it undoes was given, and what that gave.
    ...within(activity.input, at(['input'], place === 'compensation' ? ['task', 'result'] : [])),
    ...activity.checks.flatMap(({ expect }, index) =>
      one(expect, 'condition', at(['checks', index, 'expect'], ['task', 'result'])),
    ),
    ...within(activity.output, at(['output'], ['task', 'result'])),
  ]
}

function inLists(definition: WorkflowDefinition): readonly ExpressionPlace[] {
  return nodesOfType(definition, 'forEach').flatMap(([node, { items, until, output }]) => {
    const after = (below: string, ...more: readonly VariableName[]): Place => ({
      ...at(node, [below], more),
      stage: 'after',
    })
    return [
      ...one(items, 'list', at(node, ['items'])),
      ...one(until, 'condition', after('until', 'completed', 'results')),
      ...within(output, after('output', 'results')),
    ]
  })
}

function inWaits(definition: WorkflowDefinition): readonly ExpressionPlace[] {
  const timers = nodesOfType(definition, 'timer').flatMap(([node, { until }]) =>
    one(until, 'timestamp', at(node, ['until'])),
  )
  const events = nodesOfType(definition, 'awaitEvent').flatMap(([node, { key, output }]) => [
    ...one(key, 'key', at(node, ['key'])),
    ...within(output, at(node, ['output'], ['event'])),
  ])
  return [...timers, ...events]
}

function inTurns(definition: WorkflowDefinition): readonly ExpressionPlace[] {
  const choices = nodesOfType(definition, 'decision').flatMap(([node, decision]) =>
    decision.choices.flatMap(({ when }, index) => one(when, 'condition', at(node, ['choices', index, 'when']))),
  )
  const ends = nodesOfType(definition, 'end').flatMap(([node, { output }]) => within(output, at(node, ['output'])))
  return [...choices, ...ends]
}

function at(node: string, below: DefinitionPath, more: readonly VariableName[] = []): Place {
  return { path: ['nodes', node, ...below], scope: [...everywhere, ...more], node, stage: 'before' }
}

function one(text: string | undefined, gives: ExpressionPlace['gives'], place: Place): readonly ExpressionPlace[] {
  return text === undefined ? [] : [{ ...place, text, gives }]
}

/** The expressions in a value of a mapping. */
function within(value: unknown, place: Place): readonly ExpressionPlace[] {
  if (typeof value === 'string') return isExpression(value) ? one(value, 'any', place) : []
  if (typeof value !== 'object' || value === null) return []
  const members: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value)
  return members.flatMap(([key, member]) => within(member, { ...place, path: [...place.path, key] }))
}
