/** What a newcomer lives through: the first start, the printed first query, the second start, and the ways a start is refused. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../storage/database.ts'
import { noise } from '../support/noise.ts'
import {
  type GatewayProcess,
  cleanEnvironment,
  companyFolder,
  freePort,
  repository,
  run,
  runGateway,
  startGateway,
} from '../support/process.ts'

const folders: string[] = []
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-e2e-'))
  folders.push(folder)
  return folder
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

describe('a fresh data folder', () => {
  let gateway: GatewayProcess
  let folder: string
  beforeAll(async () => {
    folder = await newFolder()
    gateway = await startGateway({ folder })
  })
  afterAll(() => gateway.stop())

  test('is ready within 15 s', () => {
    expect(gateway.startedInMs).toBeLessThan(15_000 * noise())
  })

  test('the welcome has addresses, identities and a first query', () => {
    const text = gateway.output()
    for (const address of ['/graphql', '/health/ready', '/metrics']) expect(text).toContain(`${gateway.url}${address}`)
    for (const name of ['support-agent', 'jonas.weber', 'lena.fischer', 'dev.patel'])
      expect(text).toContain(`    ${name} `)
    expect(text).toContain('npm run -s token')
    expect(text).toContain('npm run -s mandate -- audit trail support-agent')
    expect(text).not.toContain('\u001b')
  })

  test('the first query works when it is pasted, and its trail is there', async () => {
    const shown = /A first query[^\n]*\n\n([\s\S]*?)\n\n/u.exec(gateway.output())?.[1] ?? ''
    const env = { ...cleanEnvironment(), PORT: new URL(gateway.url).port, MANDATE_DATA: folder }
    const answer = await run('bash', ['-c', shown], { cwd: repository, env })
    const { data } = JSON.parse(answer.stdout) as { data: Record<string, any> }
    expect(data['contactByEmail']).toMatchObject({ name: 'Erika Brandt', account: { name: 'Nordwind Logistics GmbH' } })
    expect(data['contactByEmail'].account.incidents.length).toBeGreaterThan(0)
    expect(data['contactByEmail'].account.invoices.length).toBeGreaterThan(0)
    const trail = await run('bash', ['-c', 'npm run -s mandate -- audit trail support-agent'], { cwd: repository, env })
    expect(trail.stdout).toMatch(/agent:support-agent: 1 request\n[\s\S]*answered/u)
  })

  test('a second process on the folder is told who holds it, and ends', async () => {
    const { code, output } = await runGateway({ folder })
    expect(code).toBe(1)
    expect(output).toContain(`is in use by process ${gateway.child.pid} (started `)
    expect(output).toContain(gateway.url)
    expect(output).toContain('set MANDATE_DATA to another folder')
    expect(output).not.toContain('    at ')
  })

  test('a second process on the port is told so, and ends', async () => {
    const port = Number(new URL(gateway.url).port)
    const other = await companyFolder()
    folders.push(other)
    const { code, output } = await runGateway({ folder: other, port })
    expect({ code, output: output.trim() }).toEqual({
      code: 1,
      output: `Port ${port} is taken by another process. Stop it, or set PORT to another one.`,
    })
  })

  test('a second start reopens in under 5 s with the data and the ledger as they were', async () => {
    const subject = `Kept ${crypto.randomUUID()}`
    const created = await gateway.graphql(
      'support-agent',
      'mutation Keep($input: CreateCaseInput!) { createCase(input: $input) { case { id } } }',
      { input: { idempotencyKey: subject, accountId: 'acc-0001', subject, origin: 'PHONE', reason: 'HOW_TO' } },
    )
    expect(await gateway.stop()).toBe(0)
    gateway = await startGateway({ folder })
    expect(gateway.startedInMs).toBeLessThan(5_000 * noise())
    const read = await gateway.graphql('support-agent', 'query Look($id: ID!) { case(id: $id) { subject } }', {
      id: created.body.data?.['createCase'].case.id,
    })
    expect(read.body.data).toEqual({ case: { subject } })
    expect((await gateway.mandate('audit', 'verify')).stdout).toContain('is whole')
  })

  test('a process that was killed leaves a folder that opens again, with all that was acknowledged', async () => {
    const answer = await gateway.graphql('support-agent', 'query LastWords { account(id: "acc-0001") { name } }')
    expect(await gateway.stop('SIGKILL')).toBeNull()
    gateway = await startGateway({ folder })
    const shown = await gateway.mandate('audit', 'show', answer.headers.get('mandate-request-id') ?? '', '--json')
    expect(JSON.parse(shown.stdout)).toMatchObject({ records: [{ kind: 'outcome', operation: { name: 'LastWords' } }] })
  })
})

describe('production', () => {
  test('the development issuer is refused, even when a setting asks for it', async () => {
    const folder = await newFolder()
    await writeFile(path.join(folder, 'mandate.yaml'), 'identity:\n  developmentIssuer: true\n')
    const { code, output } = await runGateway({ folder, cwd: folder, env: { NODE_ENV: 'production' } })
    expect({ code, output: output.trim() }).toEqual({
      code: 1,
      output: 'The development issuer does not start when NODE_ENV is `production`; configure a real issuer instead.',
    })
  })

  test('there is no issuer, no explorer, no demo identity and no demo data', async () => {
    const folder = await newFolder()
    const port = await freePort()
    const gateway = await startGateway({ folder, port, env: { NODE_ENV: 'production' } })
    const status = async (address: string, init: RequestInit = {}) =>
      (await fetch(`${gateway.url}${address}`, init)).status
    try {
      expect(await status('/oauth/token', { method: 'POST' })).toBe(404)
      expect(await status('/.well-known/oauth-authorization-server')).toBe(404)
      const page = await fetch(`${gateway.url}/graphql`, {
        headers: { accept: 'text/html', 'sec-fetch-dest': 'document' },
      })
      expect(page.status).toBe(401)
      expect(page.headers.get('content-type')).toContain('application/json')
      expect((await gateway.graphql(null, '{ me { id } }')).status).toBe(401)
      expect(gateway.output()).toContain('Mandate is ready')
      expect(gateway.output()).not.toContain('support-agent')
      await expect(gateway.token('support-agent')).rejects.toThrow('has no key for `support-agent`')
    } finally {
      expect(await gateway.stop()).toBe(0)
    }
    await using database = await openDatabase({ kind: 'embedded', folder, migrations: 'leave' })
    const { rows } = await sql`select count(*)::int as accounts from crm.accounts`.execute(database.kysely)
    expect(rows).toEqual([{ accounts: 0 }])
  })
})

describe('a start that cannot succeed says why, without a stack', () => {
  test.each([
    ['an unknown setting', { LOG_LEVEL: 'loud' }, 'The settings cannot be used:\n  - `log.level`'],
    [
      'a database that is away',
      { DATABASE_URL: 'postgres://somebody:secret@127.0.0.1:1/x' },
      'The database of DATABASE_URL cannot be used.',
    ],
    [
      'a ledger key that is too short',
      { MANDATE_LEDGER_KEY: 'abc' },
      '`MANDATE_LEDGER_KEY` must hold at least 32 random bytes',
    ],
  ])('%s', async (_title, env, message) => {
    const { code, output } = await runGateway({ folder: await newFolder(), env })
    expect(code).toBe(1)
    expect(output.trim()).toContain(message)
    expect(output).not.toContain('    at ')
    expect(output).not.toContain('secret')
  })
})
