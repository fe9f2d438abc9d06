/**
 * How large the company is. What happens in the year (orders, invoices, incidents, job orders, shipments, events) grows with
 * the scale itself, one slice of the base size after the other; who and what it happens to grows more slowly.
 */

/** How many there are at a scale. */
export interface Sizes {
  /** Slices of business, each as large as the whole of scale 1. */
  readonly slices: number
  readonly accounts: number
  readonly products: number
  readonly suppliers: number
  /** The factor of staff beside the named people. */
  readonly people: number
}

/** Ten times the business needs four times the customers, three times the people and about twice the products and suppliers. */
export function sizesOf(scale: number): Sizes {
  const more = scale - 1
  return {
    slices: scale,
    accounts: 120 + 40 * more,
    products: 500 + 50 * more,
    suppliers: 60 + 6 * more,
    people: 1 + more / 5,
  }
}
