/** What the processes of one system owe each other when one of them dies, changes its key, or is left alone. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openDatabase } from '../../../storage/database.ts'
import { createLedgerReader } from '../../../storage/stores/ledger.ts'
import { type DistributedSystem, lives, startDistributed } from '../../support/distributed.ts'
import { noise } from '../../support/noise.ts'
import { post } from '../../support/process.ts'
import { type Sources, copySources } from '../../support/sources.ts'
import { until } from '../../support/until.ts'

let sources: Sources
let system: DistributedSystem
let token: string
beforeAll(async () => {
  sources = await copySources()
  system = await startDistributed({ cwd: sources.folder, settings: 'limits: { costPerMinute: 10000000 }' })
  token = await system.gateway(1).token('support-agent')
})
afterAll(async () => {
  await system[Symbol.asyncDispose]()
  await sources[Symbol.asyncDispose]()
})

const send = (gateway: 1 | 2, query: string, variables: object = {}, as = token) =>
  post(`${system.address(`gateway-${gateway}`)}/graphql`, { query, variables }, { authorization: `Bearer ${as}` })
const codesOf = (answer: Awaited<ReturnType<typeof send>>) =>
  (answer.body.errors ?? []).map((error) => error.extensions['code'] as string)
const metric = async (name: string, pattern: RegExp) =>
  Number(pattern.exec(await (await fetch(`${system.address(name)}/metrics`)).text())?.[1] ?? 0)
const createActivity =
  'mutation Note($input: CreateActivityInput!) { createActivity(input: $input) { activity { id } replayed } }'

/** Waits until the process has a new pid and is ready. */
async function restarted(name: string, before: number): Promise<void> {
  await until(() => system.pid(name) !== before, 60_000 * noise())
}

test('the welcome has the address of each gateway, identities and a first query', () => {
  const text = system.output()
  for (const name of ['gateway-1', 'gateway-2']) {
    for (const page of ['/graphql', '/health/ready', '/metrics'])
      expect(text).toContain(`${system.address(name)}${page}`)
  }
  for (const name of ['support-agent', 'jonas.weber', 'lena.fischer']) expect(text).toContain(`    ${name} `)
  expect(text).toContain('npm run -s token')
  expect(text).not.toContain('\u001b')
})

test('what each system delivered stands in the ledger, as the commands show it', async () => {
  const { headers, body } = await send(1, '{ account(id: "acc-0001") { name incidents(first: 2) { number } } }')
  expect(body.errors).toBeUndefined()
  const id = headers.get('mandate-request-id') ?? ''
  const { code, stdout } = await system.gateway(2).mandate('audit', 'show', id, '--json')
  expect(code).toBe(0)
  const { records } = JSON.parse(stdout) as { records: { result: { subgraphs: string[] } | null }[] }
  expect(records.at(-1)?.result?.subgraphs.toSorted()).toEqual(['crm', 'itsm'])
  const who = await system.gateway(1).mandate('audit', 'who', 'Incident.number', '--json')
  const { accesses } = JSON.parse(who.stdout) as { accesses: { requestId: string }[] }
  expect(accesses.find(({ requestId }) => requestId === id)).toMatchObject({
    principal: 'agent:support-agent',
    verb: 'read',
    delivered: body.data?.['account'].incidents.length,
  })
})

test('keys rotate under load, and nobody is refused', async () => {
  let stopping = false
  let answered = 0
  const refused: unknown[] = []
  const callers = Array.from({ length: 4 }, async (_, n) => {
    while (!stopping) {
      const answer = await send(
        n % 2 === 0 ? 1 : 2,
        '{ account(id: "acc-0001") { name incidents(first: 1) { number } } me { id } }',
      )
      if (answer.body.errors) refused.push(answer.body.errors)
      else answered += 1
    }
  })
  const keysOf = async (gateway: 1 | 2) => {
    const response = await fetch(`${system.address(`gateway-${gateway}`)}/.well-known/statement-keys.json`)
    return ((await response.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
  }
  const before = [await keysOf(1), await keysOf(2)]
  for (const gateway of [1, 2] as const) process.kill(system.pid(`gateway-${gateway}`), 'SIGHUP')
  await until(async () => (await keysOf(1)).length === 2 && (await keysOf(2)).length === 2, 10_000 * noise())
  const published = [await keysOf(1), await keysOf(2)]
  // The new key signs 5 s after it is published; then some time for fetches that it signed.
  await new Promise((resolve) => setTimeout(resolve, 5_000))
  const answeredBefore = answered
  await until(() => answered > answeredBefore + 20, 60_000 * noise())
  stopping = true
  await Promise.all(callers)
  expect(refused).toEqual([])
  for (const [n, kids] of published.entries()) expect(kids).toEqual([...(before[n] ?? []), kids[1]])
  expect(await metric('crm', /^mandate_subgraph_fetch_seconds_count\{.*outcome="refused"\} (\d+)/mu)).toBe(0)
  console.log(`rotation under load: ${answered} answered, ${refused.length} refused`)
})

describe('two replicas share', () => {
  test('a revocation, within a second', async () => {
    const other = await system.gateway(1).token('sales-agent')
    const read = (gateway: 1 | 2) => send(gateway, '{ account(id: "acc-0001") { name } }', {}, other)
    expect(await Promise.all([read(1), read(2)].map(async (answer) => codesOf(await answer)))).toEqual([[], []])
    const input = { idempotencyKey: crypto.randomUUID(), principal: 'agent:sales-agent', reason: 'It misbehaves.' }
    const revoke = 'mutation Revoke($input: RevokeInput!) { revoke(input: $input) { replayed } }'
    expect(codesOf(await send(1, revoke, { input }, await system.gateway(1).token('omar.haddad')))).toEqual([])
    const startedMs = performance.now()
    const took = await Promise.all(
      ([1, 2] as const).map(async (gateway) => {
        await until(async () => codesOf(await read(gateway)).includes('IDENTITY_REVOKED'), 10_000 * noise())
        return performance.now() - startedMs
      }),
    )
    console.log(`a revocation reached both gateways in ${took.map((ms) => ms.toFixed(0)).join(' and ')} ms`)
    for (const ms of took) expect(ms).toBeLessThan(1_000 + 2_000 * noise())
  })

  test('a policy revision, within a second of each other, and the subgraphs with them', async () => {
    const compiled = (name: string) => metric(name, /^mandate_policy_revisions_total\{.*outcome="compiled".*\} (\d+)/mu)
    const names = ['gateway-1', 'gateway-2', 'crm', 'governance']
    const before = new Map(await Promise.all(names.map(async (name) => [name, await compiled(name)] as const)))
    await sources.edit(
      'policies/crm.ts',
      '/** Permissions on customers',
      '// Another revision.\n/** Permissions on customers',
    )
    const times = await Promise.all(
      names.map(async (name) => {
        await until(async () => (await compiled(name)) > (before.get(name) ?? 0), 20_000 * noise())
        return performance.now()
      }),
    )
    const spread = Math.max(...times) - Math.min(...times)
    console.log(`a policy revision was in force in ${names.length} processes within ${spread.toFixed(0)} ms`)
    expect(spread).toBeLessThan(1_000 * noise())
    expect(codesOf(await send(1, '{ account(id: "acc-0001") { name } }'))).toEqual([])
  })

  test('a rule that is tightened, and loosened again', async () => {
    const loose = "const read = callerMay('crm:read')"
    const tight = "const read = all(callerMay('crm:read'), callerMay('finance:read'))"
    const asOps = await system.gateway(1).token('it-ops-agent')
    const read = async (gateway: 1 | 2) =>
      codesOf(await send(gateway, '{ account(id: "acc-0001") { name } }', {}, asOps))
    const bothSay = (codes: readonly string[]) =>
      vi.waitFor(async () => expect(await Promise.all([read(1), read(2)])).toEqual([codes, codes]), {
        timeout: 20_000 * noise(),
        interval: 100,
      })
    await bothSay([])
    await sources.edit('policies/crm.ts', loose, tight)
    await bothSay(['POLICY_DENIED'])
    await sources.edit('policies/crm.ts', tight, loose)
    await bothSay([])
  })
})

describe('a subgraph that is killed', () => {
  test('is a clear error, the others answer, and it comes back by itself', async () => {
    const query = '{ account(id: "acc-0001") { name incidents(first: 1) { number } } me { id } }'
    const before = system.pid('itsm')
    process.kill(before, 'SIGKILL')
    const answer = await send(1, query)
    expect(codesOf(answer)).toEqual(['SYSTEM_UNAVAILABLE'])
    expect(answer.body.errors?.[0]?.message).toBe('The system `itsm` is not available.')
    expect(answer.body.data).toEqual({
      account: { name: 'Nordwind Logistics GmbH', incidents: null },
      me: { id: 'agent:support-agent' },
    })
    await restarted('itsm', before)
    await vi.waitFor(async () => expect(codesOf(await send(1, query))).toEqual([]), {
      timeout: 20_000 * noise(),
      interval: 100,
    })
    expect(system.output()).toContain('itsm ended (SIGKILL); it is started again in 0.5 s')
  })
})

describe('a gateway that is killed under load', () => {
  test('loses no acknowledged mutation and repeats none: four clients go on at the other with the same keys', async () => {
    const acknowledged = new Map<string, string>()
    let atTheOther = 0
    let stopping = false
    /** One act until it is acknowledged: at its own gateway, and after a failure at the other, with the same key. */
    const actUntilAcknowledged = async (subject: string) => {
      const input = { idempotencyKey: subject, type: 'TASK', subject, whatId: 'acc-0001' }
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const answer = await send(attempt === 0 ? 1 : 2, createActivity, { input }).catch(() => null)
        const made = answer?.body.data?.['createActivity']?.activity?.id as string | undefined
        if (made === undefined) continue
        acknowledged.set(subject, made)
        if (attempt > 0) atTheOther += 1
        return
      }
      throw new Error(`${subject} was never acknowledged.`)
    }
    const clients = Array.from({ length: 4 }, async (_, client) => {
      for (let n = 0; !stopping; n += 1) await actUntilAcknowledged(`failover-${client}-${n}`)
    })
    await until(() => acknowledged.size >= 40, 60_000 * noise())
    const before = system.pid('gateway-1')
    process.kill(before, 'SIGKILL')
    await until(() => atTheOther >= 20, 60_000 * noise())
    stopping = true
    await Promise.all(clients)
    await restarted('gateway-1', before)

    await using database = await openDatabase({
      kind: 'postgres',
      url: system.env['DATABASE_URL'] ?? '',
      poolSize: 1,
      migrations: 'leave',
    })
    const rows = await database.kysely
      .selectFrom('crm.activities')
      .select(['id', 'subject'])
      .where('subject', 'like', 'failover-%')
      .execute()
    const stored = new Map(rows.map(({ id, subject }) => [subject, id]))
    // None lost, none repeated, and each is the one that was acknowledged.
    expect(rows).toHaveLength(stored.size)
    expect(stored).toEqual(acknowledged)
    const verified = await createLedgerReader(database, () => new Date(Date.now() + 61_000)).verify()
    expect(verified).toMatchObject({ ok: true, break: null })
    console.log(
      `a gateway killed under load: ${acknowledged.size} acknowledged, ${rows.length} stored, ${atTheOther} finished at the other, ${verified.openIntents.length} cut off`,
    )
    expect(codesOf(await send(1, '{ account(id: "acc-0001") { name } }'))).toEqual([])
  })
})

test('no log tells of passwords or statements', () => {
  expect(system.output()).not.toMatch(/postgres:\/\/|eyJ[\w-]{20}/u)
})

test('a supervisor that is killed leaves no process behind', async () => {
  const pids = [...system.output().matchAll(/pid (\d+)/gu)].map(([, pid]) => Number(pid))
  expect(pids.filter(lives).length).toBeGreaterThan(5)
  system.supervisor.kill('SIGKILL')
  await until(() => !pids.some(lives), 20_000 * noise())
})
