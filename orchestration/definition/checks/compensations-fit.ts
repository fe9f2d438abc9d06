/** Every compensation that is named is there, every one that is there is named, and none is undone itself. */
import type { DefinitionCheck } from '../check-subject.ts'

export const compensationsFit: DefinitionCheck = {
  followsWays: false,
  find({ definition: { compensations, nodes }, activities }) {
    const named = activities.flatMap(({ activity: { compensate }, path }) =>
      compensate === undefined ? [] : [{ id: compensate, path: [...path, 'compensate'] }],
    )
    const unused = Object.keys(compensations).filter((id) => !named.some((one) => one.id === id))
    return [
      ...named
        .filter(({ id }) => !Object.hasOwn(compensations, id))
        .map(({ id, path }) => ({
          path,
          message: `There is no compensation \`${id}\`.`,
          mend: 'Add it under `compensations`.',
        })),
      ...unused.map((id) => ({
        path: ['compensations', id],
        message: `No node is undone by \`${id}\`.`,
        mend: 'Name it as the `compensate` of the node that it undoes, or remove it.',
      })),
      ...Object.keys(compensations)
        .filter((id) => Object.hasOwn(nodes, id))
        .map((id) => ({
          path: ['compensations', id],
          message: `\`${id}\` is the name of a node, too.`,
          mend: 'Give each a name of its own.',
        })),
      ...activities
        .filter(({ place, activity }) => place === 'compensation' && activity.compensate !== undefined)
        .map(({ path, node }) => ({
          path: [...path, 'compensate'],
          message: `\`${node}\` undoes something, and cannot be undone itself.`,
          mend: 'Remove its `compensate`.',
        })),
    ]
  },
}
