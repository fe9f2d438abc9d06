/** Reads the inputs of mutations: which fields are given, whether they may be empty, and whether their values make sense. */
import { refusal } from '../lib/errors.ts'

/** Says what is wrong with a value, as the end of a sentence that begins with the argument's name; null when nothing is. */
export type ValueCheck = (value: unknown) => string | null

interface InputField {
  /** Whether `null` takes the value away. */
  readonly clearable: boolean
  readonly check: ValueCheck
}

type InputFields = Readonly<Record<string, InputField>>

/** A field that always has a value. */
export function required(check: ValueCheck = anything): InputField {
  return { clearable: false, check }
}

/** A field that may have none. */
export function optional(check: ValueCheck = anything): InputField {
  return { clearable: true, check }
}

/** The given fields with their values; what is left out stays out. @throws `INVALID_INPUT` naming the argument. */
export function readValues(
  input: Readonly<Record<string, unknown>>,
  fields: InputFields,
  path = 'input',
): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, { clearable, check }] of Object.entries(fields)) {
    const value = Object.hasOwn(input, name) ? input[name] : undefined
    if (value === undefined) continue
    const problem = value === null ? (clearable ? null : 'cannot be null') : check(value)
    if (problem !== null) throw invalid(`${path}.${name}`, problem)
    values[name] = value
  }
  return values
}

/** As {@link readValues}, for a change: at least one field must be given. */
export function readChanges(input: Readonly<Record<string, unknown>>, fields: InputFields): Record<string, unknown> {
  const values = readValues(input, fields)
  if (Object.keys(values).length > 0) return values
  throw refusal('INVALID_INPUT', `The change is empty: give at least one of ${Object.keys(fields).join(', ')}.`, {
    argument: 'input',
  })
}

/** The refusal of one argument. */
export function invalid(argument: string, problem: string) {
  return refusal('INVALID_INPUT', `The argument \`${argument}\` ${problem}.`, { argument })
}

function anything(): null {
  return null
}

/** Text with something in it, and not more than a field of the system holds. */
export function text(maximum: number): ValueCheck {
  return (value) => {
    const length = String(value).trim().length
    if (length === 0) return 'cannot be empty'
    return String(value).length > maximum ? `can have at most ${maximum} characters` : null
  }
}

/** Text of a form, which `described` names. */
export function formed(form: RegExp, described: string): ValueCheck {
  return (value) => (form.test(String(value)) ? null : `must be ${described}`)
}

/** A reference into another system: its form is all that can be checked here. `described`: "a case, like `case-0001`". */
export function idOf(form: RegExp, described: string): ValueCheck {
  return formed(form, `the id of ${described}`)
}

export const principal = formed(
  /^(?:person|agent|service):[a-z0-9][a-z0-9._-]{0,99}$/,
  'a principal like `person:maria.keller`',
)
export const currencyCode = formed(/^[A-Z]{3}$/, 'a currency like `EUR` (ISO 4217)')
export const countryCode = formed(/^[A-Z]{2}$/, 'a country like `DE` (ISO 3166-1 alpha-2)')
export const unitCode = formed(/^[A-Z0-9]{2,3}$/, 'a unit like `C62` (UN/ECE Recommendation 20)')
export const emailAddress = formed(/^[^\s@<>"]{1,64}@[^\s@<>"]{1,190}$/, 'an e-mail address')
export const phoneNumber = formed(/^[+0-9][0-9 ()/.-]{2,39}$/, 'a telephone number')
export const webAddress = formed(/^https?:\/\/[^\s<>"]{1,250}$/, 'a web address like `https://nordwind.example`')
export const notNegative = formed(/^[^-]/, 'zero or more')

/** A whole number in a range. */
export function between(minimum: number, maximum: number): ValueCheck {
  return (value) => (Number(value) >= minimum && Number(value) <= maximum ? null : `must be ${minimum} to ${maximum}`)
}
