import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../storage/database.ts'
import type { PrincipalId } from '../../../lib/caller.ts'
import { createRevocationStore, type Revocation, type RevocationTarget } from '../../../storage/stores/revocations.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'

const at = new Date('2026-03-02T09:00:00.123Z')
const id = 'agent:support-agent' as PrincipalId

const entry = (name: string, target: RevocationTarget): Revocation => ({
  id: name,
  target,
  reason: 'It was stolen.',
  revokedBy: 'person:omar.haddad',
  revokedAt: at,
})

for (const kind of databaseKinds()) {
  describe(`revocations on ${kind}`, () => {
    let database: Database

    beforeAll(async () => {
      database = await createDatabase(kind)
    })
    afterEach(async () => {
      await database.kysely.deleteFrom('mandate.revocations').execute()
    })
    afterAll(async () => {
      await database.close()
    })

    test('each kind of target comes back as it was stored', async () => {
      const store = createRevocationStore(database)
      const entries = [
        entry('1', { kind: 'token', tokenId: 'token-1', expiresAt: new Date(at.getTime() + 1) }),
        entry('2', { kind: 'token', tokenId: 'token-2', expiresAt: null }),
        entry('3', { kind: 'principal', id }),
        entry('4', { kind: 'tokens-before', id, before: at }),
      ]
      for (const one of entries) await store.add(one)
      expect(await store.active(at)).toEqual(entries)
    })

    test('an entry for an expired token is not in force any more', async () => {
      const store = createRevocationStore(database)
      await store.add(entry('1', { kind: 'token', tokenId: 'token-1', expiresAt: at }))
      expect(await store.active(new Date(at.getTime() - 1))).toHaveLength(1)
      expect(await store.active(at)).toEqual([])
    })

    test('lifting works once, and leaves the entry to be seen', async () => {
      const store = createRevocationStore(database)
      await store.add(entry('1', { kind: 'principal', id }))
      expect(await store.lift('2', 'person:omar.haddad', at)).toBe(false)
      expect(await store.lift('1', 'person:omar.haddad', at)).toBe(true)
      expect(await store.lift('1', 'person:dev.patel', at)).toBe(false)
      expect(await store.active(at)).toEqual([])
      const rows = await database.kysely.selectFrom('mandate.revocations').selectAll().execute()
      expect(rows).toMatchObject([{ id: '1', lifted_by: 'person:omar.haddad', lifted_at: at }])
    })

    test('an entry that contradicts itself is refused by the table', async () => {
      const broken = {
        id: '1',
        kind: 'tokens-before',
        subject: id,
        reason: '',
        revoked_by: '',
        revoked_at: at,
      } as const
      await expect(database.kysely.insertInto('mandate.revocations').values(broken).execute()).rejects.toThrow('check')
    })
  })
}
