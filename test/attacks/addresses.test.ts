/**
 * Rows 14 and 47: a system that answers with hostile data, and addresses of every origin. None that somebody sends, and none that
 * a system answers with, is ever dialled.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../gateway/config.ts'
import { composeSupergraph } from '../../gateway/federation/compose.ts'
import { readContracts } from '../../schema/contract.ts'
import { type OwnIssuer, startOwnIssuer } from '../support/own-issuer.ts'
import { expectAnswered, expectRefused, proofOf } from '../support/proof.ts'
import { repository } from '../support/process.ts'
import { type RemoteSystem, json, startRemoteSystem, withRemote } from '../support/remote-system.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** Stands for the machine that nobody may reach through the gateway. */
let inner: RemoteSystem
let finance: RemoteSystem
let issuer: OwnIssuer
/** An issuer whose key set has moved to an address that nobody configured. */
let moved: OwnIssuer
let redirecting: RemoteSystem
let stack: Stack
beforeAll(async () => {
  inner = await startRemoteSystem(json({ data: { invoices: { totalCount: 666 } } }))
  finance = await startRemoteSystem(json({ data: { invoices: { totalCount: 1 } } }))
  issuer = await startOwnIssuer()
  moved = await startOwnIssuer()
  redirecting = await startRemoteSystem((response) => void response.writeHead(302, { location: inner.url }).end())
  const settings = (config: Config) => {
    const { identity, ...rest } = issuer.settings(withRemote('finance', finance)(config))
    const elsewhere = moved.settings(config).identity.issuers.map((each) => ({ ...each, jwksUri: redirecting.url }))
    return { ...rest, identity: { ...identity, issuers: [...identity.issuers, ...elsewhere] } }
  }
  stack = await startStack({ settings })
})
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
  await Promise.all([inner, finance, issuer, moved, redirecting].map((each) => each[Symbol.asyncDispose]()))
})

describe('row 47: a system that sends the gateway elsewhere', () => {
  test.each([301, 302, 303, 307, 308])('row 47: by HTTP %i', async (status) => {
    finance.answer = (response) => void response.writeHead(status, { location: inner.url }).end()
    const answer = await stack.graphql('support-agent', '{ account(id: "acc-0001") { name } invoices { totalCount } }')
    expect([answer.codes, answer.data]).toEqual([['SYSTEM_UNAVAILABLE'], null])
    expect(inner.fetches).toEqual([])
    expect((await proofOf(stack, answer)).outcome).toBe('failed')
  })

  test('row 47: by addresses in its data, and by headers', async () => {
    finance.answer = (response) => {
      response
        .setHeader('location', inner.url)
        .setHeader('refresh', `0; url=${inner.url}`)
        .setHeader('alt-svc', `h2="${inner.url}"`)
      response.end(JSON.stringify({ data: { invoices: { totalCount: 1 } }, extensions: { url: inner.url } }))
    }
    const answer = await stack.graphql('support-agent', '{ invoices { totalCount } }')
    expect(answer.data).toEqual({ invoices: { totalCount: 1 } })
    expect(inner.fetches).toEqual([])
    await proofOf(stack, answer)
  })
})

describe('row 47: a caller that names an address', () => {
  test('row 47: in an argument: it is kept as a text', async () => {
    const { database } = stack
    const { version } = await database.kysely
      .selectFrom('crm.accounts')
      .select('version')
      .where('id', '=', 'acc-0001')
      .executeTakeFirstOrThrow()
    const text = `mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { account { website } } }`
    const input = { idempotencyKey: 'r47', id: 'acc-0001', expectedVersion: version, website: inner.url }
    const answer = await stack.graphql('support-agent', text, { input })
    expect(answer.errors).toEqual([])
    expect(inner.fetches).toEqual([])
  })

  test.each([
    ['as the issuer', () => ({ claims: { iss: inner.url } })],
    ['as the place of its key', () => ({ header: { jku: inner.url } })],
    ['as the place of its certificate', () => ({ header: { x5u: inner.url } })],
    ['as the id of its key', () => ({ header: { kid: inner.url } })],
  ])('row 47: in a token, %s: it is not asked', async (_where, parts) => {
    const token = await issuer.forge.token(parts())
    await expectRefused(stack, await stack.graphql(null, '{ me { id } }', {}, { token }), 'UNAUTHENTICATED', 401)
    expect(inner.fetches).toEqual([])
  })

  test('row 47: in a header, as a proxy does', async () => {
    const headers = {
      'x-forwarded-host': new URL(inner.url).host,
      forwarded: `host=${inner.url}`,
      'x-original-url': inner.url,
    }
    const answer = await stack.graphql('support-agent', '{ me { id } }', {}, { headers })
    expect(answer.status).toBe(200)
    expect(inner.fetches).toEqual([])
  })
})

test('row 47: an issuer whose key set is elsewhere by now is not followed there', async () => {
  const token = await moved.token('agent:support-agent', ['support-agent'], ['crm:read'])
  await expectRefused(stack, await stack.graphql(null, '{ me { id } }', {}, { token }), 'IDENTITY_UNAVAILABLE', 503)
  expect([redirecting.fetches.length, inner.fetches]).toEqual([1, []])
})

describe('row 14: what a system answers', () => {
  const query = '{ invoices { totalCount } }'

  test('row 14: names of what every object has, as members', async () => {
    const hostile = '{"totalCount":3,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    finance.answer = (response) => void response.end(`{"data":{"invoices":${hostile}}}`)
    const answer = await stack.graphql('support-agent', query)
    await expectAnswered(stack, answer)
    expect(answer.data).toEqual({ invoices: { totalCount: 3 } })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test.each([
    ['JSON as deep as it can be', `{"data":{"invoices":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}}`],
    ['nothing of what was asked for', '{"data":{"invoices":{"a":1}}}'],
    ['a value of another type', '{"data":{"invoices":{"totalCount":"many"}}}'],
    ['a list for an object', '{"data":{"invoices":[1,2]}}'],
    ['a number for an object', '{"data":{"invoices":7}}'],
    ['no data', '{"data":null}'],
    ['nothing', '{}'],
  ])('row 14: %s is an error, and never an answer with a hole', async (_what, body) => {
    finance.answer = (response) => void response.end(body)
    const answer = await stack.graphql('support-agent', query)
    expect([answer.status, answer.data, answer.errors.length], answer.text).toEqual([200, null, 1])
    expect(['SYSTEM_UNAVAILABLE', 'INTERNAL_SERVER_ERROR']).toContain(answer.codes[0])
    expect((await proofOf(stack, answer)).outcome).toBe('failed')
  })

  test('row 14: an answer without end is cut off, and the next one is read', async () => {
    finance.answer = (response) => {
      response.on('error', () => undefined)
      response.write('{"data":{"x":"')
      const chunk = 'x'.repeat(1024 * 1024)
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      more()
    }
    const answer = await stack.graphql('support-agent', query)
    expect(answer.codes).toEqual(['SYSTEM_UNAVAILABLE'])
    await proofOf(stack, answer)
    finance.answer = json({ data: { invoices: { totalCount: 4 } } })
    await expectAnswered(stack, await stack.graphql('support-agent', query))
  })
})

test('row 47: the supergraph holds no address that could be dialled, and a contract cannot bring one', () => {
  const { supergraphSdl } = composeSupergraph(readContracts(`${repository}/schema`))
  const urls = [...supergraphSdl.matchAll(/@join__graph\(name: "\w+", url: "([^"]*)"\)/g)].map(([, url]) => url)
  expect(urls.length).toBeGreaterThanOrEqual(4)
  for (const url of urls) expect(url).toMatch(/^mandate:[a-z-]+$/)
})
