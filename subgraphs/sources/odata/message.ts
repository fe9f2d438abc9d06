/** One request to an OData service and its answer, whether they travel alone or inside a batch. */

/** Names an entity that is made earlier in the same changeset (OData 4.01 part 1, 11.7.3.1; OData 2.0 batch, section 2.2). */
export type ContentId = string

export interface ODataRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'MERGE'
  /** Below the service's root, encoded, with its query: `Invoices?$top=1`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly contentId?: ContentId
}

export interface ODataAnswer {
  readonly status: number
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** The JSON of the body; undefined where there is none. */
  readonly body: unknown
}

/** One part of a batch: a question, or changes that happen all or not at all. */
export type BatchPart =
  | { readonly kind: 'read'; readonly request: ODataRequest }
  | { readonly kind: 'changes'; readonly requests: readonly ODataRequest[] }

/** The answer to one part: one for each request, or the one that says why none of a part's changes happened. */
export type BatchAnswer =
  | { readonly kind: 'answers'; readonly answers: readonly ODataAnswer[] }
  | { readonly kind: 'refused'; readonly answer: ODataAnswer }

/** The service answered something that is not OData. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer'
}
