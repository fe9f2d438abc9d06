/** What the nodes of a definition write to the context of their run. */
import { activitiesOf, nodesOfType } from './activities.ts'
import type { DefinitionPath } from './definition-problem.ts'
import type { Mapping, WorkflowDefinition } from './model.ts'
import type { Json } from '../../lib/json.ts'

export interface ContextWrite {
  readonly node: string
  /** `invoice.total` in its parts. */
  readonly path: readonly string[]
  readonly value: Json
  /** Where the value stands in the file. */
  readonly at: DefinitionPath
  /** Whether a `forEach` writes it for each item, before it is done itself. */
  readonly perItem: boolean
}

/** All writes, in the order of the definition. What a compensation gives is not written. */
export function contextWrites(definition: WorkflowDefinition): readonly ContextWrite[] {
  const events = nodesOfType(definition, 'awaitEvent').map(([node, { output }]) => [node, output] as const)
  const lists = nodesOfType(definition, 'forEach').map(([node, { output }]) => [node, output] as const)
  return [
    ...activitiesOf(definition).flatMap(({ node, activity, path, place }) =>
      inOutput(place === 'compensation' ? {} : activity.output, {
        node,
        at: [...path, 'output'],
        perItem: place === 'item',
      }),
    ),
    ...[...events, ...lists].flatMap(([node, output]) =>
      inOutput(output, { node, at: ['nodes', node, 'output'], perItem: false }),
    ),
  ]
}

type Writer = Pick<ContextWrite, 'node' | 'at' | 'perItem'>

function inOutput(output: Mapping, { node, at, perItem }: Writer): readonly ContextWrite[] {
  return Object.entries(output).map(([path, value]) => {
    return { node, path: path.split('.'), value, at: [...at, path], perItem }
  })
}
