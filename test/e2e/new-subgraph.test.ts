/** A system that `mandate new subgraph` has just made, behind a gateway: asked, changed, refused, and in the ledger. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GatewayProcess, startGateway } from '../support/process.ts'
import { copyRepository, type RepositoryCopy } from '../support/repository-copy.ts'

const agent = 'field-service-agent'
let copy: RepositoryCopy
let gateway: GatewayProcess
beforeAll(async () => {
  copy = await copyRepository()
  const { code, stderr } = await copy.node('cli/main.ts', 'new', 'subgraph', 'field-service', '--entity', 'WorkOrder')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  gateway = await startGateway({ cwd: copy.folder })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await copy[Symbol.asyncDispose]()
})

const enter = `mutation Enter($input: CreateWorkOrderInput!) {
  createWorkOrder(input: $input) { workOrder { id status ownerId version } replayed }
}`
const moveOn = `mutation MoveOn($input: TransitionWorkOrderInput!) {
  transitionWorkOrder(input: $input) { workOrder { status version } }
}`
const list = '{ workOrders(filter: { statuses: [ACTIVE] }) { totalCount nodes { name status } } }'
const asked = (as: string, query: string, input?: object) => gateway.graphql(as, query, input ? { input } : {})

test('its agent enters a record once, moves it on and finds it', async () => {
  const input = { idempotencyKey: 'first', name: 'Replace the belt' }
  const first = await asked(agent, enter, input)
  expect(first.body).toEqual({
    data: {
      createWorkOrder: {
        workOrder: { id: 'work-order-00001', status: 'DRAFT', ownerId: `agent:${agent}`, version: 1 },
        replayed: false,
      },
    },
  })
  expect((await asked(agent, enter, input)).body.data).toMatchObject({ createWorkOrder: { replayed: true } })
  const step = { idempotencyKey: 'step', id: 'work-order-00001', expectedVersion: 1, status: 'ACTIVE' }
  expect((await asked(agent, moveOn, step)).body.data).toEqual({
    transitionWorkOrder: { workOrder: { status: 'ACTIVE', version: 2 } },
  })
  expect((await asked(agent, list)).body).toEqual({
    data: { workOrders: { totalCount: 1, nodes: [{ name: 'Replace the belt', status: 'ACTIVE' }] } },
  })
})

test('an illegal step names the legal ones, and a stale version is refused', async () => {
  const back = { idempotencyKey: 'back', id: 'work-order-00001', expectedVersion: 2, status: 'DRAFT' }
  expect((await asked(agent, moveOn, back)).body.errors?.[0]?.extensions).toMatchObject({
    code: 'ILLEGAL_TRANSITION',
    legal: ['RETIRED'],
  })
  const stale = { idempotencyKey: 'stale', id: 'work-order-00001', expectedVersion: 1, status: 'RETIRED' }
  expect((await asked(agent, moveOn, stale)).body.errors?.[0]?.extensions['code']).toBe('VERSION_CONFLICT')
})

test('another agent may ask for the right to read, and does not know that there is anything to change', async () => {
  const read = await asked('support-agent', list)
  expect(read.body.errors?.map(({ extensions }) => extensions['code'])).toContain('POLICY_DENIED')
  expect(read.text).toContain('field-service:read')
  const changed = await asked('support-agent', enter, { idempotencyKey: 'theirs', name: 'Theirs' })
  expect(changed.body.data).toBeUndefined()
  expect(changed.text).not.toContain('field-service:write')
  expect((await asked(agent, '{ workOrders { totalCount } }')).body.data).toEqual({ workOrders: { totalCount: 1 } })
})

test('the ledger has who read it and who was denied', async () => {
  const { stdout } = await gateway.mandate('audit', 'who', 'WorkOrder.name', '--json')
  const { accesses } = JSON.parse(stdout) as { accesses: { principal: string; verb: string; delivered: number }[] }
  expect(accesses.map(({ principal, verb, delivered }) => [principal, verb, delivered])).toEqual([
    ['agent:support-agent', 'denied', 0],
    [`agent:${agent}`, 'read', 1],
  ])
})
