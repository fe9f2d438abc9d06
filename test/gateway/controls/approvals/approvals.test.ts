/** Approvals through the whole product: stages, amendment, delegation, time, waiting, events, people who are shut out. */
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cancelPendingOf } from '../../../../storage/stores/approvals/execution.ts'
import {
  askForBankChange,
  bankAct,
  bankInput,
  decide,
  expectSettled,
  readApproval,
  settledApproval,
} from '../../../support/approvals.ts'
import { databaseKinds } from '../../../support/databases.ts'
import { type Stack, startStack } from '../../../support/stack.ts'
import { until } from '../../../support/until.ts'

const minute = 60_000

for (const database of databaseKinds()) {
  describe(`approvals on ${database}`, () => {
    let stack: Stack
    let offset = 0
    const world = { now: () => new Date(Date.now() + offset), newId: randomUuid7 }
    const advance = (ms: number) => {
      offset += ms
      stack.forgetTokens()
    }
    beforeAll(async () => {
      stack = await startStack({
        database,
        world,
        settings: (config) => ({ ...config, approvals: { openPerAgent: 100, coolDownSeconds: 1 } }),
      })
    })
    afterAll(async () => {
      await stack[Symbol.asyncDispose]()
    })

    const emergency = async (changes: object = {}) => {
      const { data } = await stack.graphql('ana.silva', '{ configurationItems(first: 1) { nodes { id } } }')
      const input = {
        idempotencyKey: randomUUID(),
        type: 'EMERGENCY',
        shortDescription: `Restart ${randomUUID()}`,
        risk: 'HIGH',
        configurationItemId: data?.['configurationItems'].nodes[0].id as string,
        ...changes,
      }
      const query = 'mutation ($input: CreateChangeInput!) { createChange(input: $input) { change { id type risk } } }'
      const answer = await stack.graphql('it-ops-agent', query, { input })
      expect(answer.codes, answer.text).toEqual(['APPROVAL_REQUIRED'])
      return JSON.parse(answer.text).extensions.approval.id as string
    }
    const mutate = async (as: string, name: string, type: string, id: string, input: object) => {
      const found = (await stack.graphql(as, 'query ($id: ID!) { approval(id: $id) { version } }', { id })).data?.[
        'approval'
      ]
      return stack.graphql(
        as,
        `mutation ($input: ${type}!) { ${name}(input: $input) { approval { id status version successor } } }`,
        {
          input: { idempotencyKey: randomUUID(), id, expectedVersion: found?.version ?? 1, ...input },
        },
      )
    }

    test('a dry run says who would decide, and stores nothing', async () => {
      const before = await stack.database.kysely.selectFrom('mandate.approvals').select('id').execute()
      const response = await stack.app.server.inject({
        method: 'POST',
        url: '/graphql',
        headers: {
          authorization: `Bearer ${await stack.app.mint!('supplier-data-agent')}`,
        },
        payload: {
          query: bankAct,
          variables: { input: await bankInput(stack, 'sup-011') },
          extensions: { dryRun: true },
        },
      })
      expect(response.json().extensions.dryRun).toMatchObject({
        verdict: 'wait',
        approval: {
          approvers: ['finance-controller'],
          stages: [{ quorum: 2, onExpiry: 'DENY' }],
          policies: ['bank-details'],
        },
      })
      expect(await stack.database.kysely.selectFrom('mandate.approvals').select('id').execute()).toEqual(before)
    })

    test('an amended act is a new request, decided anew, and runs as it was amended', async () => {
      const id = await emergency()
      const shown = await readApproval(stack, 'ana.silva', id)
      const pointer = shown.preview.acts[0].arguments.find(({ path }: any) => path === 'input.risk').pointer
      expect(pointer).toBe('/createChange/input/risk')
      const forbidden = await mutate('ana.silva', 'amendRequest', 'AmendRequestInput', id, {
        changes: [{ pointer: '/createChange/input/shortDescription', value: '"x"' }],
        reason: 'Other words',
      })
      expect(forbidden.codes).toEqual(['INVALID_INPUT'])
      const amended = await mutate('ana.silva', 'amendRequest', 'AmendRequestInput', id, {
        changes: [{ pointer, value: '"LOW"' }],
        reason: 'The risk is low',
      })
      expect(amended.data?.['amendRequest'].approval.status, amended.text).toBe('SUPERSEDED')
      const old = await expectSettled(stack, id, 'SUPERSEDED', 'ana.silva')
      expect(old.successor).toBeTruthy()
      // Whoever changed it is not enough.
      expect((await decide(stack, 'ana.silva', old.successor)).data?.['approveRequest'].approval.status).toBe('PENDING')
      const handed = await readApproval(stack, 'ana.silva', old.successor)
      expect(handed).toMatchObject({ amends: id, status: 'PENDING', decidable: false })
      // Nobody else decides in time, so the plant is asked, as the policy of emergencies says.
      advance(61 * minute)
      await until(async () => (await readApproval(stack, 'ruth.meyer', old.successor)) !== null)
      expect((await decide(stack, 'ruth.meyer', old.successor)).errors).toEqual([])
      const done = await settledApproval(stack, 'it-ops-agent', old.successor)
      expect(JSON.parse(done.execution.result).data.createChange.change).toMatchObject({
        type: 'EMERGENCY',
        risk: 'LOW',
      })
    })

    test('a place is handed over once, and counts once', async () => {
      const id = await emergency()
      const delegate = (as: string, to: string) =>
        mutate(as, 'delegateApproval', 'DelegateApprovalInput', id, { to, reason: 'On leave' })
      expect((await delegate('ana.silva', 'agent:it-ops-agent')).codes).toEqual(['INVALID_INPUT'])
      expect((await delegate('ana.silva', 'person:ana.silva')).codes).toEqual(['INVALID_INPUT'])
      expect((await delegate('ana.silva', 'person:ruth.meyer')).errors).toEqual([])
      expect((await decide(stack, 'ana.silva', id)).codes).toEqual(['APPROVER_EXCLUDED'])
      expect((await decide(stack, 'ruth.meyer', id)).errors).toEqual([])
      const done = await settledApproval(stack, 'it-ops-agent', id)
      expect(done).toMatchObject({
        status: 'CONSUMED',
        votes: [{ voter: 'person:ruth.meyer', onBehalfOf: 'person:ana.silva', verdict: 'APPROVE' }],
      })
    })

    test('silence denies, and the ledger says that time did it', async () => {
      const asked = await askForBankChange(stack, 'sup-012')
      advance(24 * 60 * minute)
      expect((await decide(stack, 'jonas.weber', asked.id)).codes).toEqual(['ILLEGAL_TRANSITION'])
      await expectSettled(stack, asked.id, 'EXPIRED')
      await until(async () =>
        (await stack.ledger.trail('service:mandate', { limit: 50 })).items.some(
          ({ operation, approval }) => operation.name === 'approval.expired' && approval === asked.id,
        ),
      )
    })

    test('waiting ends when it is settled, and only for those who take part', async () => {
      const asked = await askForBankChange(stack, 'sup-014')
      const waiting = stack.graphql(
        'supplier-data-agent',
        'query ($id: ID!) { approval(id: $id, wait: "20s") { status reason } }',
        { id: asked.id },
      )
      expect((await decide(stack, 'petra.lang', asked.id, 'reject')).errors).toEqual([])
      expect((await waiting).data?.['approval']).toEqual({ status: 'REJECTED', reason: 'Not this one.' })
      const { approval } = (await stack.recordsOf((await waiting).requestId)).at(-1) ?? {}
      expect(approval).toBe(asked.id)
    })

    test('whoever is shut out does nothing through an approval either', async () => {
      const asked = await askForBankChange(stack, 'sup-015')
      const revoke = 'mutation ($input: RevokeInput!) { revoke(input: $input) { revocation { id } } }'
      await decide(stack, 'jonas.weber', asked.id)
      const { data } = await stack.graphql('omar.haddad', revoke, {
        input: { idempotencyKey: randomUUID(), tokenId: await tokenIdOf(asked.answer.requestId), reason: 'Stolen' },
      })
      expect(data?.['revoke'].revocation.id).toBeTruthy()
      await decide(stack, 'petra.lang', asked.id)
      const lapsed = await expectSettled(stack, asked.id, 'LAPSED')
      expect(lapsed.reason).toContain('revoked')
      stack.forgetTokens()
    })

    test('what an agent has pending can be cancelled for it; it can take back what it asked for', async () => {
      const [one, two] = [await askForBankChange(stack, 'sup-016'), await askForBankChange(stack, 'sup-017')]
      const withdraw = (as: string, id: string) =>
        mutate(as, 'withdrawApproval', 'WithdrawApprovalInput', id, { reason: 'Not needed' })
      expect((await withdraw('finance-agent', one.id)).codes).toEqual(['NOT_FOUND'])
      expect((await withdraw('jonas.weber', one.id)).codes).toEqual(['APPROVER_EXCLUDED'])
      expect((await withdraw('supplier-data-agent', one.id)).data?.['withdrawApproval'].approval.status).toBe(
        'CANCELLED',
      )
      const cancelled = await cancelPendingOf(stack.database.kysely, 'agent:supplier-data-agent', {
        reason: 'The agent was suspended.',
        by: 'person:omar.haddad',
        now: world.now(),
      })
      expect(cancelled).toContain(two.id)
      expect((await readApproval(stack, 'jonas.weber', two.id)).status).toBe('CANCELLED')
    })

    test('several are decided at once, each as it was shown', async () => {
      const asked = [await askForBankChange(stack, 'sup-018'), await askForBankChange(stack, 'sup-019')]
      const decisions = await Promise.all(
        asked.map(async ({ id }) => {
          const { version, previewHash } = await readApproval(stack, 'petra.lang', id)
          return { id, expectedVersion: version, expectedPreviewHash: previewHash, verdict: 'APPROVE' }
        }),
      )
      const input = {
        idempotencyKey: randomUUID(),
        decisions: [decisions[0], { ...decisions[1], expectedPreviewHash: 'other' }],
      }
      const query =
        'mutation ($input: DecideRequestsInput!) { decideRequests(input: $input) { decisions { id done code } replayed } }'
      const first = await stack.graphql('petra.lang', query, { input })
      expect(first.data?.['decideRequests'], first.text).toEqual({
        decisions: [
          { id: asked[0]?.id, done: true, code: null },
          { id: asked[1]?.id, done: false, code: 'VERSION_CONFLICT' },
        ],
        replayed: false,
      })
      expect((await stack.graphql('petra.lang', query, { input })).data?.['decideRequests'].replayed).toBe(true)
    })

    test('events: each change once, in order, from where a stream broke off, until it is settled', async () => {
      await stack.app.server.listen({ host: '127.0.0.1', port: 0 })
      const { port } = stack.app.server.server.address() as AddressInfo
      const asked = await askForBankChange(stack, 'sup-020')
      const open = async (as: string, headers: Record<string, string> = {}) =>
        fetch(`http://127.0.0.1:${port}/approvals/${asked.id}/events`, {
          headers: {
            authorization: `Bearer ${await stack.app.mint!(as)}`,
            ...headers,
          },
        })
      expect((await open('finance-agent')).status).toBe(404)
      const response = await open('supplier-data-agent')
      expect(response.headers.get('content-type')).toContain('text/event-stream')
      const text = response.text()
      await decide(stack, 'jonas.weber', asked.id)
      await decide(stack, 'petra.lang', asked.id)
      const events = [...(await text).matchAll(/^id: (\d+)\nevent: approval\ndata: (.*)$/gm)].map(
        ([, id, data = '']) => ({
          version: Number(id),
          ...(JSON.parse(data) as { status: string; outcome: string | null }),
        }),
      )
      expect(events[0]?.status).toBe('PENDING')
      expect(events.at(-1)).toMatchObject({ status: 'CONSUMED', outcome: 'SUCCEEDED' })
      const ids = events.map(({ version }) => version)
      expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
      const again = await (await open('supplier-data-agent', { 'last-event-id': String(ids.at(-1)) })).text()
      expect(again).not.toContain('event: approval')
    })

    test('events: a stream closes when its token is taken back', async () => {
      const { port } = stack.app.server.server.address() as AddressInfo
      const asked = await askForBankChange(stack, 'sup-021')
      const token = await stack.app.mint!('supplier-data-agent')
      const response = await fetch(`http://127.0.0.1:${port}/approvals/${asked.id}/events`, {
        headers: { authorization: `Bearer ${token}` },
      })
      expect(response.status).toBe(200)
      const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }
      await stack.graphql('omar.haddad', 'mutation ($input: RevokeInput!) { revoke(input: $input) { replayed } }', {
        input: { idempotencyKey: randomUUID(), tokenId: jti, reason: 'Stolen' },
      })
      expect(await response.text()).toContain('PENDING')
    })

    async function tokenIdOf(requestId: string): Promise<string> {
      return (await stack.recordsOf(requestId)).at(-1)?.caller?.tokenId ?? ''
    }
  })
}

function randomUuid7(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  const [, , third = '', fourth = '', fifth = ''] = randomUUID().split('-')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${third.slice(1)}-${fourth}-${fifth}`
}
