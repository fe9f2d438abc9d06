/**
 * Where a person says who they are: shows the page of one sign-in, and takes its answer. The cookie that oidc-provider set when the
 * sign-in began must come with both, so nobody answers for another browser.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Interaction, Provider } from 'oidc-provider'
import { type DemoIdentity, findIdentity } from './demo-identities.ts'
import { developmentAcr, issuerPaths } from './server-metadata.ts'
import { signInPage } from './sign-in-page.ts'

export interface SignInOptions {
  readonly provider: Pick<Provider, 'interactionDetails' | 'interactionResult'>
  readonly people: readonly DemoIdentity[]
}

/** Answers one request for the page; rejects for what is no fault of the browser's. */
export type SignIn = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const maxFormBytes = 4_096

/** Makes the page's handler. */
export function createSignIn({ provider, people }: SignInOptions): SignIn {
  async function show(interaction: Interaction, response: ServerResponse): Promise<void> {
    const { client_id: client = '', redirect_uri: redirectUri = '', may_act: mayAct = null } = interaction.params
    const hinted = findIdentity(people, interaction.params['login_hint'] ?? '')
    const page = signInPage({ people: hinted ? [hinted] : people, client, redirectUri, mayAct })
    response.writeHead(200, page.headers).end(page.html)
    return Promise.resolve()
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.origin !== `http://${request.headers.host ?? ''}`) {
      refuse(response, 403, 'The answer did not come from the sign-in page.')
      return
    }
    const form = await readForm(request)
    if (form === null) {
      refuse(response, 400, 'The answer is not the form of the sign-in page.')
      return
    }
    const person = findIdentity(people, form.get('person') ?? '')
    if (person === undefined && !form.has('cancel')) {
      refuse(response, 400, 'Choose one of the people on the sign-in page.')
      return
    }
    const login = { accountId: person?.id, acr: developmentAcr, remember: false }
    const cancelled = { error: 'access_denied', error_description: 'The sign-in was cancelled.' }
    const next = await provider.interactionResult(request, response, person === undefined ? cancelled : { login })
    response.writeHead(303, { location: next, 'cache-control': 'no-store', 'content-length': '0' }).end()
  }

  return async (request, response) => {
    let interaction: Interaction
    try {
      interaction = await provider.interactionDetails(request, response)
    } catch {
      refuse(response, 400, 'This sign-in has expired, or began in another browser. Start it again where it came from.')
      return
    }
    const { uid } = interaction
    if (request.url?.split('?')[0] !== `${issuerPaths.signIn}/${uid}`) {
      refuse(response, 404, 'This sign-in is another one. Start it again where it came from.')
    } else if (request.method === 'GET') await show(interaction, response)
    else if (request.method === 'POST') await take(request, response)
    else refuse(response, 405, 'The sign-in page is read with GET and answered with POST.')
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  })
  response.end(`${message}\n`)
}

/** Null for anything but a small form. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  const [type] = (request.headers['content-type'] ?? '').split(';')
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return null
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > maxFormBytes) return null
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
