/** The checks in the order in which they run. This file is the list. */
import type { Operation } from '../operation.ts'
import type { Exchange } from '../exchange.ts'
import { aliasesExpanded, aliasesWritten } from './aliases.ts'
import type { OperationCheck, TextCheck } from './check.ts'
import { cost } from './cost.ts'
import { depth } from './depth.ts'
import { directives } from './directives.ts'
import type { Limits } from './limits.ts'
import { mixedIntrospection } from './mixed-introspection.ts'
import { scan } from './scan.ts'
import { tokens } from './tokens.ts'

/** Before the document is parsed. The body's size is bounded before that, while it is read (`http.ts`). */
export const textChecks: readonly TextCheck[] = Object.freeze([tokens, aliasesWritten, directives])

/** After validation and description; the rate comes last, so that it knows the cost. */
export function operationChecks(rate: OperationCheck): readonly OperationCheck[] {
  return Object.freeze([mixedIntrospection, depth, aliasesExpanded, cost, rate])
}

/** Runs the text checks over a document. Throws the refusal of the first that fails. */
export function checkText(text: string, limits: Limits): void {
  const scanned = scan(text, limits.tokens)
  for (const check of textChecks) check.run({ scan: scanned, limits })
}

/** Runs the operation checks in their order. Rejects with the refusal of the first that fails. */
export async function runChecks(
  checks: readonly OperationCheck[],
  input: { readonly operation: Operation; readonly limits: Limits; readonly exchange: Exchange },
): Promise<void> {
  for (const check of checks) await check.run(input)
}
