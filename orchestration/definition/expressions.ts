/**
 * Expressions of a definition: text behind `=` in the Common Expression Language, JSON in and JSON out. They have no clock and
 * no effects, so that a run that is applied again comes to the same.
 */
import { EvaluationError, ParseError, TypeError as CelTypeError, type ParseResult } from '@marcbachmann/cel-js'
import { LRUCache } from 'lru-cache'
import { celInput } from './cel-input.ts'
import { parseExpression } from './cel-environment.ts'
import { explainExpression } from './explain-expression.ts'
import { readsOf, type ExpressionReads } from './expression-reads.ts'
import type { JsonObject, Json } from '../../lib/json.ts'
import { toPlainJson } from './plain-json.ts'

/** What an expression may see, by name. */
export type Variables = Readonly<Record<string, unknown>>

/** An expression that cannot be read, or that has no value for what it was given. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
  /** As it was written, with its `=`. */
  readonly expression: string
  /** What is missing or wrong, as the rest of a sentence. */
  readonly reason: string

  constructor(expression: string, reason: string, options?: ErrorOptions) {
    super(`The expression \`${shorten(expression)}\` has no value: ${reason}.`, options)
    this.expression = expression
    this.reason = reason
  }
}

/** An expression that has been parsed and type-checked. */
export interface CompiledExpression {
  readonly text: string
  /** What the library knows of its value: `bool`, `string`, …; `dyn` where it depends on what comes in. */
  readonly type: string
  readonly reads: ExpressionReads
  /** How many items it lists, when it is nothing but a list written out. */
  readonly listed: number | null
  /** @throws ExpressionError */
  evaluate(variables: Variables): Json
}

/** Names of types stand for themselves: `type(input.x) == string`. */
const typeNames: ReadonlySet<string> = new Set(['bool', 'double', 'int', 'list', 'map', 'null_type', 'string', 'uint'])

const maxLength = 2_000
const compiled = new LRUCache<string, CompiledExpression>({ max: 2_000 })

/**
 * Parses and type-checks an expression that sees the variables in `scope`.
 * @throws ExpressionError when it does not parse, does not type-check, or uses another variable.
 */
export function compileExpression(text: string, scope: readonly string[]): CompiledExpression {
  const expression = compile(text)
  const { paths, asked } = expression.reads
  const foreign = [...paths, ...asked].find(({ root }) => !scope.includes(root) && !typeNames.has(root))
  if (foreign !== undefined) {
    const known = scope.map((name) => `\`${name}\``).join(', ')
    throw new ExpressionError(text, `there is no \`${foreign.root}\` here, only ${known}`)
  }
  return expression
}

/** The value of an expression as plain JSON. @throws ExpressionError */
export function evaluateExpression(expression: string, variables: Variables): Json {
  return compileExpression(expression, Object.keys(variables)).evaluate(variables)
}

/** Whether a condition holds. @throws ExpressionError, also when the value is neither true nor false. */
export function evaluateCondition(expression: string, variables: Variables): boolean {
  const value = evaluateExpression(expression, variables)
  if (typeof value === 'boolean') return value
  throw new ExpressionError(
    expression,
    `a condition is true or false, and this is \`${shorten(JSON.stringify(value))}\``,
  )
}

/**
 * A copy of `mapping` with every expression in it replaced by its value; `==` at the beginning of a text stands for `=`.
 * @throws ExpressionError
 */
export function evaluateMapping(mapping: JsonObject, variables: Variables): JsonObject {
  return evaluateMembers(mapping, variables)
}

/** Whether a text of a mapping is an expression. */
export function isExpression(text: string): boolean {
  return text.startsWith('=') && !text.startsWith('==')
}

function evaluateMembers(mapping: JsonObject, variables: Variables): JsonObject {
  return Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, evaluateValue(value, variables)]))
}

function evaluateValue(value: Json, variables: Variables): Json {
  if (typeof value === 'string') {
    if (isExpression(value)) return evaluateExpression(value, variables)
    return value.startsWith('==') ? value.slice(1) : value
  }
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map((item) => evaluateValue(item, variables))
  return evaluateMembers(value, variables)
}

/** `Array.isArray` does not narrow lists that are read-only. */
function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value)
}

function compile(text: string): CompiledExpression {
  const known = compiled.get(text)
  if (known !== undefined) return known
  if (!isExpression(text)) throw new ExpressionError(text, 'an expression begins with one `=`')
  if (text.length > maxLength) throw new ExpressionError(text, `it is longer than ${maxLength} characters`)
  const parsed = attempt(text, () => parseExpression(text.slice(1)))
  const checked = parsed.check()
  if (checked.error !== undefined) throw failure(text, checked.error)
  const reads = attempt(text, () => readsOf(parsed.ast))
  const expression: CompiledExpression = {
    text,
    type: checked.type ?? 'dyn',
    reads,
    listed: parsed.ast.op === 'list' ? parsed.ast.args.length : null,
    evaluate: (variables) => attempt(text, () => toPlainJson(run(parsed, reads, variables))),
  }
  compiled.set(text, expression)
  return expression
}

/** With the variables that it reads; the others need not be made ready. */
function run(parsed: ParseResult, { paths, asked }: ExpressionReads, variables: Variables): unknown {
  const roots = new Set([...paths, ...asked].map(({ root }) => root))
  return parsed(Object.fromEntries([...roots].map((root) => [root, celInput(variables[root])])))
}

function attempt<Value>(text: string, work: () => Value): Value {
  try {
    return work()
  } catch (error) {
    throw failure(text, error)
  }
}

function failure(text: string, cause: unknown): ExpressionError {
  const ofLibrary = cause instanceof EvaluationError || cause instanceof ParseError || cause instanceof CelTypeError
  const reason = ofLibrary ? explainExpression(cause) : cause instanceof Error ? cause.message : String(cause)
  return new ExpressionError(text, reason, { cause })
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
