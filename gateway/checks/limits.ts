/** What one operation may ask for; every number is a setting (`limits` in `mandate.yaml`). */
export interface Limits {
  /** Bytes of a request body. */
  readonly bodyBytes: number
  /** Lexical tokens of a document. */
  readonly tokens: number
  /** Aliases of a document: as written, and again after fragments are expanded. */
  readonly aliases: number
  /** Directives of a document. */
  readonly directives: number
  /** Nesting of selections. */
  readonly depth: number
  /** Selected fields after fragments are expanded. */
  readonly fields: number
  /** Cost units of one operation. */
  readonly cost: number
  /** Cost units a principal may use in a minute, over all its tokens. */
  readonly costPerMinute: number
}
