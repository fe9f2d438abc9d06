/** The public keys that agents prove themselves with: added, replaced with an overlap, revoked, never deleted. */
import type { Kysely, Selectable } from 'kysely'
import type { JWK } from 'jose'
import { refusal } from '../../lib/errors.ts'
import type { AgentTables } from '../tables/agents.ts'
import type { Tables } from '../tables.ts'

/** A key as it is stored; `jwk` has public members only. */
export interface AgentKey {
  /** The thumbprint (RFC 7638). */
  readonly kid: string
  readonly agentId: string
  readonly jwk: JWK
  readonly notBefore: Date
  /** Null for no end. */
  readonly expiresAt: Date | null
  readonly addedAt: Date
  readonly addedBy: string
  readonly revokedAt: Date | null
  readonly revokedBy: string | null
}

/** The keys of agents. `kysely` may be a transaction of the caller's. */
export interface AgentKeys {
  /** The public keys with which the agent may prove itself at this moment; each names its `kid` and `alg`. */
  activeKeys(agentId: string, now: Date): Promise<readonly JWK[]>
  /** Every key that the agent ever had, the newest first. */
  all(agentId: string): Promise<readonly AgentKey[]>
  /** Stores a key. @throws `INVALID_INPUT` where this key is stored already, for whichever agent */
  add(key: Omit<AgentKey, 'revokedAt' | 'revokedBy'>): Promise<AgentKey>
  /** Ends a key of the agent at a moment that must lie before its own end; null where there is none in force with this id. */
  expire(agentId: string, kid: string, at: Date): Promise<AgentKey | null>
  /** Takes a key out of use; null where the agent has none in force with this id. */
  revoke(agentId: string, kid: string, by: string, now: Date): Promise<AgentKey | null>
}

/** Opens the keys over `mandate.agent_keys`. */
export function createAgentKeys(kysely: Kysely<Tables>): AgentKeys {
  return {
    async activeKeys(agentId, now) {
      const rows = await kysely
        .selectFrom('mandate.agent_keys')
        .select(['kid', 'jwk'])
        .where('agent_id', '=', agentId)
        .where('revoked_at', 'is', null)
        .where('not_before', '<=', now)
        .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now)]))
        .orderBy('added_at', 'desc')
        .orderBy('kid')
        .execute()
      return rows.map(({ kid, jwk }) => ({ ...(jwk as JWK), kid }))
    },
    async all(agentId) {
      const rows = await kysely
        .selectFrom('mandate.agent_keys')
        .selectAll()
        .where('agent_id', '=', agentId)
        .orderBy('added_at', 'desc')
        .orderBy('kid')
        .execute()
      return rows.map(toKey)
    },
    async add(key) {
      const stored = await kysely
        .insertInto('mandate.agent_keys')
        .values({
          kid: key.kid,
          agent_id: key.agentId,
          jwk: JSON.stringify(key.jwk),
          not_before: key.notBefore,
          expires_at: key.expiresAt,
          added_at: key.addedAt,
          added_by: key.addedBy,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst()
      if (stored) return toKey(stored)
      throw refusal('INVALID_INPUT', `The key \`${key.kid}\` is registered already; make a new key pair.`, {
        argument: 'input.jwk',
      })
    },
    async expire(agentId, kid, at) {
      const row = await kysely
        .updateTable('mandate.agent_keys')
        .set({ expires_at: at })
        .where('agent_id', '=', agentId)
        .where('kid', '=', kid)
        .where('revoked_at', 'is', null)
        .where('not_before', '<', at)
        .where((key) => key.or([key('expires_at', 'is', null), key('expires_at', '>', at)]))
        .returningAll()
        .executeTakeFirst()
      return row ? toKey(row) : null
    },
    async revoke(agentId, kid, by, now) {
      const row = await kysely
        .updateTable('mandate.agent_keys')
        .set({ revoked_at: now, revoked_by: by })
        .where('agent_id', '=', agentId)
        .where('kid', '=', kid)
        .where('revoked_at', 'is', null)
        .returningAll()
        .executeTakeFirst()
      return row ? toKey(row) : null
    },
  }
}

function toKey(row: Selectable<AgentTables['mandate.agent_keys']>): AgentKey {
  return {
    kid: row.kid,
    agentId: row.agent_id,
    jwk: row.jwk,
    notBefore: row.not_before,
    expiresAt: row.expires_at,
    addedAt: row.added_at,
    addedBy: row.added_by,
    revokedAt: row.revoked_at,
    revokedBy: row.revoked_by,
  }
}
