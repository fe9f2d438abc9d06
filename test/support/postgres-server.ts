/** The PostgreSQL server of DATABASE_URL, as tests use it: they make databases of their own on it and drop them. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** `20261122`; part of the names of all that the tests leave for one another, so that the old ones can go. */
export function today(): string {
  return new Date().toISOString().slice(0, 10).replaceAll('-', '')
}

/** An empty PostgreSQL database (or a copy of `template`), and how to remove it. Needs DATABASE_URL. */
export async function createPostgresDatabase(
  template = 'template1',
): Promise<{ readonly url: string; readonly drop: () => Promise<void> }> {
  const name = `mandate_test_${today()}_${randomUUID().replaceAll('-', '')}`
  await administer(`create database ${name} template ${template}`)
  return { url: databaseUrl(name), drop: () => administer(`drop database if exists ${name} with (force)`) }
}

/** The URL of the database `name` on the server of DATABASE_URL. */
export function databaseUrl(name: string): string {
  const url = new URL(process.env.DATABASE_URL ?? 'postgres://DATABASE_URL-is-not-set')
  url.pathname = `/${name}`
  return url.href
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl('postgres') })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
