/**
 * Reads a document as tokens, before anything parses it: what can be counted without understanding it is counted here, so
 * that a flood is refused for the price of one pass. Stops at the first token past the limit.
 */
import { Lexer, Source, TokenKind, GraphQLError } from 'graphql'

export interface Scan {
  readonly tokens: number
  readonly aliases: number
  readonly directives: number
  /** The document is longer than the scan was allowed to read. */
  readonly truncated: boolean
}

/**
 * Counts tokens, aliases (`name: name` outside of arguments) and directives of a GraphQL document (specification, section 2.1).
 * A document with a lexical error counts up to the error: the parser tells the caller about it.
 */
export function scan(text: string, maxTokens: number): Scan {
  const lexer = new Lexer(new Source(text))
  let tokens = 0
  let aliases = 0
  let directives = 0
  let parens = 0
  let beforeLast: TokenKind = TokenKind.SOF
  let last: TokenKind = TokenKind.SOF
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      tokens += 1
      if (tokens > maxTokens) return { tokens, aliases, directives, truncated: true }
      if (token.kind === TokenKind.PAREN_L) parens += 1
      else if (token.kind === TokenKind.PAREN_R) parens -= 1
      else if (token.kind === TokenKind.AT) directives += 1
      else if (
        parens === 0 &&
        token.kind === TokenKind.NAME &&
        last === TokenKind.COLON &&
        beforeLast === TokenKind.NAME
      ) {
        aliases += 1
      }
      beforeLast = last
      last = token.kind
    }
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
  }
  return { tokens, aliases, directives, truncated: false }
}
