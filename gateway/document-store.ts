/**
 * The validated documents of all visible schemas, in one store that is bounded by what they weigh. A document weighs far more than
 * its text: a few kilobytes of one-letter names are megabytes of nodes, and a caller can send a thousand such texts.
 */
import type { ApolloServerOptions, BaseContext } from '@apollo/server'
import type { DocumentNode, Token } from 'graphql'
import { LRUCache } from 'lru-cache'

export type DocumentStore = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>

/** What a token comes to with its node and its places, as measured for the densest texts. */
const bytesOfToken = 500

/** Makes the store. Apollo Server puts a hash of its schema before each key, so that servers may share it. */
export function createDocumentStore(maxBytes = 128_000_000): DocumentStore {
  const documents = new LRUCache<string, DocumentNode>({ maxSize: maxBytes, sizeCalculation: weigh })
  return {
    get: (key) => Promise.resolve(documents.get(key)),
    set: (key, document) => {
      documents.set(key, document)
      return Promise.resolve()
    },
    delete: (key) => Promise.resolve(documents.delete(key)),
  }
}

function weigh({ loc }: DocumentNode): number {
  let tokens = 1
  for (let token: Token | null = loc?.startToken ?? null; token; token = token.next) tokens += 1
  return tokens * bytesOfToken + 2 * (loc?.source.body.length ?? 0)
}
