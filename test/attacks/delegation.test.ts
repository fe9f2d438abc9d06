/** Rows 44 and 53 through the whole gateway: who acts for whom, what they may do together, and what the ledger says of it. */
import { SignJWT, decodeJwt, exportJWK, generateKeyPair, importJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { identityKeyFile, type PrivateJwk, readPrivateKey } from '../../gateway/identity/private-keys.ts'
import { realWorld } from '../../lib/world.ts'
import { type KeyHolder, createKeyHolder } from '../support/proofs.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let folder: string
beforeAll(async () => {
  stack = await startStack({
    company: 'none',
    settings: (config) => {
      folder = config.data
      return config
    },
  })
})
afterAll(() => stack[Symbol.asyncDispose]())

const issuer = 'http://localhost:4000'
const endpoint = `${issuer}/graphql`
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'
const accounts = '{ accounts(first: 1) { nodes { name } } }'

/** Asks the token endpoint as this identity. */
async function ask(name: string, form: Record<string, string>, holder?: KeyHolder) {
  const key = (await readPrivateKey(identityKeyFile(folder, name))) as PrivateJwk
  const id = name.includes('.') ? `person:${name}` : `agent:${name}`
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: key.kid })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(issuer)
    .setJti(realWorld.newId())
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(await importJWK(key, 'ES256'))
  const body = new URLSearchParams({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...form,
  })
  const response = await stack.app.server.inject({
    method: 'POST',
    url: '/oauth/token',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      host: 'localhost:4000',
      ...(holder === undefined ? {} : { dpop: await holder.prove(null, { claims: { htu: `${issuer}/oauth/token` } }) }),
    },
    payload: body.toString(),
  })
  return response.json<{ access_token: string; error?: string; error_description?: string }>()
}

const own = async (name: string, holder?: KeyHolder) =>
  (await ask(name, { grant_type: 'client_credentials' }, holder)).access_token

const exchange = (name: string, token: string, holder?: KeyHolder) =>
  ask(
    name,
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: accessTokenType,
    },
    holder,
  )

const scopesOf = (token: string) => decodeJwt<{ scope: string }>(token).scope.split(' ')

describe('row 53: a chain of agents', () => {
  test('three deep: the rights are the intersection, the ledger shows the chain, a fourth hop is refused', async () => {
    let token = await own('maria.keller')
    const names = ['support-agent', 'sales-agent', 'supplier-data-agent']
    const each = await Promise.all(['maria.keller', ...names].map(async (name) => scopesOf(await own(name))))
    for (const name of names) token = (await exchange(name, token)).access_token
    const common = each.reduce((left, right) => left.filter((scope) => right.includes(scope)))
    expect(common.length).toBeGreaterThan(0)
    expect(scopesOf(token).sort()).toEqual([...common].sort())

    const answer = await stack.graphql(null, accounts, {}, { token })
    expect(answer.codes).toEqual([])
    const entries = await stack.recordsOf(answer.requestId)
    for (const { caller } of entries) {
      expect(caller).toMatchObject({
        id: 'agent:supplier-data-agent',
        onBehalfOf: 'person:maria.keller',
        scopes: common,
      })
      expect(caller?.actors).toEqual(
        [...names].reverse().map((name) => ({ id: `agent:${name}`, kind: 'agent', roles: [name] })),
      )
    }
    expect(entries.length).toBeGreaterThan(0)

    // What one of them may and another may not, nobody may for all of them.
    const invoices = '{ invoices(first: 1) { nodes { id } } }'
    expect((await stack.graphql('maria.keller', invoices)).codes).toEqual([])
    expect((await stack.graphql(null, invoices, {}, { token })).codes).not.toEqual([])

    expect(await exchange('finance-agent', token)).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringContaining('3 actors at most'),
    })
  })

  test('row 45: whoever is shut out takes every chain with them', async () => {
    const { access_token: token } = await exchange('support-agent', await own('maria.keller'))
    expect((await stack.graphql(null, accounts, {}, { token })).codes).toEqual([])
    const { data } = await stack.graphql(
      'omar.haddad',
      'mutation Shut($input: RevokeInput!) { revoke(input: $input) { revocation { id } } }',
      { input: { principal: 'person:maria.keller', reason: 'A test.', idempotencyKey: realWorld.newId() } },
    )
    expect(data?.['revoke'].revocation.id).toEqual(expect.any(String))
    expect((await stack.graphql(null, accounts, {}, { token })).codes).toEqual(['IDENTITY_REVOKED'])
    expect(await exchange('sales-agent', token)).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringContaining('revoked'),
    })
  })
})

describe('row 44: a token that is bound to a key', () => {
  test('opens the gateway with its proof, once; a copy of token and proof opens nothing', async () => {
    const holder = await createKeyHolder(realWorld, endpoint)
    const token = await own('support-agent', holder)
    const send = (authorization: string, proof?: string) =>
      stack.graphql(null, accounts, {}, { headers: { authorization, ...(proof === undefined ? {} : { dpop: proof }) } })
    const proof = await holder.prove(token)
    expect((await send(`DPoP ${token}`, proof)).codes).toEqual([])

    const replayed = await send(`DPoP ${token}`, proof)
    expect(replayed).toMatchObject({ status: 401, codes: ['PROOF_INVALID'] })
    expect(replayed.errors[0]?.extensions).toMatchObject({ reason: 'It has been used before.' })
    expect(replayed.headers['www-authenticate']).toMatch(/^DPoP .*algs="ES256 EdDSA", error="invalid_dpop_proof"$/u)
    const [record] = await stack.recordsOf(replayed.requestId)
    expect(record).toMatchObject({ kind: 'outcome', caller: null })
    expect(record?.result).toMatchObject({
      outcome: 'refused',
      codes: ['PROOF_INVALID'],
      reason: expect.stringContaining('used before'),
    })

    const bearer = await send(`Bearer ${token}`, await holder.prove(token))
    expect(bearer).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] })
    expect(bearer.headers['www-authenticate']).toMatch(/^DPoP .*error="invalid_token"$/u)

    const elsewhere = await holder.prove(token, { claims: { htu: 'http://localhost:4000/other' } })
    const other = await send(`DPoP ${token}`, elsewhere)
    expect(other.errors[0]?.extensions['reason']).toContain('http://localhost:4000/graphql')
    expect((await send(`DPoP ${token}`)).codes).toEqual(['PROOF_REQUIRED'])
  })

  test('stays bound when it is exchanged', async () => {
    const holder = await createKeyHolder(realWorld, endpoint)
    const token = await own('support-agent', holder)
    expect(await exchange('sales-agent', token)).toMatchObject({ error: 'invalid_request' })
    const next = await createKeyHolder(realWorld, endpoint)
    const { access_token: exchanged } = await exchange('sales-agent', token, next)
    const send = async (by: KeyHolder) =>
      stack.graphql(
        null,
        accounts,
        {},
        {
          headers: { authorization: `DPoP ${exchanged}`, dpop: await by.prove(exchanged) },
        },
      )
    expect((await send(next)).codes).toEqual([])
    expect((await send(holder)).codes).toEqual(['PROOF_INVALID'])
  })
})

test('row 53: a token that was cut to fewer scopes replaces no key, and one of somebody else’s errand neither', async () => {
  const rotate = 'mutation ($input: RotateOwnKeyInput!) { rotateOwnKey(input: $input) { kid } }'
  const { publicKey } = await generateKeyPair('ES256')
  const input = { idempotencyKey: realWorld.newId(), jwk: JSON.stringify(await exportJWK(publicKey)) }
  const { access_token: narrow } = await ask('support-agent', { grant_type: 'client_credentials', scope: 'crm:read' })
  expect((await stack.graphql(null, rotate, { input }, { token: narrow })).codes).toEqual(['POLICY_DENIED'])
  const { access_token: errand, error_description: why } = await exchange('support-agent', await own('jonas.weber'))
  expect(why).toBeUndefined()
  const refused = await stack.graphql(null, rotate, { input }, { token: errand })
  expect(refused.codes, refused.text).toEqual(['POLICY_DENIED'])
  expect((await stack.graphql(null, rotate, { input }, { token: await own('support-agent') })).codes).toEqual([])
})
