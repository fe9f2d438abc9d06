/** Agents for tests, and short words for what the subgraph `agents` is asked. */
import type { PrincipalId } from '../../lib/caller.ts'
import type { AgentProfile } from '../../storage/stores/agents.ts'
import type { Stack, StackAnswer } from './stack.ts'

/** A profile; `more` stands over it. */
export function agentProfile(name: string, more: Partial<AgentProfile> = {}): AgentProfile {
  return {
    id: `agent:${name}` as PrincipalId,
    name,
    description: `The agent ${name} of a test`,
    ownerId: 'person:maria.keller' as PrincipalId,
    sponsorId: null,
    environment: 'TEST',
    dataResidency: null,
    constraints: [],
    a2aUrl: null,
    ...more,
  }
}

const payloads: Readonly<Record<string, string>> = {
  assignRole: 'assignment { id inForce }',
  endAssignment: 'assignment { id inForce }',
  addAgentKey: 'key { kid status }',
  revokeAgentKey: 'key { kid status }',
  rotateOwnKey: 'kid othersUntil',
  activateRoleVersion: 'roleVersion { version status }',
}

/** Sends one act on the workforce with a fresh token, and with a key of its own unless the input has one. */
export async function actOnWorkforce(stack: Stack, as: string, act: string, input: object): Promise<StackAnswer> {
  const type = `${act.slice(0, 1).toUpperCase()}${act.slice(1)}Input`
  const payload = payloads[act] ?? 'agent { id status version statusReason tokensValidFrom ownerId }'
  const query = `mutation Act($input: ${type}!) { ${act}(input: $input) { ${payload} replayed } }`
  const token = (await stack.app.mint?.(as)) ?? ''
  return await stack.graphql(null, query, { input: { idempotencyKey: crypto.randomUUID(), ...input } }, { token })
}
