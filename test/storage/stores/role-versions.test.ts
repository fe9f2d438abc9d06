import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../storage/database.ts'
import { createRoleVersions } from '../../../storage/stores/role-versions.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'

const now = new Date('2026-03-02T09:00:00.123Z')
const doing = { by: 'service:mandate', now }
const widens = () => ['adds the scope `crm:write`']
const narrows = () => []

for (const kind of databaseKinds()) {
  describe(`versions of roles on ${kind}`, () => {
    let database: Database
    beforeAll(async () => {
      database = await createDatabase(kind)
    })
    afterAll(async () => {
      await database.close()
    })

    const offer = (key: string, checksum: string, judge: () => string[]) =>
      database.kysely
        .transaction()
        .execute((transaction) =>
          createRoleVersions(transaction).offer({ key, checksum, definition: { key, is: checksum } }, judge, doing),
        )
    const states = async (key: string) =>
      (await createRoleVersions(database.kysely).of(key)).map(
        (each) => `${each.version} ${each.checksum} ${each.status}`,
      )

    test('the first holds, a narrower one takes its place at once, a wider one waits', async () => {
      expect(await offer('one', 'a', widens)).toMatchObject({ outcome: 'activated' })
      expect(await offer('one', 'a', widens)).toEqual({ outcome: 'known' })
      expect(await offer('one', 'b', narrows)).toMatchObject({ outcome: 'activated', version: { version: 2 } })
      expect(await offer('one', 'c', widens)).toMatchObject({
        outcome: 'waits',
        version: { version: 3, widens: widens() },
      })
      expect(await offer('one', 'c', widens)).toEqual({ outcome: 'known' })
      expect(await states('one')).toEqual(['3 c IN_REVIEW', '2 b ACTIVE', '1 a DEPRECATED'])
    })

    test('what waits is over when the file goes on, or goes back', async () => {
      await offer('two', 'a', narrows)
      await offer('two', 'b', widens)
      await offer('two', 'c', widens)
      expect(await states('two')).toEqual(['3 c IN_REVIEW', '2 b RETIRED', '1 a ACTIVE'])
      expect(await offer('two', 'a', widens)).toEqual({ outcome: 'known' })
      expect(await states('two')).toEqual(['3 c RETIRED', '2 b RETIRED', '1 a ACTIVE'])
      // And waits again when it comes again.
      expect(await offer('two', 'c', widens)).toMatchObject({ outcome: 'waits', version: { version: 4 } })
    })

    test('a person lets into force what waits, once, and nothing else', async () => {
      const versions = createRoleVersions(database.kysely)
      await offer('three', 'a', narrows)
      await offer('three', 'b', widens)
      const both = await Promise.all(
        [1, 2].map(() =>
          database.kysely
            .transaction()
            .execute((transaction) => createRoleVersions(transaction).activate('three', 2, 'person:nina.vogt', now)),
        ),
      )
      expect(both.filter((version) => version !== null)).toMatchObject([
        { status: 'ACTIVE', decidedBy: 'person:nina.vogt' },
      ])
      expect(await states('three')).toEqual(['2 b ACTIVE', '1 a DEPRECATED'])
      expect(await versions.activate('three', 1, 'person:nina.vogt', now)).toBeNull()
      expect(await versions.activate('three', 9, 'person:nina.vogt', now)).toBeNull()
      expect((await versions.active()).filter(({ roleKey }) => roleKey === 'three')).toMatchObject([{ version: 2 }])
    })

    test('gateways that start together make one version of each role', async () => {
      const both = await Promise.all([offer('four', 'a', widens), offer('four', 'a', widens)])
      expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(['activated', 'known'])
      expect(await states('four')).toEqual(['1 a ACTIVE'])
    })
  })
}
