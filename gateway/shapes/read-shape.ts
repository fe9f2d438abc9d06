/**
 * The shape of an operation: its text with the literal values of field arguments, its name and its layout left out. Agents write
 * values into their texts, so a thousand texts often have one shape, which needs to be validated and planned only once.
 */
import { GraphQLError, Lexer, Source, type Token, TokenKind } from 'graphql'

export interface Shape {
  /** Equal for two texts exactly when they differ in nothing but literal values, the operation's name and layout. */
  readonly key: string
  /** The literal values, in order of the text. */
  readonly values: readonly unknown[]
  /** The name of the operation, which the shape leaves out. */
  readonly operationName: string | null
}

/** Names of the variables that take the place of literals start so; a text that uses such a name has no shape. */
export const literalPrefix = '_literal'

/**
 * Reads the shape of a document with one operation, from its tokens alone. Null when it has none worth keeping: no literals and no
 * name, several operations, a value that JSON cannot carry exactly, or text that is not GraphQL.
 */
export function readShape(text: string): Shape | null {
  if (text.includes(literalPrefix)) return null
  try {
    return new ShapeReader(text).read()
  } catch (error) {
    // The parser tells the caller about it.
    if (error instanceof GraphQLError) return null
    throw error
  }
}

/** What the parentheses that are open hold; only the arguments of a field may have their values taken out. */
type Inside = 'field' | 'directive' | 'definition'

class ShapeReader {
  readonly #lexer: Lexer
  readonly #key: string[] = []
  readonly #values: unknown[] = []
  #operations = 0
  #operationName: string | null = null
  #braces = 0
  #inside: Inside | null = null
  /** A directive's name has been read: parentheses that follow are its own. */
  #afterDirective = false
  #inFragment = false

  constructor(text: string) {
    this.#lexer = new Lexer(new Source(text))
  }

  read(): Shape | null {
    for (let token = this.#next(); token.kind !== TokenKind.EOF; token = this.#next()) {
      if (!this.#take(token)) return null
    }
    if (this.#operations !== 1) return null
    if (this.#values.length === 0 && this.#operationName === null) return null
    return { key: this.#key.join(' '), values: this.#values, operationName: this.#operationName }
  }

  #next(): Token {
    return this.#lexer.advance()
  }

  /** Takes one token into the key or the values; false when the document has no shape. */
  #take(token: Token): boolean {
    switch (token.kind) {
      case TokenKind.PAREN_L:
        this.#inside = this.#afterDirective ? 'directive' : this.#braces > 0 ? 'field' : 'definition'
        break
      case TokenKind.PAREN_R:
        this.#inside = null
        break
      case TokenKind.BRACE_L:
        if (this.#inside === null) {
          if (this.#braces === 0 && !this.#inFragment && !this.#startsBody()) this.#operations += 1
          this.#braces += 1
        }
        break
      case TokenKind.BRACE_R:
        if (this.#inside === null) {
          this.#braces -= 1
          if (this.#braces === 0) this.#inFragment = false
        }
        break
      case TokenKind.NAME:
        if (this.#braces === 0 && this.#inside === null && this.#definition(token)) return true
        break
    }
    if (this.#inside === 'field') {
      const literal = literalOf(token)
      if (literal) {
        if (!literal.exact) return false
        this.#values.push(literal.value)
        this.#key.push(literal.placeholder)
        return true
      }
    }
    this.#afterDirective = token.kind === TokenKind.NAME && token.prev?.kind === TokenKind.AT
    this.#key.push(tokenText(token))
    return true
  }

  /** The keyword or name of a definition; true when the token is left out of the key. */
  #definition(token: Token): boolean {
    const before = token.prev?.kind
    if (before === TokenKind.AT || before === TokenKind.DOLLAR) return false
    const isStart = before === TokenKind.SOF || before === TokenKind.BRACE_R
    if (isStart && token.value === 'fragment') {
      this.#inFragment = true
      return false
    }
    if (isStart) {
      this.#operations += 1
      return false
    }
    if (this.#inFragment || token.prev?.kind !== TokenKind.NAME || !isOperationKeyword(token.prev)) return false
    this.#operationName = token.value
    return true
  }

  /** True when the brace belongs to an operation whose keyword has been counted. */
  #startsBody(): boolean {
    return this.#key.length > 0 && this.#key.at(-1) !== '}'
  }
}

function isOperationKeyword({ value, prev }: Token): boolean {
  const starts = prev?.kind === TokenKind.SOF || prev?.kind === TokenKind.BRACE_R
  return starts && (value === 'query' || value === 'mutation')
}

interface Literal {
  /** Stands in the key; one for each kind of literal, because `"OPEN"` and `OPEN` are not the same. */
  readonly placeholder: string
  readonly value: unknown
  /** False when the value does not survive as JSON. */
  readonly exact: boolean
}

/** The literal that a token inside arguments is; null for names of arguments, variables, `null` and punctuation. */
function literalOf(token: Token): Literal | null {
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
      return nameLiteral(token)
    default:
      return null
  }
}

function nameLiteral(token: Token): Literal | null {
  if (token.prev?.kind === TokenKind.DOLLAR || token.value === 'null' || followedByColon(token)) return null
  if (token.value === 'true' || token.value === 'false') {
    return { placeholder: '%b', value: token.value === 'true', exact: true }
  }
  return { placeholder: '%e', value: token.value, exact: true }
}

/** Inside arguments a name stands after a colon, in a list, or before a colon; the last is the name of an argument. */
function followedByColon(token: Token): boolean {
  return token.prev?.kind !== TokenKind.COLON && token.prev?.kind !== TokenKind.BRACKET_L && !inList(token)
}

/** A value after another value of the same list: `[OPEN, CLOSED]`. */
function inList(token: Token): boolean {
  let depth = 0
  for (let before = token.prev; before && before.kind !== TokenKind.PAREN_L; before = before.prev) {
    if (before.kind === TokenKind.BRACKET_R || before.kind === TokenKind.BRACE_R) depth += 1
    else if (before.kind === TokenKind.BRACE_L) {
      if (depth === 0) return false
      depth -= 1
    } else if (before.kind === TokenKind.BRACKET_L) {
      if (depth === 0) return true
      depth -= 1
    }
  }
  return false
}

function tokenText({ kind, value }: Token): string {
  // A string outside of field arguments (a default value, a directive) is part of the shape, told apart from names.
  return kind === TokenKind.STRING || kind === TokenKind.BLOCK_STRING ? JSON.stringify(value) : (value ?? kind)
}
