/** An operation is given the variables that it declares, and values that can be what they have to be. */
import { Kind, typeFromAST } from 'graphql'
import type { CheckSubject, DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'
import { misfitsOf } from '../input-misfits.ts'
import type { PlacedOperation } from '../placed-operations.ts'

export const operationsGetTheirVariables: DefinitionCheck = {
  followsWays: false,
  find({ operations, environment }) {
    return operations.flatMap((placed) => (placed.valid ? inOperation(placed, environment) : []))
  },
}

function inOperation(
  { operation, activity, path }: Extract<PlacedOperation, { valid: true }>,
  { schema }: CheckSubject['environment'],
): readonly Finding[] {
  const declared = operation.variableDefinitions ?? []
  const names = declared.map(({ variable }) => variable.name.value)
  const at = [...path, 'input']
  const unknown = Object.keys(activity.input).filter((name) => !names.includes(name))
  const wrong = declared.flatMap(({ variable, type, defaultValue }): Finding[] => {
    const name = variable.name.value
    const given = activity.input[name]
    if (given === undefined) {
      if (type.kind !== Kind.NON_NULL_TYPE || defaultValue !== undefined) return []
      const message = `The variable \`$${name}\` of the operation is not given.`
      return [{ path: at, message, mend: `Add \`${name}\` to \`input\`.` }]
    }
    const inputType = typeFromAST(schema, type)
    return misfitsOf(given, inputType, [name]).map(({ place, problem }) => ({
      path: [...at, ...place],
      message: `The variable \`$${place.join('.')}\` ${problem}.`,
      mend: 'Correct it in `input`.',
    }))
  })
  return [
    ...unknown.map((name) => ({
      path: [...at, name],
      message: `The operation has no variable \`$${name}\`.`,
      mend: 'Declare it in the operation, or remove it from `input`.',
    })),
    ...wrong,
  ]
}
