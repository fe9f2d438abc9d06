/** Refuses definitions that could not run: every check of the list, every problem at once, in the order of the file. */
import { definitionChecks } from './checks/index.ts'
import { nodesExist } from './checks/nodes-exist.ts'
import { subjectOf, type PublishEnvironment } from './check-subject.ts'
import { problemsOf, unknownPositions, type DefinitionProblem, type Positions } from './definition-problem.ts'
import type { WorkflowDefinition } from './model.ts'

/**
 * What is wrong with a definition; empty when it can be published. `positions` are those that `readDefinition` gave; without
 * them the problems name the workflow only.
 */
export function checkDefinition(
  definition: WorkflowDefinition,
  environment: PublishEnvironment,
  positions: Positions = unknownPositions(definition.key),
): readonly DefinitionProblem[] {
  const subject = subjectOf(definition, environment)
  const sound = nodesExist.find(subject).length === 0
  const heard = definitionChecks.filter(({ followsWays }) => sound || !followsWays)
  return problemsOf(
    heard.flatMap(({ find }) => find(subject)),
    positions,
  )
}
