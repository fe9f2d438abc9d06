import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { ExplorerOptions } from '../../../gateway/explorer/options.ts'
import { explorerPage } from '../../../gateway/explorer/page.ts'
import { presets } from '../../../gateway/explorer/presets.ts'

const options: ExplorerOptions = {
  endpoint: '/graphql',
  identities: [
    { name: 'support-agent', title: 'Support agent', principal: 'agent:support-agent', roles: ['support-agent'] },
    { name: 'lena.fischer', title: 'Lena', principal: 'person:lena.fischer', roles: ['auditor'] },
  ],
  mint: (name) => Promise.resolve(`token-of-${name}`),
  presets,
  log: { error: () => undefined },
}

function from(host: string, remoteAddress = '127.0.0.1', headers: Record<string, string> = {}): IncomingMessage {
  return { headers: { host, ...headers }, socket: { remoteAddress } } as unknown as IncomingMessage
}

async function open(request = from('localhost:4000'), changes: Partial<ExplorerOptions> = {}) {
  const { html, headers } = await explorerPage({ ...options, ...changes }, request)
  const embedded = /<script type="application\/json" id="settings">(?<json>.*?)<\/script>/su.exec(html)?.groups?.[
    'json'
  ]
  const settings = JSON.parse(embedded ?? 'null') as Record<string, unknown>
  return { html, headers, settings, policy: headers['content-security-policy'] ?? '' }
}

describe('who gets a token in the page', () => {
  test('a browser on this machine: the first identity’s', async () => {
    const { settings } = await open()
    expect(settings['token']).toBe('token-of-support-agent')
    expect(settings['identities']).toHaveLength(2)
  })

  test.for([
    ['a foreign name that points here', from('attacker.example:4000')],
    ['another machine', from('localhost:4000', '192.0.2.7')],
    ['somebody behind a proxy', from('localhost:4000', '127.0.0.1', { 'x-forwarded-for': '192.0.2.7' })],
    ['no host at all', from('')],
  ] as const)('%s: nobody’s', async ([, request]) => {
    const { settings, html } = await open(request)
    expect(settings['token']).toBeNull()
    expect(settings['identities']).toEqual([])
    expect(html).not.toContain('token-of')
  })

  test('without demo identities nothing is minted', async () => {
    const mint = () => Promise.reject(new Error('Nobody may ask.'))
    expect((await open(undefined, { identities: [], mint })).settings['token']).toBeNull()
  })
})

describe('settings cannot break out of their element', () => {
  test('an example with markup stays text', async () => {
    const nasty = '</script><script>alert(1)</script><!-- <script>'
    const preset = { name: 'nasty', title: nasty, as: 'support-agent', query: `# ${nasty}`, variables: { nasty } }
    const { html, settings } = await open(undefined, { presets: [preset] })
    expect(html).not.toContain('alert(1)</script>')
    expect(html.match(/<\/script>/gu)).toHaveLength(2)
    expect(settings['presets']).toEqual([preset])
  })
})

describe('headers', () => {
  test('scripts: our own files and Apollo Sandbox, nothing inline', async () => {
    const { policy } = await open()
    const scripts = /script-src (?<sources>[^;]*)/u.exec(policy)?.groups?.['sources']?.split(' ')
    expect(scripts).toEqual([
      "'self'",
      expect.stringMatching(/^'nonce-/u),
      'https://embeddable-sandbox.cdn.apollographql.com',
    ])
    expect(policy).not.toMatch(/unsafe|\*/u)
  })

  test('everything else is closed unless named', async () => {
    const { policy } = await open()
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self'")
    expect(policy).toContain('frame-src https://sandbox.embed.apollographql.com;')
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
  })

  test('each answer has a nonce of its own, and the page uses it', async () => {
    const [first, second] = [await open(), await open()]
    const nonceOf = (policy: string) => /'nonce-(?<nonce>[^']+)'/u.exec(policy)?.groups?.['nonce'] ?? ''
    expect(nonceOf(first.policy)).not.toBe(nonceOf(second.policy))
    expect(first.html).toContain(`nonce="${nonceOf(first.policy)}"`)
  })

  test('the page is not kept, framed, sniffed or named to others', async () => {
    const { headers } = await open()
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      vary: 'Accept',
    })
  })
})
