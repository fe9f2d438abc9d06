/** What is known of a mutation that did not simply succeed: that its system refused it, or that an earlier request did it. */
import type { GraphQLFormattedError } from 'graphql'
import type { ErrorCode } from '../../lib/errors.ts'
import type { OperationNode } from '../operation.ts'
import type { DescribedExchange } from './decided.ts'

type Data = Readonly<Record<string, unknown>> | null

/** Refusals of a system that come before it does anything. */
const nothingDone: ReadonlySet<unknown> = new Set<ErrorCode>([
  'RECORD_DENIED',
  'POLICY_DENIED',
  'APPROVAL_REQUIRED',
  'NOT_FOUND',
  'INVALID_INPUT',
  'BAD_USER_INPUT',
  'ILLEGAL_TRANSITION',
  'SEPARATION_OF_DUTY',
  'VERSION_CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'NOT_SUPPORTED',
  'LEASE_LOST',
  'TASK_NOT_OPEN',
  'TASK_TAKEN',
  'NOT_ELIGIBLE',
  'RUN_NOT_OPEN',
  'RUN_EXISTS',
  'EVENT_NOT_AWAITED',
  'RESULT_INVALID',
  'CONTEXT_CONFLICT',
])

/** Whether the payload of a mutation says that an earlier request did it. */
export function isReplayed(root: OperationNode, data: Data): boolean {
  const payload = data !== null && Object.hasOwn(data, root.responseKey) ? data[root.responseKey] : null
  if (typeof payload !== 'object' || payload === null) return false
  const replayed = root.children.find(({ fieldName }) => fieldName === 'replayed')
  return replayed !== undefined && (payload as Record<string, unknown>)[replayed.responseKey] === true
}

/** Whether the system of a mutation refused it before it did anything. */
export function wasRefused(
  root: OperationNode,
  { operation, resolved }: DescribedExchange,
  errors: readonly GraphQLFormattedError[],
): boolean {
  const [coordinate] = root.coordinates
  const alike = operation.roots.filter(({ coordinates }) => coordinates[0] === coordinate)
  const refused = alike.filter(({ responseKey }) =>
    errors.some(
      ({ path, extensions }) => path?.length === 1 && path[0] === responseKey && nothingDone.has(extensions?.['code']),
    ),
  )
  // What failed inside the payload of an act that was done may be told at the same place; the system counted the act.
  return refused.includes(root) && (resolved.get(coordinate) ?? 0) <= alike.length - refused.length
}

/** Whether it is certain that an operation changed nothing: no system was asked, or each of its mutations was refused. */
export function changedNothing(exchange: DescribedExchange, errors: readonly GraphQLFormattedError[]): boolean {
  if (exchange.subgraphs.size === 0) return true
  const { roots } = exchange.operation
  return roots.length > 0 && roots.every((root) => wasRefused(root, exchange, errors))
}
