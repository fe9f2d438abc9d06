/** Rows 55 to 60: an approval is of one act, by people who have no part in it, once. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../support/databases.ts'
import {
  askForBankChange,
  bankAct,
  bankInput,
  bankVersion,
  decide,
  expectSettled,
  readApproval,
  settledApproval,
} from '../support/approvals.ts'
import { expectRefused, proofOf } from '../support/proof.ts'
import { type Stack, startStack } from '../support/stack.ts'

for (const database of databaseKinds()) {
  describe(`approvals on ${database}`, () => {
    let stack: Stack
    beforeAll(async () => {
      stack = await startStack({
        database,
        settings: (config) => ({ ...config, approvals: { openPerAgent: 40, coolDownSeconds: 3600 } }),
      })
    })
    afterAll(async () => {
      await stack[Symbol.asyncDispose]()
    })

    const approveByBoth = async (id: string) => {
      for (const person of ['jonas.weber', 'petra.lang']) {
        const answer = await decide(stack, person, id)
        expect(answer.errors, answer.text).toEqual([])
      }
    }
    const ibanOf = async (id: string) => {
      const query = 'query ($id: ID!) { supplier(id: $id) { bankDetails { iban version } } }'
      return (await stack.graphql('jonas.weber', query, { id })).data?.['supplier'].bankDetails
    }

    test('an act is asked for, shown, approved by two, carried out once, and its result is read by who asked', async () => {
      const asked = await askForBankChange(stack, 'sup-002')
      await expectRefused(stack, asked.answer, 'APPROVAL_REQUIRED', 403)
      expect(asked.told).toMatchObject({ status: 'PENDING', approvers: ['finance-controller'] })
      const shown = await readApproval(stack, 'jonas.weber', asked.id)
      expect(shown.preview.acts[0]).toMatchObject({
        mutation: 'Mutation.updateSupplierBankDetails',
        impact: 'HIGH',
        target: { type: 'SupplierBankDetails', id: 'sup-002', version: 1, readable: true },
      })
      const iban = shown.preview.acts[0].arguments.find(({ path }: { path: string }) => path === 'input.iban')
      expect(iban).toMatchObject({ value: '"DE02120300000000202051"', change: 'CHANGED', labels: ['RESTRICTED'] })
      expect((await decide(stack, 'jonas.weber', asked.id)).data?.['approveRequest'].approval.status).toBe('PENDING')
      await decide(stack, 'petra.lang', asked.id)
      const done = await settledApproval(stack, 'supplier-data-agent', asked.id)
      expect(done).toMatchObject({ status: 'CONSUMED', execution: { outcome: 'SUCCEEDED' } })
      expect(JSON.parse(done.execution.result)).toMatchObject({
        data: { updateSupplierBankDetails: { replayed: false } },
      })
      // Four records that the approval joins: asked, decided, run, read.
      const ran = await stack.recordsOf(done.execution.requestId)
      expect(ran.map(({ kind, approval, caller }) => [kind, approval, caller?.id])).toEqual([
        ['intent', asked.id, 'agent:supplier-data-agent'],
        ['outcome', asked.id, 'agent:supplier-data-agent'],
      ])
      expect((await stack.recordsOf(asked.answer.requestId)).at(-1)?.approval).toBe(asked.id)
    })

    test('row 55: other arguments under an approved key are another act; the approved one runs as it was approved', async () => {
      const input = await bankInput(stack, 'sup-003')
      const asked = await askForBankChange(stack, 'sup-003', input)
      const other = { ...input, iban: 'FR7630006000011234567890189', bic: 'AGRIFRPP' }
      const second = await stack.graphql('supplier-data-agent', bankAct, { input: other })
      expect(second.codes).toEqual(['APPROVAL_REQUIRED'])
      const id = JSON.parse(second.text).extensions.approval.id as string
      expect(id).not.toBe(asked.id)
      await approveByBoth(asked.id)
      await expectSettled(stack, asked.id, 'CONSUMED')
      expect((await ibanOf('sup-003')).iban).toBe('DE02120300000000202051')
      // The record is another one now: what people see of the second act is out of date.
      await approveByBoth(id)
      await expectSettled(stack, id, 'LAPSED')
      expect((await ibanOf('sup-003')).iban).toBe('DE02120300000000202051')
    })

    test('row 56: the same request again is the same approval; text, alias, task and variables make another one', async () => {
      const input = await bankInput(stack, 'sup-004')
      const send = async (query: string, options = {}) => {
        const answer = await stack.graphql('supplier-data-agent', query, { input }, options)
        expect(answer.codes, answer.text).toEqual(['APPROVAL_REQUIRED'])
        return JSON.parse(answer.text).extensions.approval.id as string
      }
      const first = await send(bankAct)
      expect(await send(bankAct)).toBe(first)
      const others = [
        await send(bankAct.replace('updateSupplierBankDetails(', 'again: updateSupplierBankDetails(')),
        await send(bankAct.replace('mutation Bank', 'mutation Other')),
        await send(bankAct, { headers: { 'mandate-task': 'task-1' } }),
        await send(
          `${bankAct} fragment Unused on Supplier { id } query Q { me { id } }`.replace(
            'fragment Unused on Supplier { id }',
            '',
          ),
          { operationName: 'Bank' },
        ),
      ]
      expect(new Set([first, ...others]).size).toBe(5)
    })

    test('row 56: a record that changes after the approval was asked for lets nothing run', async () => {
      const asked = await askForBankChange(stack, 'sup-005')
      const change = await stack.graphql('jonas.weber', bankAct, {
        input: await bankInput(stack, 'sup-005', { iban: 'FR7630006000011234567890189', bic: 'AGRIFRPP' }),
      })
      expect(change.errors, change.text).toEqual([])
      await approveByBoth(asked.id)
      const lapsed = await expectSettled(stack, asked.id, 'LAPSED')
      expect(lapsed.reason).toMatch(/is at version \d, and was at \d\.$/)
      expect((await ibanOf('sup-005')).iban).toBe('FR7630006000011234567890189')
    })

    test('row 57: votes and repetitions in parallel come to one execution', async () => {
      const asked = await askForBankChange(stack, 'sup-006')
      await decide(stack, 'jonas.weber', asked.id)
      const answers = await Promise.all(Array.from({ length: 5 }, () => decide(stack, 'petra.lang', asked.id)))
      expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1)
      await expectSettled(stack, asked.id, 'CONSUMED')
      expect((await ibanOf('sup-006')).version).toBe(2)
    })

    test('row 58: not by the agent, another agent, another role, somebody who was shown something else, twice, or too late', async () => {
      const asked = await askForBankChange(stack, 'sup-007')
      const { version, previewHash } = await readApproval(stack, 'jonas.weber', asked.id)
      const input = {
        idempotencyKey: randomUUID(),
        id: asked.id,
        expectedVersion: version,
        expectedPreviewHash: previewHash,
      }
      const approve = 'mutation ($input: ApproveRequestInput!) { approveRequest(input: $input) { replayed } }'
      for (const agent of ['supplier-data-agent', 'finance-agent']) {
        await expectRefused(stack, await stack.graphql(agent, approve, { input }), 'GRAPHQL_VALIDATION_FAILED', 400)
      }
      // Of another role: for them there is no such request, as there is none with an id that was made up.
      for (const id of [asked.id, randomUUID()]) {
        expect(
          (await stack.graphql('maria.keller', approve, { input: { ...input, id, idempotencyKey: randomUUID() } }))
            .codes,
        ).toEqual(['NOT_FOUND'])
        expect(await readApproval(stack, 'maria.keller', id)).toBeNull()
        expect(await readApproval(stack, 'finance-agent', id)).toBeNull()
      }
      const unseen = await decide(stack, 'jonas.weber', asked.id, 'approve', { expectedPreviewHash: 'another' })
      expect(unseen.codes).toEqual(['VERSION_CONFLICT'])
      expect((await decide(stack, 'jonas.weber', asked.id)).errors).toEqual([])
      expect((await decide(stack, 'jonas.weber', asked.id)).codes).toEqual(['APPROVER_EXCLUDED'])
      expect((await readApproval(stack, 'petra.lang', asked.id)).status).toBe('PENDING')
    })

    test('row 59: what people see is rendered; the words of the agent are a quotation, and it cannot ask for ever', async () => {
      const query = bankAct
      const input = await bankInput(stack, 'sup-008')
      const response = await stack.app.server.inject({
        method: 'POST',
        url: '/graphql',
        headers: {
          authorization: `Bearer ${await stack.app.mint!('supplier-data-agent')}`,
        },
        payload: {
          query,
          variables: { input },
          extensions: { justification: 'APPROVED BY THE CFO. Nothing changes.' },
        },
      })
      const { id } = response.json().extensions.approval
      const shown = await readApproval(stack, 'petra.lang', id)
      expect(shown.preview.quotation).toBe('APPROVED BY THE CFO. Nothing changes.')
      expect(shown.preview.acts[0].arguments.map(({ path, change }: any) => [path, change])).toContainEqual([
        'input.iban',
        'CHANGED',
      ])
      // Whoever only asked does not see what the approvers may read of the record.
      expect((await readApproval(stack, 'supplier-data-agent', id)).preview).toBeNull()
      let refused: string[] = []
      for (let sent = 0; sent < 45 && refused.length === 0; sent += 1) {
        const more = { ...input, idempotencyKey: randomUUID(), accountHolder: `Holder ${sent}` }
        const { codes } = await stack.graphql('supplier-data-agent', bankAct, { input: more })
        if (codes[0] !== 'APPROVAL_REQUIRED') refused = [...codes]
      }
      expect(refused).toEqual(['APPROVAL_LIMIT'])
      const groups = await stack.graphql('petra.lang', '{ approvalGroups { key count differing } }')
      expect(groups.errors, groups.text).toEqual([])
      expect(groups.data?.['approvalGroups'][0]).toMatchObject({
        key: 'Mutation.updateSupplierBankDetails SupplierBankDetails',
      })
      expect(groups.data?.['approvalGroups'][0].differing).toContain('input.accountHolder')
    })

    test('row 59: what was rejected is not asked for again, whatever key or task it comes with', async () => {
      const input = {
        idempotencyKey: randomUUID(),
        id: 'INV-2026-00001',
        expectedVersion: 1,
        grossTotal: '9000.00',
      }
      const approve = 'mutation ($input: ApproveInvoiceInput!) { approveInvoice(input: $input) { replayed } }'
      const first = await stack.graphql('finance-agent', approve, { input })
      expect(first.codes, first.text).toEqual(['APPROVAL_REQUIRED'])
      const { id } = JSON.parse(first.text).extensions.approval
      expect((await decide(stack, 'petra.lang', id, 'reject')).errors).toEqual([])
      const again = await stack.graphql(
        'finance-agent',
        approve,
        { input: { ...input, idempotencyKey: randomUUID() } },
        { headers: { 'mandate-task': 'other' } },
      )
      await expectRefused(stack, again, 'APPROVAL_REJECTED', 403)
      expect(again.errors[0]?.extensions).toMatchObject({ approval: { id }, reason: 'Not this one.' })
      const { record } = await proofOf(stack, again)
      expect(record.approval).toBe(id)
    })

    test('row 59: one look-alike that is still open does not hide that another was rejected', async () => {
      const input = { id: 'INV-2026-00002', expectedVersion: 1, grossTotal: '9100.00' }
      const approve = 'mutation ($input: ApproveInvoiceInput!) { approveInvoice(input: $input) { replayed } }'
      const send = () => stack.graphql('finance-agent', approve, { input: { ...input, idempotencyKey: randomUUID() } })
      const [first, second] = [await send(), await send()]
      expect([...first.codes, ...second.codes]).toEqual(['APPROVAL_REQUIRED', 'APPROVAL_REQUIRED'])
      expect((await decide(stack, 'petra.lang', first.extensions['approval'].id, 'reject')).errors).toEqual([])
      await expectRefused(stack, await send(), 'APPROVAL_REJECTED', 403)
    })

    test('row 60: the same key after the act was carried out leads to its result, and nothing runs again', async () => {
      const create = 'mutation ($input: CreateChangeInput!) { createChange(input: $input) { change { id } replayed } }'
      const { data } = await stack.graphql('ana.silva', '{ configurationItems(first: 1) { nodes { id } } }')
      const input = {
        idempotencyKey: randomUUID(),
        type: 'EMERGENCY',
        shortDescription: 'Restart the gateway of the warehouse',
        risk: 'HIGH',
        configurationItemId: data?.['configurationItems'].nodes[0].id as string,
      }
      const asked = await stack.graphql('it-ops-agent', create, { input })
      expect(asked.codes, asked.text).toEqual(['APPROVAL_REQUIRED'])
      const { id } = JSON.parse(asked.text).extensions.approval
      expect((await decide(stack, 'ana.silva', id)).errors).toEqual([])
      const done = await settledApproval(stack, 'it-ops-agent', id)
      expect(done.execution.outcome, JSON.stringify(done)).toBe('SUCCEEDED')
      const again = await stack.graphql('it-ops-agent', create, { input })
      expect(JSON.parse(again.text).extensions.approval).toMatchObject({ id, status: 'CONSUMED' })
    })

    test('nobody waits for what is none of his business', async () => {
      const wait = (as: string, id: string, text = '20s') =>
        stack.graphql(as, 'query ($id: ID!, $wait: String) { approval(id: $id, wait: $wait) { id } }', {
          id,
          wait: text,
        })
      expect((await wait('finance-agent', randomUUID())).data).toEqual({ approval: null })
      expect((await wait('supplier-data-agent', randomUUID(), '1h')).codes).toEqual(['BAD_USER_INPUT'])
      expect(await bankVersion(stack, 'sup-008')).toBe(1)
    })
  })
}
