/** What a caller is told of its budgets: the refusal of what does not fit, and what remains. */
import { HeaderMap } from '@apollo/server'
import type { GraphQLError } from 'graphql'
import { catalog, refusal } from '../../../lib/errors.ts'
import type { BudgetMeasure, BudgetPeriod } from '../../../policies/engine/revision.ts'
import type { BudgetStanding, BudgetVerdict } from '../../../storage/stores/budgets.ts'
import type { BudgetLine } from './lines.ts'

/** One line of `extensions.budget`. Numbers of money are decimal texts. */
export interface BudgetReport {
  readonly subject: string
  readonly measure: BudgetMeasure
  readonly period: BudgetPeriod
  readonly currency?: string
  readonly limit: number | string
  readonly remaining: number | string
  readonly resetsAt: string
}

/** How much is left of a budget. */
export function reportOf({ subject, limit, window }: BudgetLine, { remaining }: BudgetStanding): BudgetReport {
  const { measure, per: period, currency } = limit
  return {
    subject,
    measure,
    period,
    ...(currency === undefined ? {} : { currency }),
    limit: told(measure, String(limit.limit)),
    remaining: told(measure, remaining),
    resetsAt: window.resetsAt.toISOString(),
  }
}

/** A line of a dry run: what is left afterwards, and what the operation would take. */
export function previewOf(line: BudgetLine, standing: BudgetVerdict, amount: string) {
  const { measure } = line.limit
  return {
    ...reportOf(line, standing),
    used: told(measure, standing.used),
    requested: told(measure, amount),
    fits: standing.fits,
  }
}

export interface Breach {
  readonly line: BudgetLine
  readonly standing: BudgetStanding
  readonly amount: string
}

/** The refusal of an operation that goes over budgets: it names the one that is the last to start again. */
export function budgetExceeded(breaches: readonly [Breach, ...Breach[]], now: Date): GraphQLError {
  const { line, standing, amount } = breaches.reduce((last, each) =>
    each.line.window.resetsAt > last.line.window.resetsAt ? each : last,
  )
  const { subject, limit, window } = line
  const { measure, per, currency } = limit
  const retryAfterSeconds = Math.max(1, Math.ceil((window.resetsAt.getTime() - now.getTime()) / 1000))
  const what = currency === undefined ? measure : `${measure} in ${currency}`
  const error = refusal(
    'BUDGET_EXCEEDED',
    `\`${subject}\` may use ${limit.limit} of ${what} in one ${per}; ${standing.used} are used and this asks for ${amount}.`,
    {
      subject,
      measure,
      period: per,
      ...(currency === undefined ? {} : { currency }),
      limit: told(measure, String(limit.limit)),
      used: told(measure, standing.used),
      requested: told(measure, amount),
      resetsAt: window.resetsAt.toISOString(),
      retryAfterSeconds,
    },
  )
  const headers = new HeaderMap([['retry-after', String(retryAfterSeconds)]])
  error.extensions['http'] = { status: catalog.BUDGET_EXCEEDED.status, headers }
  return error
}

function told(measure: BudgetMeasure, number: string): number | string {
  return measure === 'money' ? number : Number(number)
}
