/** Values as the Table API writes them with `sysparm_display_value=false`: all text, times in UTC without a zone, nothing for null. */
import type { NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { asText, readJsonValue, UnfitValue } from '../mapping/values.ts'

/** Reads a value of a record. A reference comes as an object with its `value`. @throws {UnfitValue} */
export function readGlideValue(property: NativeProperty, raw: unknown): Value {
  const value = typeof raw === 'object' && raw !== null && 'value' in raw ? raw.value : raw
  if (value === undefined || value === null || value === '') return null
  if (property.kind === 'boolean') {
    if (value === 'true' || value === '1' || value === true) return true
    if (value === 'false' || value === '0' || value === false) return false
    throw new UnfitValue(property, 'true or false')
  }
  return readJsonValue(property, value)
}

/** Writes a value for a record or for a query. */
export function writeGlideValue(property: NativeProperty, value: Value): string {
  if (value === null) return ''
  if (property.kind === 'timestamp') return asText(value).slice(0, 19).replace('T', ' ')
  return asText(value)
}
