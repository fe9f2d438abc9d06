/**
 * The explorer's page: its settings as data that cannot break out of the markup, and the headers that keep everything but our
 * own files and Apollo Sandbox off it.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isLocalRequest } from '../identity/local-only.ts'
import { newKey, type ExplorerOptions } from './options.ts'
import { appPath, vendorPath } from './static-files.ts'

export interface ExplorerPage {
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

/** Apollo's embed script, and the origin of the frame that it opens. */
const sandboxScript = 'https://embeddable-sandbox.cdn.apollographql.com/v2/embeddable-sandbox.umd.production.min.js'
const sandboxFrame = 'https://sandbox.embed.apollographql.com'

/**
 * Makes the page for one request. The demo identities and a token of the first one are in it only when the request comes from
 * this machine and asks for this machine: otherwise a name that somebody points at 127.0.0.1 could read the token.
 */
export async function explorerPage(options: ExplorerOptions, request: IncomingMessage): Promise<ExplorerPage> {
  const { endpoint, presets } = options
  const identities = isLocalRequest(request) ? options.identities : []
  const [first] = identities
  const settings = {
    endpoint,
    tokenEndpoint: '/explorer/token',
    identities: identities.map(({ name, title, principal, roles }) => ({ name, title, principal, roles })),
    presets,
    newKey,
    token: first ? await options.mint(first.name) : null,
    sandbox: { script: sandboxScript, frame: sandboxFrame, waitMs: 4_000 },
    graphiql: {
      scripts: [vendorPath('react.js'), vendorPath('react-dom.js'), vendorPath('graphiql.js')],
      style: vendorPath('graphiql.css'),
    },
  }
  const nonce = randomBytes(16).toString('base64')
  return { html: render(settings, nonce), headers: headersFor(nonce) }
}

function render(settings: unknown, nonce: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Mandate explorer</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="${icon}">
    <link rel="stylesheet" href="${appPath('explorer.css')}">
    <script type="application/json" id="settings">${embeddable(settings)}</script>
    <script type="module" nonce="${nonce}" src="${appPath('explorer.js')}"></script>
  </head>
  <body>
    <header id="bar">
      <h1>Mandate explorer</h1>
      <p id="pickers"></p>
      <p id="who"></p>
    </header>
    <p id="mode" role="status"></p>
    <main id="ide" aria-label="GraphQL editor"></main>
    <noscript>
      <p>The explorer needs JavaScript. Without it, send operations to this address with POST and an access token.</p>
    </noscript>
  </body>
</html>
`
}

/** A "less than" in a value could end the element, or open a comment that swallows its end. */
function embeddable(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`)
}

const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#1f5f5b"/>' +
  '<path d="M4 12V4l4 5 4-5v8" fill="none" stroke="#fff" stroke-width="1.8"/></svg>'
const icon = `data:image/svg+xml,${encodeURIComponent(drawing)}`

function headersFor(nonce: string): Readonly<Record<string, string>> {
  const policy = [
    `default-src 'none'`,
    `script-src 'self' 'nonce-${nonce}' ${new URL(sandboxScript).origin}`,
    // The editor's dialogs add a style element, which carries the nonce.
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data:`,
    `font-src 'self' data:`,
    `connect-src 'self'`,
    `frame-src ${sandboxFrame}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ')
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
    // There is a token in it.
    'cache-control': 'no-store',
    vary: 'Accept',
  }
}
