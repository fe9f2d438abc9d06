/** Amounts in the inputs of finance: read exactly, and compared with what a record says. */
import { invalid } from '../inputs.ts'
import { decimal, formatDecimal, moneyScale, parseDecimal } from './decimal.ts'

/** Reads an amount of money above zero. @throws `INVALID_INPUT` naming the argument. */
export function readAmount(argument: string, text: string): bigint {
  const units = parseDecimal(text, moneyScale)
  if (units === null) throw invalid(argument, 'must be an amount with at most 2 decimals')
  if (units <= 0n) throw invalid(argument, 'must be above zero')
  return units
}

/** An amount of a record, in units. */
export function amountOf(text: string): bigint {
  return decimal(text, moneyScale)
}

/** An amount as a record has it. */
export function money(units: bigint): string {
  return formatDecimal(units, moneyScale)
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
