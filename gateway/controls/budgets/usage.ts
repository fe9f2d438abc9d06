/** What an operation uses of each measure: the most that it may, before it runs, and what it did, afterwards. */
import type { GraphQLFormattedError } from 'graphql'
import type { ErrorCode } from '../../../lib/errors.ts'
import type { BudgetLimit } from '../../../policies/engine/revision.ts'
import { costOf } from '../../checks/cost.ts'
import type { DescribedExchange } from '../decided.ts'
import type { OperationNode } from '../../operation.ts'
import { type MoneyAmount, moneyIn, moneyOf } from './money.ts'
import { type Rows, boundRows, deliveredRows } from './rows.ts'

export interface Usage {
  readonly cost: number
  readonly mutations: number
  readonly rows: Rows
  readonly money: readonly MoneyAmount[]
}

/** What an answer has, as Apollo Server is about to send it. */
export interface ExecutedResult {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined
  readonly errors?: readonly GraphQLFormattedError[] | undefined
}

/** The most that an operation is taken to use. */
export function expectedUsage({ operation, cost, revision }: DescribedExchange): Usage {
  return {
    cost,
    mutations: operation.kind === 'mutation' ? operation.roots.length : 0,
    rows: boundRows(operation.roots, revision.index),
    money: moneyOf(operation, revision),
  }
}

/** What it used. What cannot be told is taken to have been used; an operation that no system was asked for used nothing. */
export function actualUsage(
  exchange: DescribedExchange,
  expected: Usage,
  { data, errors = [] }: ExecutedResult,
): Usage {
  const { operation, revision, subgraphs } = exchange
  if (subgraphs.size === 0 && !data) return noUsage
  const rows = data ? deliveredRows(data, operation.roots, revision.index) : noRows
  return {
    cost: data && operation.asks === 'data' ? costOf(operation, rows.objects) : expected.cost,
    // An attempt counts, whatever the system made of it: guessing is no use that should be free.
    mutations: expected.mutations,
    rows,
    money: expected.money.filter(({ root }) => !didNothing(root, exchange, data ?? null, errors)),
  }
}

/** How much of a limit's measure a usage takes, as a decimal number. */
export function amountOf({ measure, currency = '' }: BudgetLimit, { cost, mutations, rows, money }: Usage): string {
  switch (measure) {
    case 'cost':
      return String(cost)
    case 'mutations':
      return String(mutations)
    case 'sensitive-rows':
      return String(rows.sensitiveRows)
    case 'distinct-entities':
      return String(rows.unnamed + rows.entities.length)
    case 'money':
      return moneyIn(currency, money)
  }
}

const noRows: Rows = { objects: 0, sensitiveRows: 0, entities: [], unnamed: 0 }
const noUsage: Usage = { cost: 0, mutations: 0, rows: noRows, money: [] }

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
])

/** Whether a mutation is known to have done nothing: its system refused it, or says that an earlier request did it. */
function didNothing(
  root: OperationNode,
  { operation, resolved }: DescribedExchange,
  data: Readonly<Record<string, unknown>> | null,
  errors: readonly GraphQLFormattedError[],
): boolean {
  const payload = data !== null && Object.hasOwn(data, root.responseKey) ? data[root.responseKey] : null
  if (typeof payload === 'object' && payload !== null) {
    const replayed = root.children.find(({ fieldName }) => fieldName === 'replayed')
    return replayed !== undefined && (payload as Record<string, unknown>)[replayed.responseKey] === true
  }
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
