/** Money and quantities of generated rows: whole cents and whole units while they are computed, decimal text in the rows. */

/** Cents as money, `12.50`. */
export function euros(cents: number): string {
  const rest = Math.abs(cents) % 100
  return `${cents < 0 ? '-' : ''}${Math.trunc(Math.abs(cents) / 100)}.${rest < 10 ? '0' : ''}${rest}`
}

/** Cents as a price, which has four decimals. */
export function priceText(cents: number): string {
  return `${euros(cents)}00`
}

/** Whole units as a quantity, which has four decimals. */
export function quantityText(units: number): string {
  return `${units}.0000`
}

/** Money text as cents. */
export function centsOf(text: string): number {
  return Math.round(Number(text) * 100)
}
