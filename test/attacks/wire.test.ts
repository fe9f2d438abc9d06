/** Rows 17, 40, 41, 46 and 48, byte by byte over real sockets: what no client library sends. */
import { gzipSync } from 'node:zlib'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RemoteSystem, json, startRemoteSystem, withRemote } from '../support/remote-system.ts'
import { expectNothingLeaks, proofOf } from '../support/proof.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { type WireAnswer, listen, post, sendRaw } from '../support/wire.ts'

let finance: RemoteSystem
let stack: Stack
let port: number
let token: string
beforeAll(async () => {
  finance = await startRemoteSystem(json({ data: { invoices: { totalCount: 7 } } }))
  stack = await startStack({ settings: withRemote('finance', finance) })
  port = await listen(stack)
  token = await (stack.app.mint as NonNullable<typeof stack.app.mint>)('support-agent')
})
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
  await finance[Symbol.asyncDispose]()
})

const me = '{"query":"{ me { id kind scopes } }"}'
const bearer = () => `Authorization: Bearer ${token}`
const codesOf = ({ text }: WireAnswer) =>
  ((JSON.parse(text) as { errors?: { extensions: { code: string } }[] }).errors ?? []).map(
    ({ extensions }) => extensions.code,
  )

/** Refused with this status and code, and recorded as that. */
async function refuses(answer: WireAnswer, status: number, code: string): Promise<void> {
  expect([answer.status, codesOf(answer)], answer.raw).toEqual([status, [code]])
  const { outcome, codes } = await proofOf(stack, answer)
  expect([outcome, codes]).toEqual(['refused', [code]])
}

async function recordCount(): Promise<number> {
  return (await stack.database.kysely.selectFrom('mandate.ledger').select('seq').execute()).length
}

test('the control: the same bytes without an attack are answered', async () => {
  const answer = await sendRaw(port, post(me, bearer()))
  expect([answer.status, (await proofOf(stack, answer)).outcome]).toEqual([200, 'answered'])
  expect(answer.text).toContain('"agent:support-agent"')
})

describe('row 17: bodies', () => {
  test('row 17: a huge body is refused by its announced length, before it is read', async () => {
    const answer = await sendRaw(port, post(me, bearer()).replace(/Content-Length: \d+/, 'Content-Length: 900000000'))
    await refuses(answer, 413, 'PAYLOAD_TOO_LARGE')
  })

  test('row 17: a huge body that does not announce itself is refused when it has become too large', async () => {
    const head = post('', bearer()).replace('Content-Length: 0', 'Transfer-Encoding: chunked')
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    await refuses(await sendRaw(port, head, ...Array.from({ length: 6 }, () => chunk)), 413, 'PAYLOAD_TOO_LARGE')
  })

  test('row 17: a compressed body is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    const head = post('', bearer(), 'Content-Encoding: gzip').replace(
      'Content-Length: 0',
      `Content-Length: ${bomb.length}`,
    )
    await refuses(await sendRaw(port, head, bomb), 400, 'BAD_REQUEST')
  })

  test.each(['utf-7', 'utf-16le', 'iso-8859-1', '"utf-32"'])('row 17: the charset %s is not taken', async (charset) => {
    const request = post(me, bearer()).replace('application/json', `application/json; charset=${charset}`)
    await refuses(await sendRaw(port, request), 400, 'BAD_REQUEST')
  })

  test('row 17: headers without end', async () => {
    await refuses(await sendRaw(port, post(me, bearer(), `X-Long: ${'x'.repeat(20_000)}`)), 400, 'BAD_REQUEST')
  })

  test('row 17: a body that breaks off in the middle of a character, and one that is no JSON', async () => {
    const broken = Buffer.concat([Buffer.from('{"query":"{ me { id } } # '), Buffer.from([0xc3]), Buffer.from('"}')])
    const head = post('', bearer()).replace('Content-Length: 0', `Content-Length: ${broken.length}`)
    // The stray byte is read as a replacement character, inside a comment: harmless, and answered.
    expect((await sendRaw(port, head, broken)).status).toBe(200)
    await refuses(await sendRaw(port, post('{"query":', bearer())), 400, 'BAD_REQUEST')
  })
})

describe('row 40: requests that a browser sends for another site', () => {
  const act =
    '{"query":"mutation { createActivity(input: { idempotencyKey: \\"r40\\", type: CALL, subject: \\"r40\\" }) { replayed } }"}'
  const activities = async () =>
    (await stack.database.kysely.selectFrom('crm.activities').select('id').where('subject', '=', 'r40').execute())
      .length

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'row 40: a POST of type `%s`, which needs no preflight',
    async (type) => {
      const request = post(act, bearer()).replace(
        /Content-Type: .*\r\n/,
        type === '' ? '' : `Content-Type: ${type}\r\n`,
      )
      await refuses(await sendRaw(port, request), 400, 'BAD_REQUEST')
      expect(await activities()).toBe(0)
    },
  )

  const get = (query: string, ...headers: string[]) =>
    [
      'GET /graphql?query=' + encodeURIComponent(query) + ' HTTP/1.1',
      'Host: gateway',
      'Connection: close',
      ...headers,
      '',
      '',
    ].join('\r\n')

  test('row 40: a GET without a header that forces a preflight', async () => {
    await refuses(await sendRaw(port, get('{ me { id } }', bearer())), 400, 'BAD_REQUEST')
  })

  test('row 40: a GET that would change something, preflight or not', async () => {
    const mutation = (JSON.parse(act) as { query: string }).query
    const answer = await sendRaw(port, get(mutation, bearer(), 'Apollo-Require-Preflight: 1'))
    await refuses(answer, 405, 'BAD_REQUEST')
    expect(answer.headers['allow']).toBe('POST')
    expect(await activities()).toBe(0)
    const control = await sendRaw(port, get('{ me { id } }', bearer(), 'Apollo-Require-Preflight: 1'))
    expect(control.status).toBe(200)
  })

  test('row 40: a preflight is not answered with a permission', async () => {
    const request =
      'OPTIONS /graphql HTTP/1.1\r\nHost: gateway\r\nOrigin: https://evil.example\r\nConnection: close\r\n' +
      'Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n\r\n'
    const answer = await sendRaw(port, request)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    await refuses(answer, 401, 'UNAUTHENTICATED')
  })

  test.each(['PUT', 'DELETE', 'PATCH'])('row 40: %s is no way to send an operation', async (method) => {
    await refuses(await sendRaw(port, post(act, bearer()).replace('POST', method)), 405, 'BAD_REQUEST')
    expect(await activities()).toBe(0)
  })
})

describe('row 41: identity smuggled in', () => {
  test('row 41: headers that name somebody change nothing, and do not reach a system', async () => {
    const names = [
      'X-Agent-Id',
      'X_Agent_Id',
      'x-forwarded-user',
      'X-Scopes',
      'Mandate-Statement',
      'Mandate-Caller',
      'X-Request-Id',
    ]
    const smuggled = names.flatMap((name) => [`${name}: person:jonas.weber`, `${name}: admin`])
    finance.fetches.splice(0)
    const query = '{"query":"{ me { id scopes } invoices { totalCount } }"}'
    const answer = await sendRaw(
      port,
      post(query, bearer(), ...smuggled, 'Connection: x-agent-id, authorization, close'),
    )
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('"agent:support-agent"')
    const { record } = await proofOf(stack, answer)
    expect(record.caller?.id).toBe('agent:support-agent')
    expect(record.requestId).not.toContain('jonas')
    const [fetch] = finance.fetches
    expect(Object.keys(fetch?.headers ?? {}).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'mandate-statement',
    ])
    expect(JSON.stringify(fetch)).not.toMatch(/jonas|admin/)
  })

  test.each([
    ['the same header twice', () => [bearer(), bearer()]],
    ['in two spellings', () => [bearer(), bearer().replace('Authorization', 'AUTHORIZATION')]],
    ['beside another scheme', () => ['Authorization: Basic YWRtaW46YWRtaW4=', bearer()]],
    ['two tokens in one header', () => [`${bearer()}, Bearer ${token}`]],
  ])('row 41: two identities, %s', async (_how, headers) => {
    await refuses(await sendRaw(port, post(me, ...headers())), 401, 'UNAUTHENTICATED')
  })

  test.each([
    ['a line folded into the next', () => `Authorization: Bearer\r\n ${token}`],
    ['a NUL', () => `Authorization: Bearer ${token}\0`],
    ['a carriage return alone', () => `X-A: a\rX-Agent-Id: admin`],
    ['a space before the colon', () => `Authorization : Bearer ${token}`],
  ])('row 41: a header with %s is no HTTP', async (_what, header) => {
    await refuses(await sendRaw(port, post(me, header())), 400, 'BAD_REQUEST')
  })

  test('row 41: a token in the address beside a good header', async () => {
    const answer = await sendRaw(port, post(me, bearer()).replace('/graphql', `/graphql?access_token=${token}`))
    await refuses(answer, 401, 'UNAUTHENTICATED')
  })
})

test('row 46: a system is told who is calling by a statement of the gateway, and never given the token', async () => {
  finance.fetches.splice(0)
  const answer = await sendRaw(port, post('{"query":"{ invoices { totalCount } }"}', bearer(), 'Cookie: a=b'))
  const { record } = await proofOf(stack, answer)
  const [fetch] = finance.fetches
  const statement = decodeJwt(String(fetch?.headers['mandate-statement']))
  const { requestId } = answer
  expect(statement).toMatchObject({ iss: 'mandate-gateway', aud: 'finance', sub: 'agent:support-agent', requestId })
  expect((statement.exp ?? 0) - (statement.iat ?? 0)).toBeLessThanOrEqual(60)
  const everything = JSON.stringify([finance.fetches, statement])
  for (const part of [token, token.split('.')[2] ?? '', 'a=b']) expect(everything).not.toContain(part)
  expect(record.caller?.tokenId).toBe(decodeJwt(token).jti)
  // Nor does the token stand in the log.
  expect(stack.logged.join('')).not.toContain(token.split('.')[2])
})

describe('row 48: where one request ends and the next begins', () => {
  const smuggled = post(me, 'X-Smuggled: 1')
  const withHeaders = (body: string, ...headers: string[]) =>
    ['POST /graphql HTTP/1.1', 'Host: gateway', 'Content-Type: application/json', bearer(), ...headers, '', body].join(
      '\r\n',
    )

  test.each([
    [
      'a length and chunks (CL.TE)',
      () => withHeaders(`0\r\n\r\n${smuggled}`, 'Content-Length: 6', 'Transfer-Encoding: chunked'),
    ],
    [
      'chunks and a length (TE.CL)',
      () =>
        withHeaders(
          `${me.length.toString(16)}\r\n${me}\r\n0\r\n\r\n${smuggled}`,
          'Transfer-Encoding: chunked',
          'Content-Length: 4',
        ),
    ],
    ['two lengths', () => withHeaders(me + smuggled, `Content-Length: ${me.length}`, 'Content-Length: 5')],
    ['one length that is two', () => withHeaders(me + smuggled, `Content-Length: ${me.length}, 5`)],
    ['a length that is no number', () => withHeaders(me + smuggled, `Content-Length: +${me.length}`)],
    ['an encoding in disguise', () => withHeaders(me + smuggled, 'Transfer-Encoding: xchunked', 'Content-Length: 5')],
    ['an encoding after another', () => withHeaders(me + smuggled, 'Transfer-Encoding: chunked, identity')],
    ['a space before the colon', () => withHeaders(me + smuggled, 'Transfer-Encoding : chunked')],
    [
      'lines that end in a line feed alone',
      () => withHeaders(me, `Content-Length: ${me.length}`).replaceAll('\r\n', '\n'),
    ],
    ['no HTTP at all', () => '\u0016\u0003\u0001 TLS hello\r\n\r\n'],
    ['a first line without end', () => `POST /${'x'.repeat(30_000)}`],
  ])('row 48: %s: one answer, one record, and the line is closed', async (_what, request) => {
    const before = await recordCount()
    const answer = await sendRaw(port, request())
    expect(answer.raw.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    await refuses(answer, 400, 'BAD_REQUEST')
    expect(answer.headers['connection']).toBe('close')
    expect((await recordCount()) - before).toBe(1)
    expectNothingLeaks(answer)
  })
  test('row 48: a chunk size that is no number, in a request that has begun: no answer, one record, the line is closed', async () => {
    const before = await recordCount()
    const answer = await sendRaw(port, withHeaders(`0x5\r\n${me}\r\n0\r\n\r\n`, 'Transfer-Encoding: chunked'))
    expect(answer.raw).toBe('')
    await until(async () => (await recordCount()) > before)
    const { items } = await stack.ledger.trail('agent:support-agent', { limit: 1 })
    expect((await recordCount()) - before).toBe(1)
    // Nobody was asked who it is, and nothing ran: the newest record of this agent is an older one.
    const newest = stack.database.kysely
      .selectFrom('mandate.ledger')
      .select(['principal', 'seq'])
      .orderBy('seq', 'desc')
    expect((await newest.executeTakeFirst())?.principal).toBeNull()
    expect(items[0]?.seq).toBeLessThanOrEqual(before)
  })
})
