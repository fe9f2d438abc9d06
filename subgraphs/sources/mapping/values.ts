/**
 * Values of systems in canonical form, and back: the JSON forms that most protocols share. A driver whose protocol writes a
 * kind in another way converts that kind itself and leaves the rest to these.
 */
import { ExactNumber } from '../http/exact-json.ts'
import type { NativeProperty, Value } from './mapped-entity.ts'

/** A value of the system that does not fit its type in the mapping. The message names the property, not the value. */
export class UnfitValue extends Error {
  override readonly name = 'UnfitValue'

  constructor(property: NativeProperty, wanted: string) {
    super(`The property \`${property.path.join('.')}\` holds a value that is not ${wanted}.`)
  }
}

const decimalForm = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,2}))?$/
const dayForm = /^\d{4}-\d{2}-\d{2}$/
const timeForm = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/i

/** Follows a path into a record; undefined where there is nothing. An array stands for its first member. */
export function valueAt(record: unknown, path: readonly string[]): unknown {
  let value: unknown = record
  for (const key of path) {
    if (Array.isArray(value)) value = value[0]
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return value
}

/** Reads a JSON value in canonical form. @throws {UnfitValue} */
export function readJsonValue(property: NativeProperty, value: unknown): Value {
  if (value === undefined || value === null) return null
  switch (property.kind) {
    case 'text':
    case 'folded':
      if (typeof value === 'string') return value
      if (typeof value === 'number' || typeof value === 'boolean') return String(value)
      if (value instanceof ExactNumber) return value.text
      throw new UnfitValue(property, 'text')
    case 'int':
      return readInteger(property, value)
    case 'decimal':
      return readDecimal(property, value)
    case 'boolean':
      if (typeof value === 'boolean') return value
      if (value === 'true' || value === 'false') return value === 'true'
      throw new UnfitValue(property, 'true or false')
    case 'date':
      return readDay(property, value)
    case 'timestamp':
      return readTime(property, value)
    case 'json':
      return value as Value
  }
}

/** Writes a canonical value as JSON: decimals as text, or as a number where `native` is `number`. */
export function writeJsonValue(property: NativeProperty, value: Value): unknown {
  if (value === null) return null
  if (property.kind === 'decimal' && property.native === 'number') return new ExactNumber(asText(value))
  if (property.kind === 'int' && property.native === 'string') return asText(value)
  return value
}

/** A decimal in plain form, with `scale` decimals where the mapping says so. @throws {UnfitValue} */
export function readDecimal(property: NativeProperty, value: unknown): string {
  const text = value instanceof ExactNumber ? value.text : typeof value === 'number' ? String(value) : value
  const match = typeof text === 'string' ? decimalForm.exec(text.trim()) : null
  if (!match) throw new UnfitValue(property, 'a decimal number')
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const shifted = shift(whole, fraction, Number(exponent))
  return sign + scaled(property, shifted.whole, shifted.fraction)
}

/** Moves the decimal point: `1.25e3` is `1250`. */
function shift(whole: string, fraction: string, places: number): { whole: string; fraction: string } {
  if (places >= 0) {
    const digits = fraction.padEnd(places, '0')
    return { whole: whole + digits.slice(0, places), fraction: digits.slice(places) }
  }
  const digits = whole.padStart(1 - places, '0')
  return { whole: digits.slice(0, places), fraction: digits.slice(places) + fraction }
}

function scaled(property: NativeProperty, whole: string, fraction: string): string {
  const integer = whole.replace(/^0+(?=\d)/, '')
  const { scale } = property
  if (scale === null) return fraction === '' ? integer : `${integer}.${fraction}`
  // Digits that would be lost are a mapping that does not fit, not something to round away.
  if (/[1-9]/.test(fraction.slice(scale)))
    throw new UnfitValue(property, `a decimal number with at most ${scale} decimals`)
  return scale === 0 ? integer : `${integer}.${fraction.slice(0, scale).padEnd(scale, '0')}`
}

function readInteger(property: NativeProperty, value: unknown): number {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw new UnfitValue(property, 'a whole number')
}

function readDay(property: NativeProperty, value: unknown): string {
  const day = typeof value === 'string' ? value.slice(0, 10) : ''
  const time = new Date(`${day}T00:00:00Z`)
  const isDay = dayForm.test(day) && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day)
  // A time of day other than midnight would be cut off unseen.
  if (isDay && (value === day || /T00:00:00(?:\.0+)?(?:Z|[+-]00:?00)?$/.test(value as string))) return day
  throw new UnfitValue(property, 'a day like `2026-03-01`')
}

/** A time in UTC with milliseconds; one without a zone is taken as UTC. @throws {UnfitValue} */
export function readTime(property: NativeProperty, value: unknown): string {
  const match = typeof value === 'string' ? timeForm.exec(value.trim()) : null
  if (match) {
    const [, day = '', time = '', fraction = '', zone = 'Z'] = match
    const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
    const moment = new Date(`${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`)
    if (!Number.isNaN(moment.getTime())) return moment.toISOString()
  }
  throw new UnfitValue(property, 'a time like `2026-03-01T09:30:00Z`')
}

/** A canonical scalar as text. */
export function asText(value: Value): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
