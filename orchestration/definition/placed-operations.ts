/** The GraphQL operations of a definition, parsed and validated once for all checks that look at them. */
import {
  OperationTypeNode,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { activitiesOfType, type PlacedActivity, type PlacedActivityOf } from './activities.ts'

export type PlacedOperation = PlacedActivityOf<'operation'> &
  (
    | { readonly valid: true; readonly document: DocumentNode; readonly operation: OperationDefinitionNode }
    | { readonly valid: false; readonly reason: string }
  )

/** Bounds what a document may come to before it is validated. */
const maxTokens = 4_000

/** The operations among the activities. */
export function placedOperations(
  activities: readonly PlacedActivity[],
  schema: GraphQLSchema,
): readonly PlacedOperation[] {
  return activitiesOfType(activities, 'operation').map((placed): PlacedOperation => {
    const read = readOperation(placed.activity.document, schema)
    return typeof read === 'string' ? { ...placed, valid: false, reason: read } : { ...placed, valid: true, ...read }
  })
}

type ReadOperation = Pick<Extract<PlacedOperation, { valid: true }>, 'document' | 'operation'>

/** The operation of a text, or why there is none. */
function readOperation(text: string, schema: GraphQLSchema): ReadOperation | string {
  let document: DocumentNode
  try {
    document = parse(text, { maxTokens })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  const [problem] = validate(schema, document, specifiedRules, { maxErrors: 1 })
  if (problem !== undefined) return problem.message
  const operation = getOperationAST(document)
  if (operation == null) return 'It has to have exactly one operation.'
  if (operation.operation === OperationTypeNode.SUBSCRIPTION)
    return 'A subscription has no end, so no step can wait for it.'
  return { document, operation }
}
