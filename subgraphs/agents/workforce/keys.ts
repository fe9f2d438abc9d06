/** The keys of agents: added and revoked by people, and replaced by the agent itself, which proves with the old one who it is. */
import { refusal } from '../../../lib/errors.ts'
import { createAssignmentStore, isInForce } from '../../../storage/stores/agent-assignments.ts'
import { type AgentKey, type AgentKeys, createAgentKeys } from '../../../storage/stores/agent-keys.ts'
import { requireFound } from '../../acts.ts'
import { between, invalid } from '../../inputs.ts'
import { type Act, type ActInput, actOnce } from './act-once.ts'
import { requireLiving } from './life.ts'
import { rolesInForce } from './loaders.ts'
import { readPublicKey } from './public-key.ts'

interface AddInput extends ActInput {
  readonly agentId: string
  readonly jwk: string
  readonly notBefore?: string | null
  readonly expiresAt?: string | null
}

interface RevokeInput extends ActInput {
  readonly agentId: string
  readonly kid: string
}

interface RotateInput extends ActInput {
  readonly jwk: string
  readonly overlapSeconds: number
}

/** More than this at a time is no rotation but a leak. */
const mostKeys = 10
const longestOverlap = 7 * 24 * 3_600

async function add(input: AddInput, { transaction, context: { caller, now } }: Act) {
  const agent = await requireLiving(transaction, input.agentId)
  const notBefore = typeof input.notBefore === 'string' ? new Date(input.notBefore) : now
  const expiresAt = typeof input.expiresAt === 'string' ? new Date(input.expiresAt) : null
  if (expiresAt !== null && (expiresAt <= notBefore || expiresAt <= now)) {
    throw invalid('input.expiresAt', 'must be after `notBefore`, and still to come')
  }
  const keys = createAgentKeys(transaction)
  await requireRoom(keys, agent.id, now)
  const { kid, jwk } = await readPublicKey(input.jwk)
  return {
    key: await keys.add({ kid, jwk, agentId: agent.id, notBefore, expiresAt, addedAt: now, addedBy: caller.id }),
  }
}

async function revoke({ agentId, kid }: RevokeInput, { transaction, context: { caller, now } }: Act) {
  const keys = createAgentKeys(transaction)
  requireFound((await keys.all(agentId)).find((key) => key.kid === kid) ?? null, 'AgentKey', kid)
  const key = await keys.revoke(agentId, kid, caller.id, now)
  if (key === null) throw invalid('input.kid', 'names a key that is revoked already')
  return { key }
}

async function rotate(input: RotateInput, act: Act) {
  const {
    transaction,
    context: { caller, now },
  } = act
  // Somebody's errand is no reason to change who the agent is.
  if (caller.kind !== 'agent' || caller.onBehalfOf !== null) {
    throw refusal('POLICY_DENIED', 'An agent rotates its own key with a token of its own, on behalf of nobody.', {
      fields: ['Mutation.rotateOwnKey'],
      missingScopes: [],
    })
  }
  const problem = between(0, longestOverlap)(input.overlapSeconds)
  if (problem !== null) throw invalid('input.overlapSeconds', problem)
  const agent = await requireLiving(transaction, caller.id)
  await requireWholeToken(act)
  const keys = createAgentKeys(transaction)
  await requireRoom(keys, agent.id, now)
  const { kid, jwk } = await readPublicKey(input.jwk)
  const end = new Date(now.getTime() + input.overlapSeconds * 1_000)
  for (const { kid: old } of await keys.all(agent.id)) await keys.expire(agent.id, old, end)
  const times = { notBefore: now, expiresAt: null, addedAt: now }
  await keys.add({ kid, jwk, agentId: agent.id, addedBy: caller.id, ...times })
  return { kid, algorithm: jwk.alg, othersUntil: end }
}

/** A token that was cut to fewer scopes, for a tool or a step, is no proof of being the agent as a whole. */
async function requireWholeToken({ transaction, context }: Act): Promise<void> {
  const { caller, now } = context
  const roles = await rolesInForce(transaction, context)
  const assigned = (await createAssignmentStore(transaction).of([caller.id])).filter((each) => isInForce(each, now))
  const whole = assigned.flatMap(({ roleKey }) => roles.get(roleKey)?.scopes ?? [])
  const missing = [...new Set(whole)].filter((scope) => !caller.scopes.includes(scope)).toSorted()
  if (missing.length === 0) return
  throw refusal(
    'POLICY_DENIED',
    'An agent replaces its key with a token that has all scopes of its roles; this one has fewer.',
    { fields: ['Mutation.rotateOwnKey'], missingScopes: [] },
  )
}

async function requireRoom(keys: AgentKeys, agentId: string, now: Date): Promise<void> {
  const used = (await keys.all(agentId)).filter((key) => ['ACTIVE', 'PENDING'].includes(keyStatus(key, now)))
  if (used.length >= mostKeys)
    throw invalid('input', `is one key too many: the agent has ${mostKeys}; revoke one first`)
}

/** Whether a key counts, in the words of the contract. */
function keyStatus({ notBefore, expiresAt, revokedAt }: AgentKey, now: Date): string {
  if (revokedAt !== null) return 'REVOKED'
  // The result of an act that is answered again has its times as text.
  if (expiresAt !== null && new Date(expiresAt) <= now) return 'EXPIRED'
  return new Date(notBefore) > now ? 'PENDING' : 'ACTIVE'
}

export const keyMutations = {
  addAgentKey: actOnce(add),
  revokeAgentKey: actOnce(revoke),
  rotateOwnKey: actOnce(rotate),
}

export const keyFields = {
  jwk: ({ jwk }: AgentKey) => JSON.stringify(jwk),
  algorithm: ({ jwk }: AgentKey) => jwk.alg,
  status: (key: AgentKey, _args: unknown, { now }: { readonly now: Date }) => keyStatus(key, now),
}
