/** Every JSON Schema is one, with nothing in it that means nothing. */
import type { DefinitionCheck } from '../check-subject.ts'
import type { Finding } from '../definition-problem.ts'
import { compileSchema } from '../schemas.ts'

export const schemasCompile: DefinitionCheck = {
  followsWays: false,
  find({ definition, activities }) {
    const results = activities.flatMap(({ activity: { result }, path }) =>
      result === undefined ? [] : [{ schema: result, path: [...path, 'result'] }],
    )
    return [{ schema: definition.input, path: ['input'] }, ...results].flatMap(({ schema, path }): Finding[] => {
      try {
        compileSchema(schema)
        return []
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        const mend = 'Correct it; schemas are JSON Schema, draft 2020-12.'
        return [{ path, message: `The JSON Schema cannot be used: ${reason}.`, mend }]
      }
    })
  },
}
