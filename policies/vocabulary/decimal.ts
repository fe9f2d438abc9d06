/** Exact arithmetic of amounts: limits on money are never decided in floating point. */

/** -1, 0 or 1; null when one of the two is not a plain decimal number. */
export function compareDecimals(a: unknown, b: unknown): -1 | 0 | 1 | null {
  const left = parseDecimal(a)
  const right = parseDecimal(b)
  if (left === null || right === null) return null
  const scale = Math.max(left.scale, right.scale)
  const x = left.digits * 10n ** BigInt(scale - left.scale)
  const y = right.digits * 10n ** BigInt(scale - right.scale)
  if (x === y) return 0
  return x < y ? -1 : 1
}

/** The sum of amounts, each without its sign, exactly; null when one of them is not a plain decimal number. */
export function sumOfSizes(amounts: readonly unknown[]): string | null {
  const parsed = amounts.map(parseDecimal)
  const scale = Math.max(0, ...parsed.map((each) => each?.scale ?? 0))
  let total = 0n
  for (const each of parsed) {
    if (each === null) return null
    const size = each.digits < 0n ? -each.digits : each.digits
    total += size * 10n ** BigInt(scale - each.scale)
  }
  const digits = total.toString().padStart(scale + 1, '0')
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function parseDecimal(value: unknown): { digits: bigint; scale: number } | null {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return null
  // The length is bounded because the exponent below would otherwise let a caller's text decide how long we compute.
  const match = /^(?<sign>[+-]?)(?<whole>\d{1,40})(?:\.(?<part>\d{1,40}))?$/u.exec(String(value))
  if (match?.groups === undefined) return null
  const { sign = '', whole = '', part = '' } = match.groups
  return { digits: BigInt(`${sign === '-' ? '-' : ''}${whole}${part}`), scale: part.length }
}
