/** How much money an operation moves or commits, by the arguments that `policies/money.ts` names. */
import { refusal } from '../../../lib/errors.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import { argumentValues } from '../../../policies/vocabulary/argument.ts'
import { sumOfSizes } from '../../../policies/vocabulary/decimal.ts'
import type { Operation, OperationNode } from '../../operation.ts'

/** An amount of one mutation. */
export interface MoneyAmount {
  readonly root: OperationNode
  /** A decimal number, never negative: what flows back is no reason to let more flow out. */
  readonly amount: string
  /** Null where the arguments do not say it. */
  readonly currency: string | null
}

/**
 * The amounts of an operation.
 * @throws `INVALID_INPUT` for one that is no decimal number: what cannot be counted is not let through.
 */
export function moneyOf({ kind, roots }: Operation, { money }: PolicyRevision): readonly MoneyAmount[] {
  if (kind !== 'mutation') return []
  return roots.flatMap((root) =>
    (money.get(root.coordinates[0]) ?? []).flatMap(({ amount, currency }) => {
      const given = argumentValues(root.args, amount).filter((value) => value !== null)
      if (given.length === 0) return []
      const total = sumOfSizes(given)
      if (total === null) {
        throw refusal('INVALID_INPUT', `The argument \`${amount}\` must be a decimal number, like "1249.90".`, {
          argument: amount,
        })
      }
      return [{ root, amount: total, currency: currency === undefined ? null : currencyOf(root, currency) }]
    }),
  )
}

/** The sum of the amounts that count against a currency. */
export function moneyIn(currency: string, amounts: readonly MoneyAmount[]): string {
  const counted = amounts.filter((each) => each.currency === null || each.currency === currency)
  // INVARIANT: `moneyOf` has written each amount.
  return sumOfSizes(counted.map(({ amount }) => amount)) ?? '0'
}

/** One code, or null: where the arguments name none, several or none that there could be, every currency counts. */
function currencyOf(root: OperationNode, path: string): string | null {
  const [code, ...others] = new Set(argumentValues(root.args, path))
  return others.length === 0 && typeof code === 'string' && /^[A-Z]{3}$/u.test(code) ? code : null
}
