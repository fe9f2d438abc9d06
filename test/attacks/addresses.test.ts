/** Row 47: no address that somebody sends, and none that a system answers with, is ever dialled. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composeSupergraph } from '../../gateway/federation/compose.ts'
import { readContracts } from '../../schema/contract.ts'
import { type OwnIssuer, startOwnIssuer } from '../support/own-issuer.ts'
import { expectRefused, proofOf } from '../support/proof.ts'
import { repository } from '../support/process.ts'
import { type RemoteSystem, json, startRemoteSystem, withRemote } from '../support/remote-system.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** Stands for the machine that nobody may reach through the gateway. */
let inner: RemoteSystem
let finance: RemoteSystem
let issuer: OwnIssuer
let stack: Stack
beforeAll(async () => {
  inner = await startRemoteSystem(json({ data: { invoices: { totalCount: 666 } } }))
  finance = await startRemoteSystem(json({ data: { invoices: { totalCount: 1 } } }))
  issuer = await startOwnIssuer()
  stack = await startStack({ settings: (config) => issuer.settings(withRemote('finance', finance)(config)) })
})
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
  await Promise.all([inner, finance, issuer].map((each) => each[Symbol.asyncDispose]()))
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
  const redirecting = await startRemoteSystem((response) => void response.writeHead(302, { location: inner.url }).end())
  const forge = await startOwnIssuer()
  const settings: Parameters<typeof startStack>[0] = {
    settings: (config) => {
      const trusting = forge.settings(config)
      const issuers = trusting.identity.issuers.map((each) => ({ ...each, jwksUri: redirecting.url }))
      return { ...trusting, identity: { ...trusting.identity, issuers } }
    },
  }
  await using other = await startStack(settings)
  const token = await forge.token('agent:support-agent', ['support-agent'], ['crm:read'])
  await expectRefused(other, await other.graphql(null, '{ me { id } }', {}, { token }), 'IDENTITY_UNAVAILABLE', 503)
  expect([redirecting.fetches.length, inner.fetches]).toEqual([1, []])
  await Promise.all([redirecting, forge].map((each) => each[Symbol.asyncDispose]()))
})

test('row 47: the supergraph holds no address that could be dialled, and a contract cannot bring one', () => {
  const { supergraphSdl } = composeSupergraph(readContracts(`${repository}/schema`))
  const urls = [...supergraphSdl.matchAll(/@join__graph\(name: "\w+", url: "([^"]*)"\)/g)].map(([, url]) => url)
  expect(urls.length).toBeGreaterThanOrEqual(4)
  for (const url of urls) expect(url).toMatch(/^mandate:[a-z-]+$/)
})
