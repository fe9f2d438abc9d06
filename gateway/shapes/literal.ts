/**
 * Which token is the literal value of an argument, and whether JSON carries it as it was written. Names are told apart by what
 * stands before them: a comment does not stand anywhere, and is looked through.
 */
import { type Token, TokenKind } from 'graphql'

export interface Literal {
  /** Stands in the key; one for each kind of literal, because `"OPEN"` and `OPEN` are not the same. */
  readonly placeholder: string
  readonly value: unknown
  /** False when the value does not survive as JSON. */
  readonly exact: boolean
}

/** The token before, comments left out; the lexer's own chain has them in it. */
export function tokenBefore(token: Token): Token | null {
  let before = token.prev
  while (before?.kind === TokenKind.COMMENT) before = before.prev
  return before
}

/**
 * The literal that a token inside arguments is; null for names of arguments, variables, `null` and punctuation.
 * `inList` says whether the innermost bracket that is open is a list's.
 */
export function literalOf(token: Token, inList: boolean): Literal | null {
  switch (token.kind) {
    case TokenKind.STRING:
    case TokenKind.BLOCK_STRING:
      return { placeholder: '%s', value: token.value, exact: true }
    case TokenKind.INT: {
      const value = Number(token.value)
      // As written: `-0` is another id than `0`.
      return { placeholder: '%i', value, exact: Number.isSafeInteger(value) && String(value) === token.value }
    }
    case TokenKind.FLOAT: {
      const value = Number(token.value)
      return { placeholder: '%f', value, exact: String(value) === token.value }
    }
    case TokenKind.NAME:
      return nameLiteral(token, inList)
    default:
      return null
  }
}

/** Inside arguments a name is a value after a colon and anywhere in a list; elsewhere it is the name of an argument. */
function nameLiteral(token: Token, inList: boolean): Literal | null {
  const before = tokenBefore(token)?.kind
  if (before === TokenKind.DOLLAR || token.value === 'null') return null
  if (before !== TokenKind.COLON && !inList) return null
  if (token.value === 'true' || token.value === 'false') {
    return { placeholder: '%b', value: token.value === 'true', exact: true }
  }
  return { placeholder: '%e', value: token.value, exact: true }
}
