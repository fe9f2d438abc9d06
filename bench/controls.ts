/**
 * `npm run bench:controls [-- --requests 150 --rounds 7]`: what each control costs a request. One gateway, in which one control after the
 * other is left out; a batch with everything stands beside each batch without, so that both see the same machine. The differences
 * of the pairs are what counts; the pair of two equal batches says how far such a difference is from nothing.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createApp } from '../gateway/app.ts'
import { readConfig } from '../gateway/config.ts'
import { undecidable } from '../gateway/controls/approvals/undecidable.ts'
import type { Controls } from '../gateway/controls/controls.ts'
import { demoIdentities, findIdentity } from '../gateway/identity/demo-identities.ts'
import { makeProof } from '../gateway/identity/make-proof.ts'
import { ensurePrivateKey, identityKeyFile, proofKeyFile } from '../gateway/identity/private-keys.ts'
import { requestToken } from '../gateway/identity/request-token.ts'
import { createLog } from '../gateway/log.ts'
import { realWorld } from '../lib/world.ts'
import { openDatabase } from '../storage/database.ts'
import { createAgentBudgets } from '../storage/stores/agent-budgets.ts'
import { freePort } from './free-port.ts'
import { median } from './report.ts'

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '150' }, rounds: { type: 'string', default: '7' } },
})
const [requests, rounds] = [Number(values.requests), Number(values.rounds)]
const say = (text: string) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${text}` : `${text}\n`)

type Control = keyof Controls | 'autonomy'

/** What is left out at the moment. */
const off = new Set<Control>()

const switchable = (real: Controls): Controls => ({
  stops: {
    assertClear: (exchange) => (off.has('stops') ? Promise.resolve() : real.stops.assertClear(exchange)),
    watch: (exchange) => (off.has('stops') ? () => undefined : real.stops.watch(exchange)),
  },
  get concerns() {
    return real.concerns.filter(({ name }) => !off.has(name as Control))
  },
  get approvals() {
    return off.has('approvals') ? undecidable : real.approvals
  },
  budgets: {
    preview: (exchange) => real.budgets.preview(exchange),
    reserve: (exchange) => (off.has('budgets') ? Promise.resolve() : real.budgets.reserve(exchange)),
    settle: (exchange, result) => (off.has('budgets') ? Promise.resolve() : real.budgets.settle(exchange, result)),
  },
  flow: { note: (exchange, data) => (off.has('flow') ? Promise.resolve() : real.flow.note(exchange, data)) },
})

say('Making the company and starting a gateway …')
await using stack = new AsyncDisposableStack()
const folder = await mkdtemp(path.join(tmpdir(), 'mandate-bench-'))
stack.defer(() => rm(folder, { recursive: true, force: true }))
const { DATABASE_URL } = process.env
const database = stack.use(
  await openDatabase(
    DATABASE_URL === undefined ? { kind: 'embedded', folder: null } : { kind: 'postgres', url: DATABASE_URL },
  ),
)
const config = readConfig({ env: { MANDATE_DATA: folder, PORT: String(await freePort()) }, folder })
const app = stack.use(
  await createApp({
    config: {
      ...config,
      limits: { ...config.limits, costPerMinute: 1_000_000_000 },
      approvals: { ...config.approvals, openPerAgent: 1_000_000 },
    },
    world: realWorld,
    log: createLog({ level: 'error' }),
    env: {},
    given: { database, controls: switchable },
  }),
)
await app.listen()
const url = app.address

const agent = 'agent:support-agent'
const budgets = createAgentBudgets(database.kysely)
for (const limit of [
  { measure: 'mutations', per: 'day', limit: 100_000_000 },
  { measure: 'cost', per: 'hour', limit: 100_000_000 },
  { measure: 'sensitive-rows', per: 'month', limit: 100_000_000 },
] as const) {
  await budgets.set(agent, limit, 'person:bench', new Date())
}

interface Request {
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}
type Kind = () => Promise<Request> | Request

const read = {
  query: '{ case(id: "case-0002") { id subject description contact { name email } } }',
}
const act = () => ({
  query: 'mutation Log($input: CreateActivityInput!) { createActivity(input: $input) { activity { id } } }',
  variables: {
    input: { idempotencyKey: randomUUID(), type: 'TASK', subject: 'Call back', priority: 'LOW', whatId: 'case-0002' },
  },
})
const waits = () => ({
  query:
    'mutation Move($input: UpdateSupplierBankDetailsInput!) { updateSupplierBankDetails(input: $input) { replayed } }',
  variables: {
    input: {
      idempotencyKey: randomUUID(),
      id: 'sup-001',
      expectedVersion: 1,
      iban: 'DE66999999990000000099',
      bic: 'COBADEFFXXX',
      accountHolder: `Kestrel ${randomUUID()}`,
      changeChannel: 'PORTAL',
    },
  },
})

async function tokenOf(name: string, more: { subjectToken?: string; bound?: boolean } = {}) {
  const identity = findIdentity(demoIdentities, name)
  if (identity === undefined) throw new Error(`There is no ${name}.`)
  const key = await ensurePrivateKey(identityKeyFile(folder, name))
  const proof = more.bound === true ? { proofKey: await ensurePrivateKey(proofKeyFile(folder, name)) } : {}
  const subject = more.subjectToken === undefined ? {} : { subjectToken: more.subjectToken }
  return await requestToken(
    { identity, key, url, dataFolder: folder, ...proof, ...subject },
    { fetch, world: realWorld },
  )
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const own = await tokenOf('support-agent')
const bound = await tokenOf('support-agent', { bound: true })
const chained = await tokenOf('support-agent', {
  subjectToken: await tokenOf('sales-agent', { subjectToken: await tokenOf('maria.keller') }),
})
const supplier = await tokenOf('supplier-data-agent')
const proofKey = await ensurePrivateKey(proofKeyFile(folder, 'support-agent'))
const me = { query: '{ me { id } }' }

/** Sends what must succeed, while the run is prepared. */
async function send(token: string, query: string, input: object): Promise<string> {
  const { body } = await app.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json', ...bearer(token) },
    payload: JSON.stringify({ query, variables: { input: { idempotencyKey: randomUUID(), ...input } } }),
  })
  const id = /"id":"([^"]+)"/u.exec(body)?.[1]
  if (id === undefined) throw new Error(`The run cannot be prepared: ${body.slice(0, 400)}`)
  return id
}
// A grant in force, which counts for a purpose alone: without the header nothing is looked up.
const requestId = await send(
  own,
  'mutation ($input: RequestAccessInput!) { requestAccess(input: $input) { requests { id } } }',
  {
    coordinates: ['Supplier.bankDetails', 'SupplierBankDetails.iban'],
    purpose: 'customer-support',
    reason: 'A measurement.',
    duration: 'P1D',
  },
)
await send(
  await tokenOf('jonas.weber'),
  'mutation ($input: DecideAccessInput!) { decideAccess(input: $input) { request { id } } }',
  { requestId, expectedVersion: 1, decision: 'APPROVE', reason: 'A measurement.' },
)

const kinds = {
  read: () => ({ headers: bearer(own), body: read }),
  act: () => ({ headers: bearer(own), body: act() }),
  waits: () => ({ headers: bearer(supplier), body: waits() }),
  'dry run': () => ({ headers: bearer(own), body: { ...act(), extensions: { dryRun: true } } }),
  me: () => ({ headers: bearer(own), body: me }),
  'me, with a grant': () => ({ headers: { ...bearer(own), 'mandate-purpose': 'customer-support' }, body: me }),
  'me, bound': async () => ({
    headers: {
      authorization: `DPoP ${bound}`,
      dpop: await makeProof({
        key: proofKey,
        method: 'POST',
        address: `${url}/graphql`,
        token: bound,
        world: realWorld,
      }),
    },
    body: me,
  }),
  'me, chain of two agents and a person': () => ({ headers: bearer(chained), body: me }),
} satisfies Record<string, Kind>

/** Milliseconds for one request of a batch, sent one after the other. What a client does is done before the clock starts. */
async function batch(kind: Kind, without: readonly Control[], expected: string | null): Promise<number> {
  const prepared = await Promise.all(Array.from({ length: requests }, async () => await kind()))
  off.clear()
  for (const control of without) off.add(control)
  const startedMs = performance.now()
  for (const { headers, body } of prepared) {
    const { body: text } = await app.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json', ...headers },
      payload: JSON.stringify(body),
    })
    const code = /"code":"([A-Z_]+)"/u.exec(text)?.[1] ?? null
    if (code !== expected) throw new Error(`Expected ${expected ?? 'data'}, and got ${text.slice(0, 400)}`)
  }
  return (performance.now() - startedMs) / requests
}

interface Comparison {
  readonly title: string
  readonly kind: Kind
  readonly against: Kind
  readonly without?: readonly Control[]
  /** The code that both are answered with. */
  readonly code?: string
}

const { read: reads, act: acts, waits: waiting } = kinds
const every: readonly Control[] = ['stops', 'autonomy', 'flow', 'budgets']
const comparisons: readonly Comparison[] = [
  { title: 'read: nothing left out (two equal batches)', kind: reads, against: reads },
  { title: 'read: stops', kind: reads, against: reads, without: ['stops'] },
  { title: 'read: remembering what was read (flow)', kind: reads, against: reads, without: ['flow'] },
  { title: 'read: budgets (four lines)', kind: reads, against: reads, without: ['budgets'] },
  { title: 'read: all of these', kind: reads, against: reads, without: every },
  { title: 'act: nothing left out (two equal batches)', kind: acts, against: acts },
  { title: 'act: stops', kind: acts, against: acts, without: ['stops'] },
  { title: 'act: autonomy', kind: acts, against: acts, without: ['autonomy'] },
  { title: 'act: comparing with what was read (flow)', kind: acts, against: acts, without: ['flow'] },
  { title: 'act: budgets (four lines)', kind: acts, against: acts, without: ['budgets'] },
  { title: 'act: all of these', kind: acts, against: acts, without: every },
  {
    title: 'an act that waits: storing the request for approval',
    kind: waiting,
    against: waiting,
    without: ['approvals'],
    code: 'APPROVAL_REQUIRED',
  },
  { title: 'a dry run, against the act', kind: kinds['dry run'], against: acts },
  { title: 'a token bound to a key (DPoP), against a bearer token', kind: kinds['me, bound'], against: kinds.me },
  { title: 'a grant in force', kind: kinds['me, with a grant'], against: kinds.me },
  {
    title: 'a chain of two agents and a person, against an agent',
    kind: kinds['me, chain of two agents and a person'],
    against: kinds.me,
  },
]

const lines = [
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'processor'}; ${database.kind}; ${rounds} rounds of ${requests} requests, one after the other; medians`,
  '',
  ['with ms', 'without ms', 'cost ms', 'from–to', ''].map((cell) => cell.padStart(14)).join(''),
]
for (const { title, kind, against, without = [], code = null } of comparisons) {
  say(`${title} …`)
  await batch(kind, [], code)
  await batch(against, without, code)
  const pairs: (readonly [number, number])[] = []
  for (let round = 0; round < rounds; round += 1) {
    // In turns, so that neither is always the one that comes first.
    const first = round % 2 === 0 ? await batch(kind, [], code) : null
    const other = await batch(against, without, code)
    pairs.push([first ?? (await batch(kind, [], code)), other])
  }
  const differences = pairs.map(([with_, other]) => with_ - other)
  lines.push(
    `${[
      median(pairs.map(([with_]) => with_)).toFixed(2),
      median(pairs.map(([, other]) => other)).toFixed(2),
      median(differences).toFixed(2),
      `${Math.min(...differences).toFixed(2)}–${Math.max(...differences).toFixed(2)}`,
    ]
      .map((cell) => cell.padStart(14))
      .join('')}   ${title}`,
  )
}
say('')
process.stdout.write(`${lines.join('\n')}\n`)
