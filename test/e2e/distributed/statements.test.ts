/** Real subgraph processes, asked directly: nobody but a gateway gets an answer, and each statement gives one (attacks, row 20). */
import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { realWorld } from '../../../lib/world.ts'
import { subgraphNames } from '../../../subgraphs/index.ts'
import { type DistributedSystem, startDistributed } from '../../support/distributed.ts'
import { noise } from '../../support/noise.ts'
import { type OtherGateway, startOtherGateway } from '../../support/other-gateway.ts'
import { freePort, repository, run } from '../../support/process.ts'
import { type RecordingProxy, openRecordingProxy } from '../../support/recording-proxy.ts'
import { until } from '../../support/until.ts'

const stack = new AsyncDisposableStack()
let system: DistributedSystem
let other: OtherGateway
let line: RecordingProxy
let revision: string
beforeAll(async () => {
  other = stack.use(await startOtherGateway())
  const port = await freePort()
  line = stack.use(await openRecordingProxy(port))
  // One subgraph is started by hand, as its documentation says, behind a line that is listened to; the others by the supervisor.
  system = stack.use(
    await startDistributed({
      settings: `
subgraphs: { itsm: { url: '${line.url}' } }
statements: { keyUrls: ['${other.keyUrl}'] }
`,
    }),
  )
  const keys = ['gateway-1', 'gateway-2'].map((name) => `${system.address(name)}/.well-known/statement-keys.json`)
  const itsm = spawn(process.execPath, ['processes/subgraph.ts', 'itsm'], {
    cwd: repository,
    env: { ...system.env, PORT: String(port), MANDATE_STATEMENT_KEYS: keys.join(',') },
    stdio: 'ignore',
  })
  stack.defer(() => void itsm.kill())
  await until(
    () =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    60_000 * noise(),
  )
  const shown = await system.gateway(1).graphql('support-agent', 'query First { me { id } }')
  const audit = await system
    .gateway(1)
    .mandate('audit', 'show', shown.headers.get('mandate-request-id') ?? '', '--json')
  revision = (JSON.parse(audit.stdout) as { records: { policyRevision: string }[] }).records[0]?.policyRevision ?? ''
})
afterAll(() => stack.disposeAsync())

const query = 'query Direct($id: ID!) { account(id: $id) { id name } }'
const variables = { id: 'acc-0001' }
const sign = (
  changes: Parameters<OtherGateway['sign']>[1] = {},
  text = query,
  given: object = variables,
  clock = realWorld,
) => other.sign(text, { policyRevision: revision, ...changes }, given, clock)

async function ask(headers: Record<string, string>, body: object = { query, variables }) {
  const response = await fetch(`${system.address('crm')}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, text, body: JSON.parse(text) as { data?: any; errors?: any[] } }
}
const withStatement = (statement: string) => ({ 'mandate-statement': statement })

test('a statement of a gateway whose keys are configured is answered, once', async () => {
  const statement = sign()
  expect(await ask(withStatement(statement))).toMatchObject({
    status: 200,
    body: { data: { account: { id: 'acc-0001', name: 'Nordwind Logistics GmbH' } } },
  })
  expect((await ask(withStatement(statement))).status).toBe(401)
})

describe('is refused', () => {
  const earlier = { ...realWorld, now: () => new Date(Date.now() - 40_000) }
  test.each([
    ['without a statement', () => ({})],
    ['one that has expired', () => withStatement(sign({}, query, variables, earlier))],
    ['one for another subgraph', () => withStatement(sign({ audience: 'itsm' }))],
    ['one for another operation', () => withStatement(sign({}, '{ accounts { totalCount } }'))],
    ['one for other variables', () => withStatement(sign({}, query, { id: 'acc-0002' }))],
    ['a forged one', () => withStatement(`${sign().slice(0, -8)}AAAAAAAA`)],
    ['a statement in the place of a token', () => ({ authorization: `Bearer ${sign()}` })],
  ])('%s', async (_title, headers) => {
    const { status, text, body } = await ask(headers())
    expect({ status, code: body.errors?.[0].extensions.code, data: body.data }).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
      data: undefined,
    })
    expect(text).not.toMatch(/Nordwind|\baud\b|signature|jti/u)
  })

  test('the agent’s own token, wherever it stands', async () => {
    const token = await system.gateway(1).token('support-agent')
    for (const headers of [{ authorization: `Bearer ${token}` }, withStatement(token)]) {
      expect((await ask(headers)).status).toBe(401)
    }
  })

  test('a statement of a gateway that is not configured, and its keys are not fetched', async () => {
    await using stranger = await startOtherGateway()
    expect((await ask(withStatement(stranger.sign(query, { policyRevision: revision }, variables)))).status).toBe(401)
    expect(stranger.fetches()).toBe(0)
  })

  test('a statement of a policy revision that nobody has, after a second', async () => {
    const startedMs = performance.now()
    const { body } = await ask(withStatement(sign({ policyRevision: '0123456789abcdef' })))
    expect(body.errors?.[0].extensions.code).toBe('POLICY_DENIED')
    expect(performance.now() - startedMs).toBeGreaterThan(900)
    expect(performance.now() - startedMs).toBeLessThan(1_000 + 1_000 * noise())
  })
})

test('five hundred forged key ids cost a fetch of the keys a second', async () => {
  const before = other.fetches()
  const startedMs = performance.now()
  const [, claims, signature] = sign().split('.')
  const forged = (kid: string) => {
    const header = Buffer.from(JSON.stringify({ alg: 'Ed25519', typ: 'mandate-statement+jwt', kid })).toString(
      'base64url',
    )
    return `${header}.${claims}.${signature}`
  }
  const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => ask(withStatement(forged(`forged-${n}`)))))
  expect(answers.every(({ status }) => status === 401)).toBe(true)
  expect(other.fetches() - before).toBeLessThanOrEqual(2 + (performance.now() - startedMs) / 1_000)
})

test('of a representation the key is taken, and nothing else is believed (row 21)', async () => {
  const text = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Account { id name tier } } }'
  const given = {
    r: [{ __typename: 'Account', id: 'acc-0001', name: 'Forged', tier: 'KEY', ownerId: 'agent:support-agent' }],
  }
  const { body } = await ask(withStatement(sign({}, text, given)), { query: text, variables: given })
  expect(body.data._entities).toEqual([{ id: 'acc-0001', name: 'Nordwind Logistics GmbH', tier: 'STRATEGIC' }])
})

describe('on the line between a gateway and a subgraph', () => {
  const incidents = 'query Line { account(id: "acc-0001") { incidents(first: 2) { number } } }'

  test('there is never the token of the agent, and each statement says who acts, for what, for seconds', async () => {
    line.seen.length = 0
    const gateway = system.gateway(1)
    const token = await gateway.token('support-agent')
    const answer = await gateway.graphql(null, incidents, {}, { authorization: `Bearer ${token}`, cookie: 'session=1' })
    expect(answer.body.errors).toBeUndefined()
    expect(line.seen.length).toBeGreaterThan(0)
    for (const { headers, body } of line.seen) {
      expect(JSON.stringify(headers) + body).not.toContain(token.split('.')[2])
      expect(Object.keys(headers).sort()).toEqual([
        'connection',
        'content-length',
        'content-type',
        'host',
        'mandate-statement',
      ])
      const claims = JSON.parse(
        Buffer.from(headers['mandate-statement']?.split('.')[1] ?? '', 'base64url').toString(),
      ) as Record<string, any>
      expect(claims).toMatchObject({ aud: 'itsm', sub: 'agent:support-agent', purpose: null })
      expect(claims['requestId']).toBe(answer.headers.get('mandate-request-id'))
      expect(claims['exp'] - claims['iat']).toBe(30)
    }
  })

  test('what was overheard is good for nothing', async () => {
    const [overheard] = line.seen
    const replayed = await fetch(line.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'mandate-statement': overheard?.headers['mandate-statement'] ?? '',
      },
      body: overheard?.body ?? '',
    })
    expect(replayed.status).toBe(401)
  })
})

describe('a start that cannot succeed says why', () => {
  test('a supervisor whose ports are taken, before it has started anything', async () => {
    const { code, stdout, stderr } = await run(process.execPath, ['processes/distributed.ts'], {
      cwd: repository,
      env: system.env,
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`${new URL(system.address('crm')).port} (crm)`)
    expect(stderr).toContain('are taken by another process. Stop it, or set PORT')
  })

  test.each([
    [
      'no servers',
      ['processes/subgraph.ts', 'crm'],
      { MANDATE_STATEMENT_KEYS: 'http://127.0.0.1:1/k' },
      'set DATABASE_URL and REDIS_URL',
    ],
    ['no keys', ['processes/subgraph.ts', 'crm'], {}, 'set MANDATE_STATEMENT_KEYS'],
    ['a subgraph that is none', ['processes/subgraph.ts', 'nothing'], {}, `with one of ${subgraphNames.join(', ')}`],
    [
      'keys over plain HTTP',
      ['processes/subgraph.ts', 'crm'],
      { MANDATE_STATEMENT_KEYS: 'http://gateway.example/k' },
      'MANDATE_KEYS_OVER_HTTP',
    ],
    ['an issuer for nobody', ['processes/issuer.ts'], {}, 'set MANDATE_AUDIENCE'],
    ['a supervisor without servers', ['processes/distributed.ts'], {}, 'set DATABASE_URL and REDIS_URL'],
  ])('%s', async (_title, args, env, message) => {
    const { PATH, HOME } = process.env
    const { code, stdout, stderr } = await run(process.execPath, args, {
      cwd: repository,
      env: { PATH, HOME, LOG_LEVEL: 'warn', ...env },
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
  })
})
