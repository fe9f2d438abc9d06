/** The process ends under load, politely and by force: no answer without its record, and what was cut off is reported. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openDatabase } from '../../storage/database.ts'
import { type LedgerReader, type PlacedRecord, createLedgerReader } from '../../storage/stores/ledger.ts'
import { type ServerDatabase, serverDatabase } from '../support/e2e-database.ts'
import { mixedOperation, startLoad } from '../support/load.ts'
import { noise } from '../support/noise.ts'
import { type GatewayProcess, startGateway } from '../support/process.ts'

const callers = 12

/** Reads the ledger of the database itself; `laterMs` sets the clock of the reader forward. */
async function withLedger<T>(
  database: ServerDatabase,
  work: (ledger: LedgerReader) => Promise<T>,
  laterMs = 0,
): Promise<T> {
  await using opened = await openDatabase({ kind: 'postgres', url: database.url, poolSize: 2, migrations: 'leave' })
  return await work(createLedgerReader(opened, () => new Date(Date.now() + laterMs)))
}

/** Everything that the agent of the load did, oldest first. */
async function trailOf(ledger: LedgerReader): Promise<readonly PlacedRecord[]> {
  const all: PlacedRecord[] = []
  for (;;) {
    const before = all.at(-1)?.seq
    const { items, hasMore } = await ledger.trail('agent:support-agent', {
      limit: 1_000,
      ...(before === undefined ? {} : { before }),
    })
    all.push(...items)
    if (!hasMore) return all.reverse()
  }
}

const namesOf = (records: readonly PlacedRecord[]) =>
  new Set(records.map(({ operation }) => operation.name).filter((name) => name?.startsWith('Load')))

describe('SIGTERM under load', () => {
  test('every accepted request is answered and recorded, and the process ends well', async () => {
    await using database = await serverDatabase()
    await using gateway = await startGateway({ env: { DATABASE_URL: database.url } })
    const token = await gateway.token('support-agent')
    const load = startLoad({ url: gateway.url, token, callers, operation: mixedOperation })
    await load.reached(300)
    const stopped = gateway.stop('SIGTERM')
    await load.ended
    expect(await stopped).toBe(0)

    await withLedger(database, async (ledger) => {
      const recorded = await trailOf(ledger)
      // Neither an answer without a record, nor a record (an accepted request) without an answer.
      expect(namesOf(recorded)).toEqual(new Set(load.answered.keys()))
      expect(recorded.filter(({ result }) => result === null)).toEqual([])
      const verified = await ledger.verify()
      expect(verified).toMatchObject({ ok: true, break: null, openIntents: [] })
    })
    expect([...load.answered.values()].filter(({ status }) => status !== 200)).toEqual([])
    const verify = await gateway.mandate('audit', 'verify')
    expect(verify).toMatchObject({ code: 0 })
    expect(verify.stdout).toContain('is whole')
  })
})

describe('SIGKILL under load', () => {
  const stack = new AsyncDisposableStack()
  let database: ServerDatabase
  let env: Readonly<Record<string, string>>
  let first: GatewayProcess
  let second: GatewayProcess
  let cutOff: PlacedRecord
  beforeAll(async () => {
    database = stack.use(await serverDatabase())
    env = { DATABASE_URL: database.url }
    first = stack.use(await startGateway({ env }))
  })
  afterAll(() => stack.disposeAsync())

  test('no acknowledged record is lost, the gateway reopens, and an act that was cut off is reported', async () => {
    const token = await first.token('support-agent')
    const load = startLoad({ url: first.url, token, callers, operation: mixedOperation })
    await load.reached(300)
    // One mutation stands between its intent and its outcome: its record is locked by somebody else.
    {
      await using lock = await lockCase(database)
      const pending = first.graphql('support-agent', ...workOn(lock.caseVersion)).catch(() => 'cut off')
      cutOff = await intentOf(database)
      expect(await first.stop('SIGKILL')).toBeNull()
      await load.ended
      expect(await pending).toBe('cut off')
    }

    const settings = 'timeouts: { shutdownMs: 2000 }'
    second = stack.use(await startGateway({ env, folder: first.folder, settings }))
    expect((await second.graphql('support-agent', '{ account(id: "acc-0001") { name } }')).status).toBe(200)
    await withLedger(
      database,
      async (ledger) => {
        const recorded = new Set((await trailOf(ledger)).map(({ requestId }) => requestId))
        const lost = [...load.answered].filter(([, { requestId }]) => !recorded.has(requestId))
        expect(lost).toEqual([])
        const verified = await ledger.verify()
        expect(verified).toMatchObject({ ok: true, break: null })
        expect(verified.openIntents).toContainEqual(
          expect.objectContaining({ requestId: cutOff.requestId, principal: 'agent:support-agent', seq: cutOff.seq }),
        )
      },
      // Intents count as cut off after a minute.
      61_000,
    )
    const shown = await second.mandate('audit', 'trail', 'support-agent', '--limit', '1000')
    expect(shown.stdout).toMatch(/mutation WorkOnCase\s+cut off/u)
    // What was cut off did not happen, or did wholly: here the lock was never given, so the case is as it was.
    const { body } = await second.graphql('support-agent', '{ case(id: "case-0001") { status version } }')
    expect(body.data).toEqual({ case: { status: 'NEW', version: 1 } })
  })

  test('of the gateway that came after it, a request that hangs does not hold the end beyond the shutdown limit', async () => {
    await using lock = await lockCase(database)
    const pending = second.graphql('support-agent', ...workOn(lock.caseVersion)).catch(() => 'cut off')
    const hanging = await intentOf(database, cutOff)
    const startedMs = performance.now()
    await second.stop('SIGTERM')
    // Far less than the 10 s after which the database would end the statement that hangs.
    expect(performance.now() - startedMs).toBeLessThan(2_000 + 3_000 * noise())
    expect(second.child.exitCode).toBe(1)
    // Where the system is a process of its own, the caller may still be told that the system is gone.
    const ended = await pending
    const endedByForce = ended === 'cut off'
    if (typeof ended !== 'string') expect(ended.body.errors?.[0]?.extensions['code']).toBe('SYSTEM_UNAVAILABLE')
    const { openIntents, ...verified } = await withLedger(database, (ledger) => ledger.verify(), 61_000)
    expect(verified).toMatchObject({ ok: true })
    // Earlier ones are what the kill cut off.
    const since = openIntents.filter(({ seq }) => seq >= hanging.seq).map(({ requestId }) => requestId)
    expect(since).toEqual(endedByForce ? [hanging.requestId] : [])
  })
})

function workOn(expectedVersion: number): [query: string, variables: object] {
  return [
    'mutation WorkOnCase($input: TransitionCaseInput!) { transitionCase(input: $input) { case { status } } }',
    { input: { idempotencyKey: crypto.randomUUID(), id: 'case-0001', expectedVersion, status: 'WORKING' } },
  ]
}

/** Holds the row of a case, as a long transaction of somebody else would. */
async function lockCase(database: ServerDatabase): Promise<AsyncDisposable & { readonly caseVersion: number }> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('begin')
  const { rows } = await client.query<{ version: number }>(
    `select version from crm.cases where id = 'case-0001' for update`,
  )
  return {
    caseVersion: Number(rows[0]?.version),
    async [Symbol.asyncDispose]() {
      await client.query('rollback')
      await client.end()
    },
  }
}

/** Waits until the intent of {@link workOn} is in the ledger, later than another one. */
async function intentOf(database: ServerDatabase, after?: PlacedRecord): Promise<PlacedRecord> {
  return await withLedger(database, (ledger) =>
    vi.waitFor(
      async () => {
        const { items } = await ledger.trail('agent:support-agent', { limit: 1_000 })
        const intents = items.filter(({ operation, result }) => operation.name === 'WorkOnCase' && result === null)
        const found = intents.find(({ seq }) => seq > (after?.seq ?? -1))
        if (!found) throw new Error('There is no intent yet.')
        return found
      },
      { timeout: 10_000 * noise(), interval: 50 },
    ),
  )
}
