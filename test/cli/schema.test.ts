/** What changes between two schemas, whom it concerns, and how much that is used. */
import { buildSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { schemaChanges } from '../../cli/schema/changes.ts'
import { describeUsage, usageOf } from '../../cli/schema/usage.ts'
import type { Access, LedgerReader } from '../../storage/stores/ledger.ts'

const before = `
  type Query { order(id: ID!): Order orders(filter: OrderFilter): [Order!]! found: [Hit!] }
  type Mutation { close(input: CloseInput!): Order }
  type Order { id: ID! total: String state: OrderState }
  type Note { text: String }
  union Hit = Order | Note
  enum OrderState { OPEN CLOSED }
  input OrderFilter { state: OrderState nested: OrderFilter }
  input CloseInput { id: ID! reason: String }
`
const changesTo = async (edit: (sdl: string) => string) =>
  (await schemaChanges(buildSchema(before), buildSchema(edit(before)))).map(({ level, path, concerns }) => ({
    level,
    path,
    concerns: concerns.toSorted(),
  }))

describe('changes', () => {
  test('a field that goes concerns its own users', async () => {
    expect(await changesTo((sdl) => sdl.replace('total: String', ''))).toEqual([
      { level: 'breaking', path: 'Order.total', concerns: ['Order.total'] },
    ])
  })

  test('an enum value that goes concerns every field that returns or takes the enum, also inside inputs', async () => {
    expect(await changesTo((sdl) => sdl.replace('OPEN CLOSED', 'OPEN'))).toEqual([
      { level: 'breaking', path: 'OrderState.CLOSED', concerns: ['Order.state', 'Query.orders'] },
    ])
  })

  test('an input field that becomes required concerns the mutation that takes it', async () => {
    expect(await changesTo((sdl) => sdl.replace('reason: String', 'reason: String!'))).toEqual([
      { level: 'breaking', path: 'CloseInput.reason', concerns: ['Mutation.close'] },
    ])
  })

  test('an argument concerns its field, and a member of a union those that return the union', async () => {
    expect(await changesTo((sdl) => sdl.replace('order(id: ID!)', 'order(id: ID!, year: Int!)'))).toMatchObject([
      { level: 'breaking', concerns: ['Query.order'] },
    ])
    expect(await changesTo((sdl) => sdl.replace('Order | Note', 'Order'))).toContainEqual({
      level: 'breaking',
      path: 'Hit',
      concerns: ['Query.found'],
    })
  })

  test('the worst come first, and what is added breaks nothing', async () => {
    const changes = await changesTo((sdl) =>
      sdl.replace('total: String', 'sum: String').replace('OPEN CLOSED', 'OPEN CLOSED HELD'),
    )
    expect(changes.map(({ level }) => level)).toEqual(['breaking', 'dangerous', 'safe'])
  })
})

describe('use', () => {
  const access = (requestId: string, principal: string, verb: Access['verb']) =>
    ({ requestId, principal, verb }) as Access
  const reader = (items: Record<string, readonly Access[]>, hasMore = false): Pick<LedgerReader, 'whoTouched'> => ({
    whoTouched: (coordinate) => Promise.resolve({ items: items[coordinate] ?? [], hasMore }),
  })
  const since = new Date(0)

  test('counts requests once and leaves out those that were refused', async () => {
    const items = {
      'Order.id': [
        access('r1', 'agent:a', 'read'),
        access('r2', 'agent:b', 'denied'),
        access('r3', 'agent:c', 'asked'),
      ],
      'Order.total': [
        access('r1', 'agent:a', 'read'),
        access('r4', 'agent:d', 'fetched'),
        access('r5', 'agent:e', 'begun'),
      ],
    }
    const usage = await usageOf(['Order.id', 'Order.total'], since, reader(items))
    expect(usage).toEqual({ requests: 3, orMore: false, principals: ['agent:a', 'agent:d', 'agent:e'] })
    expect(describeUsage(usage)).toBe('3 requests by agent:a and 2 others')
  })

  test('says what it did not count', async () => {
    expect(describeUsage(await usageOf(['Order.id'], since, reader({}, true)))).toBe(
      'only refused, as far as it was counted',
    )
    expect(describeUsage(await usageOf(['Order.id'], since, reader({})))).toBe('not used')
    const one = { 'Order.id': [access('r1', 'agent:a', 'read')] }
    expect(describeUsage(await usageOf(['Order.id'], since, reader(one, true)))).toBe('1 or more requests by agent:a')
  })
})
