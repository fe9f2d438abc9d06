/** How many records one page or one inner list can have. */
import { refusal } from '../../lib/errors.ts'

const maxPageSize = 100

/** A page size that may be asked for. @throws `INVALID_INPUT` */
export function boundedFirst(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= maxPageSize) return first
  throw refusal('INVALID_INPUT', `The argument \`first\` must be 1 to ${maxPageSize}, not ${first}.`, {
    argument: 'first',
    minimum: 1,
    maximum: maxPageSize,
  })
}
