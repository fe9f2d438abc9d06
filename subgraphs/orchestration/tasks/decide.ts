/** What people decide about tasks: the answer to a question, a vote, and who is to do it. */
import { refusal } from '../../../lib/errors.ts'
import { ownersOf } from '../../../storage/stores/agents.ts'
import { requireSecondPrincipal } from '../../separation-of-duty.ts'
import { readJson } from '../read-arguments.ts'
import { readReceiver, readText } from '../read-names.ts'
import { type LockedTask, type TaskInput, changesTask } from './change-task.ts'
import { doerOf } from './claim.ts'

type AnswerInput = TaskInput & { readonly answer: string }

const answerTask = changesTask<AnswerInput>(({ answer }, { step }, { caller }) => {
  const given = readJson('input.answer', answer)
  const asked = step.question?.candidates ?? []
  const isAsked = caller.roles.some((role) => asked.includes(role)) || caller.scopes.includes('workflow:operate')
  if (caller.kind !== 'person' || (step.state === 'INPUT_REQUIRED' && !isAsked)) {
    throw refusal('NOT_ELIGIBLE', `The question is for people of the role ${asked.join(', ')}.`, { candidates: asked })
  }
  return { kind: 'inputGiven', step: step.id, by: caller.id, answer: given }
})

interface VoteInput extends TaskInput {
  readonly decision: 'APPROVE' | 'REJECT'
  readonly comment?: string | null
}

const voteTask = changesTask<VoteInput>(async ({ decision, comment }, locked, context) => {
  const { caller } = context
  const said = comment == null || comment.trim() === '' ? null : readText('input.comment', comment, 2_000)
  const doers = await workersOf(locked)
  const owners = await ownersOf({ kysely: locked.work.tx }, doers)
  requireSecondPrincipal(
    caller,
    [...doers, ...owners],
    'decide in a run that they, or an agent of theirs, have started or worked in',
  )
  return {
    kind: 'voted',
    step: locked.step.id,
    by: doerOf(context),
    decision: decision === 'APPROVE' ? 'approve' : 'reject',
    comment: said,
  }
})

/** Agents that started the run or have worked in it, also before it was forked, and the person who started it. */
async function workersOf({ run, work }: LockedTask): Promise<readonly string[]> {
  const attempts = await work.tx
    .selectFrom('mandate.task_attempts')
    .select('by')
    .distinct()
    .where('run_id', '=', run.id)
    .where('by', 'like', 'agent:%')
    .execute()
  const steps = Object.values(run.state.steps).flatMap(({ holder, failed }) => [holder, ...failed])
  const agents = steps.filter((id) => id?.startsWith('agent:') === true)
  const all = [run.startedBy, run.state.startedBy, ...agents, ...attempts.map(({ by }) => by)]
  return [...new Set(all.filter((id) => id !== null))]
}

interface ReassignInput extends TaskInput {
  readonly role?: string | null
  readonly principal?: string | null
}

const reassignTask = changesTask<ReassignInput>((input, { step }, { caller, services }) => {
  return { kind: 'reassigned', step: step.id, by: caller.id, to: readReceiver(input, services) }
})

export const decideMutations = { answerTask, voteTask, reassignTask }
