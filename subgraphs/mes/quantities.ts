/** Quantities in inputs and records: exact, with at most four decimals, and whole where pieces are counted. */
import { decimal, formatDecimal, parseDecimal, priceScale } from '../decimal.ts'
import { invalid } from '../inputs.ts'

const whole = 10n ** BigInt(priceScale)

/** Reads a quantity of a unit, above zero. @throws `INVALID_INPUT` naming the argument. */
export function readQuantity(argument: string, text: string, unit: string): bigint {
  const units = readQuantityOrNone(argument, text, unit)
  if (units === 0n) throw invalid(argument, 'must be above zero')
  return units
}

/** Reads a quantity of a unit, zero or more. @throws `INVALID_INPUT` naming the argument. */
export function readQuantityOrNone(argument: string, text: string, unit: string): bigint {
  const units = readValue(argument, text)
  if (units < 0n) throw invalid(argument, 'must be zero or more')
  if (unit === 'C62' && units % whole !== 0n) throw invalid(argument, 'must be whole: `C62` counts pieces')
  return units
}

/** Reads any value that is measured: it may be negative. @throws `INVALID_INPUT` naming the argument. */
export function readValue(argument: string, text: string): bigint {
  const units = parseDecimal(text, priceScale)
  if (units === null) throw invalid(argument, `must be a number with at most ${priceScale} decimals`)
  return units
}

/** A quantity of a record, in units of the last decimal. */
export function quantityOf(text: string): bigint {
  return decimal(text, priceScale)
}

/** A quantity as a record has it. */
export function quantity(units: bigint): string {
  return formatDecimal(units, priceScale)
}
