/**
 * Numbers of GS1 with their check digits (GS1 General Specifications, section 7.9). All begin with 952, the prefix that GS1
 * keeps for demonstrations and examples, so that none belongs to anybody.
 */
import { withCheckDigit } from '../supply-chain/gs1.ts'

const examplePrefix = '952'

/** What each kind of number is about; the digit keeps their ranges apart. */
const ranges = { product: '0', location: '1' } as const

/** A GTIN-13 of one of our products or a GLN-13 of a place. */
export function gs1Number(range: keyof typeof ranges, number: number): string {
  return withCheckDigit(`${examplePrefix}${ranges[range]}${String(number).padStart(8, '0')}`)
}

/** An SSCC: extension digit, prefix, serial number, check digit. */
export function sscc(number: number): string {
  return withCheckDigit(`3${examplePrefix}${String(number).padStart(13, '0')}`)
}
