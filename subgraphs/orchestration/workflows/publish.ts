/** The mutation `publishWorkflow`: a definition is read and checked against the company as it is; what is wrong comes back as data. */
import { checkDefinition } from '../../../orchestration/definition/check-definition.ts'
import type { DefinitionProblem } from '../../../orchestration/definition/definition-problem.ts'
import { readDefinition } from '../../../orchestration/definition/read-definition.ts'
import { publishDefinition } from '../../../orchestration/engine/definitions.ts'
import { actOnce } from '../act-once.ts'
import type { OrchestrationContext, OrchestrationResolver } from '../services.ts'
import { findWorkflow } from './workflows.ts'

interface PublishInput {
  readonly idempotencyKey: string
  readonly definition: string
}

/** What the problems call the text. */
const file = 'definition'

export const publishWorkflow: OrchestrationResolver<{ readonly input: PublishInput }> = async (
  _source,
  { input },
  context,
) => {
  const { caller, services } = context
  const checked = await check(input.definition, context)
  const { published, problems, replayed } = await actOnce(
    context,
    { name: 'Mutation.publishWorkflow', input },
    async ({ tx }) => {
      if (!checked.ok) return { published: null, problems: checked.problems }
      const { definition, checksum } = checked
      const { key, version } = await publishDefinition(tx, { definition, checksum, by: caller.id })
      return { published: { key, version }, problems: [] }
    },
  )
  const workflow = published && (await findWorkflow(services, published.key, published.version))
  return { workflow, problems, replayed }
}

/** Outside of the transaction: what the definition is checked against is read over connections of its own. */
async function check(text: string, { services }: OrchestrationContext) {
  const read = readDefinition(text, file)
  if (!read.ok) return read
  const { definition, positions } = read
  const problems: readonly DefinitionProblem[] = checkDefinition(
    definition,
    await services.publishEnvironment(),
    positions,
  )
  return problems.length === 0 ? read : ({ ok: false, problems } as const)
}
