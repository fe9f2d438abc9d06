/** What an expression reads: the paths that it follows from its variables, and which of them it first asks for with `has(…)`. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { comprehensions } from './expression-functions.ts'

/** A variable and the members behind it, as far as they are named in the text: `context.invoice.total`. */
export interface ReadPath {
  readonly root: string
  readonly path: readonly string[]
}

export interface ExpressionReads {
  readonly paths: readonly ReadPath[]
  /** What `has(…)` or `"name" in …` asks for: reading it is not a mistake when it is missing. */
  readonly asked: readonly ReadPath[]
  /** The path, when the expression is nothing else. */
  readonly plain: ReadPath | null
}

/** Reads the tree of an expression. */
export function readsOf(ast: ASTNode): ExpressionReads {
  const reads = { paths: [] as ReadPath[], asked: [] as ReadPath[] }
  walk(ast, new Set(), reads)
  return { ...reads, plain: pathOf(ast) }
}

/** What an expression reads below a variable without asking for it first: it has no value when one of them is missing. */
export function certainReads({ paths, asked }: ExpressionReads, root: string): readonly ReadPath[] {
  const isAskedFor = (read: ReadPath) =>
    asked.some((ask) => ask.root === read.root && ask.path.every((name, index) => read.path[index] === name))
  return paths.filter((read) => read.root === root && !isAskedFor(read))
}

/** The expressions right below one. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return []
    case '.':
    case '.?':
      return [node.args[0]]
    case 'call':
      return node.args[1]
    case 'rcall':
      return [node.args[1], ...node.args[2]]
    case 'map':
      return node.args.flat()
    case '!_':
    case '-_':
      return [node.args]
    default:
      return node.args
  }
}

/** A variable with nothing but names behind it, like `context.invoice["total"]`. */
function pathOf(node: ASTNode): ReadPath | null {
  if (node.op === 'id') return { root: node.args, path: [] }
  if (node.op !== '.' && node.op !== '[]') return null
  const name = node.op === '.' ? node.args[1] : literal(node.args[1])
  const before = pathOf(node.args[0])
  return before === null || name === null ? null : { root: before.root, path: [...before.path, name] }
}

function literal(node: ASTNode): string | null {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : null
}

interface Found {
  readonly paths: ReadPath[]
  readonly asked: ReadPath[]
}

/** `bound` are the names that a macro gives to the items of a list: `all(line, line.amount > 0)`. */
function walk(node: ASTNode, bound: ReadonlySet<string>, found: Found): void {
  const path = pathOf(node)
  if (path !== null) {
    if (!bound.has(path.root)) found.paths.push(path)
    return
  }
  if (node.op === 'call' && node.args[0] === 'has') {
    asks(node.args[1][0], bound, found)
    return
  }
  if (node.op === 'in') {
    const [left, right] = node.args
    const [name, list] = [literal(left), pathOf(right)]
    if (name !== null && list !== null) found.asked.push({ root: list.root, path: [...list.path, name] })
  }
  if (node.op === 'rcall' && comprehensions.has(node.args[0])) {
    const [, receiver, [variable, ...body]] = node.args
    walk(receiver, bound, found)
    const inner = new Set([...bound, variable?.op === 'id' ? variable.args : ''])
    for (const part of body) walk(part, inner, found)
    return
  }
  for (const child of childrenOf(node)) walk(child, bound, found)
}

/** `has(a.b.c)` fails without `a.b`, and only asks for `c`. */
function asks(node: ASTNode | undefined, bound: ReadonlySet<string>, found: Found): void {
  if (node === undefined) return
  const path = pathOf(node)
  if (path !== null) found.asked.push(path)
  for (const child of childrenOf(node)) walk(child, bound, found)
}
