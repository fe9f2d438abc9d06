/** Pay: what somebody is paid from a day on. Set by a person who has nothing to gain from it, never overwritten. */
import { refusal } from '../../lib/errors.ts'
import { requireVersion } from '../acts.ts'
import { amountOf, money, readAmount } from '../amounts.ts'
import { decimal, divideRounded, parseDecimal } from '../decimal.ts'
import { currencyCode, invalid, readValues, required, type ValueCheck } from '../inputs.ts'
import { principalsBehind, requireSecondPrincipal } from '../separation-of-duty.ts'
import {
  lastEffectiveFirst,
  type CompensationRecord,
  type ExistingRecord,
  type HrMutation,
  type HrRecords,
  type HrResolver,
  type InnerListArgs,
} from './model.ts'
import { managersOf } from './reporting-line.ts'
import { requireActive } from './write-user.ts'

type PayResolver<Args = unknown> = HrResolver<CompensationRecord, Args>

/** Decimals of a percentage. */
const percentScale = 2
const hundredPercent = 10_000n

const percentage: ValueCheck = (value) => {
  const units = parseDecimal(String(value), percentScale)
  return units !== null && units >= 0n && units <= hundredPercent ? null : 'must be 0 to 100 with at most 2 decimals'
}

export const payFields = {
  targetIncome: (({ annualSalary, bonusPercent }) => {
    const salary = amountOf(annualSalary)
    return money(salary + divideRounded(salary * decimal(bonusPercent, percentScale), hundredPercent))
  }) satisfies PayResolver,
  history: (({ userId }, { first }, { records }) =>
    records.list('Compensation', 'userId', userId, {
      first,
      sort: [lastEffectiveFirst],
    })) satisfies PayResolver<InnerListArgs>,
}

export const changePay: HrMutation<
  ExistingRecord & { readonly annualSalary: string; readonly effectiveFrom: string }
> = async (_, args, { records, caller }, info) => {
  const { id, expectedVersion, annualSalary, effectiveFrom } = args.input
  const principals = principalsBehind(caller)
  const [found, [latest], above] = await Promise.all([
    records.load('User', id),
    records.list('Compensation', 'userId', id, { first: 1, sort: [lastEffectiveFirst] }),
    Promise.all(principals.map((principal) => managersAbove(principal, records))),
  ])
  return records.change(info, args, async (apply) => {
    const user = requireVersion(found, 'User', args.input)
    requireActive(user, 'input.id')
    requireSecondPrincipal(caller, [user.principal], 'change their own pay')
    for (const [index, managers] of above.entries()) requireNotAbove(principals[index] ?? '', managers, id)
    if (effectiveFrom < user.hireDate) {
      throw invalid('input.effectiveFrom', `cannot be before the first day, \`${user.hireDate}\``)
    }
    if (latest && effectiveFrom <= latest.effectiveFrom) {
      throw invalid('input.effectiveFrom', `must be after \`${latest.effectiveFrom}\`, from which the last pay holds`)
    }
    const said = readValues(args.input, {
      currency: required(currencyCode),
      bonusPercent: required(percentage),
      grade: required(),
      effectiveFrom: required(),
    })
    const salary = money(readAmount('input.annualSalary', annualSalary))
    const values = { ...said, annualSalary: salary, userId: id, changedBy: caller.id }
    return {
      pay: await apply('Compensation', { kind: 'create', values }),
      user: await apply('User', { kind: 'update', id, expectedVersion, values: {} }),
    }
  })
}

/** The ids of all whom a principal reports to; null for one that the directory does not know. */
async function managersAbove(principal: string, records: HrRecords): Promise<readonly string[] | null> {
  const user = await records.loadBy('User', 'principal', principal)
  return user && (await managersOf(user, records)).map((manager) => manager.id)
}

/** Of whom it is not known whom they report to, it is not known either that they have nothing to gain. */
function requireNotAbove(principal: string, managers: readonly string[] | null, id: string): void {
  if (managers !== null && !managers.includes(id)) return
  const why =
    managers === null
      ? `because the directory does not say whom they report to`
      : `because they report to them, directly or through others`
  throw refusal('SEPARATION_OF_DUTY', `The principal \`${principal}\` cannot change the pay of \`${id}\`, ${why}.`, {
    principal,
  })
}
