/** Parses and validates the texts of fetches, once each: a plan's fetch has the same text for every caller. */
import { LRUCache } from 'lru-cache'
import {
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql'
import { isRefusal, refusal } from '../lib/errors.ts'
import type { FailureLog } from './failures.ts'

type PreparedDocument =
  | { readonly ok: true; readonly document: DocumentNode }
  | { readonly ok: false; readonly errors: readonly GraphQLError[] }

export interface DocumentCache {
  prepare(text: string): PreparedDocument
}

/** Bounded by the number of texts and by their length together. */
const bounds = { max: 1_000, maxSize: 8_000_000 }
const rules = [...specifiedRules, NoSchemaIntrospectionCustomRule]

export function createDocumentCache(subgraph: string, schema: GraphQLSchema, log: FailureLog): DocumentCache {
  const cache = new LRUCache<string, PreparedDocument>({ ...bounds, sizeCalculation: (_, text) => text.length + 1 })

  function read(text: string): PreparedDocument {
    try {
      const document = parse(text)
      const errors = validate(schema, document, rules)
      return errors.length === 0 ? { ok: true, document } : { ok: false, errors: explain(errors) }
    } catch (error) {
      return { ok: false, errors: explain([error as GraphQLError]) }
    }
  }

  /** Wrong values are told; any other mistake is one between gateway and subgraph, and goes to the log. */
  function explain(errors: readonly GraphQLError[]): readonly GraphQLError[] {
    if (errors.every((error) => isRefusal(error))) return errors
    log.error({ subgraph, problems: errors.map(({ message }) => message) }, 'a fetch does not fit the contract')
    return [refusal('SYSTEM_UNAVAILABLE', `The system \`${subgraph}\` does not understand the gateway.`)]
  }

  return {
    prepare(text) {
      const known = cache.get(text)
      if (known) return known
      const prepared = read(text)
      cache.set(text, prepared)
      return prepared
    },
  }
}
