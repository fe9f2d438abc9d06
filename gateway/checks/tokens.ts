/** Refuses a document with more tokens than allowed, before it is parsed. */
import { refusal } from '../../lib/errors.ts'
import type { TextCheck } from './check.ts'

export const tokens: TextCheck = {
  name: 'tokens',
  run({ scan, limits }) {
    if (!scan.truncated) return
    throw refusal('OPERATION_TOO_LARGE', `The document has more than ${limits.tokens} tokens.`, {
      limit: limits.tokens,
    })
  },
}
