/** Nothing is read that the declared schemas and mappings certainly do not have. */
import type { DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'
import { certainReads } from '../expression-reads.ts'
import { certainlyMissing } from '../known-paths.ts'

export const pathsExist: DefinitionCheck = {
  followsWays: false,
  find({ definition, expressions }) {
    const isMissing = certainlyMissing(definition)
    return expressions.flatMap((placed): Finding[] => {
      if (!placed.valid) return []
      const reads = placed.scope.flatMap((name) => certainReads(placed.compiled.reads, name))
      const names = reads
        .filter((read) => isMissing(read, placed.path))
        .map(({ root, path }) => [root, ...path].join('.'))
      return [...new Set(names)].map((name) => ({
        path: placed.path,
        message: `\`${placed.text}\` reads \`${name}\`, which what is declared does not have.`,
        mend: 'Read what the schema or mapping it comes from declares, or declare it there.',
      }))
    })
  },
}
