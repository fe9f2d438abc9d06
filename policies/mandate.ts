/** Permissions on what all contracts share. */
import type { Rules } from './rules.ts'
import { everyone } from './vocabulary.ts'

export const mandate: Rules<'mandate'> = {
  // Where a page stands says nothing that the list itself does not.
  PageInfo: { '*': everyone },
}
