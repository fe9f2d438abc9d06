/** An account's credit standing: how much its tier may owe, what it owes, and how late it is. */
import { amountOf, daysBetween, money } from '../amounts.ts'

/** In whole EUR, by the crm's tier of an account. */
const limits: ReadonlyMap<string, bigint> = new Map([
  ['STRATEGIC', 250_000n],
  ['KEY', 120_000n],
  ['STANDARD', 60_000n],
  ['SMALL', 40_000n],
])

const watchAfterDays = 30
const blockAfterDays = 60

interface CreditStanding {
  readonly verdict: 'GOOD' | 'WATCH' | 'BLOCKED'
  readonly creditLimit: string
  readonly openBalance: string
  readonly available: string
  readonly daysOverdue: number
}

/**
 * Judges an account.
 * @returns null for a tier that has no limit: the caller of this must fail, and never guess.
 */
export function judgeCredit(
  tier: string,
  openBalance: string,
  oldestDueDate: string | null,
  today: string,
): CreditStanding | null {
  const limit = limits.get(tier)
  if (limit === undefined) return null
  const allowed = limit * 100n
  const open = amountOf(openBalance)
  const daysOverdue = oldestDueDate === null ? 0 : Math.max(0, daysBetween(oldestDueDate, today))
  return {
    verdict: verdictOf(open, allowed, daysOverdue),
    creditLimit: money(allowed),
    openBalance,
    available: money(open < allowed ? allowed - (open > 0n ? open : 0n) : 0n),
    daysOverdue,
  }
}

function verdictOf(open: bigint, allowed: bigint, daysOverdue: number): CreditStanding['verdict'] {
  if (open > allowed || daysOverdue > blockAfterDays) return 'BLOCKED'
  // More than 80 % of the limit.
  if (open * 5n > allowed * 4n || daysOverdue > watchAfterDays) return 'WATCH'
  return 'GOOD'
}
