/** Refuses a document with more directives than allowed, before it is validated: one error, not hundreds. */
import { refusal } from '../../lib/errors.ts'
import type { TextCheck } from './check.ts'

export const directives: TextCheck = {
  name: 'directives',
  run({ scan, limits }) {
    if (scan.directives <= limits.directives) return
    throw refusal(
      'TOO_MANY_DIRECTIVES',
      `The document has ${scan.directives} directives; ${limits.directives} are allowed.`,
      {
        found: scan.directives,
        limit: limits.directives,
      },
    )
  },
}
