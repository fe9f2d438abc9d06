/** What nobody requested stands in the ledger too. */
import { expect, test } from 'vitest'
import { noteEvent } from '../../../gateway/audit/note-event.ts'
import { createLedgerReader } from '../../../storage/stores/ledger.ts'
import { createDatabase } from '../../support/databases.ts'
import { createTestWorld } from '../../support/identity.ts'
import { openLedger } from '../../support/ledger.ts'

test('an event is one outcome of the gateway itself, with the approval that it is about', async () => {
  await using database = await createDatabase('embedded')
  const world = createTestWorld()
  const ledger = openLedger(database)
  await noteEvent(ledger, { name: 'approval.expired', args: { id: 'a-1' }, revision: 'r1', approval: 'a-1' }, world)
  await ledger.close()
  const { items } = await createLedgerReader(database, world.now).trail('service:mandate')
  expect(items).toEqual([
    expect.objectContaining({
      kind: 'outcome',
      at: '2026-03-02T09:00:00.000Z',
      approval: 'a-1',
      policyRevision: 'r1',
      operation: { kind: null, name: 'approval.expired', hash: null },
      args: { id: 'a-1' },
      result: expect.objectContaining({ outcome: 'answered', codes: [] }) as unknown,
    }),
  ])
})
