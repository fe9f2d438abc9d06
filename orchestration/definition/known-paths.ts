/** What a definition declares of what its expressions read: its input, results, tasks, and what its nodes write to the context. */
import { activitiesOf, type PlacedActivity } from './activities.ts'
import { variableNames } from './cel-environment.ts'
import { contextWrites } from './context-writes.ts'
import type { DefinitionPath } from './definition-problem.ts'
import type { ReadPath } from './expression-reads.ts'
import { compileExpression, ExpressionError, isExpression } from './expressions.ts'
import type { JsonSchema, WorkflowDefinition } from './model.ts'
import type { Json } from '../../lib/json.ts'
import { lacks } from './schema-paths.ts'

/** Whether a path certainly has no value when an expression at `at` reads it. */
export type CertainlyMissing = (read: ReadPath, at: DefinitionPath) => boolean

/** What the engine gives for every run and step. */
const given: Readonly<Record<string, JsonSchema>> = {
  run: { type: 'object', properties: { id: {}, businessKey: {}, startedAt: {} } },
  step: { type: 'object', properties: { key: {}, attempt: {} } },
}

/** What is certainly missing in a definition. */
export function certainlyMissing(definition: WorkflowDefinition): CertainlyMissing {
  const activities = activitiesOf(definition)
  const writes = contextWrites(definition)
  const merged = new Set(Object.keys(definition.merge).map((name) => name.split('.')[0]))

  return ({ root, path }, at) => {
    if (root === 'context') return inContext(path)
    if (root !== 'task') return inSchema({ root, path }, at)
    const tasks = seenAt(at)
    return tasks.length > 0 && tasks.every((task) => inMapping(task.activity.input, path, [...task.path, 'input']))
  }

  /** What `task` and `result` are of: the activity itself, and for what is given to a compensation, each that it undoes. */
  function seenAt(at: DefinitionPath): readonly PlacedActivity[] {
    const [group, id, part] = at
    if (group === 'compensations' && part === 'input') {
      return activities.filter(({ activity }) => activity.compensate === id)
    }
    return activities.filter(({ path }) => path.every((step, index) => at[index] === step))
  }

  /** Whether none of the writes below the same name can give it. That there are none at all is said by another check. */
  function inContext(path: readonly string[]): boolean {
    const [name] = path
    const same = writes.filter((write) => write.path[0] === name)
    if (name === undefined || merged.has(name) || same.length === 0) return false
    return same.every((write) => {
      const apart = write.path.some((part, index) => index < path.length && path[index] !== part)
      return (
        apart || (path.length > write.path.length && inMapping(write.value, path.slice(write.path.length), write.at))
      )
    })
  }

  /** A mapping has exactly the members that are written in it. */
  function inMapping(value: Json, path: readonly string[], at: DefinitionPath): boolean {
    const [name, ...rest] = path
    if (name === undefined) return false
    if (typeof value === 'string' && isExpression(value)) {
      // Other expressions, and what is handed on within the context, are left open.
      const plain = plainPathOf(value)
      return plain !== null && inSchema({ root: plain.root, path: [...plain.path, ...path] }, at)
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return true
    const member = Object.entries(value).find(([key]) => key === name)
    return member === undefined || inMapping(member[1], rest, at)
  }

  function inSchema({ root, path }: ReadPath, at: DefinitionPath): boolean {
    const schemas = schemasOf(root, at)
    return schemas.length > 0 && schemas.every((schema) => schema !== undefined && lacks(schema, path))
  }

  /** Any of them may be the one; undefined where nothing is declared. */
  function schemasOf(root: string, at: DefinitionPath): readonly (JsonSchema | undefined)[] {
    if (root === 'input') return [definition.input]
    return root === 'result' ? seenAt(at).map(({ activity }) => activity.result) : [given[root]]
  }
}

function plainPathOf(expression: string): ReadPath | null {
  try {
    return compileExpression(expression, variableNames).reads.plain
  } catch (error) {
    if (error instanceof ExpressionError) return null
    throw error
  }
}
