/** A definition with everything that its checks look at, worked out once. */
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { activitiesOf, type PlacedActivity } from './activities.ts'
import { graphOf, type DefinitionGraph } from './definition-graph.ts'
import type { Finding } from './definition-problem.ts'
import { expressionPlaces, type ExpressionPlace } from './expression-places.ts'
import { compileExpression, ExpressionError, type CompiledExpression } from './expressions.ts'
import type { WorkflowDefinition } from './model.ts'
import { placedOperations, type PlacedOperation } from './placed-operations.ts'

export interface PublishRole {
  readonly kind: 'agent' | 'person' | 'service'
  /** Whether an active agent or person holds it. */
  readonly held: boolean
  /** How many hold it, where that is known. */
  readonly holders?: number
}

/** What a definition is checked against: the company as it is at this moment. */
export interface PublishEnvironment {
  readonly roles: ReadonlyMap<string, PublishRole>
  /** The schema that callers see. */
  readonly schema: GraphQLSchema
  /**
   * The coordinates of a valid operation that a role may certainly not use.
   * `variables` are the names of those that the definition gives.
   */
  mayRun(role: string, document: DocumentNode, variables: readonly string[]): readonly string[]
  /** Beside `always`, which is always there. */
  readonly calendars: ReadonlySet<string>
  /** The newest published version of each, by key. */
  readonly workflows: ReadonlyMap<string, WorkflowDefinition>
}

export type PlacedExpression = ExpressionPlace &
  ({ readonly valid: true; readonly compiled: CompiledExpression } | { readonly valid: false; readonly reason: string })

export interface CheckSubject {
  readonly definition: WorkflowDefinition
  readonly environment: PublishEnvironment
  readonly graph: DefinitionGraph
  readonly activities: readonly PlacedActivity[]
  readonly expressions: readonly PlacedExpression[]
  readonly operations: readonly PlacedOperation[]
}

/** One check: what it refuses, and nothing when it does not. */
export interface DefinitionCheck {
  /** Whether it follows ways through the graph, which says nothing while a node is named that is not there. */
  readonly followsWays: boolean
  readonly find: (subject: CheckSubject) => readonly Finding[]
}

/** Works out what the checks look at. */
export function subjectOf(definition: WorkflowDefinition, environment: PublishEnvironment): CheckSubject {
  const activities = activitiesOf(definition)
  return {
    definition,
    environment,
    graph: graphOf(definition),
    activities,
    expressions: expressionPlaces(definition).map(placedExpression),
    operations: placedOperations(activities, environment.schema),
  }
}

function placedExpression(place: ExpressionPlace): PlacedExpression {
  try {
    return { ...place, valid: true, compiled: compileExpression(place.text, place.scope) }
  } catch (error) {
    if (error instanceof ExpressionError) return { ...place, valid: false, reason: error.reason }
    throw error
  }
}
