/** The gateways' keys: found by id, fetched with bounds, kept for a while when a gateway does not answer. */
import { describe, expect, test } from 'vitest'
import { createStatementSigner } from '../../gateway/federation/statement-signer.ts'
import { realWorld } from '../../lib/world.ts'
import { createStatementKeys, type StatementKeysOptions } from '../../subgraphs/statement-keys.ts'

const token = { payload: '', signature: '' }
const header = (kid?: string) => ({ alg: 'Ed25519', ...(kid === undefined ? {} : { kid }) })

/** A gateway whose keys can be fetched, or not, and counted. */
async function gateway() {
  const signer = await createStatementSigner(realWorld, { publishedAheadMs: 1 })
  let fetches = 0
  const state = { up: true }
  const load = () => {
    fetches += 1
    return state.up
      ? Promise.resolve(JSON.parse(JSON.stringify(signer.jwks)) as unknown)
      : Promise.reject(new Error('down'))
  }
  return {
    signer,
    state,
    fetches: () => fetches,
    source: { name: 'gateway', load },
    kid: () => signer.jwks.keys.at(-1)?.kid,
  }
}

function open(more: Partial<StatementKeysOptions> & Pick<StatementKeysOptions, 'sources'>) {
  const warnings: string[] = []
  const log = { warn: (_: object, message: string) => void warnings.push(message) }
  return { ...createStatementKeys({ world: realWorld, log, ...more }), warnings }
}

test('finds the keys of each gateway', async () => {
  const [one, two] = [await gateway(), await gateway()]
  await using keys = open({ sources: [one.source, two.source] })
  await keys.find(header(one.kid()), token)
  await keys.find(header(two.kid()), token)
  expect([keys.known(), one.fetches(), two.fetches()]).toEqual([2, 1, 1])
})

test('a key that a rotation has made is found', async () => {
  const one = await gateway()
  await using keys = open({ sources: [one.source], coolDownMs: 5 })
  await keys.find(header(one.kid()), token)
  await one.signer.rotate()
  await keys.find(header(one.kid()), token)
  expect(one.fetches()).toBe(2)
})

test('a hundred forged key ids cost one fetch', async () => {
  const one = await gateway()
  await using keys = open({ sources: [one.source], coolDownMs: 100 })
  await keys.refresh()
  const forged = Array.from({ length: 100 }, async (_, n) => keys.find(header(`forged-${n}`), token))
  const results = await Promise.allSettled(forged)
  expect(results.every(({ status }) => status === 'rejected')).toBe(true)
  expect(one.fetches()).toBe(2)
})

test('a token without a key id is refused without a fetch', async () => {
  const one = await gateway()
  await using keys = open({ sources: [one.source] })
  await expect(keys.find(header(), token)).rejects.toThrow()
  expect(one.fetches()).toBe(0)
})

describe('while a gateway is down', () => {
  test('its last keys stay good for a bounded time, and the log has one line', async () => {
    const one = await gateway()
    let now = Date.now()
    await using keys = open({ sources: [one.source], world: { now: () => new Date(now) }, keptMs: 60_000 })
    await keys.refresh()
    one.state.up = false
    await keys.refresh()
    await keys.refresh()
    await keys.find(header(one.kid()), token)
    expect(keys.warnings).toHaveLength(1)
    now += 61_000
    await expect(keys.find(header(one.kid()), token)).rejects.toThrow()
    expect(keys.known()).toBe(0)
  })

  test('the keys of the others are found', async () => {
    const [one, two] = [await gateway(), await gateway()]
    one.state.up = false
    await using keys = open({ sources: [one.source, two.source] })
    await keys.find(header(two.kid()), token)
  })

  test('one that comes back within the cool-down is found at its end', async () => {
    const one = await gateway()
    one.state.up = false
    await using keys = open({ sources: [one.source], coolDownMs: 60 })
    await keys.refresh()
    one.state.up = true
    await keys.find(header(one.kid()), token)
  })
})

test.each([
  ['a private key', { d: 'x' }],
  ['another kind of key', { kty: 'EC' }],
  ['another use', { use: 'enc' }],
])('a set with %s is not taken', async (_title, change) => {
  const one = await gateway()
  const load = () => Promise.resolve({ keys: one.signer.jwks.keys.map((key) => ({ ...key, ...change })) })
  await using keys = open({ sources: [{ name: 'gateway', load }], coolDownMs: 1 })
  await expect(keys.find(header(one.kid()), token)).rejects.toThrow()
})
