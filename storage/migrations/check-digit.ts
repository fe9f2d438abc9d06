/**
 * The check digit of a GS1 number (GS1 General Specifications, section 7.9): weights 3 and 1 in turns from the right, sum
 * divisible by ten. GTIN, GLN and SSCC differ in their length only.
 */
import { sql, type RawBuilder } from 'kysely'

/** A condition that holds for a column that is null, or has so many digits of which the last one is right. */
export function gs1Number(column: string, length: number): RawBuilder<unknown> {
  const name = sql.raw(column)
  const terms = Array.from({ length }, (_, index) => {
    const weight = (length - 1 - index) % 2 === 0 ? 1 : 3
    return sql`${sql.lit(weight)} * substr(${name}, ${sql.lit(index + 1)}, 1)::integer`
  })
  // `case`, because `and` may compute the sum of a text that has no digits.
  return sql`${name} is null or case when ${name} ~ ${sql.lit(`^[0-9]{${length}}$`)}
    then (${sql.join(terms, sql` + `)}) % 10 = 0 else false end`
}
