/**
 * Takes indexes and foreign keys off the tables for the time of a load, and puts them back: building an index over all rows,
 * and checking all references in one pass, costs a fraction of doing it row by row. Primary keys, unique columns and checks
 * stay.
 */
import type { LoadConnection } from '../../storage/bulk-load.ts'
import { companyTables } from './rows.ts'

/** The statements that make again what was taken away. */
export type TakenAway = readonly string[]

/** Drops what only slows a load. */
export async function takeAway(connection: LoadConnection): Promise<TakenAway> {
  const tables = [companyTables]
  const keys = await connection.query<{ drop: string; make: string }>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
      format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as make
    from pg_constraint
    where contype = 'f' and conrelid::regclass::text = any($1)
    order by conrelid::regclass::text, conname`,
    tables,
  )
  const indexes = await connection.query<{ drop: string; make: string }>(
    `select format('drop index %s', indexrelid::regclass) as drop, pg_get_indexdef(indexrelid) as make
    from pg_index
    where indrelid::regclass::text = any($1) and not exists (select from pg_constraint where conindid = indexrelid)
    order by indexrelid::regclass::text`,
    tables,
  )
  const drops = [...keys, ...indexes].map(({ drop }) => drop)
  if (drops.length > 0) await connection.query(drops.join(';\n'))
  return [...indexes, ...keys].map(({ make }) => make)
}

/** Makes them again. @throws when a row does not keep to a reference or a unique index. */
export async function putBack(connection: LoadConnection, taken: TakenAway): Promise<void> {
  for (const statement of taken) await connection.query(statement)
}
