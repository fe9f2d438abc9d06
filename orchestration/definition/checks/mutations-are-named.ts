/** A mutation that can be told apart from its repetition is told so: its `idempotencyKey` is `= step.key`. */
import {
  Kind,
  OperationTypeNode,
  TypeInfo,
  isInputObjectType,
  isNonNullType,
  visit,
  visitWithTypeInfo,
  type ObjectFieldNode,
  type ValueNode,
} from 'graphql'
import type { CheckSubject, DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'
import { compileExpression, isExpression } from '../expressions.ts'
import type { Json } from '../../../lib/json.ts'
import type { PlacedOperation } from '../placed-operations.ts'

const key = 'idempotencyKey'

export const mutationsAreNamed: DefinitionCheck = {
  followsWays: false,
  find({ operations, environment }) {
    return operations.flatMap((placed) =>
      placed.valid && placed.operation.operation === OperationTypeNode.MUTATION ? inMutation(placed, environment) : [],
    )
  },
}

type ValidOperation = Extract<PlacedOperation, { valid: true }>

/** Looks at every input of the document that has such a key: given by a variable as a whole, or written out. */
function inMutation(placed: ValidOperation, { schema }: CheckSubject['environment']): readonly Finding[] {
  const { document, activity } = placed
  const findings: Finding[] = []
  const types = new TypeInfo(schema)
  const check = (given: Json | undefined, ...place: readonly string[]) => {
    if (!isStepKey(given)) findings.push(finding(placed, place))
  }
  const look = (value: ValueNode) => {
    if (!hasKey(types.getInputType())) return
    if (value.kind === Kind.VARIABLE) {
      const given = activity.input[value.name.value]
      if (given !== undefined) check(memberOf(given), value.name.value, key)
    } else if (value.kind === Kind.OBJECT && !value.fields.some(isKey)) check(undefined)
  }
  const written = ({ value }: { readonly value: ValueNode }) => {
    if (value.kind !== Kind.VARIABLE) check(undefined)
    else check(activity.input[value.name.value], value.name.value)
  }
  visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Variable: look,
      ObjectValue: look,
      ObjectField: (field) => (isKey(field) ? written(field) : undefined),
      Argument: (argument) => (argument.name.value === key ? written(argument) : undefined),
    }),
  )
  return findings
}

function hasKey(type: unknown): boolean {
  const nullable = isNonNullType(type) ? type.ofType : type
  return isInputObjectType(nullable) && Object.hasOwn(nullable.getFields(), key)
}

function isKey({ name }: ObjectFieldNode): boolean {
  return name.value === key
}

function memberOf(given: Json): Json | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined
  return (given as Readonly<Record<string, Json>>)[key]
}

function isStepKey(given: Json | undefined): boolean {
  if (typeof given !== 'string' || !isExpression(given)) return false
  try {
    const { plain } = compileExpression(given, ['step']).reads
    return plain?.root === 'step' && plain.path.length === 1 && plain.path[0] === 'key'
  } catch {
    // It reads something else, or nothing at all.
    return false
  }
}

function finding({ path }: ValidOperation, place: readonly string[]): Finding {
  return {
    path: place.length === 0 ? [...path, 'document'] : [...path, 'input', ...place],
    message: `The mutation is not given \`${key}\` as \`= step.key\`, so that a repetition would do it twice.`,
    mend:
      place.length === 0
        ? `Give \`${key}\` in the operation as a variable, and that under \`input\` as \`= step.key\`.`
        : `Write \`${place.join('.')}: = step.key\` under \`input\`.`,
  }
}
