/** Refuses selections nested deeper than allowed. */
import { refusal } from '../../lib/errors.ts'
import type { OperationNode } from '../operation.ts'
import type { OperationCheck } from './check.ts'

export const depth: OperationCheck = {
  name: 'depth',
  run({ operation, limits }) {
    const deepest = findDeepest(operation.roots)
    if (!deepest || deepest.depth <= limits.depth) return
    const where = deepest.path.slice(0, limits.depth + 1).join('.')
    throw refusal('OPERATION_TOO_DEEP', `\`${where}\` is nested deeper than ${limits.depth} levels.`, {
      found: deepest.depth,
      limit: limits.depth,
    })
  },
}

function findDeepest(nodes: readonly OperationNode[]): OperationNode | null {
  let deepest: OperationNode | null = null
  for (const node of nodes) {
    const candidate = findDeepest(node.children) ?? node
    if (!deepest || candidate.depth > deepest.depth) deepest = candidate
  }
  return deepest
}
