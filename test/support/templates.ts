/**
 * Templates of databases, made once for each fingerprint and shared by all test processes: for PGlite a tar in the temporary
 * folder, for PostgreSQL a template database. Those of earlier days are removed when a new one is made.
 */
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { FolderInUseError, lockFolder } from '../../storage/lock.ts'
import { databaseUrl, today } from './postgres-server.ts'

/** The tar of a database that `fill` has filled; the first process makes it, the others wait. */
export async function makeEmbeddedTemplate(key: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(tmpdir(), 'mandate-test-templates')
  const path = join(folder, `${today()}-${key}.tar`)
  await mkdir(folder, { recursive: true })
  while (!(await exists(path))) {
    const lock = await lockFolder(`${path}.making`, null).catch((error: unknown) => {
      if (error instanceof FolderInUseError) return null
      throw error
    })
    if (lock === null) {
      await delay(50)
      continue
    }
    const work = join(`${path}.making`, 'work')
    try {
      await rm(work, { recursive: true, force: true })
      if (!(await exists(path))) await fill(work).then(() => dump(work, path))
      await removeOld(folder)
    } finally {
      await rm(work, { recursive: true, force: true })
      await lock.release()
    }
  }
  return path
}

/** Writes the tar beside its place first: what stands at `path` is always whole. */
async function dump(folder: string, path: string): Promise<void> {
  // The smaller the tar, the faster each test begins: without the write-ahead log of the filling, and without PostgreSQL's own
  // templates, which nobody copies.
  const smallLog = ['-c', 'max_wal_size=2MB', '-c', 'min_wal_size=2MB']
  const filled = await PGlite.create(join(folder, 'database'), {
    startParams: [...PGlite.defaultStartParams, ...smallLog],
  })
  await filled.exec("update pg_database set datistemplate = false where datname <> 'postgres'")
  for (const name of ['template0', 'template1']) await filled.exec(`drop database ${name}`)
  await filled.exec('vacuum full')
  for (let turn = 0; turn < 3; turn += 1) await filled.exec('select pg_switch_wal(); checkpoint')
  const tar = await filled.dumpDataDir('none')
  await filled.close()
  await writeFile(`${path}.part`, await tar.bytes())
  await rename(`${path}.part`, path)
}

/** The name of a PostgreSQL database that `fill` has filled; the first process makes it, the others wait. */
export async function makePostgresTemplate(key: string, fill: (url: string) => Promise<void>): Promise<string> {
  const name = `mandate_template_${today()}_${key}`
  const client = new pg.Client({ connectionString: databaseUrl('postgres') })
  await client.connect()
  try {
    if (await databaseExists(client, name)) return name
    await client.query('select pg_advisory_lock(hashtext($1))', [name])
    if (await databaseExists(client, name)) return name
    await client.query(`drop database if exists ${name}_making with (force)`)
    await client.query(`create database ${name}_making`)
    await fill(databaseUrl(`${name}_making`))
    await client.query(`alter database ${name}_making rename to ${name}`)
    await dropOld(client)
    return name
  } finally {
    await client.end()
  }
}

async function databaseExists(client: pg.Client, name: string): Promise<boolean> {
  return (await client.query('select 1 from pg_database where datname = $1', [name])).rows.length > 0
}

/** Templates, and databases of killed runs, from before yesterday. */
async function dropOld(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    `select datname from pg_database where datname ~ '^mandate_(test|template)_[0-9]{8}_'
      and substring(datname from '_([0-9]{8})_') < to_char(now() - interval '1 day', 'YYYYMMDD')`,
  )
  for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`)
}

async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > 86_400_000) await rm(path, { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
