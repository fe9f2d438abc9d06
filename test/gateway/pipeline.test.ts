import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

test('an allowed query answers, and stands in the ledger with what was delivered', async () => {
  const { data, errors, requestId, status } = await stack.graphql('support-agent', '{ account(id: "acc-0001") { id name } }')
  expect([status, errors]).toEqual([200, []])
  expect(data?.['account']['name']).toBe('Nordwind Logistics GmbH')
  const [record, ...others] = await stack.recordsOf(requestId)
  expect(others).toEqual([])
  expect(record).toMatchObject({ kind: 'outcome', outcome: 'answered' })
  expect(record?.delivered).toMatchObject({ 'Account.name': 1 })
})
