/**
 * The shapes that have been seen under one visible schema. A request whose shape is known is sent on with the shape's text and its
 * literals as variables: text, document, operation and hash change together, before anything is cached by them.
 */
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Incoming } from '../incoming.ts'
import { parametrise } from './parametrise.ts'
import { type Shape, literalPrefix } from './read-shape.ts'

export interface ShapeStore {
  /** The request under its shape's text; null when the shape is not known, or must not be used for this request. */
  rewrite(incoming: Incoming, shape: Shape): Incoming | null
  /** Learns a shape from a document that is valid for the schema. */
  learn(shape: Shape, document: DocumentNode, schema: GraphQLSchema): void
}

/** Shapes kept for each visible schema: bounded by their number and by their length together. */
const bounds = { max: 1_000, maxSize: 4_000_000 }

export function createShapeStore(): ShapeStore {
  /** The text of each shape, or false where there is none. */
  const texts = new LRUCache<string, string | false>({
    ...bounds,
    sizeCalculation: (text, key) => key.length + (text === false ? 1 : text.length),
  })
  return {
    rewrite(incoming, shape) {
      const text = texts.get(shape.key)
      const body = requestBody(incoming)
      if (typeof text !== 'string' || !body) return null
      const { operationName, variables } = body
      // A name that does not fit is the caller's mistake, to be told in the caller's words.
      if (operationName != null && operationName !== shape.operationName) return null
      const literals = shape.values.map((value, position): [string, unknown] => [`${literalPrefix}${position}`, value])
      const { operationName: _name, ...rest } = body
      return {
        ...incoming,
        body: { ...rest, query: text, variables: { ...variables, ...Object.fromEntries<unknown>(literals) } },
      }
    },
    learn(shape, document, schema) {
      if (texts.get(shape.key) !== undefined) return
      texts.set(shape.key, parametrise(document, schema, shape.values.length) ?? false)
    },
  }
}

interface RequestBody {
  readonly operationName?: unknown
  readonly variables?: Readonly<Record<string, unknown>> | null
}

/** The body of a POST when it has the form of a request; anything else goes on as it is, to be refused where that is done. */
function requestBody({ method, body }: Incoming): RequestBody | null {
  if (method !== 'POST' || typeof body !== 'object' || body === null || Array.isArray(body)) return null
  const { variables } = body as { variables?: unknown }
  const usable = variables == null || (typeof variables === 'object' && !Array.isArray(variables))
  return usable ? body : null
}
