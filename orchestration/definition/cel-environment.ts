/**
 * The Common Expression Language as definitions use it: bounded, the same on every machine, and with arithmetic between whole
 * and other numbers, since JSON knows only one kind.
 */
import { Environment, type ASTNode, type ParseResult } from '@marcbachmann/cel-js'
import { callProblem, comprehensions } from './expression-functions.ts'
import { childrenOf } from './expression-reads.ts'

/** Every variable that some place of a definition has. Which of them a place has, `compileExpression` is told. */
export const variableNames = [
  'input',
  'context',
  'run',
  'step',
  'task',
  'result',
  'item',
  'index',
  'results',
  'completed',
  'event',
] as const
export type VariableName = (typeof variableNames)[number]

/** A list is gone through inside a list at most; a third level would take the cube of its length. */
const maxNesting = 2

const limits = { maxAstNodes: 1_000, maxDepth: 40, maxListElements: 200, maxMapEntries: 200, maxCallArguments: 8 }

const mixed = [
  ['int', 'double'],
  ['double', 'int'],
] as const

const arithmetic = [
  ['+', mixed, (a: number, b: number) => a + b],
  ['-', mixed, (a: number, b: number) => a - b],
  ['*', mixed, (a: number, b: number) => a * b],
  ['/', mixed, (a: number, b: number) => a / b],
  ['%', [...mixed, ['double', 'double']], (a: number, b: number) => a % b],
] as const

const environment = createEnvironment()

/** Parses the text behind `=`. @throws what the library throws, or an Error that names a call that is not possible. */
export function parseExpression(source: string): ParseResult {
  const parsed = environment.parse(source)
  checkCalls(parsed.ast, 0)
  return parsed
}

function createEnvironment(): Environment {
  const created = new Environment({ homogeneousAggregateLiterals: false, limits })
  for (const name of variableNames) created.registerVariable(name, 'dyn')
  for (const [operator, pairs, work] of arithmetic) {
    for (const [left, right] of pairs) {
      const calculate = (a: unknown, b: unknown) => work(Number(a), Number(b))
      created.registerOperator(`${left} ${operator} ${right}: double`, calculate)
    }
  }
  return created.registerFunction('timestampWithOffset(string): google.protobuf.Timestamp', timestampWithOffset)
}

function checkCalls(node: ASTNode, nesting: number): void {
  let inner = nesting
  if (node.op === 'call' || node.op === 'rcall') {
    const name = node.args[0]
    const problem = callProblem(name, (node.op === 'call' ? node.args[1] : node.args[2]).length)
    if (problem !== null) throw new Error(problem)
    if (node.op === 'rcall' && comprehensions.has(name)) inner += 1
    if (inner > maxNesting) throw new Error(`lists are gone through inside each other at most ${maxNesting} times`)
    // INVARIANT: a text without an offset is never read in the time zone of the machine. The library's `timestamp(string)` does
    // that, and a function cannot be replaced; so the call gets another name before it is bound.
    if (node.op === 'call' && name === 'timestamp') (node.args as [string, unknown])[0] = 'timestampWithOffset'
  }
  for (const child of childrenOf(node)) checkCalls(child, inner)
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/u

function timestampWithOffset(text: string): Date {
  const date = new Date(text)
  if (rfc3339.test(text) && !Number.isNaN(date.getTime())) return date
  throw new Error(`\`${text.slice(0, 40)}\` is no timestamp like \`2026-03-31T12:00:00Z\``)
}
