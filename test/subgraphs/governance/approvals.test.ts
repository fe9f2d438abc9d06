/** The acts of people on a request, in the subgraph: under the policies that asked, with a fresh sign-in, once for each key. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freezeCaller, type Caller, type PrincipalId } from '../../../lib/caller.ts'
import type { Database } from '../../../storage/database.ts'
import { type NewApproval, storeProposal } from '../../../storage/stores/approvals/proposals.ts'
import type { Subgraph } from '../../../subgraphs/subgraph.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { askSubgraph, openGovernance } from '../../support/governance.ts'
import { callerNamed } from '../../support/ledger.ts'

const now = () => new Date('2026-03-01T12:00:00Z')
const seconds = now().getTime() / 1000
const limits = { open: 100, coolDownSeconds: 60, repeatSeconds: 60 }

const person = (name: string, changes: Partial<Caller> = {}): Caller =>
  freezeCaller({
    ...callerNamed(`person:${name}`),
    kind: 'person',
    roles: ['finance-controller'],
    authenticatedAt: seconds - 60,
    ...changes,
  })

function proposal(id: string, changes: Partial<NewApproval> = {}): NewApproval {
  const { grants: _grants, ...caller } = callerNamed('agent:a')
  return {
    id,
    initiator: 'agent:a' as PrincipalId,
    caller,
    excluded: ['agent:a'],
    actionHash: `action ${id}`,
    repeatHash: `repeat ${id}`,
    likenessHash: `likeness ${id}`,
    groupKey: 'Mutation.pay',
    operationName: null,
    document: 'mutation { pay }',
    variables: {},
    policyRevision: 'r1',
    asked: [],
    terms: { delegableTo: [], useWithinSeconds: 600, authenticatedWithinSeconds: 3_600 },
    stages: [{ candidates: 'finance-controller', quorum: 1, rejections: 1, pendingSeconds: 600, onExpiry: 'DENY' }],
    deadline: new Date(now().getTime() + 600_000),
    targets: [],
    preview: { acts: [], asked: [], readBefore: [], quotation: null },
    previewHash: 'shown',
    requestId: 'request',
    amends: null,
    amendedBy: null,
    ...changes,
  }
}

for (const kind of databaseKinds()) {
  describe(`approvals on ${kind}`, () => {
    let database: Database
    let subgraph: Subgraph
    beforeAll(async () => {
      database = await createDatabase(kind)
      subgraph = openGovernance(database, now, () => Promise.reject(new Error('Nobody is revoked here.')))
    })
    afterAll(async () => {
      await subgraph.close()
      await database.close()
    })

    const approve = async (id: string, key: string, caller: Caller, expectedVersion = 1) => {
      const query =
        'mutation ($input: ApproveRequestInput!) { approveRequest(input: $input) { approval { status version } replayed } }'
      const input = { idempotencyKey: key, id, expectedVersion, expectedPreviewHash: 'shown' }
      const { data, errors } = await askSubgraph(subgraph, query, { input }, caller)
      return errors?.[0]?.extensions?.['code'] ?? JSON.parse(JSON.stringify(data))
    }
    const store = (id: string, changes: Partial<NewApproval> = {}) =>
      storeProposal(database.kysely, proposal(id, changes), limits, now())

    test('under other policies than those that asked, it lapses', async () => {
      await store('old', { policyRevision: 'r0' })
      expect(await approve('old', 'k1', person('a'))).toBe('APPROVAL_LAPSED')
      expect(await approve('old', 'k6', person('a'), 2)).toBe('ILLEGAL_TRANSITION')
    })

    test('a sign-in that is too old is told as such', async () => {
      await store('stale')
      expect(await approve('stale', 'k2', person('a', { authenticatedAt: seconds - 4_000 }))).toBe('STEP_UP_REQUIRED')
      expect(await approve('stale', 'k3', person('a', { roles: ['auditor'] }))).toBe('NOT_FOUND')
    })

    test('a repetition of the key is the first result; the vote counts once', async () => {
      await store('twice')
      const first = { approveRequest: { approval: { status: 'APPROVED', version: 2 }, replayed: false } }
      expect(await approve('twice', 'k4', person('a'))).toEqual(first)
      expect(await approve('twice', 'k4', person('a'))).toEqual({
        approveRequest: { ...first.approveRequest, replayed: true },
      })
      expect(await approve('twice', 'k5', person('b'), 2)).toBe('ILLEGAL_TRANSITION')
    })

    test('one open request for one act, however often it is stored at once', async () => {
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          store(`same-${index}`, { actionHash: 'same', repeatHash: 'same', likenessHash: 'same' }),
        ),
      )
      const ids = new Set(all.map((result) => (result.kind === 'too-many' ? null : result.request.id)))
      expect([all.filter(({ kind: each }) => each === 'stored').length, ids.size]).toEqual([1, 1])
    })

    test('the limit holds however many are stored at once', async () => {
      const mine = { initiator: 'agent:many' as PrincipalId }
      const all = await Promise.all(
        Array.from({ length: 9 }, (_, index) =>
          storeProposal(database.kysely, proposal(`many-${index}`, mine), { ...limits, open: 4 }, now()),
        ),
      )
      expect(all.filter(({ kind: each }) => each === 'stored')).toHaveLength(4)
      expect(all.filter(({ kind: each }) => each === 'too-many')).toHaveLength(5)
    })
  })
}
