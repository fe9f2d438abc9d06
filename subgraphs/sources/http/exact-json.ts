/**
 * JSON in which no number loses a digit. A whole number that JavaScript holds exactly stays a number; any other becomes an
 * {@link ExactNumber} with its text, so that an amount of money is never a binary fraction.
 */

/** A number by its text, as it stood in the JSON. */
export class ExactNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Written as the number that it is, digit by digit. */
  toJSON(): unknown {
    return rawJson(this.text)
  }
}

// TypeScript 6 has no types yet for the proposal that Node 22 ships (tc39/proposal-json-parse-with-source).
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown

const plainInteger = /^-?(?:0|[1-9]\d*)$/

/**
 * Parses JSON; `__proto__` members are left out.
 * @throws {SyntaxError} when the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  return parse(text, (key, value, { source }) => {
    if (key === '__proto__') return undefined
    if (typeof value !== 'number' || source === undefined) return value
    return plainInteger.test(source) && Number.isSafeInteger(value) ? value : new ExactNumber(source)
  })
}

/** Writes JSON; decimals given as {@link ExactNumber} keep their digits. */
export function writeExactJson(value: unknown): string {
  return JSON.stringify(value)
}

function rawJson(text: string): unknown {
  return rawJSON(text)
}
