/** Finds the place of a page again in a list that is paged by offset, after records before it were added or taken away. */
import { refusal } from '../../../lib/errors.ts'
import type { DriverQuery, NativeRow, SystemDriver } from '../driver.ts'

/** How far a list may have moved between two pages. */
const window = 100

/**
 * How many records stand before the next page: where the last record of the page before is now.
 * @throws `INVALID_INPUT` when it is not near the place where it was.
 */
export async function findPlace(
  driver: SystemDriver,
  question: Omit<DriverQuery, 'limit' | 'offset'>,
  before: number,
  isLast: (row: NativeRow) => boolean,
  signal: AbortSignal,
): Promise<number> {
  const expected = await driver.find({ ...question, limit: 1, offset: before - 1 }, signal)
  if (expected.rows[0] && isLast(expected.rows[0])) return before
  const from = Math.max(0, before - 1 - window)
  const { rows } = await driver.find({ ...question, limit: before - from + window, offset: from }, signal)
  const at = rows.findIndex(isLast)
  if (at !== -1) return from + at + 1
  throw refusal('INVALID_INPUT', 'The list has changed too much since the page before; begin again without `after`.', {
    argument: 'after',
  })
}
