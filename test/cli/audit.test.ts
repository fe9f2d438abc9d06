/** `mandate audit`, over the gateway that holds the embedded folder and over PostgreSQL: the same answers. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command, CommanderError } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addAuditCommands } from '../../cli/audit.ts'
import { parseSince } from '../../cli/since.ts'
import { ensurePrivateKey, identityKeyFile } from '../../gateway/identity/private-keys.ts'
import { openDatabase, type Database } from '../../storage/database.ts'
import { databaseKinds, embeddedTemplate } from '../support/databases.ts'
import { askSubgraph, openGovernance } from '../support/governance.ts'
import { callerNamed, counts, intent, openLedger, outcome, tamper } from '../support/ledger.ts'
import { createPostgresDatabase } from '../support/postgres-server.ts'

const emptyDatabase = await embeddedTemplate()
const world = { now: () => new Date('2026-03-01T12:00:00Z'), newId: () => 'id' }
const address = 'http://localhost:4999'

async function fill(database: Database): Promise<void> {
  const ledger = openLedger(database)
  const caller = callerNamed('agent:support-agent', 'person:maria.keller')
  await ledger.append(outcome({ requestId: 'read', caller }))
  await ledger.append(
    outcome({
      requestId: 'denied',
      caller,
      operation: { kind: 'query', name: 'Bank\u001b[31m', hash: 'h' },
      requested: ['Supplier.bankDetails'],
      transitive: [],
      denied: ['Supplier.bankDetails'],
      outcome: 'refused',
      codes: ['POLICY_DENIED'],
      delivered: counts({}),
      resolved: counts({}),
    }),
  )
  await ledger.append(intent({ requestId: 'cut off' }))
  await ledger.close()
}

interface Run {
  readonly out: string
  readonly err: string
  readonly code: number
}

interface Place {
  readonly run: (...args: string[]) => Promise<Run>
  readonly database: () => Promise<Database>
  readonly close: () => Promise<void>
}

async function run(env: Record<string, string>, folder: string, fetched: typeof fetch, args: string[]): Promise<Run> {
  let out = ''
  let err = ''
  const program = new Command('mandate').exitOverride().configureOutput({ writeErr: (text) => void (err += text) })
  addAuditCommands(program, {
    env,
    folder,
    fetch: fetched,
    world,
    isTerminal: true,
    write: (text) => void (out += text),
    writeError: (text) => void (err += text),
  })
  try {
    await program.parseAsync(['node', 'mandate', 'audit', ...args])
    return { out, err, code: 0 }
  } catch (error) {
    if (error instanceof CommanderError) return { out, err, code: error.exitCode }
    return { out, err: err + (error as Error).message, code: 1 }
  }
}

const noFetch: typeof fetch = () => Promise.reject(new Error('No network here.'))

async function overFolder(): Promise<Place> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-audit-'))
  const open = () => openDatabase({ kind: 'embedded', folder, template: emptyDatabase, migrations: 'leave' })
  {
    await using database = await open()
    await fill(database)
  }
  return {
    run: (...args) => run({ MANDATE_DATA: folder }, folder, noFetch, args),
    database: open,
    close: () => rm(folder, { recursive: true }),
  }
}

async function readRequest(request: Parameters<typeof fetch>) {
  const sent = new Request(...request)
  return { url: sent.url, headers: sent.headers, text: await sent.text() }
}

/** The folder is held by a gateway, which is asked over HTTP. */
async function overGateway(): Promise<Place> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-audit-'))
  const database = await openDatabase({
    kind: 'embedded',
    folder,
    address,
    template: emptyDatabase,
    migrations: 'leave',
  })
  await fill(database)
  await ensurePrivateKey(identityKeyFile(folder, 'lena.fischer'))
  const subgraph = openGovernance(database, world.now, () => Promise.reject(new Error('Not here.')))
  const gateway: typeof fetch = async (...request) => {
    const { url, headers, text } = await readRequest(request)
    if (url === `${address}/oauth/token`) return Response.json({ access_token: 'token-of-lena' })
    expect(url).toBe(`${address}/graphql`)
    expect(headers.get('authorization')).toBe('Bearer token-of-lena')
    const { query, variables } = JSON.parse(text) as { query: string; variables: Record<string, unknown> }
    return Response.json(await askSubgraph(subgraph, query, variables, callerNamed('person:lena.fischer')))
  }
  return {
    run: (...args) => run({ MANDATE_DATA: folder }, folder, gateway, args),
    database: () => Promise.resolve({ ...database, [Symbol.asyncDispose]: () => Promise.resolve() }),
    close: async () => {
      await database.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function overPostgres(): Promise<Place> {
  const { url, drop } = await createPostgresDatabase()
  const open = () => openDatabase({ kind: 'postgres', url })
  {
    await using database = await open()
    await fill(database)
  }
  return {
    run: (...args) => run({ DATABASE_URL: url }, tmpdir(), noFetch, args),
    database: open,
    close: drop,
  }
}

const places: Record<string, () => Promise<Place>> = {
  'the gateway that holds the folder': overGateway,
  ...(databaseKinds().includes('postgres') ? { PostgreSQL: overPostgres } : {}),
}

for (const [name, open] of Object.entries(places)) {
  describe(`audit over ${name}`, () => {
    let place: Place
    beforeAll(async () => {
      place = await open()
    })
    afterAll(async () => {
      await place.close()
    })

    async function json(...args: string[]): Promise<Record<string, unknown>> {
      const { out } = await place.run(...args, '--json')
      return JSON.parse(out) as Record<string, unknown>
    }

    test('who: a table for people', async () => {
      const { out, code } = await place.run('who', 'Account.name')
      expect(code).toBe(0)
      expect(out).toMatch(/^Account\.name: 1 request\n/)
      expect(out).toMatch(
        /2026-03-01 09:30:00Z {2}agent:support-agent {2}person:maria.keller {2}read {2,}1 {2,}support {2,}Accounts {2,}read/,
      )
    })

    test('who: JSON for programs', async () => {
      expect(await json('who', 'Supplier.bankDetails', '--since', '24h')).toMatchObject({
        coordinate: 'Supplier.bankDetails',
        accesses: [{ requestId: 'denied', principal: 'agent:support-agent', verb: 'denied', delivered: 0 }],
        hasMore: false,
      })
      expect(await json('who', 'Supplier.bankDetails', '--since', '5m')).toMatchObject({ accesses: [] })
    })

    test('who: nothing found, and a name that is none', async () => {
      expect((await place.run('who', 'Account.website')).out).toBe('Nobody has touched Account.website.\n')
      const { err, code } = await place.run('who', 'Account')
      expect(code).toBe(1)
      expect(err).toContain('`Type.field`')
    })

    test('trail: by agent and by person, newest first', async () => {
      const { out } = await place.run('trail', 'support-agent')
      expect(out).toMatch(/^agent:support-agent: 3 requests/)
      expect(out).toMatch(/cut off.*\n.*POLICY_DENIED.*\n.*1 more needed/)
      expect((await place.run('trail', 'person:maria.keller')).out).toContain('by agent:support-agent')
      expect(await json('trail', 'support-agent', '--limit', '1')).toMatchObject({
        records: [{ requestId: 'cut off' }],
        hasMore: true,
      })
    })

    test('what a caller sent cannot steer the terminal', async () => {
      const { out } = await place.run('trail', 'support-agent')
      expect(out).not.toContain('\u001b')
      expect(out).toContain('Bank\\u{001b}[31m')
    })

    test('show: one request in full, and one that is not there', async () => {
      const { out } = await place.run('show', 'read')
      expect(out).toMatch(/needed for it +Account\.tier \(1 resolved\)/)
      expect(out).toMatch(/requested +Query\.account ×1, Account\.name ×1, Account\.creditStanding ×1/)
      expect(out).toContain('arguments      account {"id":"acc-0001"}')
      expect(await json('show', 'cut off')).toMatchObject({
        records: [{ kind: 'intent', result: null, caller: { tokenId: 'token-of-agent:support-agent' } }],
      })
      const missing = await place.run('show', 'nothing')
      expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('no record of the request `nothing`')])
    })

    test('verify: whole, with the act that was cut off and the head to keep', async () => {
      const { out, err, code } = await place.run('verify')
      expect(code).toBe(0)
      expect(out).toContain('is whole: 3 records (1 intent, 2 outcomes).')
      expect(out).toMatch(/1 act was begun and never recorded as ended[^]*cut off/)
      expect(err).toContain('Checking record 3 of 3')
      const head = /Head: (\S+)/.exec(out)?.[1] ?? ''
      expect((await place.run('verify', '--expect', head)).code).toBe(0)
    })

    test('verify: another head than the one that was noted', async () => {
      const { out, code } = await place.run('verify', '--expect', `2:${'A'.repeat(43)}`)
      expect(code).toBe(1)
      expect(out).toContain('is broken at record 2 (other-history)')
    })

    test('verify: broken, and where', async () => {
      {
        await using database = await place.database()
        await tamper(
          database,
          `update mandate.ledger set body = replace(body, 'Account', 'Accounx') where seq = 1`,
          `update mandate.ledger set body = replace(body, 'refused', 'refuseD') where seq = 2`,
        )
      }
      const { out, err, code } = await place.run('verify', '--from', '2')
      expect(code).toBe(1)
      expect(out).toContain('is broken at record 2 (altered-body).\nThe body of record 2 was altered')
      expect(err).toContain('broken at record 2')
      expect(await json('verify')).toMatchObject({ ok: false, break: { seq: 1, kind: 'altered-body' } })
    })
  })
}

describe('audit over an embedded folder', () => {
  test('a folder that nobody uses is opened, read and given free again', async () => {
    const place = await overFolder()
    const { out } = await place.run('who', 'Account.name', '--json')
    expect(JSON.parse(out)).toMatchObject({ accesses: [{ requestId: 'read', verb: 'read' }] })
    expect((await place.run('verify')).out).toContain('is whole: 3 records')
    await place.close()
  })
})

describe('where there is no ledger to read', () => {
  test('a folder that no gateway has used', async () => {
    const { err, code } = await run({ MANDATE_DATA: '/nonexistent' }, tmpdir(), noFetch, ['verify'])
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('`/nonexistent` has no ledger yet. Start the gateway once'),
    ])
  })
})

describe('how far back', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  test.each([
    ['30m', '2026-03-01T11:30:00.000Z'],
    ['24h', '2026-02-28T12:00:00.000Z'],
    ['7d', '2026-02-22T12:00:00.000Z'],
    ['2w', '2026-02-15T12:00:00.000Z'],
    ['2026-02-01', '2026-02-01T00:00:00.000Z'],
    ['2026-02-01T10:00:00+02:00', '2026-02-01T08:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(parseSince(text, now).toISOString()).toBe(expected)
  })
  test.each(['yesterday', '24', '3y', '2026-13-01', ''])('`%s` is refused with the forms that work', (text) => {
    expect(() => parseSince(text, now)).toThrow(/30m, 24h, 7d, 2w/)
  })
})
