/** Amounts and days in inputs: read exactly, and compared with what a record says. */
import { invalid } from './inputs.ts'
import { decimal, divideRounded, formatDecimal, moneyScale, parseDecimal, priceScale } from './decimal.ts'

/** Reads an amount of money above zero. @throws `INVALID_INPUT` naming the argument. */
export function readAmount(argument: string, text: string): bigint {
  const units = parseDecimal(text, moneyScale)
  if (units === null) throw invalid(argument, 'must be an amount with at most 2 decimals')
  if (units <= 0n) throw invalid(argument, 'must be above zero')
  return units
}

/** Reads a quantity above zero, as a record has it. @throws `INVALID_INPUT` naming the argument. */
export function readQuantity(argument: string, text: string): string {
  return readNumber(argument, text, 1n)
}

/** Reads the price of one unit, zero or more, as a record has it. @throws `INVALID_INPUT` naming the argument. */
export function readPrice(argument: string, text: string): string {
  return readNumber(argument, text, 0n)
}

function readNumber(argument: string, text: string, minimum: bigint): string {
  const units = parseDecimal(text, priceScale)
  if (units === null) throw invalid(argument, `must be a number with at most ${priceScale} decimals`)
  if (units < minimum) throw invalid(argument, minimum === 0n ? 'must be zero or more' : 'must be above zero')
  return formatDecimal(units, priceScale)
}

/** A quantity or a unit price of a record, in units. */
export function quantityOf(text: string): bigint {
  return decimal(text, priceScale)
}

/** An amount of a record, in units. */
export function amountOf(text: string): bigint {
  return decimal(text, moneyScale)
}

/** An amount as a record has it. */
export function money(units: bigint): string {
  return formatDecimal(units, moneyScale)
}

/** 10 ^ (scale of quantity + scale of price − scale of money). */
const netDivisor = 10n ** BigInt(2 * priceScale - moneyScale)

/** What a quantity comes to at a price of one unit, rounded to cents; both texts have been checked. */
export function netAmountOf(quantity: string, netPrice: string): bigint {
  return divideRounded(decimal(quantity, priceScale) * decimal(netPrice, priceScale), netDivisor)
}

/** Who approves or releases says the amount too, so that nobody approves one amount and means another. */
export function requireSameAmount(argument: string, said: string, meant: string): void {
  if (parseDecimal(said, moneyScale) !== amountOf(meant)) throw invalid(argument, `must be \`${meant}\``)
}

/** The calendar day of a moment, in UTC. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}

/** A day so many days later. */
export function addDays(day: string, days: number): string {
  return dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000))
}

/** Whole days from one day to another; negative when the other is before it. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}
