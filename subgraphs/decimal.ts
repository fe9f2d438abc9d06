/**
 * Decimal numbers without rounding surprises: a whole number of units of the last decimal, as a bigint. `"12.50"` with two
 * decimals is `1250n`. Rounding happens in one place, and half goes up, as PostgreSQL and EN 16931 do it.
 */

const form = /^(-?)(\d{1,16})(?:\.(\d+))?$/

/** Reads decimal text; null when it is not a number in plain form, is too long, or has more decimals than `scale`. */
export function parseDecimal(text: string, scale: number): bigint | null {
  const match = form.exec(text)
  if (!match) return null
  const [, sign, whole = '', fraction = ''] = match
  const digits = fraction.replace(/0+$/, '')
  if (digits.length > scale) return null
  const units = BigInt(whole + digits.padEnd(scale, '0'))
  return sign === '-' ? -units : units
}

/** Reads decimal text that is known to be right: a column of the database, a value computed here. */
export function decimal(text: string, scale: number): bigint {
  const units = parseDecimal(text, scale)
  if (units === null) throw new RangeError(`The text ${text} is not a decimal with at most ${scale} decimals.`)
  return units
}

/** Writes units back as decimal text with exactly `scale` decimals. */
export function formatDecimal(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return units < 0n ? `-${text}` : text
}

/** Divides and rounds to the nearest; a half goes away from zero. `divisor` is positive. */
export function divideRounded(units: bigint, divisor: bigint): bigint {
  const half = divisor / 2n
  return units < 0n ? -((-units + half) / divisor) : (units + half) / divisor
}

/** Decimals of an amount of money. */
export const moneyScale = 2
/** Decimals of quantities and unit prices. */
export const priceScale = 4
