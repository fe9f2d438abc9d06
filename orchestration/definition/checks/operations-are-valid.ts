/** Every operation parses, is one, and is valid against the schema that callers see. */
import type { DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'

export const operationsAreValid: DefinitionCheck = {
  followsWays: false,
  find({ operations }) {
    return operations.flatMap((placed): Finding[] => {
      if (placed.valid) return []
      const message = `The operation cannot be used: ${placed.reason}${/[.?!]$/u.test(placed.reason) ? '' : '.'}`
      return [{ path: [...placed.path, 'document'], message, mend: 'Correct it; the explorer says what there is.' }]
    })
  },
}
