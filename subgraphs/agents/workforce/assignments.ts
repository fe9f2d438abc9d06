/** Assigning agents to roles, and ending that. */
import { type Assignment, createAssignmentStore, isInForce } from '../../../storage/stores/agent-assignments.ts'
import { requireFound } from '../../acts.ts'
import { invalid } from '../../inputs.ts'
import { lockPrincipal, requireSeparateDuties } from '../../governance/access/duty.ts'
import { requireRevision } from '../../governance/access/services.ts'
import { type Act, type ActInput, actOnce } from './act-once.ts'
import { requireLiving } from './life.ts'

interface AssignInput extends ActInput {
  readonly agentId: string
  readonly role: string
  readonly validFrom?: string | null
  readonly validUntil?: string | null
}

interface EndInput extends ActInput {
  readonly assignmentId: string
}

async function assign(input: AssignInput, { transaction, context: { caller, now, services, statement } }: Act) {
  const agent = await requireLiving(transaction, input.agentId)
  const roles = [...services.roles().values()].filter(({ kind }) => kind === 'agent')
  if (!roles.some(({ key }) => key === input.role)) {
    throw invalid('input.role', `must be one of ${roles.map(({ key }) => `\`${key}\``).join(', ')}`)
  }
  const validFrom = timeOf(input.validFrom) ?? now
  const validUntil = timeOf(input.validUntil)
  if (validUntil !== null && (validUntil <= validFrom || validUntil <= now)) {
    throw invalid('input.validUntil', 'must be after `validFrom`, and still to come')
  }
  const assignments = createAssignmentStore(transaction)
  await lockPrincipal(transaction, agent.id)
  const meanwhile = (await assignments.of([agent.id])).filter((other) => overlaps(other, validFrom, validUntil))
  const overlapping = meanwhile.find((other) => other.roleKey === input.role)
  if (overlapping) {
    throw invalid('input.role', `is assigned at that time already, by \`${overlapping.id}\`; end that one first`)
  }
  const revision = requireRevision(services.policies, statement.policyRevision)
  const holder = { principal: agent.id, kind: 'agent', roles: meanwhile.map(({ roleKey }) => roleKey) } as const
  const scopes = revision.roles.get(input.role)?.scopes ?? []
  const added = { role: input.role, scopes, coordinates: 'everywhere' } as const
  await requireSeparateDuties(transaction, holder, [added], { revision, now })
  const assignment = await assignments.add({
    id: services.world.newId(),
    agentId: agent.id,
    roleKey: input.role,
    validFrom,
    validUntil,
    assignedAt: now,
    assignedBy: caller.id,
  })
  return { assignment }
}

async function end({ assignmentId }: EndInput, { transaction, context: { caller, now } }: Act) {
  const assignments = createAssignmentStore(transaction)
  const found = requireFound(await assignments.get(assignmentId), 'AgentAssignment', assignmentId)
  const assignment = await assignments.end(found.id, caller.id, now)
  if (assignment === null) throw invalid('input.assignmentId', 'names an assignment that has ended already')
  return { assignment }
}

function timeOf(text: string | null | undefined): Date | null {
  return typeof text === 'string' ? new Date(text) : null
}

function overlaps({ validFrom, validUntil, endedAt }: Assignment, from: Date, until: Date | null): boolean {
  if (endedAt !== null) return false
  return (until === null || validFrom < until) && (validUntil === null || validUntil > from)
}

export const assignmentMutations = { assignRole: actOnce(assign), endAssignment: actOnce(end) }

export const assignmentFields = {
  inForce: (stored: Assignment, _args: unknown, { now }: { readonly now: Date }) => isInForce(readTimes(stored), now),
}

/** The result of an act that is answered again has its times as text. */
function readTimes({ validFrom, validUntil, endedAt }: Assignment) {
  return {
    validFrom: new Date(validFrom),
    validUntil: validUntil && new Date(validUntil),
    endedAt: endedAt && new Date(endedAt),
  }
}
