/**
 * GS1 numbers: trade items (GTIN), locations (GLN), logistic units (SSCC), their check digit, and their form in events
 * (GS1 General Specifications, section 7.9; GS1 Digital Link URI syntax).
 */

/** How many digits a number has, its check digit included. */
const lengths = { GTIN: 13, GTIN14: 14, GLN: 13, SSCC: 18 } as const

type Gs1Key = keyof typeof lengths

/** The digit that completes a number: from the right, its digits count three times and once, and all must end in 0. */
export function checkDigit(digits: string): string {
  if (!/^\d+$/.test(digits)) throw new RangeError(`The text ${digits} is not a number of digits.`)
  const sum = Array.from(digits).reduce(
    (total, digit, index) => total + Number(digit) * ((digits.length - index) % 2 === 1 ? 3 : 1),
    0,
  )
  return String((10 - (sum % 10)) % 10)
}

/** A number with its check digit behind it. */
export function withCheckDigit(digits: string): string {
  return digits + checkDigit(digits)
}

/** Whether the text is a number of this kind with the right check digit. */
export function isGs1(key: Gs1Key, text: string): boolean {
  return text.length === lengths[key] && /^\d+$/.test(text) && checkDigit(text.slice(0, -1)) === text.at(-1)
}

/** A logistic unit in events: `https://id.gs1.org/00/340123450000000012`. */
export function ssccLink(sscc: string): string {
  return `https://id.gs1.org/00/${sscc}`
}

const unitLink = /^https:\/\/id\.gs1\.org\/00\/(\d{18})$/
const itemLink = /^https:\/\/id\.gs1\.org\/01\/(\d{14})\/(?:10|21)\/[A-Za-z0-9._-]{1,20}$/

/** The SSCC that a GS1 Digital Link URI names; null for one of something else. */
export function ssccOf(link: string): string | null {
  return unitLink.exec(link)?.[1] ?? null
}

/** Whether the text is a GS1 Digital Link URI of a logistic unit, or of one piece (serial number) or lot of a trade item. */
export function isGs1Link(text: string): boolean {
  const sscc = ssccOf(text)
  if (sscc !== null) return isGs1('SSCC', sscc)
  const gtin = itemLink.exec(text)?.[1]
  return gtin !== undefined && isGs1('GTIN14', gtin)
}
