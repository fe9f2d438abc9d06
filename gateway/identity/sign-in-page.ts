/** The sign-in page of the development issuer: one button for each person. No script runs on it, and nobody may frame it. */
import { randomBytes } from 'node:crypto'
import type { DemoIdentity } from './demo-identities.ts'

export interface SignInPage {
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

export interface SignInPageOptions {
  readonly people: readonly DemoIdentity[]
  /** Who asks for the sign-in: the name of the client. */
  readonly client: string
  /** Where the browser goes afterwards. */
  readonly redirectUri: string
  /** The agent that alone may act for the person with this token; null for any. */
  readonly mayAct: string | null
}

/** Makes the page of one sign-in. */
export function signInPage({ people, client, redirectUri, mayAct }: SignInPageOptions): SignInPage {
  const nonce = randomBytes(16).toString('base64')
  const { origin } = new URL(redirectUri)
  const buttons = people.map(
    ({ name, title }) =>
      `      <button name="person" value="${escapeHtml(name)}">${escapeHtml(title)}<small>${escapeHtml(name)}</small></button>`,
  )
  const restriction = mayAct === null ? '' : ` Only <code>${escapeHtml(mayAct)}</code> may act for you with it.`
  return {
    html: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Sign in to Mandate</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <style nonce="${nonce}">${style}</style>
  </head>
  <body>
    <main>
      <h1>Sign in to Mandate</h1>
      <p><code>${escapeHtml(client)}</code> asks for a token of yours, for <code>${escapeHtml(origin)}</code>.${restriction}</p>
      <p>This is the development issuer: it asks for no password, answers this machine only, and does not start in production.</p>
      <form method="post">
${buttons.join('\n')}
      <button name="cancel" value="true" class="quiet">Cancel</button>
      </form>
    </main>
  </body>
</html>
`,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      // Browsers hold the redirects that follow a form to `form-action`, so the client's own address must stand in it.
      'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self' ${origin}; base-uri 'none'; frame-ancestors 'none'`,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    },
  }
}

const style = `
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; display: grid; place-items: center; min-height: 100vh }
main { width: min(28rem, calc(100vw - 2rem)) }
h1 { font-size: 1.25rem }
form { display: grid; gap: .5rem }
button { font: inherit; text-align: left; padding: .6rem .8rem; border: 1px solid; border-radius: .4rem; background: none; cursor: pointer }
button:hover, button:focus-visible { outline: 2px solid; outline-offset: 1px }
button.quiet { border-style: dashed }
small { display: block; opacity: .7 }
`

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`)
}
