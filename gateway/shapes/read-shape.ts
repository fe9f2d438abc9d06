/**
 * The shape of an operation: its text with the literal values of field arguments, its name and its layout left out. Agents write
 * values into their texts, so a thousand texts often have one shape, which needs to be validated and planned only once.
 */
import { GraphQLError, Lexer, Source, type Token, TokenKind } from 'graphql'
import { literalOf, tokenBefore } from './literal.ts'

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

const opens: ReadonlySet<TokenKind> = new Set([TokenKind.BRACKET_L, TokenKind.BRACE_L])
const closes: ReadonlySet<TokenKind> = new Set([TokenKind.BRACKET_R, TokenKind.BRACE_R])

class ShapeReader {
  readonly #lexer: Lexer
  readonly #key: string[] = []
  readonly #values: unknown[] = []
  #operations = 0
  #operationName: string | null = null
  #braces = 0
  #inside: Inside | null = null
  /** The lists and objects that are open inside the arguments of a field, the innermost last. */
  readonly #brackets: TokenKind[] = []
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
      if (opens.has(token.kind)) this.#brackets.push(token.kind)
      else if (closes.has(token.kind)) this.#brackets.pop()
      const literal = literalOf(token, this.#brackets.at(-1) === TokenKind.BRACKET_L)
      if (literal) {
        if (!literal.exact) return false
        this.#values.push(literal.value)
        this.#key.push(literal.placeholder)
        return true
      }
    }
    this.#afterDirective = token.kind === TokenKind.NAME && tokenBefore(token)?.kind === TokenKind.AT
    this.#key.push(tokenText(token))
    return true
  }

  /** The keyword or name of a definition; true when the token is left out of the key. */
  #definition(token: Token): boolean {
    const previous = tokenBefore(token)
    const before = previous?.kind
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
    if (this.#inFragment || previous?.kind !== TokenKind.NAME || !isOperationKeyword(previous)) return false
    this.#operationName = token.value
    return true
  }

  /** True when the brace belongs to an operation whose keyword has been counted. */
  #startsBody(): boolean {
    return this.#key.length > 0 && this.#key.at(-1) !== '}'
  }
}

function isOperationKeyword(token: Token): boolean {
  const before = tokenBefore(token)?.kind
  const starts = before === TokenKind.SOF || before === TokenKind.BRACE_R
  return starts && (token.value === 'query' || token.value === 'mutation')
}

function tokenText({ kind, value }: Token): string {
  // A string outside of field arguments (a default value, a directive) is part of the shape, told apart from names.
  return kind === TokenKind.STRING || kind === TokenKind.BLOCK_STRING ? JSON.stringify(value) : value || kind
}
