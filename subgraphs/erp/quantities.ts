/** Quantities: read exactly, in units of their last decimal, and whole where they are pieces. */
import { invalid } from '../inputs.ts'
import { decimal, formatDecimal, parseDecimal, priceScale } from '../decimal.ts'

/** One of anything, in units of the last decimal. */
const whole = 10n ** BigInt(priceScale)

/** Reads a quantity of zero or more in a unit. @throws `INVALID_INPUT` naming the argument. */
export function readQuantityOrZero(argument: string, text: string, unit: string): bigint {
  const units = parseDecimal(text, priceScale)
  if (units === null) throw invalid(argument, `must be a number with at most ${priceScale} decimals`)
  if (units < 0n) throw invalid(argument, 'must be zero or more')
  if (unit === 'C62' && units % whole !== 0n) throw invalid(argument, 'must be a whole number of pieces')
  return units
}

/** Reads a quantity above zero in a unit. @throws `INVALID_INPUT` naming the argument. */
export function readQuantity(argument: string, text: string, unit: string): bigint {
  const units = readQuantityOrZero(argument, text, unit)
  if (units === 0n) throw invalid(argument, 'must be above zero')
  return units
}

/** A quantity of a record. */
export function quantityOf(text: string): bigint {
  return decimal(text, priceScale)
}

/** A quantity as a record has it. */
export function quantity(units: bigint): string {
  return formatDecimal(units, priceScale)
}
