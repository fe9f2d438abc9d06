/** Which addresses a connector may reach, by number, by name, and by a name that changes its meaning. */
import { describe, expect, test } from 'vitest'
import { mayConnect } from '../../../../subgraphs/sources/http/address-guard.ts'
import { silentObserver } from '../../../../subgraphs/sources/http/connector-observer.ts'
import { openClient } from '../../../../subgraphs/sources/http/open-client.ts'

const closed = { allowPrivate: [], loopback: 'forbidden' } as const

test.each([
  '127.0.0.1',
  '127.8.8.8',
  '::1',
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  'fe80::1',
  'fd00:ec2::254',
  'fc00::1',
  '224.0.0.1',
  'ff02::1',
  '255.255.255.255',
  '240.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:10.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::',
  '168.63.129.16',
  'not an address',
  '',
])('%s is not reached', (address) => {
  expect(mayConnect(address, closed)).toBe(false)
})

test.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:93.184.216.34'])(
  '%s is reached',
  (address) => {
    expect(mayConnect(address, closed)).toBe(true)
  },
)

test('a private range opens only itself, and never what tells credentials', () => {
  const rules = {
    allowPrivate: ['10.1.0.0/16', 'fd12::/16', '169.254.0.0/16', '100.64.0.0/10', 'fd00::/8'],
    loopback: 'forbidden',
  } as const
  expect(mayConnect('10.1.2.3', rules)).toBe(true)
  expect(mayConnect('::ffff:10.1.2.3', rules)).toBe(true)
  expect(mayConnect('fd12::1', rules)).toBe(true)
  for (const address of [
    '10.2.0.1',
    '192.168.1.1',
    '169.254.169.254',
    'fd00:ec2::254',
    '100.100.100.200',
    '127.0.0.1',
  ]) {
    expect(mayConnect(address, rules)).toBe(false)
  }
})

describe('a name', () => {
  const limits = {
    timeoutMs: 500,
    totalMs: 900,
    concurrency: 1,
    queue: 1,
    retries: 0,
    responseBytes: 1_000,
    breaker: { failures: 50, halfOpenAfterMs: 1_000 },
  }
  const ask = async (url: string, ...answers: string[][]) => {
    let asked = 0
    const client = openClient({
      connector: 'peer',
      url: new URL(url),
      credentials: { type: 'none' },
      limits,
      allowPrivate: [],
      observer: silentObserver,
      now: () => new Date(),
      resolver: (_name, done) => {
        const addresses = answers[Math.min(asked++, answers.length - 1)] ?? []
        done(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        )
      },
    })
    const error: unknown = await client
      .send({ method: 'GET', path: '/', idempotent: true, signal: new AbortController().signal })
      .catch((reason: unknown) => reason)
    await client.close()
    return (error as { reason?: string }).reason
  }

  test.each([
    ['the metadata address', ['169.254.169.254']],
    ['this machine', ['127.0.0.1']],
    ['something inside', ['10.0.0.7']],
    ['one address outside and one inside', ['93.184.216.34', '10.0.0.7']],
    ['an address of version 4 in one of version 6', ['::ffff:169.254.169.254']],
  ])('that means %s is not followed', async (_what, addresses) => {
    expect(await ask('https://sap.example', addresses)).toBe('forbidden-address')
  })

  test('a literal address in the URL is judged without being looked up', async () => {
    expect(await ask('https://169.254.169.254')).toBe('forbidden-address')
    expect(await ask('https://[::ffff:a9fe:a9fe]')).toBe('forbidden-address')
    expect(await ask('https://2852039166')).toBe('forbidden-address')
  })
})
