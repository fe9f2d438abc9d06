/** A subgraph whose name has a dash is like any other wherever names go: plans, fetches, statements, metrics, the ledger. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countFetches, expectAnswered } from '../support/proof.ts'
import { json, startRemoteSystem, withRemote } from '../support/remote-system.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { addShipment, fillSupplyChain } from '../support/supply-chain.ts'

const joined = `query AcrossTheDash($id: ID!) { supplier(id: $id) { name shipments(first: 1) { carrier isLate } } }`

describe('in the process of the gateway', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    await fillSupplyChain(stack.database)
    await addShipment(stack.database, 'DELAYED', { supplier_id: 'sup-001', planned_arrival: '2026-11-01T17:00:00Z' })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  test('it is fetched, counted and recorded under its name', async () => {
    const ask = () => stack.graphql('lena.fischer', joined, { id: 'sup-001' })
    const [answer, fetches] = await countFetches(stack, ask)
    const record = await expectAnswered(stack, answer)
    expect(answer.data?.['supplier']).toMatchObject({ shipments: [{ isLate: expect.any(Boolean) }] })
    expect(fetches).toMatchObject({ 'supply-chain': 1 })
    expect(record.result?.subgraphs).toContain('supply-chain')
    expect(record.result?.delivered).toMatchObject({ 'Shipment.carrier': 1 })
    expect(record.result?.resolved).toMatchObject({ 'Shipment.carrier': 1 })
  })

  test('a scope with a dash is named where it is missing', async () => {
    const answer = await stack.graphql('sales-agent', '{ shipments { totalCount } }')
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'POLICY_DENIED', missingScopes: [{ scope: 'supply-chain:read' }] } },
    ])
  })

  test('an act in it has an intent and an outcome in the ledger, and asks a person where a person decides', async () => {
    const create = `mutation Draft($input: CreateForecastInput!) { createForecast(input: $input) { forecast { id version } } }`
    const input = {
      idempotencyKey: 'dash-1',
      productId: 'prd-9001',
      plantId: 'plant-9010',
      period: '2099-12-01',
      method: 'MANUAL',
      quantity: '10',
    }
    const drafted = await stack.graphql('logistics-agent', create, { input })
    expect([drafted.status, drafted.errors], drafted.text).toEqual([200, []])
    expect((await stack.recordsOf(drafted.requestId)).map(({ kind }) => kind)).toEqual(['intent', 'outcome'])
    const { id } = drafted.data?.['createForecast'].forecast as { id: string }
    const publish = `mutation ($input: PublishForecastInput!) { publishForecast(input: $input) { forecast { status } } }`
    const act = { input: { idempotencyKey: 'dash-2', id, expectedVersion: 1 } }
    const asked = await stack.graphql('logistics-agent', publish, act)
    expect(asked.codes).toEqual(['APPROVAL_REQUIRED'])
    const published = await stack.graphql('ruth.meyer', publish, act)
    expect(published.data).toEqual({ publishForecast: { forecast: { status: 'PUBLISHED' } } })
  })
})

test('in a process of its own, it is reached where the settings say, with a statement made for it', async () => {
  await using system = await startRemoteSystem(json({ data: { shipments: { totalCount: 7 } } }))
  await using stack = await startStack({ settings: withRemote('supply-chain', system) })
  const answer = await stack.graphql('lena.fischer', 'query Count { shipments { totalCount } }')
  const record = await expectAnswered(stack, answer)
  expect(answer.data).toEqual({ shipments: { totalCount: 7 } })
  expect(record.result?.subgraphs).toEqual(['supply-chain'])
  expect(system.fetches).toHaveLength(1)
  expect(decodeJwt(String(system.fetches[0]?.headers['mandate-statement'])).aud).toContain('supply-chain')
  const { operationName } = JSON.parse(String(system.fetches[0]?.body)) as { operationName?: string }
  expect(operationName ?? '').toMatch(/^\w*$/)
})
