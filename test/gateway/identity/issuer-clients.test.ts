/** Agents that were registered in the store get tokens with their own keys; what the register takes away counts at once. */
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import type { PrincipalId } from '../../../lib/caller.ts'
import { realWorld } from '../../../lib/world.ts'
import { createRegisteredAgents } from '../../../gateway/identity/issuer-clients.ts'
import type { PrivateJwk } from '../../../gateway/identity/private-keys.ts'
import { createAssignmentStore } from '../../../storage/stores/agent-assignments.ts'
import { createAgentKeys } from '../../../storage/stores/agent-keys.ts'
import { createAgentStore } from '../../../storage/stores/agents.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { startIssuerServer } from '../../support/issuer-server.ts'

const id = 'agent:claims-agent' as PrincipalId
const owner = 'person:maria.keller' as PrincipalId
const doing = () => ({ by: owner, now: new Date() })

async function makeKey(): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' } as PrivateJwk
}

for (const kind of databaseKinds()) {
  describe(`registered agents as clients (${kind})`, () => {
    test('register, use, rotate, revoke, suspend: each counts with the next request for a token', async () => {
      await using database = await createDatabase(kind)
      const { kysely } = database
      const agents = createAgentStore(kysely)
      const keys = createAgentKeys(kysely)
      const assignments = createAssignmentStore(kysely)
      await using server = await startIssuerServer({ registered: createRegisteredAgents(kysely, realWorld) })
      const ask = async (key: PrivateJwk) =>
        server.ask({
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await server.assertion(id, key),
        })
      const addKey = async (key: PrivateJwk) => {
        const { d: _d, ...jwk } = key
        const now = new Date()
        await keys.add({
          kid: key.kid,
          agentId: id,
          jwk,
          notBefore: now,
          expiresAt: null,
          addedAt: now,
          addedBy: owner,
        })
      }
      const refused = { status: 401, error: 'invalid_client' }
      const key = await makeKey()
      expect(await ask(key)).toMatchObject(refused)

      const profile = {
        ...{ id, name: 'Claims agent', description: 'Handles claims.', ownerId: owner, sponsorId: null },
        ...{ environment: 'TEST' as const, dataResidency: null, constraints: [], a2aUrl: null },
      }
      await agents.add(profile, 'ACTIVE', doing())
      expect(await ask(key)).toMatchObject(refused)
      await addKey(key)
      const bare = await ask(key)
      expect(decodeJwt(bare.access_token)).toMatchObject({ sub: id, kind: 'agent', roles: [] })
      expect(bare.scope).toBeUndefined()

      const assigned = {
        agentId: id,
        roleKey: 'sales-agent',
        validFrom: new Date(Date.now() - 1_000),
        validUntil: null,
      }
      await assignments.add({ ...assigned, id: realWorld.newId(), assignedAt: new Date(), assignedBy: owner })
      const good = await ask(key)
      expect(decodeJwt(good.access_token)).toMatchObject({ roles: ['sales-agent'], scope: 'crm:read' })
      expect(await server.enter(good.access_token)).toMatchObject({ id, scopes: ['crm:read'] })

      const next = await makeKey()
      await addKey(next)
      expect(await ask(next)).toMatchObject({ status: 200 })
      await keys.revoke(id, key.kid, owner, new Date())
      expect(await ask(key)).toMatchObject(refused)
      expect(await ask(next)).toMatchObject({ status: 200 })

      expect(await server.exchange('support-agent', good.access_token)).toMatchObject({ status: 200 })
      await agents.step(id, { ...doing(), to: 'SUSPENDED', reason: 'A test.' })
      expect(await ask(next)).toMatchObject(refused)
      expect(await server.exchange('support-agent', good.access_token)).toMatchObject({
        error: 'invalid_request',
        error_description: expect.stringContaining('revoked'),
      })
      await agents.step(id, { ...doing(), to: 'ACTIVE', reason: 'A test.' })
      // What was issued before it left its work stays worthless after it is back.
      expect(await server.exchange('support-agent', good.access_token)).toMatchObject({ error: 'invalid_request' })
      expect(await ask(next)).toMatchObject({ status: 200 })
      expect(server.failures).toEqual([])
    })
  })
}
