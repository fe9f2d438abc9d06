/** Draws an explanation for a terminal: the rule as a tree, what each part read, and what it said. */
import path from 'node:path'
import type { Explanation } from '../../gateway/policy/explain.ts'
import type { ExplainedVerdict, Verdict } from '../../policies/engine/types.ts'

/** The lines of one explanation; `root` is what paths are relative to. */
export function renderExplanation(explanation: Explanation, root: string): string {
  const { coordinate, where, disclosure, missingScopes, subgraphs, labels, dependsOn, verdict, parts } = explanation
  const facts = [
    `rule       ${where}, revision ${explanation.revision}`,
    `subgraph   ${subgraphs.join(', ')}`,
    ...(labels.length > 0 ? [`labels     ${labels.join(', ')}`] : []),
    `standing   ${disclosure}${missingScopes.length > 0 ? `, missing ${missingScopes.join(', ')}` : ''}`,
    ...(dependsOn.length > 0 ? [`depends on ${dependsOn.join(', ')}`] : []),
    `verdict    ${sentence(verdict)}`,
  ]
  const trees = parts.map(({ because, explained }) => `  because of ${because}\n${tree(explained, root, 2)}`)
  return `${coordinate}\n${facts.map((fact) => `  ${fact}\n`).join('')}${trees.join('')}`
}

/** A verdict in one sentence. */
export function sentence(verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'allow':
      return 'allow'
    case 'deny':
      return `deny: ${verdict.reason}`
    case 'ask':
      return `ask ${verdict.approvers}: ${verdict.reason}`
    case 'needs-record':
      return 'decided in the subgraph, by the record'
  }
}

function tree(explained: ExplainedVerdict, root: string, depth: number): string {
  const { rule, where, read, verdict, parts } = explained
  // A group is drawn by its parts; its own title would repeat them all.
  const title = parts.length > 0 ? rule.slice(0, rule.indexOf('(')) : rule
  const details = [
    ...(parts.length === 0 && read.length > 0 ? [`read ${read.join(', ')}`] : []),
    ...(where === null ? [] : [path.relative(root, where)]),
  ]
  const line = `${'  '.repeat(depth)}${title} → ${sentence(verdict)}${details.length > 0 ? `  [${details.join('; ')}]` : ''}\n`
  return line + parts.map((part) => tree(part, root, depth + 1)).join('')
}
