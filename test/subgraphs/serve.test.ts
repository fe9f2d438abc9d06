/** A subgraph as a process of its own: nobody but the gateway gets an answer (attacks, rows 20, 36, 46). */
import { createServer } from 'node:net'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStatementSigner, type StatementSigner } from '../../gateway/federation/statement-signer.ts'
import type { Statement } from '../../lib/statement.ts'
import { realWorld } from '../../lib/world.ts'
import { defineSubgraph } from '../../subgraphs/define.ts'
import { serveSubgraph, type ServeOptions, type SubgraphServer } from '../../subgraphs/serve.ts'
import { verifierFor } from '../support/statements.ts'
import { callerNamed, rulesWith, statementFor, subgraphDeps, withShared } from '../support/subgraphs.ts'

const sdl = withShared(/* GraphQL */ `
  type Query {
    hello: String!
    me: String!
    fails: String
    waits: String
  }
  type Thing @key(fields: "id") {
    id: ID!
    name: String
  }
`)

const warnings: unknown[] = []
const deps = subgraphDeps(rulesWith())
const started = Promise.withResolvers<AbortSignal>()
const stopped = Promise.withResolvers<unknown>()
const resolvers = {
  Query: {
    hello: () => 'hello',
    me: (_: unknown, __: unknown, { caller }: { caller: { id: string } }) => caller.id,
    fails: () => {
      throw new Error('connect ECONNREFUSED db-internal.corp:5432')
    },
    waits: async (_: unknown, __: unknown, { signal }: { signal: AbortSignal }) => {
      started.resolve(signal)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      stopped.resolve(signal.reason)
    },
  },
}
const log = { ...deps.log, warn: (fields: unknown) => warnings.push(fields) }

/** What the reference resolver was given of each representation. */
const references: unknown[] = []

let signer: StatementSigner
let server: SubgraphServer

async function start(more: Partial<ServeOptions> = {}): Promise<SubgraphServer> {
  const entities = {
    Thing: (reference: Readonly<Record<string, unknown>>) => {
      references.push(reference)
      return { id: 't1', name: 'secret thing' }
    },
  }
  const subgraph = defineSubgraph({ name: 'things', sdl, resolvers, entities, services: {} }, deps)
  return serveSubgraph(subgraph, { port: 0, verifyStatement: verifierFor(signer, 'things'), log, ...more })
}

beforeAll(async () => {
  signer = await createStatementSigner(realWorld)
  server = await start()
})
afterAll(() => server.close())

interface Sent {
  readonly query?: string
  readonly token?: string | undefined
  readonly headers?: Record<string, string>
  readonly body?: string
}

async function send({ query = '{ hello }', token, headers = {}, body }: Sent) {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { 'mandate-statement': token } : {}), ...headers },
    body: body ?? JSON.stringify({ query }),
  })
  return { status: response.status, text: await response.text() }
}

const sign = (query: string, more: Partial<Statement> = {}) => signer.sign(statementFor('things', query, more))

test('answers the gateway', async () => {
  const { status, text } = await send({ token: sign('{ hello }') })
  expect(status).toBe(200)
  expect(JSON.parse(text)).toEqual({
    data: { hello: 'hello' },
    extensions: { mandate: { resolved: { 'Query.hello': 1 } } },
  })
})

test('listens on loopback', () => {
  expect(server.url.hostname).toBe('127.0.0.1')
})

test('says that it is alive, and nothing more', async () => {
  const response = await fetch(new URL('/health', server.url))
  expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
})

describe('row 20: answers nobody else', () => {
  const entities = '{ _entities(representations: [{ __typename: "Thing", id: "t1" }]) { ... on Thing { name } } }'

  test.each(['{ hello }', entities, '{ _service { sdl } }', '{ __schema { types { name } } }'])(
    'no statement: %s',
    async (query) => {
      const { status, text } = await send({ query })
      expect(status).toBe(401)
      expect(text).not.toMatch(/secret|type Query|hello/)
    },
  )

  test('an agent’s own token is no statement', async () => {
    expect((await send({ token: 'eyJhbGciOiJFZERTQSJ9.e30.c2ln' })).status).toBe(401)
    expect((await send({ headers: { authorization: `Bearer ${sign('{ hello }')}` } })).status).toBe(401)
  })

  test('a statement for another subgraph', async () => {
    expect((await send({ token: sign('{ hello }', { audience: 'crm' }) })).status).toBe(401)
  })

  test('a statement for another operation', async () => {
    expect((await send({ query: entities, token: sign('{ hello }') })).status).toBe(401)
  })

  test('a statement for other variables', async () => {
    const token = signer.sign(statementFor('things', '{ hello }'), '{"id":"t1"}')
    const body = (id: string) => JSON.stringify({ query: '{ hello }', variables: { id } })
    expect((await send({ token, body: body('t2') })).status).toBe(401)
    expect((await send({ token, body: body('t1') })).status).toBe(200)
  })

  test('a statement that was used before', async () => {
    const token = sign('{ hello }')
    expect((await send({ token })).status).toBe(200)
    expect((await send({ token })).status).toBe(401)
  })

  test('two of the same that come together: one is answered', async () => {
    const token = sign('{ hello }')
    const answers = await Promise.all(Array.from({ length: 8 }, () => send({ token })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('a statement signed by somebody else', async () => {
    const stranger = await createStatementSigner(realWorld)
    expect((await send({ token: stranger.sign(statementFor('things', '{ hello }')) })).status).toBe(401)
  })

  test('a statement that has expired', async () => {
    const past = await createStatementSigner({ ...realWorld, now: () => new Date(Date.now() - 120_000) })
    const subgraph = await start({ verifyStatement: verifierFor(past, 'things') })
    await using _ = subgraph
    const response = await fetch(subgraph.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'mandate-statement': past.sign(statementFor('things', '{ hello }')),
      },
      body: JSON.stringify({ query: '{ hello }' }),
    })
    expect(response.status).toBe(401)
  })

  test('a verifier that passes what it must not is checked again', async () => {
    await using subgraph = await start({ verifyStatement: () => Promise.resolve(statementFor('crm', '{ hello }')) })
    const body = JSON.stringify({ query: '{ hello }' })
    const response = await fetch(subgraph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(response.status).toBe(401)
  })

  test('why it was refused stands in the log, not in the answer', async () => {
    warnings.length = 0
    const { text } = await send({ token: sign('{ hello }', { audience: 'crm' }) })
    expect(JSON.parse(text)).toMatchObject({
      errors: [{ message: 'A subgraph answers the gateway only.', extensions: { code: 'UNAUTHENTICATED' } }],
    })
    expect(text).not.toMatch(/aud|crm|claim/)
    expect(warnings).toHaveLength(1)
  })
})

test('row 21: a representation says its key, and nothing else that is believed', async () => {
  const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Thing { id name } } }'
  const ask = async (representation: object) => {
    const variables = { r: [representation] }
    const token = signer.sign(statementFor('things', query), JSON.stringify(variables))
    return JSON.parse((await send({ token, body: JSON.stringify({ query, variables }) })).text) as unknown
  }
  expect(await ask({ __typename: 'Thing', id: 't1', name: 'forged', secret: true })).toMatchObject({
    data: { _entities: [{ id: 't1', name: 'secret thing' }] },
  })
  expect(references).toEqual([{ id: 't1' }])
  expect(await ask({ __typename: 'Thing', name: 'forged' })).toMatchObject({
    errors: [{ extensions: { code: 'INVALID_INPUT' } }],
  })
})

describe('row 46: who is calling', () => {
  test('is in the statement alone; headers that claim an identity are not read', async () => {
    const query = '{ me }'
    const token = sign(query, { caller: callerNamed('agent:sales-agent') })
    const headers = { 'x-agent-id': 'admin', authorization: 'Bearer stolen', 'x-user': 'admin' }
    expect(JSON.parse((await send({ query, token, headers })).text)).toMatchObject({
      data: { me: 'agent:sales-agent' },
    })
  })
})

describe('row 36: what it says of its failures', () => {
  const plain = /ECONNREFUSED|db-internal|\.ts|node_modules|at [A-Z]|127\.0\.0\.1|stack/

  test('a failing resolver', async () => {
    const { status, text } = await send({ query: '{ fails }', token: sign('{ fails }') })
    expect([status, JSON.parse(text)]).toMatchObject([
      200,
      { errors: [{ extensions: { code: 'SYSTEM_UNAVAILABLE' } }] },
    ])
    expect(text).not.toMatch(plain)
  })

  test.each([
    ['no JSON', { body: '{' }, 400],
    ['no query', { body: '{}' }, 400],
    ['a query that is no text', { body: '{"query": 5}' }, 400],
    ['a batch', { body: '[{"query": "{ hello }"}]' }, 400],
    ['variables that are no object', { body: '{"query": "{ hello }", "variables": [1]}' }, 400],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query=x' }, 415],
    ['plain text', { headers: { 'content-type': 'text/plain' }, body: '{ hello }' }, 415],
    ['a prototype', { body: '{"query": "{ hello }", "__proto__": {"admin": true}}' }, 400],
  ])('%s', async (_, sent, expected) => {
    const { status, text } = await send(sent)
    expect(status).toBe(expected)
    expect(text).not.toMatch(plain)
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
  })

  test('a body that is too long', async () => {
    await using small = await start({ bodyLimit: 100 })
    const body = JSON.stringify({ query: `{ hello } #${'x'.repeat(200)}` })
    const response = await fetch(small.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(response.status).toBe(413)
  })

  test('another path or method', async () => {
    for (const [path, method] of [
      ['/', 'GET'],
      ['/graphql', 'GET'],
      ['/graphql?query={hello}', 'GET'],
      ['/admin', 'POST'],
    ] as const) {
      const response = await fetch(new URL(path, server.url), { method })
      expect(response.status).toBe(404)
      expect(await response.text()).not.toMatch(/Fastify|Route|graphql/)
    }
  })
})

test('stops working when the gateway goes away', async () => {
  const body = JSON.stringify({ query: '{ waits }' })
  const socket = connect(Number(server.url.port), '127.0.0.1')
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nmandate-statement: ${sign('{ waits }')}\r\n` +
      `content-length: ${body.length}\r\n\r\n${body}`,
  )
  const signal = await started.promise
  expect(signal.aborted).toBe(false)
  socket.destroy()
  expect(await stopped.promise).toMatchObject({ message: 'The gateway went away.' })
})

test('closes at once beside a connection that has sent nothing, and not before what is asked is answered', async () => {
  const held = Promise.withResolvers<undefined>()
  const verify = verifierFor(signer, 'things')
  const asked = Promise.withResolvers<undefined>()
  const closing = await start({
    verifyStatement: async (...fetched) => {
      asked.resolve(undefined)
      await held.promise
      return verify(...fetched)
    },
  })
  const silent = connect(Number(closing.url.port), '127.0.0.1').on('error', () => undefined)
  await new Promise((resolve) => silent.once('connect', resolve))
  const answer = fetch(closing.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'mandate-statement': sign('{ hello }') },
    body: '{"query":"{ hello }"}',
  })
  await asked.promise
  let closed = false
  const close = closing.close().then(() => (closed = true))
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(closed).toBe(false)
  held.resolve(undefined)
  expect(await (await answer).json()).toMatchObject({ data: { hello: 'hello' } })
  const startedMs = performance.now()
  await close
  expect(performance.now() - startedMs).toBeLessThan(5_000)
})

test('a port that is taken is told, not swallowed', async () => {
  const blocker = createServer()
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
  const address = blocker.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await expect(start({ port })).rejects.toThrow('EADDRINUSE')
  blocker.close()
})
