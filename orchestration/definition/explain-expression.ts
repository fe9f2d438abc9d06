/** Says what the expression library found in the words of the rest: what is missing where, and numbers and texts by these names. */
import type { ASTNode, ErrorLocation } from '@marcbachmann/cel-js'

/** What the library's errors have in common. */
export interface ExpressionFinding {
  readonly code: string
  readonly summary: string
  readonly node?: ErrorLocation | ASTNode
}

/** The rest of a sentence that begins with the expression. */
export function explainExpression({ code, summary, node }: ExpressionFinding): string {
  const [place, missing] = placeOf(node)
  switch (code) {
    case 'no_such_key':
      return place === null ? lower(summary) : `\`${place}\` has no \`${missing}\``
    case 'unknown_variable':
      return `there is no \`${summary.replace(/^Unknown variable: /u, '')}\` here`
    case 'index_out_of_bounds':
      return `the list is shorter: \`${sourceOf(node)}\``
    default: {
      const source = sourceOf(node)
      return `${plainTypes(lower(summary))}${source === '' ? '' : ` (\`${source}\`)`}`
    }
  }
}

/** Of `a.b.c`: `a.b`, and `c`. */
function placeOf(node: ExpressionFinding['node']): readonly [string | null, string] {
  if (node === undefined || (node.op !== '.' && node.op !== '[]')) return [null, '']
  const [before, name] = node.args as readonly [ErrorLocation, string | ErrorLocation]
  const named = typeof name === 'string' ? name : sourceOf(name)
  return [sourceOf(before), named.replace(/^["'](?<inner>.*)["']$/u, '$<inner>')]
}

function sourceOf(node: ErrorLocation | ASTNode | undefined): string {
  const source = node?.input?.slice(node.start, node.end).trim() ?? ''
  return source.length > 80 ? `${source.slice(0, 79)}…` : source
}

function plainTypes(text: string): string {
  return withoutMembers(text)
    .replaceAll(/\bdyn<(?<inner>[\w.]+)>/gu, '$<inner>')
    .replaceAll(/\bmap\b(?!\()/gu, 'object')
    .replaceAll(/\b(?:double|int|uint)\b(?!\()/gu, 'number')
    .replaceAll(/\bstring\b(?!\()/gu, 'text')
    .replaceAll(/\bbool\b(?!\()/gu, 'true-or-false')
    .replaceAll(/google\.protobuf\.(?<name>Timestamp|Duration)/gu, (_, name: string) => name.toLowerCase())
    .replaceAll('timestampWithOffset', 'timestamp')
    .replace(/^no such overload: /u, 'it cannot work out ')
}

/** `map<string, list<int>>` is `map`, from the inside out. */
function withoutMembers(text: string): string {
  const outer = text.replaceAll(/\b(?<outer>list|map)<[^<>]*>/gu, '$<outer>')
  return outer === text ? text : withoutMembers(outer)
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
