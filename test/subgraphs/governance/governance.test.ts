/** The face of the control plane's stores: who am I, what does the ledger know, shut somebody out. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from '../../../lib/caller.ts'
import type { Database } from '../../../storage/database.ts'
import type { Revocation } from '../../../storage/stores/revocations.ts'
import type { Subgraph } from '../../../subgraphs/subgraph.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { askSubgraph, openGovernance } from '../../support/governance.ts'
import { callerNamed, intent, openLedger, outcome } from '../../support/ledger.ts'

const now = () => new Date('2026-03-01T12:00:00Z')
const auditor = callerNamed('person:lena.fischer')

for (const kind of databaseKinds()) {
  describe(`governance on ${kind}`, () => {
    let database: Database
    let subgraph: Subgraph
    const revoked: Revocation[] = []

    beforeAll(async () => {
      database = await createDatabase(kind)
      const ledger = openLedger(database)
      const caller = callerNamed('agent:support-agent', 'person:maria.keller')
      for (let index = 1; index <= 5; index += 1)
        await ledger.append(outcome({ requestId: `request-${index}`, caller }))
      await ledger.append(intent({ requestId: 'cut off' }))
      await ledger.close()
      subgraph = openGovernance(database, now, (revocation) => {
        const stored = { ...revocation, id: `revocation-${revoked.length + 1}`, revokedAt: now() }
        revoked.push(stored)
        return Promise.resolve(stored)
      })
    })
    afterAll(async () => {
      await subgraph.close()
      await database.close()
    })

    async function ask(query: string, variables: Record<string, unknown> = {}, caller: Caller = auditor) {
      const { data, errors } = await askSubgraph(subgraph, query, variables, caller)
      return { data: JSON.parse(JSON.stringify(data ?? null)) as Record<string, unknown> | null, errors }
    }
    async function refuses(query: string, code: string, variables: Record<string, unknown> = {}) {
      const { errors } = await ask(query, variables)
      expect(errors?.[0]?.extensions?.['code']).toBe(code)
    }

    test('me: the caller as the gateway sees it', async () => {
      const caller = callerNamed('agent:support-agent', 'person:maria.keller')
      const { data } = await ask('{ me { id kind roles scopes onBehalfOf actors purpose expiresAt } }', {}, caller)
      expect(data?.['me']).toEqual({
        id: 'agent:support-agent',
        kind: 'AGENT',
        roles: ['support-agent'],
        scopes: ['crm:read', 'crm:write'],
        onBehalfOf: 'person:maria.keller',
        actors: ['agent:support-agent'],
        purpose: 'support',
        expiresAt: '2023-11-14T22:23:20.000Z',
      })
    })

    test('a text that no database can store is the caller’s mistake', async () => {
      await refuses('query ($id: ID!) { ledgerRequest(id: $id) { seq } }', 'INVALID_INPUT', { id: 'a\u0000' })
      await refuses('query ($id: ID!) { ledgerTrail(principal: $id) { nodes { seq } } }', 'INVALID_INPUT', {
        id: 'agent:\u0000',
      })
      await refuses(
        'mutation ($key: String!) { revoke(input: { idempotencyKey: $key, principal: "agent:a", reason: "r" }) { replayed } }',
        'INVALID_INPUT',
        { key: 'key\u0000key' },
      )
    })

    test('accesses page through the ledger', async () => {
      const query = `query ($after: String) {
        ledgerAccesses(coordinate: "Account.name", first: 3, after: $after) {
          nodes { requestId principal onBehalfOf verb delivered at } pageInfo { hasNextPage endCursor }
        }
      }`
      interface Page {
        nodes: { requestId: string; verb: string }[]
        pageInfo: { hasNextPage: boolean; endCursor: string }
      }
      const first = (await ask(query)).data?.['ledgerAccesses'] as Page
      expect(first.nodes.map(({ requestId }) => requestId)).toEqual(['request-5', 'request-4', 'request-3'])
      expect(first.nodes[0]).toMatchObject({ principal: 'agent:support-agent', verb: 'READ', delivered: 1 })
      expect(first.pageInfo.hasNextPage).toBe(true)
      const second = (await ask(query, { after: first.pageInfo.endCursor })).data?.['ledgerAccesses'] as Page
      expect(second.nodes.map(({ requestId }) => requestId)).toEqual(['request-2', 'request-1'])
      expect(second.pageInfo.hasNextPage).toBe(false)
    })

    test('a trail, and one request in full', async () => {
      const trail = await ask(
        `{ ledgerTrail(principal: "person:maria.keller", since: "2026-03-01T00:00:00Z") { nodes { seq } } }`,
      )
      expect(trail.data?.['ledgerTrail']).toEqual({ nodes: [5, 4, 3, 2, 1].map((seq) => ({ seq })) })
      const { data } = await ask(`{ ledgerRequest(id: "request-1") {
        kind requested transitive denied args delivered { coordinate count } outcome withheld durationMs caller { id roles actors { id } }
      } }`)
      expect(data?.['ledgerRequest']).toEqual([
        {
          kind: 'OUTCOME',
          requested: ['Query.account', 'Account.name', 'Account.creditStanding'],
          transitive: ['Account.tier'],
          denied: [],
          args: '{"account":{"id":"acc-0001"}}',
          delivered: ['Query.account', 'Account.name', 'Account.creditStanding'].map(
            (coordinate) => expect.objectContaining({ coordinate, count: 1 }) as unknown,
          ),
          outcome: 'answered',
          withheld: false,
          durationMs: 12,
          caller: { id: 'agent:support-agent', roles: ['support-agent'], actors: [{ id: 'agent:support-agent' }] },
        },
      ])
    })

    test('the chain is verified in parts that fit together', async () => {
      const query = `query ($from: Int!) { verifyLedger(from: $from, first: 4) {
        ok checked before { seq hash } last { seq hash } head { seq } break { message } openIntents { requestId }
      } }`
      interface Part {
        checked: number
        before: object
        last: object
        openIntents: object[]
      }
      const first = (await ask(query, { from: 1 })).data?.['verifyLedger'] as Part
      const second = (await ask(query, { from: 5 })).data?.['verifyLedger'] as Part
      expect(first).toMatchObject({ ok: true, checked: 4, openIntents: [], head: { seq: 6 } })
      expect(second).toMatchObject({
        ok: true,
        checked: 2,
        before: first.last,
        openIntents: [{ requestId: 'cut off' }],
      })
    })

    test('what is out of bounds is refused by name', async () => {
      await refuses('{ ledgerAccesses(coordinate: "Account", first: 5) { nodes { seq } } }', 'INVALID_INPUT')
      await refuses('{ ledgerAccesses(coordinate: "Account.name", first: 101) { nodes { seq } } }', 'INVALID_INPUT')
      await refuses('{ ledgerTrail(principal: "agent:a", after: "1; drop") { nodes { seq } } }', 'INVALID_INPUT')
      await refuses('{ verifyLedger(first: 20001) { ok } }', 'INVALID_INPUT')
    })

    const revoke = `mutation ($input: RevokeInput!) { revoke(input: $input) {
      replayed revocation { id principal tokenId reason revokedBy revokedAt }
    } }`

    test('revoking shuts out once for each key, and names who did it', async () => {
      const input = { idempotencyKey: 'k1', principal: 'agent:support-agent', reason: 'It pays the wrong people.' }
      const revocation = {
        id: 'revocation-1',
        principal: 'agent:support-agent',
        tokenId: null,
        reason: 'It pays the wrong people.',
        revokedBy: 'person:lena.fischer',
        revokedAt: '2026-03-01T12:00:00.000Z',
      }
      expect((await ask(revoke, { input })).data?.['revoke']).toEqual({ replayed: false, revocation })
      expect((await ask(revoke, { input })).data?.['revoke']).toEqual({ replayed: true, revocation })
      expect(revoked).toHaveLength(1)
      await refuses(revoke, 'IDEMPOTENCY_CONFLICT', { input: { ...input, reason: 'Another one.' } })
    })

    test('a token can be revoked; nothing, both or nonsense cannot', async () => {
      const input = { idempotencyKey: 'k2', tokenId: 'jti-1', reason: 'Stolen.' }
      expect((await ask(revoke, { input })).data?.['revoke']).toMatchObject({ revocation: { tokenId: 'jti-1' } })
      for (const wrong of [
        {},
        { principal: 'agent:a', tokenId: 't' },
        { principal: 'support-agent' },
        { tokenId: '' },
      ]) {
        await refuses(revoke, 'INVALID_INPUT', { input: { idempotencyKey: 'k3', reason: 'x', ...wrong } })
      }
      await refuses(revoke, 'INVALID_INPUT', { input: { idempotencyKey: 'k3', principal: 'agent:a', reason: '  ' } })
    })
  })
}
