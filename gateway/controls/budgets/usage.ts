/** What an operation uses of each measure: the most that it may, before it runs, and what it did, afterwards. */
import type { GraphQLFormattedError } from 'graphql'
import type { BudgetLimit } from '../../../policies/engine/revision.ts'
import { costOf } from '../../checks/cost.ts'
import type { DescribedExchange } from '../decided.ts'
import { isReplayed, wasRefused } from '../did-nothing.ts'
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
    money: expected.money.filter(({ root }) => !isReplayed(root, data ?? null) && !wasRefused(root, exchange, errors)),
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
