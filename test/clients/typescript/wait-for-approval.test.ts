import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMandateClient, MandateError, staticToken, waitForApproval } from '../../../clients/typescript/index.ts'
import { answering, type FakeGateway, refusing, startFakeGateway } from './fake-gateway.ts'

let gateway: FakeGateway
beforeEach(async () => void (gateway = await startFakeGateway()))
afterEach(() => gateway[Symbol.asyncDispose]())

const open = () =>
  createMandateClient({ endpoint: gateway.endpoint, tokenSource: staticToken('t'), retry: { firstWaitMs: 1 } })

const is = (status: string, more: object = {}) =>
  answering({ approval: { id: 'app-1', status, reason: null, successor: null, execution: null, ...more } })

const executed = (outcome: string | null, body: object | null = null) =>
  is('CONSUMED', {
    execution: { outcome, status: 200, result: body && JSON.stringify(body), requestId: 'request-9' },
  })

test('it is asked for until it is settled, and gives what the act has answered', async () => {
  gateway.answers(
    is('PENDING'),
    is('APPROVED'),
    executed(null),
    executed('SUCCEEDED', { data: { approveInvoice: { id: 1 } } }),
  )
  const settled = await waitForApproval(open(), 'app-1')
  expect(settled).toEqual({
    status: 'SUCCEEDED',
    id: 'app-1',
    requestId: 'request-9',
    data: { approveInvoice: { id: 1 } },
  })
  expect(gateway.asked.map(({ variables }) => variables)).toEqual(Array(4).fill({ id: 'app-1', wait: '20s' }))
})

test('what people have said against it, and what time has', async () => {
  for (const status of ['REJECTED', 'EXPIRED', 'CANCELLED', 'LAPSED']) {
    gateway.answers(is(status, { reason: 'Not this month.' }))
    expect(await waitForApproval(open(), 'app-1')).toEqual({ status, id: 'app-1', reason: 'Not this month.' })
  }
})

test('one that was changed is followed to what became of it', async () => {
  gateway.answers(
    is('SUPERSEDED', { successor: 'app-2' }),
    answering({ approval: { id: 'app-2', status: 'REJECTED', reason: 'No.', successor: null, execution: null } }),
  )
  expect(await waitForApproval(open(), 'app-1')).toEqual({ status: 'REJECTED', id: 'app-2', reason: 'No.' })
  gateway.answers(is('SUPERSEDED'))
  expect((await waitForApproval(open(), 'app-1')).status).toBe('SUPERSEDED')
})

test('an act that failed gives its error, and one that nobody can tell of says so', async () => {
  const errors = [{ message: 'It is paid.', extensions: { code: 'ILLEGAL_TRANSITION', next: 'Choose another.' } }]
  gateway.answers(executed('FAILED', { errors }))
  const failed = await waitForApproval(open(), 'app-1')
  expect(failed).toMatchObject({ status: 'FAILED', error: { code: 'ILLEGAL_TRANSITION', message: 'It is paid.' } })
  gateway.answers(executed('UNKNOWN'))
  expect((await waitForApproval(open(), 'app-1')).status).toBe('UNKNOWN')
})

test('the time that the caller has is over: it is pending', async () => {
  gateway.answers({ ...is('PENDING'), afterMs: 60 })
  expect(await waitForApproval(open(), 'app-1', { timeoutMs: 50 })).toEqual({ status: 'PENDING', id: 'app-1' })
  expect(gateway.asked[0]?.variables['wait']).toBe('1s')
})

test('a signal ends it', async () => {
  gateway.answers(is('PENDING'))
  const signal = AbortSignal.timeout(100)
  await expect(waitForApproval(open(), 'app-1', { signal })).rejects.toThrow(/timeout/i)
})

test('one that is not the caller’s is not there', async () => {
  gateway.answers(answering({ approval: null }))
  await expect(waitForApproval(open(), 'app-1')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

const act = 'mutation Act($input: ActInput!) { act(input: $input) { done } }'
const variables = { input: { idempotencyKey: 'key-1' } }
const told = (status: string) => ({
  approval: { id: 'app-1', status, expiresAt: null, approvers: ['finance-controller'], outcome: null, reason: null },
})

test('an act that waits for people says for whom', async () => {
  gateway.answers(refusing('APPROVAL_REQUIRED', 403, told('PENDING')))
  const error = await open()
    .mutate(act, variables)
    .catch((thrown: unknown) => thrown as MandateError)
  expect(error).toMatchObject({
    code: 'APPROVAL_REQUIRED',
    approval: { id: 'app-1', approvers: ['finance-controller'] },
  })
  expect(gateway.asked).toHaveLength(1)
})

test('an act that was approved and carried out answers, sent again, as it would have', async () => {
  gateway.answers(
    refusing('APPROVAL_REQUIRED', 403, told('CONSUMED')),
    executed('SUCCEEDED', { data: { act: { done: true } } }),
  )
  expect(await open().mutate(act, variables)).toEqual({ act: { done: true } })
})

test('or fails as it would have, or cannot be told of', async () => {
  const again = refusing('APPROVAL_REQUIRED', 403, told('CONSUMED'))
  const errors = [{ message: 'It is paid.', extensions: { code: 'ILLEGAL_TRANSITION', next: 'Choose.' } }]
  gateway.answers(again, executed('FAILED', { errors }))
  await expect(open().mutate(act, variables)).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' })
  gateway.answers(again, executed('UNKNOWN'))
  await expect(open().mutate(act, variables)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  gateway.answers(again, executed('SUCCEEDED'))
  await expect(open().mutate(act, variables)).rejects.toMatchObject({ code: 'APPROVAL_REQUIRED' })
})
