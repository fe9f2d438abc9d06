/** What a forecast is measured by: its deviation and accuracy against the actual, its change against another forecast. */
import { decimal, divideRounded, formatDecimal, moneyScale, priceScale } from '../decimal.ts'

/** Percent are given with two decimals. */
const hundredPercent = 10_000n

/** Forecast less actual. */
export function deviationOf(quantity: string, actual: string): string {
  return formatDecimal(units(quantity) - units(actual), priceScale)
}

/** 100 less the deviation in percent of the actual, at least 0; null for an actual of zero, of which nothing is a part. */
export function accuracyOf(quantity: string, actual: string): string | null {
  if (units(actual) === 0n) return null
  const deviation = units(quantity) - units(actual)
  const missed = divideRounded((deviation < 0n ? -deviation : deviation) * hundredPercent, units(actual))
  return formatDecimal(missed > hundredPercent ? 0n : hundredPercent - missed, moneyScale)
}

/** How far a quantity is from the one that held, in percent of that; null where that is zero. */
export function changeOf(held: string, quantity: string): string | null {
  if (units(held) === 0n) return null
  return formatDecimal(divideRounded((units(quantity) - units(held)) * hundredPercent, units(held)), moneyScale)
}

function units(text: string): bigint {
  return decimal(text, priceScale)
}
