/**
 * Whom the development issuer gives tokens to. It asks each time: an agent that was registered a moment ago gets one with its own
 * key, and one whose key was revoked, or that may not work, gets none.
 */
import type { JWK } from 'jose'
import type { Kysely } from 'kysely'
import type { Actor, PrincipalId } from '../../lib/caller.ts'
import type { World } from '../../lib/world.ts'
import { createAssignmentStore, isInForce } from '../../storage/stores/agent-assignments.ts'
import { createAgentKeys } from '../../storage/stores/agent-keys.ts'
import { createAgentStore } from '../../storage/stores/agents.ts'
import type { Tables } from '../../storage/tables.ts'

/** Somebody who proves itself with a key of its own; its `client_id` is its principal id. */
export interface IssuerClient {
  readonly principal: Actor
  readonly title: string
  /** Its public keys of this moment. */
  readonly keys: readonly JWK[]
}

/** What the register of agents says of an id. */
export type Registration =
  | { readonly outcome: 'unknown' }
  /** Registered, and not to work now. */
  | { readonly outcome: 'barred'; readonly status: string }
  | { readonly outcome: 'active'; readonly client: IssuerClient; readonly tokensValidFrom: Date | null }

/** The register of agents, as the issuer reads it. */
export interface RegisteredAgents {
  find(id: PrincipalId): Promise<Registration>
}

export interface IssuerClients {
  /** Null for whom no token may be issued. */
  find(id: string): Promise<IssuerClient | null>
}

/** The register over the stores of the workforce. */
export function createRegisteredAgents(kysely: Kysely<Tables>, world: Pick<World, 'now'>): RegisteredAgents {
  const agents = createAgentStore(kysely)
  const keys = createAgentKeys(kysely)
  const assignments = createAssignmentStore(kysely)
  return {
    async find(id) {
      const agent = await agents.get(id)
      if (agent === null) return { outcome: 'unknown' }
      if (agent.status !== 'ACTIVE') return { outcome: 'barred', status: agent.status }
      const now = world.now()
      const [held, assigned] = await Promise.all([keys.activeKeys(id, now), assignments.of([id])])
      const roles = assigned.filter((one) => isInForce(one, now)).map((one) => one.roleKey)
      const principal = Object.freeze({ id, kind: 'agent' as const, roles: Object.freeze([...new Set(roles)].sort()) })
      return {
        outcome: 'active',
        client: { principal, title: agent.name, keys: held },
        tokensValidFrom: agent.tokensValidFrom,
      }
    },
  }
}

/** An empty register: every agent is one of the demo identities. */
export const noRegisteredAgents: RegisteredAgents = { find: () => Promise.resolve({ outcome: 'unknown' }) }

/** The register first; what it does not know may be a demo identity. */
export function createIssuerClients(demo: readonly IssuerClient[], registered: RegisteredAgents): IssuerClients {
  const byId = new Map(demo.map((client) => [client.principal.id as string, client]))
  return {
    async find(id) {
      if (!id.startsWith('agent:')) return byId.get(id) ?? null
      const registration = await registered.find(id as PrincipalId)
      switch (registration.outcome) {
        case 'active':
          return registration.client
        case 'barred':
          return null
        case 'unknown':
          return byId.get(id) ?? null
      }
    },
  }
}
