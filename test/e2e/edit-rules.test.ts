/** Rules are edited while the gateway runs: a good edit holds for the next request, a bad one is refused and says how to mend it. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { noise } from '../support/noise.ts'
import { type GatewayProcess, startGateway } from '../support/process.ts'
import { type Sources, copySources } from '../support/sources.ts'

const table = 'policies/crm.ts'
let sources: Sources
let gateway: GatewayProcess
beforeAll(async () => {
  sources = await copySources()
  gateway = await startGateway({ cwd: sources.folder, env: { LOG_LEVEL: 'info' } })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await sources[Symbol.asyncDispose]()
})

const readTier = async () => {
  const { body } = await gateway.graphql('it-ops-agent', 'query Tier { account(id: "acc-0001") { tier } }')
  return (body.errors?.[0]?.extensions['code'] as string | undefined) ?? body.data?.['account'].tier
}
const revisions = async (outcome: 'compiled' | 'refused') => {
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  return Number(
    new RegExp(`^mandate_policy_revisions_total\\{outcome="${outcome}"\\} (\\d+)`, 'mu').exec(text)?.[1] ?? 0,
  )
}
/** What the log has from now on. */
function listen() {
  const start = gateway.output().length
  return () => gateway.output().slice(start)
}
const soon = (check: () => Promise<void> | void, limitMs = 10_000) =>
  vi.waitFor(check, { timeout: limitMs * noise(), interval: 20 })
/** Waits until the store has this version of the role: it learns of an edit a moment after the rules do. */
async function versionOf(role: string, like: { version: number; status: string }) {
  const versions = `query Versions { agentRole(key: "${role}") { versions { version status checksum widens } } }`
  return await vi.waitUntil(
    async () => {
      const { body } = await gateway.graphql('omar.haddad', versions)
      const found = body.data?.['agentRole'].versions as { version: number; status: string; checksum: string }[]
      return found.find(({ version, status }) => version === like.version && status === like.status)
    },
    { timeout: 10_000 * noise(), interval: 100 },
  )
}

test('a rule that is tightened holds within 2 s, and again when it is loosened', async () => {
  expect(await readTier()).toBe('STRATEGIC')
  const loose = "const read = callerMay('crm:read')"
  const tight = "const read = all(callerMay('crm:read'), callerMay('finance:read'))"
  await sources.edit(table, loose, tight)
  await soon(async () => expect(await readTier()).toBe('POLICY_DENIED'), 2_000)
  await sources.edit(table, tight, loose)
  await soon(async () => expect(await readTier()).toBe('STRATEGIC'), 2_000)
})

test('a scope that is taken from a role holds for tokens that were issued before', async () => {
  const role = 'policies/roles/it-ops-agent.ts'
  await sources.edit(role, "    'crm:read',\n", '')
  await soon(async () => expect(await readTier()).not.toBe('STRATEGIC'))
  await versionOf('it-ops-agent', { version: 2, status: 'ACTIVE' })

  // Given back, it opens something: it waits for a person who has looked at exactly this version.
  await sources.edit(role, "    'itsm:read',\n", "    'crm:read',\n    'itsm:read',\n")
  const waiting = await versionOf('it-ops-agent', { version: 3, status: 'IN_REVIEW' })
  expect(waiting).toMatchObject({ widens: [expect.stringContaining('crm:read')] })
  expect(await readTier()).not.toBe('STRATEGIC')
  const { version, checksum } = waiting
  const activate =
    'mutation Activate($input: ActivateRoleVersionInput!) { activateRoleVersion(input: $input) { roleVersion { status } } }'
  const input = { idempotencyKey: crypto.randomUUID(), role: 'it-ops-agent', version, checksum }
  const activated = await gateway.graphql('omar.haddad', activate, { input })
  expect(activated.body).toMatchObject({ data: { activateRoleVersion: { roleVersion: { status: 'ACTIVE' } } } })
  await soon(async () => expect(await readTier()).toBe('STRATEGIC'))
})

test.each([
  {
    title: 'a field that does not exist',
    before: '    accounts: any(write, asksNoRevenue),',
    after: '    accounts: any(write, asksNoRevenue),\n    acounts: read,',
    at: 'acounts: read',
    coordinate: 'Query.acounts',
  },
  {
    title: 'a type without a rule',
    before: "  CaseComment: { '*': read },\n",
    after: '',
    at: null,
    coordinate: 'CaseComment.',
  },
  {
    title: 'a file that does not parse',
    before: '  Opportunity: {',
    after: '  Opportunity: {{',
    at: null,
    coordinate: null,
  },
])('$title is refused, and the rules stay as they were', async ({ before, after, at, coordinate }) => {
  const refused = await revisions('refused')
  const heard = listen()
  await sources.edit(table, before, after)
  await soon(() => expect(heard()).toContain('The edited policies are refused; revision'))
  if (at !== null) expect(heard()).toContain(`${table}:${await sources.lineOf(table, at)}`)
  if (coordinate !== null) expect(heard()).toContain(coordinate)
  const entry = heard()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { problems?: { where: string; message: string; mend: string }[] })
    .find((line) => line.problems)
  for (const { where, message, mend } of entry?.problems ?? []) {
    expect(where).toMatch(at === null ? /^policies\/crm\.ts(?::\d+)?$/u : /^policies\/crm\.ts:\d+$/u)
    expect(message.length).toBeGreaterThan(10)
    expect(mend.length).toBeGreaterThan(10)
  }
  expect(entry?.problems?.length).toBeGreaterThan(0)
  expect(await revisions('refused')).toBe(refused + 1)
  expect(await readTier()).toBe('STRATEGIC')
  expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200)

  if (after === '') await putBack("  Activity: { '*': read },\n", `${before}  Activity: { '*': read },\n`)
  else await putBack(after, before)
})

/** Mends the file; an edit after it holds again. */
async function putBack(broken: string, mended: string): Promise<void> {
  await sources.edit(table, broken, mended)
  const tightened = "  Account: {\n    '*': all(read, callerMay('finance:read')),"
  await sources.edit(table, "  Account: {\n    '*': read,", tightened)
  await soon(async () => expect(await readTier()).toBe('POLICY_DENIED'))
  await sources.edit(table, tightened, "  Account: {\n    '*': read,")
  await soon(async () => expect(await readTier()).toBe('STRATEGIC'))
}

test('the ledger says under which revision each request was decided', async () => {
  const id = async () =>
    (await gateway.graphql('it-ops-agent', 'query Tier { account(id: "acc-0001") { tier } }')).headers.get(
      'mandate-request-id',
    )
  const revisionOf = async (request: string | null) => {
    const { stdout } = await gateway.mandate('audit', 'show', request ?? '', '--json')
    return (JSON.parse(stdout) as { records: { policyRevision: string }[] }).records[0]?.policyRevision
  }
  const before = await revisionOf(await id())
  const marker = '/** Permissions on customers'
  const text = await readFile(path.join(sources.folder, table), 'utf8')
  expect(text).toContain(marker)
  await sources.edit(table, marker, `// Another revision.\n${marker}`)
  // The command takes its time; how soon an edit holds is the first test's.
  await vi.waitFor(async () => expect(await revisionOf(await id())).not.toBe(before), { timeout: 30_000 * noise() })
})
