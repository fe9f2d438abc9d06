/**
 * A process that holds an embedded database, for the tests that need a second one: opens the folder of its first argument (a
 * new one begins with the template of its second), prints `open`, then writes rows for ever and prints the number of each one
 * that the database has acknowledged.
 */
import { sql } from 'kysely'
import { openDatabase } from '../../storage/database.ts'

const [folder = '', template = ''] = process.argv.slice(2)
const address = 'http://localhost:4000'
try {
  const database = await openDatabase({ kind: 'embedded', folder, template, address, migrations: 'leave' })
  await sql`create table written (id int primary key, note text not null)`.execute(database.kysely)
  console.log('open')
  for (let id = 1; ; id += 1) {
    await sql`insert into written values (${id}, ${'x'.repeat(500)})`.execute(database.kysely)
    console.log(id)
  }
} catch (error) {
  console.log(`refused: ${(error as Error).message}`)
}
