/**
 * The arithmetic of an invoice (EN 16931, rules BR-CO-10 to BR-CO-17): line amounts from quantity and price, VAT by category
 * and rate from the sum of its lines, totals from both. Everything that an invoice says about money comes from here.
 */
import { money, netAmountOf } from '../amounts.ts'
import { decimal, divideRounded, formatDecimal, moneyScale } from '../decimal.ts'

/** What is known of a line before anything is computed. */
export interface LineDraft {
  readonly quantity: string
  readonly netPrice: string
  readonly vatCategory: string
  readonly vatRate: string
}

/** VAT of one category and rate. */
interface VatGroup {
  readonly category: string
  readonly rate: string
  readonly taxableAmount: string
  readonly taxAmount: string
}

/** The computed part of an invoice. */
export interface InvoiceTotals {
  /** BT-131 of each line, in their order. */
  readonly netAmounts: readonly string[]
  readonly vat: readonly VatGroup[]
  readonly lineTotal: string
  readonly vatTotal: string
  readonly grossTotal: string
}

/** A rate has two decimals and is per hundred. */
const rateDivisor = 10_000n

/** Computes an invoice from its lines, whose texts have been checked. */
export function computeTotals(lines: readonly LineDraft[]): InvoiceTotals {
  const nets = lines.map(({ quantity, netPrice }) => netAmountOf(quantity, netPrice))
  const taxable = new Map<string, bigint>()
  lines.forEach(({ vatCategory, vatRate }, index) => {
    const key = `${vatCategory} ${formatDecimal(decimal(vatRate, moneyScale), moneyScale)}`
    taxable.set(key, (taxable.get(key) ?? 0n) + (nets[index] ?? 0n))
  })
  const vat = [...taxable].map(([key, amount]) => {
    const [category = '', rate = ''] = key.split(' ')
    return { category, rate, amount, tax: divideRounded(amount * decimal(rate, moneyScale), rateDivisor) }
  })
  const lineTotal = nets.reduce((sum, net) => sum + net, 0n)
  const vatTotal = vat.reduce((sum, { tax }) => sum + tax, 0n)
  return {
    netAmounts: nets.map(money),
    vat: vat.map(({ category, rate, amount, tax }) => ({
      category,
      rate,
      taxableAmount: money(amount),
      taxAmount: money(tax),
    })),
    lineTotal: money(lineTotal),
    vatTotal: money(vatTotal),
    grossTotal: money(lineTotal + vatTotal),
  }
}
