/**
 * Registers the agents that a deployment begins with: those of the settings, and where the development issuer runs the demo ones.
 * An agent that is registered already stays as people have left it.
 */
import type { JWK } from 'jose'
import type { PrincipalId } from '../../lib/caller.ts'
import type { World } from '../../lib/world.ts'
import type { Database } from '../../storage/database.ts'
import type { AgentEnvironment } from '../../storage/tables/agents.ts'
import type { Config } from '../config.ts'
import { type DemoIdentity, ownerOf } from '../identity/demo-identities.ts'
import { ensurePrivateKey, identityKeyFile, publicPart } from '../identity/private-keys.ts'

/** An agent that is there from the start, with its roles, active. */
export interface SeedAgent {
  readonly id: PrincipalId
  readonly name: string
  readonly description: string
  readonly ownerId: PrincipalId
  readonly environment: AgentEnvironment
  readonly roles: readonly string[]
  /** Its public key, with `kid`; null for none. */
  readonly key: JWK | null
}

/** Those of the settings, and where the development issuer is trusted the agents among its identities. */
export async function initialAgents(
  { agents, identity, data, environment }: Pick<Config, 'agents' | 'identity' | 'data' | 'environment'>,
  identities: readonly DemoIdentity[],
): Promise<readonly SeedAgent[]> {
  const named = agents.initial.map(({ id, owner, roles, name = id }): SeedAgent => ({
    id: id as PrincipalId,
    name,
    description: 'Registered by the settings of the gateway.',
    ownerId: owner as PrincipalId,
    environment: environments[environment],
    roles,
    key: null,
  }))
  const taken = new Set(named.map(({ id }) => id))
  const demo = identity.developmentIssuer ? await demoAgents(identities, data) : []
  return [...named, ...demo.filter(({ id }) => !taken.has(id))]
}

const environments = { development: 'DEVELOPMENT', test: 'TEST', production: 'PRODUCTION' } as const

/** The agents among the demo identities, with the keys that the data folder has of them. */
async function demoAgents(identities: readonly DemoIdentity[], dataFolder: string): Promise<readonly SeedAgent[]> {
  const agents = identities.filter(({ kind }) => kind === 'agent')
  return await Promise.all(
    agents.map(async (identity): Promise<SeedAgent> => ({
      id: identity.id,
      name: identity.title.split(':')[0] ?? identity.name,
      description: identity.title,
      ownerId: ownerOf(identity),
      environment: 'DEVELOPMENT',
      roles: identity.roles,
      key: publicPart(await ensurePrivateKey(identityKeyFile(dataFolder, identity.name))),
    })),
  )
}

/** Registers those that are not there yet, with their roles; a key that nobody has registered is added to its agent. */
export async function seedAgents(
  { kysely }: Pick<Database, 'kysely'>,
  seeds: readonly SeedAgent[],
  { by, world }: { readonly by: string; readonly world: World },
): Promise<void> {
  if (seeds.length === 0) return
  const now = world.now()
  await kysely.transaction().execute(async (transaction) => {
    const added = await transaction
      .insertInto('mandate.agents')
      .values(
        seeds.map(({ id, name, description, ownerId, environment }) => ({
          id,
          name,
          description,
          owner_id: ownerId,
          environment,
          constraints: '[]',
          status: 'ACTIVE' as const,
          version: 1,
          created_at: now,
          created_by: by,
          updated_at: now,
          updated_by: by,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .execute()
    const fresh = new Set(added.map(({ id }) => id))
    const assignments = seeds.flatMap(({ id, roles }) =>
      fresh.has(id)
        ? roles.map((role) => ({
            id: world.newId(),
            agent_id: id,
            role_key: role,
            valid_from: now,
            assigned_at: now,
            assigned_by: by,
          }))
        : [],
    )
    if (assignments.length > 0) await transaction.insertInto('mandate.agent_assignments').values(assignments).execute()
    const keys = seeds.flatMap(({ id, key }) =>
      key?.kid === undefined
        ? []
        : [{ kid: key.kid, agent_id: id, jwk: JSON.stringify(key), not_before: now, added_at: now, added_by: by }],
    )
    if (keys.length === 0) return
    await transaction
      .insertInto('mandate.agent_keys')
      .values(keys)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  })
}
