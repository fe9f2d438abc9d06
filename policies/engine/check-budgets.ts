/** Checks the budgets of roles and the table of money: a limit that counts nothing would let everything through, in silence. */
import type { ContractArgument, ContractIndex } from '../../schema/contract.ts'
import { type BudgetLimit, type RoleDefinition, budgetMeasures, budgetPeriods } from './revision.ts'
import type { PolicySet } from './revision.ts'
import type { PolicyProblem } from './types.ts'

/** The largest number that a budget may count to. */
const mostUnits = 1_000_000_000_000
/** Each entity of a window is kept until the window ends. */
const mostEntities = 100_000

type Finding = Pick<PolicyProblem, 'message' | 'mend'>

/** What is wrong with the budgets of a role. */
export function checkBudgets(role: RoleDefinition): readonly Finding[] {
  return (['budgets', 'sharedBudgets', 'taskBudgets'] as const).flatMap((list) => {
    const limits = role[list] ?? []
    return limits.flatMap((limit, position) => {
      const where = `The role \`${role.key}\` has a limit in \`${list}\` that`
      const repeated = limits.findIndex((other) => counterOf(other) === counterOf(limit)) < position
      return [
        ...checkLimit(limit).map(({ message, mend }) => ({ message: `${where} ${message}`, mend })),
        ...(repeated
          ? [{ message: `${where} repeats \`${counterOf(limit)}\`.`, mend: 'Keep the smaller of the two.' }]
          : []),
        ...(limit.onBreach === 'quarantine' && role.kind !== 'agent'
          ? [{ message: `${where} quarantines, and its holders are no agents.`, mend: 'Leave `onBreach` out.' }]
          : []),
      ]
    })
  })
}

/** What is wrong with one limit, as the end of a sentence; for limits of roles and of single agents alike. */
export function checkLimit({ measure, per, limit, currency, onBreach }: BudgetLimit): readonly Finding[] {
  const findings: Finding[] = []
  const add = (message: string, mend: string) => void findings.push({ message, mend })
  if (!budgetMeasures.includes(measure)) {
    add(`counts \`${measure}\`, which is no measure.`, `Write one of ${budgetMeasures.join(', ')}.`)
  }
  if (!budgetPeriods.includes(per)) {
    add(`is for a \`${per}\`, which is no period.`, `Write one of ${budgetPeriods.join(', ')}.`)
  }
  const isWhole = measure === 'money' || Number.isInteger(limit)
  if (!Number.isFinite(limit) || limit <= 0 || limit > mostUnits || !isWhole) {
    add(
      `allows \`${String(limit)}\`.`,
      `Write a ${measure === 'money' ? '' : 'whole '}number above 0, at most ${mostUnits}.`,
    )
  }
  if (measure === 'distinct-entities' && limit > mostEntities) {
    add(
      `remembers up to ${limit} entities.`,
      `Allow at most ${mostEntities}, or count \`sensitive-rows\` or \`cost\` instead.`,
    )
  }
  if (measure === 'money' && !/^[A-Z]{3}$/u.test(currency ?? '')) {
    add('counts money and names no currency.', "Add `currency: 'EUR'`, with the code of ISO 4217.")
  }
  if (measure !== 'money' && currency !== undefined) {
    add(`names a currency and counts \`${measure}\`.`, 'Leave `currency` out.')
  }
  if (onBreach !== undefined && (onBreach as string) !== 'quarantine') {
    add(`does \`${onBreach}\` at a breach.`, 'Write `quarantine`, or leave `onBreach` out.')
  }
  return findings
}

/** What is wrong with the table of money: a path that leads nowhere would count nothing. */
export function checkMoney(money: NonNullable<PolicySet['money']>, index: ContractIndex): readonly PolicyProblem[] {
  return Object.entries(money).flatMap(([name, args]) => {
    const coordinate = name as keyof typeof money
    const problem = (message: string, mend: string): PolicyProblem => ({
      where: 'policies/money.ts',
      coordinate,
      message,
      mend,
    })
    const field = index.fields.get(coordinate)
    if (field?.parentType !== 'Mutation') {
      return [problem(`\`${coordinate}\` is no mutation of the contracts.`, 'Correct the name, or take the line out.')]
    }
    if (args.length === 0) return [problem(`\`${coordinate}\` names no amount.`, 'Name one, or take the line out.')]
    return args
      .flatMap(({ amount, currency }) => [amount, ...(currency === undefined ? [] : [currency])])
      .filter((path) => !leadsSomewhere(path, field.args, index))
      .map((path) =>
        problem(`\`${coordinate}\` has no argument \`${path}\`.`, 'Correct the path: `input.amount`, by its names.'),
      )
  })
}

function leadsSomewhere(path: string, args: readonly ContractArgument[], index: ContractIndex): boolean {
  let candidates = args
  let found: ContractArgument | undefined
  for (const part of path.split('.')) {
    found = candidates.find(({ name }) => name === part)
    if (found === undefined) return false
    candidates = index.types.get(found.typeName)?.inputFields ?? []
  }
  return candidates.length === 0
}

/** What a limit counts and when it starts again: two limits with the same answer count on one counter. */
function counterOf({ measure, per, currency }: BudgetLimit): string {
  return `${measure}${currency === undefined ? '' : ` ${currency}`} per ${per}`
}
