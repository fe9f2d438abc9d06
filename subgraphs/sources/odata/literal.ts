/**
 * Values of OData's primitive types as the URL and as the JSON body write them, in both versions (OData 4.01 ABNF and JSON
 * format; OData 2.0 abstract type system and JSON verbose). Inside, every value has one plain form: text, number, boolean or
 * null; decimals and 64 bit numbers are text, days are `YYYY-MM-DD`, times RFC 3339 in UTC.
 */
import { refusal } from '../../../lib/errors.ts'
import type { NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { asText } from '../mapping/values.ts'

/** The protocol that a service speaks. */
export type ODataVersion = 'v4' | 'v2'

/** The primitive types that a mapped property can have. */
export const edmTypes = [
  'Edm.String',
  'Edm.Guid',
  'Edm.Boolean',
  'Edm.Byte',
  'Edm.Int16',
  'Edm.Int32',
  'Edm.Int64',
  'Edm.Decimal',
  'Edm.Double',
  'Edm.Date',
  'Edm.DateTime',
  'Edm.DateTimeOffset',
] as const

export type EdmType = (typeof edmTypes)[number]

const digits = /^-?\d{1,19}$/
const decimal = /^-?\d{1,60}(?:\.\d{1,30})?$/
const day = /^\d{4}-\d{2}-\d{2}$/
const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}:\d{2})?$/
const guid = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/

/** The form that a value must have where its literal stands in a URL without quotes. */
const forms: Readonly<Record<Exclude<EdmType, 'Edm.String'>, RegExp>> = {
  'Edm.Guid': guid,
  'Edm.Boolean': /^(?:true|false)$/,
  'Edm.Byte': digits,
  'Edm.Int16': digits,
  'Edm.Int32': digits,
  'Edm.Int64': digits,
  'Edm.Decimal': decimal,
  'Edm.Double': /^-?\d{1,60}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$/,
  'Edm.Date': day,
  // Version 2 has no type for a day: it is a time at midnight.
  'Edm.DateTime': new RegExp(`${day.source}|${time.source}`),
  'Edm.DateTimeOffset': time,
}

/**
 * A value as `$filter` and keys write it.
 *
 * INVARIANT: text is quoted and its quotes doubled; anything else must have the form of its type. Nothing that a caller
 * sends can therefore end its literal and go on as an expression.
 */
export function literal(version: ODataVersion, type: EdmType, value: Value): string {
  if (value === null) return 'null'
  const text = asText(value)
  if (type === 'Edm.String') return quoted(text)
  if (!forms[type].test(text)) {
    throw refusal('INVALID_INPUT', `The value \`${text.slice(0, 60)}\` has not the form that the system compares with.`)
  }
  return version === 'v4' ? text : literalOfV2(type, text)
}

/** The property's type: what the mapping says, or what is usual for its kind. @throws for a type that no property can have. */
export function typeOf(version: ODataVersion, { native, kind, path }: NativeProperty): EdmType {
  if (native === null) return kind === 'date' && version === 'v2' ? 'Edm.DateTime' : usual[kind]
  const type = edmTypes.find((each) => each === native)
  if (type) return type
  throw new Error(`The property ${path.join('/')} has the type ${native}, which is none of ${edmTypes.join(', ')}.`)
}

const usual: Readonly<Record<NativeProperty['kind'], EdmType>> = {
  text: 'Edm.String',
  folded: 'Edm.String',
  int: 'Edm.Int32',
  decimal: 'Edm.Decimal',
  boolean: 'Edm.Boolean',
  date: 'Edm.Date',
  timestamp: 'Edm.DateTimeOffset',
  json: 'Edm.String',
}

/** Text as a literal: in quotes, its own quotes doubled. */
export function quoted(text: string): string {
  // Half of a surrogate pair cannot be written in a URL.
  if (!text.isWellFormed()) throw refusal('INVALID_INPUT', 'A text has a character that the system cannot store.')
  return `'${text.replaceAll("'", "''")}'`
}

function literalOfV2(type: Exclude<EdmType, 'Edm.String'>, text: string): string {
  switch (type) {
    case 'Edm.Guid':
      return `guid'${text}'`
    case 'Edm.Int64':
      return `${text}L`
    case 'Edm.Decimal':
      return `${text}M`
    case 'Edm.Double':
      return `${text}d`
    case 'Edm.Date':
      return `datetime'${atMidnight(text)}'`
    case 'Edm.DateTime':
      return `datetime'${atMidnight(text).replace(/(?:Z|[+-]\d{2}:\d{2})$/, '')}'`
    case 'Edm.DateTimeOffset':
      return `datetimeoffset'${text}'`
    default:
      return text
  }
}

/** A value as a JSON body writes it. */
export function toWire(version: ODataVersion, type: EdmType, value: Value): unknown {
  if (value === null) return null
  const text = asText(value)
  switch (type) {
    case 'Edm.Boolean':
      return text === 'true'
    case 'Edm.Byte':
    case 'Edm.Int16':
    case 'Edm.Int32':
      return Number(text)
    case 'Edm.Double':
      return version === 'v4' ? Number(text) : text
    case 'Edm.Date':
      return version === 'v4' ? text : `/Date(${ticksOf(text)})/`
    case 'Edm.DateTime':
      return version === 'v4' ? text : `/Date(${ticksOf(text)})/`
    case 'Edm.DateTimeOffset':
      return version === 'v4' ? text : `/Date(${ticksOf(text)}+0000)/`
    // Decimals and 64 bit numbers are text on the wire (`IEEE754Compatible=true`): a float would lose digits.
    default:
      return text
  }
}

const ticks = /^\/Date\((-?\d{1,16})(?:[+-]\d{1,4})?\)\/$/

/** A value of a JSON body with version 2's count of milliseconds as RFC 3339; anything else as it is. */
export function fromWire(value: unknown): unknown {
  const at = typeof value === 'string' ? ticks.exec(value)?.[1] : undefined
  if (at === undefined) return value
  // The offset after the ticks names a zone and does not change the moment.
  const moment = new Date(Number(at))
  return Number.isNaN(moment.getTime()) ? value : moment.toISOString()
}

/** Milliseconds; a time without a zone is one of UTC. */
function ticksOf(text: string): number {
  const moment = atMidnight(text)
  return Date.parse(/(?:Z|[+-]\d{2}:\d{2})$/.test(moment.slice(10)) ? moment : `${moment}Z`)
}

function atMidnight(text: string): string {
  return day.test(text) ? `${text}T00:00:00` : text
}
