/** Words for tests of approvals: an act that two people must approve, and what they do about it. */
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { Stack, StackAnswer } from './stack.ts'

export const bankAct = `mutation Bank($input: UpdateSupplierBankDetailsInput!) {
  updateSupplierBankDetails(input: $input) { supplier { id } replayed }
}`

/** Good bank details that no supplier of the demo company has. */
export const otherIban = 'DE02120300000000202051'

export interface Asked {
  readonly id: string
  readonly told: any
  readonly answer: StackAnswer
}

/** The version of a supplier's bank details. */
export async function bankVersion(stack: Stack, id: string): Promise<number> {
  const { data } = await stack.graphql(
    'jonas.weber',
    'query ($id: ID!) { supplier(id: $id) { bankDetails { version } } }',
    {
      id,
    },
  )
  return data?.['supplier'].bankDetails?.version ?? 0
}

/** What an agent sends to change where a supplier is paid. */
export async function bankInput(stack: Stack, id: string, changes: object = {}) {
  return {
    idempotencyKey: randomUUID(),
    id,
    expectedVersion: await bankVersion(stack, id),
    iban: otherIban,
    bic: 'BYLADEM1001',
    accountHolder: 'Somebody Else GmbH',
    changeChannel: 'LETTER',
    ...changes,
  }
}

/** Has the agent ask for it; gives the request for approval. */
export async function askForBankChange(stack: Stack, id: string, changes: object = {}): Promise<Asked> {
  const answer = await stack.graphql('supplier-data-agent', bankAct, { input: await bankInput(stack, id, changes) })
  expect(answer.codes, answer.text).toEqual(['APPROVAL_REQUIRED'])
  const told = (JSON.parse(answer.text) as { extensions: { approval: any } }).extensions.approval
  return { id: told.id, told, answer }
}

const fields = `id version status initiator decidable notDecidableBecause previewHash reason successor amends
  stages { role quorum approvals current escalated } votes { voter onBehalfOf verdict stage }
  preview { quotation acts { mutation impact target { type id version readable } arguments { path value current change pointer labels } }
    asked { coordinate source reason lineage { coordinate } } readBefore { requestId operation coordinates } }
  execution { outcome status result requestId }`

/** The request as somebody sees it; null for outsiders. */
export async function readApproval(stack: Stack, as: string, id: string): Promise<any> {
  const { data, text } = await stack.graphql(as, `query ($id: ID!) { approval(id: $id) { ${fields} } }`, { id })
  expect(data, text).not.toBeNull()
  return data?.['approval']
}

/** The same, after waiting for it to be settled. */
export async function settledApproval(stack: Stack, as: string, id: string): Promise<any> {
  for (let turn = 0; turn < 6; turn += 1) {
    const query = `query ($id: ID!) { approval(id: $id, wait: "10s") { ${fields.replace(/preview \{[^]*\} \}\n/, '')} } }`
    const { data, text } = await stack.graphql(as, query, { id })
    const found = data?.['approval']
    expect(found, text).toBeTruthy()
    const open =
      ['PENDING', 'APPROVED'].includes(found.status) || (found.status === 'CONSUMED' && !found.execution?.outcome)
    if (!open) return found
  }
  throw new Error(`The approval ${id} was not settled.`)
}

/** Votes as it was read just before. */
export async function decide(
  stack: Stack,
  as: string,
  id: string,
  verdict: 'approve' | 'reject' = 'approve',
  changes: object = {},
): Promise<StackAnswer> {
  const { data, text } = await stack.graphql(as, 'query ($id: ID!) { approval(id: $id) { version previewHash } }', {
    id,
  })
  const seen = data?.['approval'] ?? { version: 1, previewHash: 'unseen' }
  expect(text).toBeTruthy()
  const input = {
    idempotencyKey: randomUUID(),
    id,
    expectedVersion: seen.version,
    expectedPreviewHash: seen.previewHash,
    ...(verdict === 'reject' ? { reason: 'Not this one.' } : {}),
    ...changes,
  }
  const name = verdict === 'approve' ? 'approveRequest' : 'rejectRequest'
  const type = verdict === 'approve' ? 'ApproveRequestInput' : 'RejectRequestInput'
  return stack.graphql(
    as,
    `mutation ($input: ${type}!) { ${name}(input: $input) { approval { id status } replayed } }`,
    {
      input,
    },
  )
}

/** Waits for it to be settled, as an approver, and says what it must have come to. */
export async function expectSettled(stack: Stack, id: string, status: string, as = 'jonas.weber'): Promise<any> {
  const settled = await settledApproval(stack, as, id)
  expect(settled.status, JSON.stringify(settled)).toBe(status)
  return settled
}
