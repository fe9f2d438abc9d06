/** An act of several changes on a system that makes them one by one: what was done is said, kept, and never done again. */
import { expect, test } from 'vitest'
import { openTestConnector } from '../../../support/connectors.ts'
import { createDatabase } from '../../../support/databases.ts'
import { restMapping } from '../../../support/peers/rest-mapping.ts'
import { startRestPeer } from '../../../support/peers/rest.ts'
import { stillWorld } from '../../../support/subgraphs.ts'
import { declarations } from '../../../contract/sources/source-contract.ts'

const never = new AbortController().signal

test('a refused second change is PARTLY_DONE with the first one named, and repeating the key changes nothing', async () => {
  await using database = await createDatabase('embedded')
  await using peer = await startRestPeer(stillWorld.now)
  await using opened = openTestConnector({ yaml: restMapping(peer.url), declarations, database, world: stillWorld })
  peer.accounts.add({ name: 'Taken', segment: 'B', revenue: null })
  const act = () =>
    opened.connector.source.mutate(
      { idempotencyKey: 'two', principal: 'agent:a', act: 'Mutation.createTwo', args: {} },
      async (apply) => {
        const values = { tier: 'KEY', currency: 'EUR' }
        const first = await apply('Account', { kind: 'create', values: { ...values, name: 'First' } })
        return { first, second: await apply('Account', { kind: 'create', values: { ...values, name: 'Taken' } }) }
      },
      never,
    )
  const failure = () => act().catch((error: unknown) => error as { message: string; extensions: object })
  expect(await failure()).toMatchObject({
    message: expect.stringContaining('has changed Account `acc-2`'),
    extensions: {
      code: 'PARTLY_DONE',
      reason: 'INVALID_INPUT',
      done: [{ kind: 'create', entity: 'Account', id: 'acc-2', made: 'yes' }],
    },
  })
  const rows = peer.accounts.rows.length
  expect(await failure()).toMatchObject({ extensions: { code: 'PARTLY_DONE' } })
  expect(peer.accounts.rows).toHaveLength(rows)
})

test('a filter, an order, a change and a count that the system does not have are NOT_SUPPORTED, and nothing is sent', async () => {
  await using database = await createDatabase('embedded')
  await using peer = await startRestPeer(stillWorld.now)
  await using opened = openTestConnector({ yaml: restMapping(peer.url), declarations, database, world: stillWorld })
  const { source } = opened.connector
  const list = (entity: string, filter: object, field: string | null) => {
    const sort = field === null ? [] : [{ field, direction: 'ASC' as const }]
    return source.list(entity, { filter: { ...filter }, sort, page: { first: 5, after: null } }, never)
  }
  const refused = { extensions: { code: 'NOT_SUPPORTED' } }
  await expect(list('Contact', { lastName: { contains: 'x' } }, null)).rejects.toMatchObject(refused)
  await expect(list('Contact', {}, 'firstName')).rejects.toMatchObject(refused)
  const change = { kind: 'update', id: 'con-1', expectedVersion: 1, values: { lastName: 'X' } } as const
  const request = { idempotencyKey: 'x', principal: 'agent:a', act: 'Mutation.x', args: {} }
  await expect(
    source.mutate(request, async (apply) => ({ x: await apply('Contact', change) }), never),
  ).rejects.toMatchObject(refused)
  expect(peer.control.requests).toBe(0)
  await expect((await list('Contact', {}, null)).totalCount()).rejects.toMatchObject(refused)
})
