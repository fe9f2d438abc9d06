/**
 * The ledger over 100 000 records: how fast it is written, and how long an auditor waits. `node bench/ledger.ts [records]`;
 * on the embedded database, and on PostgreSQL too when DATABASE_URL names a server (in a database of its own).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { OutcomeEntry } from '../gateway/audit/entry.ts'
import { createLedger } from '../gateway/audit/recorder.ts'
import { freezeCaller, type PrincipalId } from '../lib/caller.ts'
import type { Coordinate } from '../lib/labels.ts'
import { realWorld } from '../lib/world.ts'
import { openDatabase, type Database } from '../storage/database.ts'
import { createLedgerReader } from '../storage/stores/ledger.ts'

const records = Number(process.argv[2] ?? 100_000)
const coordinates = Array.from({ length: 300 }, (_, index): Coordinate => `Type${index % 25}.field${index}`)
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

await measureEmbedded()
if (process.env['DATABASE_URL']) await measurePostgres(process.env['DATABASE_URL'])

async function measureEmbedded(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-bench-'))
  try {
    await using database = await openDatabase({ kind: 'embedded', folder })
    await measure('embedded', database)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function measurePostgres(server: string): Promise<void> {
  const name = `mandate_bench_${process.pid}`
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  try {
    await admin.query(`create database ${name}`)
    const url = new URL(server)
    url.pathname = `/${name}`
    {
      await using database = await openDatabase({ kind: 'postgres', url: url.href })
      await measure('PostgreSQL', database)
    }
    await admin.query(`drop database ${name}`)
  } finally {
    await admin.end()
  }
}

async function measure(title: string, database: Database): Promise<void> {
  const ledger = createLedger({
    database,
    world: realWorld,
    log: silent,
    knowsCoordinate: () => true,
    timeoutMs: 60_000,
  })
  const filled = await timed(async () => {
    // As 64 requests at once would: each waits for its entry before the next.
    let next = 0
    const worker = async () => {
      while (next < records) await ledger.append(entry(next++))
    }
    await Promise.all(Array.from({ length: 64 }, worker))
  })
  await ledger.close()
  const reader = createLedgerReader(database, realWorld.now)
  const rows: [string, number, string][] = [
    [`append ${records} records, 64 at once`, filled, `${Math.round((records / filled) * 1000)} a second`],
    ['who: a field in every record', await slowest(() => reader.whoTouched('Query.account')), ''],
    ['who: a field in one of 1 000', await slowest(() => reader.whoTouched('Supplier.iban')), ''],
    [
      'who: in every record, of the last minute',
      await slowest(() => reader.whoTouched('Query.account', { since: ago(60) })),
      '',
    ],
    [
      'who: in every record, but none so new',
      await slowest(() => reader.whoTouched('Query.account', { since: ago(-60) })),
      '',
    ],
    ['who: 1 000 of a common field', await slowest(() => reader.whoTouched('Query.account', { limit: 1000 })), ''],
    ['trail of an agent', await slowest(() => reader.trail('agent:number-7')), ''],
    ['show one request', await slowest(() => reader.show('request-500')), ''],
    ['verify all', await timed(() => reader.verify()), ''],
  ]
  console.log(`\n${title}`)
  for (const [what, ms, note] of rows) console.log(`  ${what.padEnd(44)}${ms.toFixed(0).padStart(7)} ms  ${note}`)
}

function entry(index: number): OutcomeEntry {
  const id = `agent:number-${index % 50}` as PrincipalId
  const some = Array.from(
    { length: 12 },
    (_, step) => coordinates[(index * 7 + step * 13) % coordinates.length],
  ).filter((coordinate) => coordinate !== undefined)
  const requested: Coordinate[] = [
    'Query.account',
    ...some,
    ...(index % 1000 === 0 ? (['Supplier.iban'] as const) : []),
  ]
  const counts = Object.fromEntries(requested.map((coordinate) => [coordinate, 3]))
  return {
    kind: 'outcome',
    requestId: `request-${index}`,
    caller: freezeCaller({
      id,
      kind: 'agent',
      issuer: 'http://localhost:4000',
      clientId: id,
      tokenId: `token-${index % 500}`,
      roles: ['support-agent'],
      scopes: ['crm:case:write', 'crm:contact', 'crm:read', 'finance:read', 'itsm:incident:write', 'itsm:read'],
      actors: [],
      onBehalfOf: null,
      purpose: 'customer-support',
      task: null,
      grants: [],
      authenticatedAt: 0,
      issuedAt: 0,
      expiresAt: 0,
    }),
    at: new Date(),
    policyRevision: 'a1b2c3d4',
    approval: null,
    operation: { kind: 'query', name: 'CustomerOverview', hash: 'qmVYyLMV2ZtU9cJz0oYp0m5r8u1s3w4x5y6z7A8B9C0' },
    requested,
    transitive: ['Account.tier'],
    denied: [],
    args: { account: { id: `acc-${index}` } },
    outcome: 'answered',
    codes: [],
    reason: null,
    delivered: counts,
    resolved: { ...counts, 'Account.tier': 1 },
    subgraphs: ['crm', 'finance', 'itsm'],
    durationMs: 12,
  }
}

function ago(seconds: number): Date {
  return new Date(Date.now() - seconds * 1000)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** The slowest of five, the first (cold) one included. */
async function slowest(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  for (let run = 0; run < 5; run += 1) longest = Math.max(longest, await timed(work))
  return longest
}
