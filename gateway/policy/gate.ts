/** What the pipeline asks of policy, under the revision that a request started with. */
import { type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import type { World } from '../../lib/world.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { authorityOf } from '../../policies/engine/evaluate.ts'
import type { Attempt, Exchange } from '../exchange.ts'
import type { Operation } from '../operation.ts'
import { authorityView } from './authority.ts'
import { type Decision, decide } from './decide.ts'
import { refuseDecision } from './refuse.ts'
import { draftRequest } from './request-draft.ts'
import { visibleSchema } from './visible-schema.ts'

export interface PolicyGate {
  /** Asks the rules about every field of the operation. Nothing is fetched, nothing is thrown. */
  decide(operation: Operation, exchange: Exchange): Promise<Decision>
  /** Throws the refusal that the decision means; returns when the operation may go on. */
  assertAllowed(decision: Decision, exchange: Exchange): void
  /** The schema that the caller may see, and a key that is equal for all who see the same. */
  visibleSchema(exchange: Exchange): { readonly key: string; readonly schema: GraphQLSchema }
  /** What a document that did not fit the caller's schema was after. Its work does not depend on what is found. */
  readAttempt(document: DocumentNode, exchange: Exchange): Attempt
}

export interface PolicyGateOptions {
  /** The whole API schema. */
  readonly apiSchema: GraphQLSchema
  readonly world: World
}

export function createPolicyGate({ apiSchema, world }: PolicyGateOptions): PolicyGate {
  return {
    decide: (operation, { caller, revision }) => decide(operation, caller, revision, world.now()),

    assertAllowed(decision, exchange) {
      const draft = decision.outcome === 'deny' ? draftRequest(decision, exchange) : null
      const error = refuseDecision(decision, draft)
      if (error) throw error
    },

    visibleSchema({ caller, revision }) {
      const authority = authorityOf(caller)
      const { key } = authorityView(revision, authority)
      return { key: `${revision.id} ${key}`, schema: visibleSchema(apiSchema, authority, revision) }
    },

    readAttempt(document, { caller, revision }) {
      const view = authorityView(revision, authorityOf(caller))
      const asked = coordinatesIn(document, apiSchema)
      const isDisclosed = (coordinate: Coordinate) => view.standing(coordinate).disclosure !== 'undisclosed'
      return {
        disclosed: asked.filter((coordinate) => isDisclosed(coordinate)),
        undisclosed: asked.filter((coordinate) => !isDisclosed(coordinate)),
      }
    },
  }
}

/** Every coordinate of the schema that a document names, once each. */
function coordinatesIn(document: DocumentNode, schema: GraphQLSchema): readonly Coordinate[] {
  const found = new Set<Coordinate>()
  const types = new TypeInfo(schema)
  const visitor = {
    Field() {
      const parent = types.getParentType()
      const field = types.getFieldDef()
      if (parent && field && !field.name.startsWith('__')) found.add(`${parent.name}.${field.name}`)
    },
  }
  visit(document, visitWithTypeInfo(types, visitor))
  return [...found]
}
