/** What an import writes: nothing, or exactly the good rows, as asked; again and in parts. */
import { afterAll, beforeEach, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import type { Database } from '../../../../../storage/database.ts'
import { callerNamed } from '../../../../support/subgraphs.ts'
import { createDatabase, databaseKinds } from '../../../../support/databases.ts'
import { type Inventory, openInventory } from '../../../../support/inventory.ts'

const headings = 'name,department,businessOwner,purpose,systems'
const row = (name: string, purpose = 'Does it.') => `${name},Sales,person:maria.keller,${purpose},Salesforce`
const reportFields = `received report { rows created updated unchanged refused imported problemCount newFindings
  problems { line column { name number } problem mend } }`

for (const kind of databaseKinds()) {
  describe(`imports on ${kind}`, () => {
    let database: Database
    let inventory: Inventory

    beforeAll(async () => {
      database = await createDatabase(kind)
      inventory = openInventory(database)
    })
    beforeEach(async () => {
      await database.kysely.deleteFrom('mandate.duplicate_findings').execute()
      await database.kysely.deleteFrom('mandate.pilot_steps').execute()
      await database.kysely.deleteFrom('mandate.pilots').execute()
    })
    afterAll(() => database.close())

    const load = async (content: string, more: object = {}) =>
      await inventory.act('importPilots', { format: 'CSV', content, ...more }, reportFields)
    const names = async () =>
      (await database.kysely.selectFrom('mandate.pilots').select('name').orderBy('id').execute()).map(
        ({ name }) => name,
      )

    test('all or nothing: one bad row keeps everything out', async () => {
      const { report } = await load(`${headings}\n${row('A')}\nB,,x,,\n${row('C')}`)
      expect(report).toMatchObject({ rows: 3, created: 2, refused: 1, imported: false, problemCount: 3 })
      expect(report.problems[0]).toEqual({
        line: 3,
        column: { name: 'department', number: 2 },
        problem: '`department` is empty.',
        mend: 'Fill it in; every pilot needs one.',
      })
      expect(await names()).toEqual([])
    })

    test('good rows: exactly those', async () => {
      const { report } = await load(`${headings}\n${row('A')}\nB,,x,,\n${row('C')}`, { mode: 'GOOD_ROWS' })
      expect(report).toMatchObject({ created: 2, refused: 1, imported: true })
      expect(await names()).toEqual(['A', 'C'])
      const { pilots } = await inventory.query('{ pilots { nodes { stage discoveredBy history { to } } } }')
      expect(pilots.nodes[0]).toEqual({ stage: 'REGISTERED', discoveredBy: 'IMPORT', history: [{ to: 'REGISTERED' }] })
    })

    test('a file that cannot be read imports nothing, whatever was asked', async () => {
      const { report } = await load(`${headings}\n${row('A')}\nB,"Sales`, { mode: 'GOOD_ROWS' })
      expect(report).toMatchObject({ rows: 0, imported: false, problemCount: 1, problems: [{ line: 3 }] })
      expect(await names()).toEqual([])
    })

    test('a dry run tells, and writes nothing', async () => {
      const { report } = await load(`${headings}\n${row('A')}`, { dryRun: true })
      expect(report).toMatchObject({ created: 1, imported: false, problemCount: 0 })
      expect(await names()).toEqual([])
    })

    test('again changes nothing; another text changes that pilot, and keeps what the file does not speak of', async () => {
      const file = `${headings}\n${row('A')}\n${row('B')}`
      expect((await load(file)).report).toMatchObject({ created: 2, unchanged: 0 })
      const before = await database.kysely.selectFrom('mandate.pilots').selectAll().orderBy('id').execute()
      expect((await load(file)).report).toMatchObject({ created: 0, updated: 0, unchanged: 2, imported: true })
      expect(await database.kysely.selectFrom('mandate.pilots').selectAll().orderBy('id').execute()).toEqual(before)
      await inventory.act('updatePilot', { id: before[0]!.id, expectedVersion: 1, platform: 'LangGraph' })
      expect((await load(`${headings}\n${row('a', 'Does more.')}`)).report).toMatchObject({ updated: 1, created: 0 })
      const [changed] = await database.kysely.selectFrom('mandate.pilots').selectAll().orderBy('id').execute()
      expect(changed).toMatchObject({ name: 'a', purpose: 'Does more.', platform: 'LangGraph', version: 3 })
    })

    test('what a review has decided about stays as it was', async () => {
      await load(`${headings}\n${row('A')}`)
      await database.kysely.updateTable('mandate.pilots').set({ stage: 'RETIRED' }).execute()
      expect((await load(`${headings}\n${row('A')}`)).report).toMatchObject({ unchanged: 1, problemCount: 0 })
      const { report } = await load(`${headings}\n${row('A', 'Something else.')}\n${row('B')}`, { mode: 'GOOD_ROWS' })
      expect(report).toMatchObject({ created: 1, updated: 0, refused: 1 })
      expect(report.problems).toMatchObject([{ line: 2, problem: expect.stringContaining('`RETIRED`') }])
    })

    test('an import finds what is done twice', async () => {
      const purpose = 'Writes minutes of customer calls.'
      const { report } = await load(`${headings}\n${row('Minutes one', purpose)}\n${row('Minutes two', purpose)}`)
      expect(report.newFindings).toBe(1)
    })

    test('a file in parts is read when the last part is there, and by its owner only', async () => {
      const file = `${headings}\n${row('A')}\n${row('B')}`
      const part = (number: number, of: number, upload = 'u1') => ({ upload, number, of })
      const [one, two] = [file.slice(0, 60), file.slice(60)]
      expect(await load(one, { part: part(1, 2) })).toMatchObject({ report: null, received: 1 })
      const stranger = callerNamed('person:nina.vogt')
      const input = { format: 'CSV', content: two, part: part(2, 2) }
      expect(await inventory.act('importPilots', input, reportFields, stranger)).toMatchObject({
        codes: ['INVALID_INPUT'],
        message: expect.stringContaining('these are not there: 1'),
      })
      expect((await load(two, { part: part(2, 2) })).report).toMatchObject({ created: 2, imported: true })
      expect(await names()).toEqual(['A', 'B'])
      expect(await database.kysely.selectFrom('mandate.pilot_import_parts').selectAll().execute()).toEqual([])

      await load(one, { part: part(1, 2, 'u2') })
      await load(one, { part: part(1, 2, 'u3') })
      expect((await load(two, { part: part(2, 2, 'u2') })).codes).toEqual(['INVALID_INPUT'])
      for (const wrong of [part(0, 2), part(3, 2), part(1, 201), part(1, 2, '../x')]) {
        expect((await load(one, { part: wrong })).codes, JSON.stringify(wrong)).toEqual(['INVALID_INPUT'])
      }
    })

    test('a failure in the middle leaves nothing', async () => {
      const constraint = sql.raw("alter table mandate.pilots add constraint pilots_name_check1 check (name <> 'P250')")
      await constraint.execute(database.kysely)
      const file = [headings, ...Array.from({ length: 300 }, (_, n) => row(`P${n}`))].join('\n')
      expect((await load(file)).codes).toEqual(['INVALID_INPUT'])
      expect(await names()).toEqual([])
      await sql.raw('alter table mandate.pilots drop constraint pilots_name_check1').execute(database.kysely)
      expect((await load(file)).report).toMatchObject({ created: 300, imported: true })
    })
  })
}
