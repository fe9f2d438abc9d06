/** The mutation `startRun`: a run of the newest published version, or the open one that has the same business key. */
import { refusal } from '../../../lib/errors.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { ExpressionError } from '../../../orchestration/definition/expressions.ts'
import type { WorkflowDefinition } from '../../../orchestration/definition/model.ts'
import { compileSchema } from '../../../orchestration/definition/schemas.ts'
import { deliver } from '../../../orchestration/engine/deliver.ts'
import { addRun, businessKeyOf, newestVersion } from '../../../orchestration/engine/start-run.ts'
import { between, invalid } from '../../inputs.ts'
import { actOnce } from '../act-once.ts'
import { readJsonObject } from '../read-arguments.ts'
import { requireApplied } from '../refusals.ts'
import type { OrchestrationResolver } from '../services.ts'
import { findRun, requireRun } from './find-runs.ts'

interface StartRunInput {
  readonly idempotencyKey: string
  readonly workflow: string
  readonly input: string
  readonly priority?: number | null
}

export const startRun: OrchestrationResolver<{ readonly input: StartRunInput }> = async (
  _source,
  { input },
  context,
) => {
  const { caller, services } = context
  const { engine } = services
  const given = readJsonObject('input.input', input.input)
  const priority = readPriority(input.priority)
  const { id, replayed } = await actOnce(context, { name: 'Mutation.startRun', input }, async (work) => {
    const { workflow } = input
    const version = await newestVersion(work.tx, workflow)
    if (version === null) {
      throw refusal('NOT_FOUND', `There is no published Workflow with the key \`${workflow.slice(0, 100)}\`.`, {
        argument: 'input.workflow',
      })
    }
    const { definition } = await engine.programs.get(work.tx, workflow, version)
    requireInput(definition, given)
    const run = {
      id: engine.newId(),
      workflow,
      version,
      businessKey: readBusinessKey(definition, given),
      startedBy: caller.id,
      priority,
    }
    const { id, added } = await addRun(engine, work, run)
    if (added) {
      const started = await deliver(engine, work, id, { kind: 'started', by: caller.id, input: given })
      requireApplied(started, { run: id })
    } else if ((await findRun({ database: { kysely: work.tx } }, id, caller)) === null) {
      // Who gives somebody else's business key is not told what is in that run.
      throw refusal('RUN_EXISTS', `An open run of \`${workflow}\` has the business key \`${run.businessKey ?? ''}\`.`, {
        workflow,
        businessKey: run.businessKey,
      })
    }
    return { id }
  })
  return { run: await requireRun(services, id, 'anyone'), replayed }
}

function requireInput({ input: schema }: WorkflowDefinition, given: JsonObject): void {
  const problems = compileSchema(schema, 'input')(given)
  if (problems.length === 0) return
  const said = problems.map(({ message }) => message).join('; ')
  throw refusal('INVALID_INPUT', `The argument \`input.input\` does not fit the workflow: ${said}.`, {
    argument: 'input.input',
    problems,
  })
}

function readBusinessKey({ businessKey }: WorkflowDefinition, given: JsonObject): string | null {
  try {
    return businessKeyOf(businessKey, given)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    throw invalid('input.input', `gives no business key: ${error.reason}`)
  }
}

function readPriority(priority: number | null | undefined): number | null {
  if (priority == null) return null
  const problem = between(0, 9)(priority)
  if (problem !== null) throw invalid('input.priority', problem)
  return priority
}
