/** Everything in a definition that somebody or something works on: activity nodes, what `forEach` does, and compensations. */
import type { DefinitionPath } from './definition-problem.ts'
import { isActivity, type Activity, type NodeOf, type NodeType, type WorkflowDefinition } from './model.ts'

export interface PlacedActivity {
  /** The node or compensation; for what a `forEach` does, the `forEach`. */
  readonly node: string
  readonly activity: Activity
  readonly path: DefinitionPath
  readonly place: 'node' | 'item' | 'compensation'
}

/** An activity of one type. */
export type PlacedActivityOf<Type extends Activity['type']> = PlacedActivity & {
  readonly activity: Extract<Activity, { type: Type }>
}

/** All activities, in the order of the definition. */
export function activitiesOf({ nodes, compensations }: WorkflowDefinition): readonly PlacedActivity[] {
  const inNodes = Object.entries(nodes).flatMap(([node, value]): PlacedActivity[] => {
    if (isActivity(value)) return [{ node, activity: value, path: ['nodes', node], place: 'node' }]
    if (value.type !== 'forEach') return []
    return [{ node, activity: value.do, path: ['nodes', node, 'do'], place: 'item' }]
  })
  const undoing = Object.entries(compensations).map(([node, activity]): PlacedActivity => {
    return { node, activity, path: ['compensations', node], place: 'compensation' }
  })
  return [...inNodes, ...undoing]
}

/** The activities of one type. */
export function activitiesOfType<Type extends Activity['type']>(
  activities: readonly PlacedActivity[],
  type: Type,
): readonly PlacedActivityOf<Type>[] {
  return activities.filter((placed): placed is PlacedActivityOf<Type> => placed.activity.type === type)
}

/** The nodes of one type, with their names. */
export function nodesOfType<Type extends NodeType>(
  { nodes }: WorkflowDefinition,
  type: Type,
): readonly (readonly [string, NodeOf<Type>])[] {
  const isOfType = (node: WorkflowDefinition['nodes'][string]): node is NodeOf<Type> => node.type === type
  return Object.entries(nodes).flatMap(([id, node]) => (isOfType(node) ? [[id, node] as const] : []))
}
