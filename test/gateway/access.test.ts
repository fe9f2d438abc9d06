/** Access beyond roles through the whole product: denied, asked for, decided by those who answer for the data, used, taken back. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

const readEmail = 'query ReadEmail { account(id: "acc-0001") { name contacts(first: 1) { id email } } }'
const purpose = 'incident-response'
const underPurpose = { headers: { 'mandate-purpose': purpose } }
const decide = `mutation Decide($input: DecideAccessInput!) {
  decideAccess(input: $input) { request { status decidedBy } grant { id coordinates scopes purpose version expiresAt } replayed }
}`
const revoke = `mutation Revoke($input: RevokeGrantInput!) { revokeGrant(input: $input) { grant { status endedBy } replayed } }`
const key = () => crypto.randomUUID()

const readAsAgent = () => stack.graphql('it-ops-agent', readEmail, {}, underPurpose)
const codesOfAgent = async () => (await readAsAgent()).codes

test('from the denial to the grant and back', async () => {
  const denied = await readAsAgent()
  expect(denied.codes).toEqual(['POLICY_DENIED'])
  const { request, next } = denied.errors[0]?.extensions ?? {}
  expect(next).toContain('Send `request`')
  expect(request.variables.input).toEqual({
    idempotencyKey: `access-${denied.requestId}`,
    coordinates: ['Contact.email'],
    purpose,
    reason: `Needed for the request ${denied.requestId}, which was denied.`,
    duration: 'P7D',
  })

  const asked = await stack.graphql('it-ops-agent', request.query, request.variables)
  expect(asked.errors).toEqual([])
  const [{ id, status, decider }] = asked.data?.['requestAccess'].requests
  expect({ status, decider }).toEqual({ status: 'REQUESTED', decider: 'account-manager' })

  const input = { idempotencyKey: key(), requestId: id, expectedVersion: 1, decision: 'APPROVE', reason: 'An outage' }
  const other = await stack.graphql('jonas.weber', decide, { input })
  expect(other.codes).toEqual(['NOT_FOUND'])
  const granted = await stack.graphql('maria.keller', decide, { input })
  expect(granted.errors).toEqual([])
  const { grant } = granted.data?.['decideAccess']
  expect(grant).toMatchObject({ coordinates: ['Contact.email'], scopes: ['crm:contact'], purpose })

  await until(async () => (await codesOfAgent()).length === 0)
  const answer = await readAsAgent()
  expect(answer.data?.['account'].contacts[0].email).toMatch(/@/)
  const [record] = await stack.recordsOf(answer.requestId)
  expect(record?.caller?.grants).toEqual([grant.id])
  // Without the purpose it opens nothing, and nothing beside it ever.
  expect((await stack.graphql('it-ops-agent', readEmail)).codes).toEqual(['POLICY_DENIED'])
  const phone = '{ account(id: "acc-0001") { contacts(first: 1) { email phone } } }'
  const beside = await stack.graphql('it-ops-agent', phone, {}, underPurpose)
  expect(beside.errors[0]?.extensions['denied'].map((field: any) => field.coordinate)).toEqual(['Contact.phone'])

  const end = { idempotencyKey: key(), grantId: grant.id, expectedVersion: grant.version, reason: 'It is over' }
  const ended = await stack.graphql('maria.keller', revoke, { input: end })
  expect(ended.data?.['revokeGrant']).toEqual({
    grant: { status: 'REVOKED', endedBy: 'person:maria.keller' },
    replayed: false,
  })
  await until(async () => (await codesOfAgent()).includes('POLICY_DENIED'))
})
