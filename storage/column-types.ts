/**
 * How column values and parameters look in JavaScript: one answer for the server and for the embedded database, because
 * both read the text form of columns through `columnTypes` and write parameters through pg's own conversion.
 *
 * int8 → number, numeric → string, date → 'YYYY-MM-DD', timestamptz → Date, json → parsed, bytea → Buffer, arrays → arrays
 * of those. A parameter that is an array becomes a PostgreSQL array: give JSON arrays as `JSON.stringify(…)`.
 */
import pg from 'pg'

// PostgreSQL's own types have fixed oids (pg_type.dat). @types/pg lists no arrays; pg parses them all the same.
const oid = { int8: 20, date: 1082, int8Array: 1016, dateArray: 1182, numericArray: 1231, textArray: 1009 } as const
const readText = pg.types.getTypeParser as (type: number, format: 'text') => (text: string) => unknown

/** An int8 as a number; one that a number cannot hold exactly is an error, never a rounded value. */
function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`The int8 value ${text} is too large for a number.`)
  return value
}

const parseTextArray = readText(oid.textArray, 'text') as (text: string) => (string | null)[]

const parsers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [oid.int8, parseInt8],
  [oid.date, (text) => text],
  [oid.int8Array, (text) => parseTextArray(text).map((item) => (item === null ? null : parseInt8(item)))],
  [oid.dateArray, parseTextArray],
  [oid.numericArray, parseTextArray],
])

/** How the text of a column of this type becomes a JavaScript value. */
export function columnParser(type: number): (text: string) => unknown {
  return parsers.get(type) ?? readText(type, 'text')
}

/** Type parsers in the form that `pg` takes as `types`. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: (type, format = 'text') =>
    format === 'text' ? columnParser(type) : (pg.types.getTypeParser(type, format) as unknown),
}

// pg exports `utils`; @types/pg leaves it out.
const conversions = (pg as unknown as { utils: { prepareValue(value: unknown): string | Buffer | null } }).utils

/** One parameter as it goes over the wire: text, bytes for a Buffer, or null. */
export function wireParameter(value: unknown): string | Uint8Array | null {
  return conversions.prepareValue(value)
}
