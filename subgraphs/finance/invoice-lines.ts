/** Reads the lines of a new invoice: what each must say, and within which bounds. */
import { between, invalid, optional, readValues, required, text } from '../inputs.ts'
import { readPrice, readQuantity } from '../amounts.ts'
import { formatDecimal, moneyScale, parseDecimal } from '../decimal.ts'
import type { LineDraft } from './invoice-totals.ts'

/** A line as the contract has it. */
export interface GivenLine {
  readonly itemName: string
  readonly quantity: string
  readonly unitCode: string
  readonly netPrice: string
  readonly vatCategory: string
  readonly vatRate?: string | null
  readonly purchaseOrderItemNumber?: number | null
}

/** A line as it is stored, but for what is computed. */
interface ReadLine extends LineDraft {
  readonly itemName: string
  readonly unitCode: string
  readonly purchaseOrderItemNumber: number | null
}

/** The most lines that an invoice can have. */
export const maxLines = 100
const unitForm = /^[A-Z0-9]{2,3}$/

/** Reads 1 to 100 lines. @throws `INVALID_INPUT` naming the line and the field. */
export function readInvoiceLines(lines: readonly GivenLine[]): readonly ReadLine[] {
  if (lines.length === 0 || lines.length > maxLines) throw invalid('input.lines', `must have 1 to ${maxLines} lines`)
  return lines.map((line, index) => readLine(line, `input.lines.${index}`))
}

function readLine(line: GivenLine, path: string): ReadLine {
  readValues({ ...line }, { itemName: required(text(200)), purchaseOrderItemNumber: optional(between(1, 9990)) }, path)
  const { itemName, unitCode, vatCategory } = line
  if (!unitForm.test(unitCode)) throw invalid(`${path}.unitCode`, 'must be a code like `C62`')
  const standard = vatCategory === 'STANDARD'
  const vatRate = parseDecimal(line.vatRate ?? (standard ? '19.00' : '0.00'), moneyScale)
  if (vatRate === null || vatRate < 0n || vatRate > 10_000n) {
    throw invalid(`${path}.vatRate`, 'must be 0 to 100 with at most 2 decimals')
  }
  if (standard !== vatRate > 0n) {
    throw invalid(`${path}.vatRate`, 'must be above 0 for `STANDARD`, and 0 for all others')
  }
  return {
    itemName,
    unitCode,
    quantity: readQuantity(`${path}.quantity`, line.quantity),
    netPrice: readPrice(`${path}.netPrice`, line.netPrice),
    vatCategory,
    vatRate: formatDecimal(vatRate, moneyScale),
    purchaseOrderItemNumber: line.purchaseOrderItemNumber ?? null,
  }
}
