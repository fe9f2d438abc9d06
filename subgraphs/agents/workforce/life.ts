/** The acts of an agent's life: written down, approved by a second person, stopped, let work again, ended; and who answers for it. */
import { sql, type Transaction } from 'kysely'
import type { PrincipalId } from '../../../lib/caller.ts'
import { refusal } from '../../../lib/errors.ts'
import { agentSteps } from '../../../storage/stores/agent-states.ts'
import { type Agent, createAgentStore } from '../../../storage/stores/agents.ts'
import type { AgentEnvironment, AgentStatus } from '../../../storage/tables/agents.ts'
import type { Tables } from '../../../storage/tables.ts'
import { requireFound, requireStep, requireVersion } from '../../acts.ts'
import { formed, invalid, optional, readValues, required, text } from '../../inputs.ts'
import { requireSecondPrincipal } from '../../separation-of-duty.ts'
import { type Act, type ActInput, actOnce } from './act-once.ts'

interface RegisterInput extends ActInput {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly ownerId: string
  readonly sponsorId?: string | null
  readonly environment: AgentEnvironment
  readonly dataResidency?: string | null
  readonly constraints: readonly string[]
  readonly a2aUrl?: string | null
}

interface ChangeInput extends ActInput {
  readonly agentId: string
  readonly expectedVersion: number
}

const person = formed(/^person:[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/, 'a person like `person:maria.keller`')

const profile = {
  id: required(formed(/^agent:[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/, 'a principal like `agent:invoice-bot`')),
  name: required(text(100)),
  description: required(text(1_000)),
  ownerId: required(person),
  sponsorId: optional(person),
  dataResidency: optional(text(100)),
  a2aUrl: optional(
    formed(/^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1)[:/])[^\s<>"]{1,250}$/, 'an https address'),
  ),
}

const mostConstraints = 20

/** What may be approved, and what may be resumed: both lead to ACTIVE, by different people. */
const waiting: readonly AgentStatus[] = ['PENDING_APPROVAL']
const stopped: readonly AgentStatus[] = ['SUSPENDED', 'QUARANTINED']

async function register(input: RegisterInput, { transaction, context: { caller, now } }: Act) {
  readValues({ ...input }, profile)
  if (input.constraints.length > mostConstraints)
    throw invalid('input.constraints', `can list at most ${mostConstraints}`)
  input.constraints.forEach((constraint, index) => {
    const problem = text(500)(constraint)
    if (problem !== null) throw invalid(`input.constraints.${index}`, problem)
  })
  await requirePresent(transaction, 'input.ownerId', input.ownerId)
  const { idempotencyKey: _key, ...given } = input
  const agent = await createAgentStore(transaction).add(
    {
      ...given,
      id: input.id as PrincipalId,
      ownerId: input.ownerId as PrincipalId,
      sponsorId: (input.sponsorId ?? null) as PrincipalId | null,
      dataResidency: input.dataResidency ?? null,
      a2aUrl: input.a2aUrl ?? null,
    },
    'DRAFT',
    { by: caller.id, now },
  )
  if (agent === null) throw invalid('input.id', `is taken: there is an agent \`${input.id}\` already`)
  return { agent }
}

async function changeOwner(input: ChangeInput & { readonly ownerId: string }, act: Act) {
  const { transaction, context } = act
  readValues({ ownerId: input.ownerId }, { ownerId: profile.ownerId })
  const agent = await read(input, act)
  if (agent.status === 'RETIRED') throw invalid('input.agentId', 'names an agent that is retired')
  await requirePresent(transaction, 'input.ownerId', input.ownerId)
  const doing = { by: context.caller.id, now: context.now }
  return {
    agent: raced(await createAgentStore(transaction).changeOwner(agent.id, input.ownerId, agent.version, doing)),
  }
}

/** Who registered an agent, and who answers for it, want it to work: somebody else must have looked. */
function requireFourEyes({ ownerId, createdBy }: Agent, { context: { caller } }: Act): void {
  requireSecondPrincipal(caller, [ownerId, createdBy], 'approve the agent that they own or registered')
}

/** The act that takes an agent to a state, from some of the states that its table allows. */
function stepTo(to: AgentStatus, { from, guard }: StepOptions = {}) {
  return async (input: ChangeInput & { readonly reason?: string }, act: Act) => {
    const { transaction, context } = act
    const agent = await read(input, act)
    requireStep(agentSteps, agent.status, to, { entity: 'Agent', id: agent.id })
    if (from && !from.includes(agent.status)) throw otherWay(agent, to)
    if (input.reason !== undefined) readValues({ reason: input.reason }, { reason: required(text(500)) })
    guard?.(agent, act)
    const step = {
      to,
      reason: input.reason ?? null,
      version: agent.version,
      by: context.caller.id,
      now: context.now,
    }
    return { agent: raced(await createAgentStore(transaction).step(agent.id, step)) }
  }
}

interface StepOptions {
  readonly from?: readonly AgentStatus[]
  readonly guard?: (agent: Agent, act: Act) => void
}

async function read(input: ChangeInput, { transaction }: Act): Promise<Agent> {
  return requireVersion(await createAgentStore(transaction).get(input.agentId), 'Agent', {
    id: input.agentId,
    expectedVersion: input.expectedVersion,
  })
}

/** Nothing where somebody else was faster, in the moment since the agent was read. */
function raced(agent: Agent | null): Agent {
  if (agent !== null) return agent
  throw refusal('VERSION_CONFLICT', 'Somebody changed the agent at this very moment.')
}

function otherWay({ id, status }: Agent, to: AgentStatus) {
  const mutation = status === 'PENDING_APPROVAL' ? 'approveAgent' : 'resumeAgent'
  return refusal('ILLEGAL_TRANSITION', `The Agent \`${id}\` goes from \`${status}\` to \`${to}\` by \`${mutation}\`.`, {
    id,
    from: status,
    to,
    legal: agentSteps[status],
  })
}

/** Somebody who has left the company cannot answer for an agent. HR tells; whom it does not know may work elsewhere. */
async function requirePresent(transaction: Transaction<Tables>, argument: string, principal: string): Promise<void> {
  const { rows } = await sql<{ active: boolean }>`
    select active from hr.users where principal = ${principal}`.execute(transaction)
  if (rows[0]?.active === false) throw invalid(argument, `names somebody who has left: \`${principal}\``)
}

/** An agent by its id, for acts on what hangs on it; one that is retired takes nothing any more. */
export async function requireLiving(transaction: Transaction<Tables>, agentId: string): Promise<Agent> {
  const agent = requireFound(await createAgentStore(transaction).get(agentId), 'Agent', agentId)
  if (agent.status === 'RETIRED') throw invalid('input.agentId', `names an agent that is retired: \`${agentId}\``)
  return agent
}

export const lifeMutations = {
  registerAgent: actOnce(register),
  submitAgent: actOnce(stepTo('PENDING_APPROVAL')),
  approveAgent: actOnce(stepTo('ACTIVE', { from: waiting, guard: requireFourEyes })),
  suspendAgent: actOnce(stepTo('SUSPENDED')),
  resumeAgent: actOnce(stepTo('ACTIVE', { from: stopped })),
  quarantineAgent: actOnce(stepTo('QUARANTINED')),
  retireAgent: actOnce(stepTo('RETIRED')),
  changeAgentOwner: actOnce(changeOwner),
}
