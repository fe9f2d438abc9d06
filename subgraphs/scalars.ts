/** The scalars that every contract shares, checked in both directions; a wrong value is refused by its place, not guessed. */
import { GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import { refusal } from '../lib/errors.ts'

const dateTimeForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i
const dateForm = /^\d{4}-\d{2}-\d{2}$/
const decimalForm = /^-?\d{1,18}(?:\.\d{1,6})?$/

/** RFC 3339 text in UTC; other zones are converted. */
const dateTime = textScalar('DateTime', 'a time like `2026-03-01T09:30:00Z`', (text) => {
  const time = dateTimeForm.test(text) && isDay(text.slice(0, 10)) ? new Date(text) : null
  return time && !Number.isNaN(time.getTime()) ? time.toISOString() : null
})

const date = textScalar('Date', 'a day like `2026-03-01`', (text) => (dateForm.test(text) && isDay(text) ? text : null))

const decimal = textScalar('Decimal', 'a decimal number as a string, like `"1249.90"`', (text) =>
  decimalForm.test(text) ? text : null,
)

/** Resolvers for the shared scalars. */
export const sharedScalars = { DateTime: dateTime, Date: date, Decimal: decimal }

function textScalar(
  name: string,
  form: string,
  read: (text: string) => string | null,
): GraphQLScalarType<string, string> {
  function parseValue(value: unknown): string {
    const parsed = typeof value === 'string' ? read(value) : null
    if (parsed === null) throw refusal('INVALID_INPUT', `A value of the type ${name} must be ${form}.`)
    return parsed
  }
  return new GraphQLScalarType({
    name,
    parseValue,
    parseLiteral: (node: ValueNode) => parseValue(node.kind === Kind.STRING ? node.value : null),
    serialize(value) {
      const text = value instanceof Date ? value.toISOString() : value
      const written = typeof text === 'string' ? read(text) : null
      if (written === null) throw new TypeError(`The system has a value that is no ${name}.`)
      return written
    },
  })
}

/** True for a day that the calendar has: no 31 February. */
function isDay(text: string): boolean {
  const time = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text)
}
