/** The check digit of a GS1 number, as the database checks it. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../storage/database.ts'
import { gs1Number } from '../../storage/migrations/check-digit.ts'
import { createDatabase } from '../support/databases.ts'

describe('a GS1 number', () => {
  let database: Database
  beforeAll(async () => {
    database = await createDatabase('embedded')
  })
  afterAll(() => database.close())

  async function holds(number: string | null, length: number): Promise<boolean | undefined> {
    const { rows } = await sql<{ holds: boolean }>`
      select ${gs1Number('number', length)} as holds from (select ${number}::text as number) as t`.execute(
      database.kysely,
    )
    return rows[0]?.holds
  }

  test.each([
    ['4006381333931', 13],
    ['9501101530003', 13],
    // The weights start from the right, so a length that is even begins with 3.
    ['106141412345678908', 18],
    ['00012345678905', 14],
  ])('%s is right', async (number, length) => {
    expect(await holds(number, length)).toBe(true)
  })

  test.each([
    ['4006381333930', 13],
    ['4006381339331', 13],
    ['400638133393', 13],
    ['40063813339311', 13],
    ['400638133393X', 13],
    ['', 13],
    ['106141412345678909', 18],
  ])('%s is wrong', async (number, length) => {
    expect(await holds(number, length)).toBe(false)
  })

  test('none at all is right: whether there must be one is said elsewhere', async () => {
    expect(await holds(null, 13)).toBe(true)
  })
})
