/**
 * Refuses alias floods: as written, before anything is validated, and again after fragments are expanded, where fourteen
 * aliases can have become hundreds.
 */
import { refusal } from '../../lib/errors.ts'
import type { OperationNode } from '../operation.ts'
import type { OperationCheck, TextCheck } from './check.ts'

export const aliasesWritten: TextCheck = {
  name: 'aliases written',
  run({ scan, limits }) {
    assertAtMost(scan.aliases, limits.aliases)
  },
}

export const aliasesExpanded: OperationCheck = {
  name: 'aliases expanded',
  run({ operation, limits }) {
    assertAtMost(countAliases(operation.roots), limits.aliases)
  },
}

function countAliases(nodes: readonly OperationNode[]): number {
  let count = 0
  for (const node of nodes) count += (node.responseKey === node.fieldName ? 0 : 1) + countAliases(node.children)
  return count
}

function assertAtMost(found: number, limit: number): void {
  if (found <= limit) return
  throw refusal('TOO_MANY_ALIASES', `The operation has ${found} aliases; ${limit} are allowed.`, { found, limit })
}
