/** Writes the text of a shape: each literal of a field's arguments becomes a variable of exactly the type that stands there. */
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type VariableDefinitionNode,
  getNamedType,
  isEnumType,
  parseType,
  print,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { literalPrefix } from './read-shape.ts'

/**
 * The text with variables `_literal0` … in the order of the literals, and without the operation's name. Null when that text would
 * not mean the same: the schema has no type for a literal, or the text no longer validates (two fields that merge only because
 * their literals are equal).
 */
export function parametrise(document: DocumentNode, schema: GraphQLSchema, literals: number): string | null {
  const definitions: VariableDefinitionNode[] = []
  const types = new TypeInfo(schema)
  const variable = ({ kind }: { readonly kind: Kind }) => {
    const type = types.getInputType()
    // As a variable a name becomes a string, which a scalar of a system's own may take where it takes no name.
    if (!type || (kind === Kind.ENUM && !isEnumType(getNamedType(type)))) return undefined
    const name = { kind: Kind.NAME, value: `${literalPrefix}${definitions.length}` } as const
    const node = { kind: Kind.VARIABLE, name } as const
    definitions.push({ kind: Kind.VARIABLE_DEFINITION, variable: node, type: parseType(String(type)) })
    return node
  }
  const replaced = visit(
    document,
    visitWithTypeInfo(types, {
      // What a directive or a default says is part of the shape.
      Directive: () => false,
      VariableDefinition: () => false,
      IntValue: variable,
      FloatValue: variable,
      StringValue: variable,
      BooleanValue: variable,
      EnumValue: variable,
    }),
  )
  // The literals that `readShape` counted and those replaced here are the same, in the same order; one left in its place means no.
  if (definitions.length !== literals) return null
  const parametrised: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: replaced.definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? withVariables(definition, definitions) : definition,
    ),
  }
  return validate(schema, parametrised, undefined, { maxErrors: 1 }).length === 0 ? print(parametrised) : null
}

function withVariables(
  { name: _name, ...operation }: OperationDefinitionNode,
  added: readonly VariableDefinitionNode[],
): OperationDefinitionNode {
  return { ...operation, variableDefinitions: [...(operation.variableDefinitions ?? []), ...added] }
}
