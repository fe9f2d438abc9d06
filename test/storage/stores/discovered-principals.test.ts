import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../storage/database.ts'
import { countUnlisted, discoveryOverflow, noteUnregistered } from '../../../storage/stores/discovered-principals.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 2, 2, 9, minute))

for (const kind of databaseKinds()) {
  describe(`discovered principals on ${kind}`, () => {
    let database: Database
    let ids = 0

    beforeAll(async () => {
      database = await createDatabase(kind)
    })
    afterEach(async () => {
      await database.kysely.deleteFrom('mandate.pilot_steps').execute()
      await database.kysely.deleteFrom('mandate.pilots').execute()
      await database.kysely.deleteFrom('mandate.discovery_overflow').execute()
    })
    afterAll(() => database.close())

    const note = (principal: string, more: object = {}) => {
      ids += 1
      const sighting = { issuer: 'https://a.example', firstSeen: at(0), id: `id-${ids}`, perIssuer: 3, ...more }
      return noteUnregistered(database.kysely, principal, sighting)
    }
    const rows = () => database.kysely.selectFrom('mandate.pilots').selectAll().orderBy('name').execute()

    test('a new one is entered once, and seen again later', async () => {
      const recorded: object[] = []
      const beforeEntering = (pilot: object) => Promise.resolve(void recorded.push(pilot))
      expect(await note('agent:shadow', { beforeEntering })).toBe('entered')
      expect(await note('agent:shadow', { firstSeen: at(5), beforeEntering })).toBe('seen')
      expect(await note('agent:shadow', { firstSeen: at(3) })).toBe('seen')
      expect(await rows()).toMatchObject([
        {
          name: 'agent:shadow',
          principal: 'agent:shadow',
          stage: 'DISCOVERED',
          discovered_by: 'GATEWAY_TRAFFIC',
          issuer: 'https://a.example',
          created_by: 'service:mandate',
          created_at: at(0),
          last_seen_at: at(5),
          version: 1,
        },
      ])
      expect(recorded).toEqual([{ id: (await rows())[0]?.id, principal: 'agent:shadow' }])
    })

    test('what cannot be recorded is not entered', async () => {
      const beforeEntering = () => Promise.reject(new Error('no ledger'))
      await expect(note('agent:shadow', { beforeEntering })).rejects.toThrow('no ledger')
      expect(await rows()).toEqual([])
    })

    test('principals that look alike to people are two', async () => {
      expect(await note('agent:a-b')).toBe('entered')
      expect(await note('agent:a.b')).toBe('entered')
      expect(await rows()).toHaveLength(2)
    })

    test('an issuer fills no more than its share, and does not shut out another', async () => {
      const outcomes = []
      for (const n of [1, 2, 3, 4, 5]) outcomes.push(await note(`agent:n${n}`))
      expect(outcomes).toEqual(['entered', 'entered', 'entered', 'unlisted', 'unlisted'])
      expect(await note('agent:other', { issuer: 'https://b.example' })).toBe('entered')
      await countUnlisted(database.kysely, 'https://a.example', 40, at(9))
      expect(await discoveryOverflow(database.kysely)).toEqual([
        { issuer: 'https://a.example', unlisted: 42, firstAt: at(0), lastAt: at(9) },
      ])
      // A person has said what one of them is, so there is room for another.
      await database.kysely
        .updateTable('mandate.pilots')
        .set({ stage: 'RETIRED' })
        .where('principal', '=', 'agent:n1')
        .execute()
      expect(await note('agent:n1')).toBe('seen')
      expect(await note('agent:n4')).toBe('entered')
    })

    test('gateways that meet many at once enter each once, and no more than fit', async () => {
      const names = ['agent:x', 'agent:y', 'agent:x', 'agent:z', 'agent:y', 'agent:v', 'agent:w']
      await Promise.all(names.map((name) => note(name)))
      expect(await rows()).toHaveLength(3)
      expect(new Set((await rows()).map(({ principal }) => principal)).size).toBe(3)
    })
  })
}
