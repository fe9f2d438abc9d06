import { expect, test } from 'vitest'
import { openPglitePool } from '../../storage/pglite-pool.ts'
import type { PgliteSession } from '../../storage/pglite-session.ts'

interface FakeSession extends PgliteSession {
  readonly statements: string[]
  status: PgliteSession['status']
  alive: boolean
}

function fakeSession(): FakeSession {
  const statements: string[] = []
  const session: FakeSession = {
    statements,
    status: 'I',
    alive: true,
    query(text) {
      if (!session.alive) return Promise.reject(new Error('The embedded database stopped unexpectedly.'))
      statements.push(text)
      if (text === 'begin') session.status = 'T'
      if (text === 'rollback' || text === 'commit') session.status = 'I'
      return Promise.resolve({ command: 'SELECT', rowCount: 0, rows: [] })
    },
    copy: () => Promise.resolve(),
    close() {
      session.alive = false
      return Promise.resolve()
    },
  }
  return session
}

/** A pool over fake sessions; `sessions` are those it has opened. */
async function openPool(reopen: 'allowed' | 'never' = 'never', acquireTimeoutMs = 1_000) {
  const sessions: FakeSession[] = []
  const open = () => {
    const session = fakeSession()
    sessions.push(session)
    return Promise.resolve(session)
  }
  const pool = await openPglitePool({ open, reopen, acquireTimeoutMs })
  return { pool, sessions, first: sessions[0] ?? expect.unreachable() }
}

const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 5))

test('hands the session to one client at a time, in the order of asking', async () => {
  const { pool } = await openPool()
  const order: number[] = []
  const first = await pool.connect()
  const others = [1, 2, 3].map(async (number) => {
    const client = await pool.connect()
    order.push(number)
    await nextTurn()
    client.release()
  })
  await nextTurn()
  expect(order).toStrictEqual([])
  first.release()
  await Promise.all(others)
  expect(order).toStrictEqual([1, 2, 3])
})

test('rolls back what a client leaves open before the next one gets the session', async () => {
  const { pool, first } = await openPool()
  const client = await pool.connect()
  await client.query('begin', [])
  client.release()
  const next = await pool.connect()
  await next.query('select 1', [])
  expect(first.statements).toStrictEqual(['begin', 'rollback', 'select 1'])
})

test('resets a session that its client wants thrown away', async () => {
  const { pool, first } = await openPool()
  const client = await pool.connect()
  client.release(true)
  await pool.connect()
  expect(first.statements).toStrictEqual(['discard all'])
})

test('refuses a client that was released, and takes a second release for none', async () => {
  const { pool } = await openPool()
  const client = await pool.connect()
  client.release()
  client.release()
  await expect(client.query('select 1', [])).rejects.toThrow('This client was released; connect again.')
  const one = await pool.connect()
  let second = 'waits'
  const other = pool.connect().then((next) => {
    second = 'has it'
    next.release()
  })
  await nextTurn()
  expect(second).toBe('waits')
  one.release()
  await other
})

test('tells a client that waits too long why, and forgets it', async () => {
  const { pool } = await openPool('never', 30)
  const client = await pool.connect()
  await expect(pool.connect()).rejects.toThrow(
    'The embedded database was busy for 30 ms. It has one session: inside a transaction, use the transaction for every statement.',
  )
  client.release()
  const next = await pool.connect()
  next.release()
})

test('opens a session that has died again when its data is in a folder', async () => {
  const { pool, sessions, first } = await openPool('allowed')
  first.alive = false
  const client = await pool.connect()
  await client.query('select 1', [])
  expect(sessions).toHaveLength(2)
  expect(sessions[1]?.statements).toStrictEqual(['select 1'])
})

test('does not begin anew when the data was in memory', async () => {
  const { pool, sessions, first } = await openPool('never')
  first.alive = false
  const client = await pool.connect()
  await expect(client.query('select 1', [])).rejects.toThrow('stopped unexpectedly')
  expect(sessions).toHaveLength(1)
})

test('hands the turn on when opening again fails', async () => {
  const session = fakeSession()
  let opened = 0
  const open = () => {
    opened += 1
    return opened === 1 ? Promise.resolve(session) : Promise.reject(new Error('The disk is full.'))
  }
  const pool = await openPglitePool({ open, reopen: 'allowed', acquireTimeoutMs: 100 })
  session.alive = false
  await expect(pool.connect()).rejects.toThrow('The disk is full.')
  await expect(pool.connect()).rejects.toThrow('The disk is full.')
})

test('waits at its end for who has the session, and refuses who waits for it', async () => {
  const { pool, first } = await openPool()
  const client = await pool.connect()
  const waiting = pool.connect()
  const ended = pool.end()
  await expect(waiting).rejects.toThrow('The embedded database is closed.')
  await expect(pool.connect()).rejects.toThrow('The embedded database is closed.')
  expect(first.alive).toBe(true)
  client.release()
  await ended
  expect(first.alive).toBe(false)
})

test('ends in time when a client never lets go', async () => {
  const { pool, first } = await openPool('never', 30)
  await pool.connect()
  await pool.end()
  expect(first.alive).toBe(false)
})
