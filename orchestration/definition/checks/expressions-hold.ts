/** Every expression parses, sees what it uses, and can give what its place needs. */
import type { DefinitionCheck } from '../check-subject.ts'
import type { ExpressionPlace } from '../expression-places.ts'
import type { Finding } from '../definition-problem.ts'

export const expressionsHold: DefinitionCheck = {
  followsWays: false,
  find({ expressions }) {
    return expressions.flatMap((placed): Finding[] => {
      const { path, text } = placed
      if (!placed.valid) {
        const message = `The expression \`${text}\` cannot be used: ${placed.reason}.`
        return [{ path, message, mend: 'Correct it; expressions are in the Common Expression Language.' }]
      }
      const { wanted, types } = kinds[placed.gives]
      const given = placed.compiled.type.replace(/<.*/u, '')
      if (types === null || given === 'dyn' || types.includes(given)) return []
      const message = `The expression \`${text}\` never gives ${wanted}.`
      return [{ path, message, mend: `Write one that gives ${wanted}.` }]
    })
  },
}

/** Timestamps and durations are text in JSON. */
const texts = ['string', 'google.protobuf.Timestamp', 'google.protobuf.Duration']

const kinds: Readonly<Record<ExpressionPlace['gives'], { wanted: string; types: readonly string[] | null }>> = {
  any: { wanted: 'a value', types: null },
  condition: { wanted: 'true or false', types: ['bool'] },
  list: { wanted: 'a list', types: ['list'] },
  key: { wanted: 'a text or a number', types: [...texts, 'int', 'uint', 'double'] },
  text: { wanted: 'a text', types: texts },
  timestamp: { wanted: 'a timestamp', types: ['string', 'google.protobuf.Timestamp'] },
}
