/**
 * `mandate login`: gets a person's access token by the authorization code flow with PKCE (RFC 8252). It prints the address to open,
 * waits on a port of this machine for the browser to come back, and prints the token, or keeps it in the data folder.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { Command } from 'commander'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { findIssuer, issuerAt } from '../gateway/identity/request-token.ts'
import { issuerPaths } from '../gateway/identity/server-metadata.ts'
import { commandLineClient } from '../gateway/identity/server-settings.ts'
import type { TokenCommandIo } from './token.ts'

export interface LoginOptions {
  /** Where the gateway is, without a path. */
  readonly url: string
  /** Whom the page offers; everybody without it. */
  readonly as?: string
  /** Scopes with spaces between them; without it, all that the person's roles give. */
  readonly scope?: string
  /** The one agent that may act for the person with the token. */
  readonly mayAct?: string
  /** How long the browser may take. Default 5 minutes. */
  readonly waitMs?: number
}

export interface Login {
  readonly token: string
  /** `person:maria.keller` */
  readonly person: string
}

const tokenAnswer = z.object({ access_token: z.string(), id_token: z.string() })
const errorAnswer = z.object({ error: z.string(), error_description: z.string().optional() })
const idClaims = z.object({ sub: z.string(), nonce: z.string(), aud: z.string(), iss: z.string() })

/** Runs one sign-in; throws an error whose message says what to do. */
export async function signIn(options: LoginOptions, io: Omit<TokenCommandIo, 'write'>): Promise<Login> {
  const url = await findIssuer(options.url, io)
  const issuer = issuerAt(url)
  const [state, nonce, verifier] = [secret(), secret(), secret()]
  await using callback = await listenForCallback({ state, issuer, waitMs: options.waitMs ?? 300_000 })
  const { redirectUri } = callback
  const agent = options.mayAct
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: commandLineClient,
    redirect_uri: redirectUri,
    scope: ['openid', ...(options.scope === undefined ? [] : [options.scope])].join(' '),
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(options.as === undefined ? {} : { login_hint: options.as }),
    ...(agent === undefined ? {} : { may_act: agent.startsWith('agent:') ? agent : `agent:${agent}` }),
  })
  const address = new URL(issuerPaths.authorize, issuer)
  io.writeError(
    `Open this address in a browser on this machine, and choose who you are:\n\n  ${address.href}?${parameters.toString()}\n\n`,
  )
  const code = await callback.code
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: commandLineClient,
    redirect_uri: redirectUri,
    code,
    code_verifier: verifier,
  })
  return await redeem({ body, endpoint: new URL(issuerPaths.token, url), issuer, nonce }, io)
}

interface Redemption {
  readonly body: URLSearchParams
  readonly endpoint: URL
  readonly issuer: string
  readonly nonce: string
}

async function redeem(
  { body, endpoint, issuer, nonce }: Redemption,
  { fetch }: Pick<TokenCommandIo, 'fetch'>,
): Promise<Login> {
  const response = await fetch(endpoint, {
    method: 'POST',
    body,
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(5_000),
  })
  const answer: unknown = await response.json().catch(() => null)
  const tokens = tokenAnswer.safeParse(answer)
  if (!tokens.success) {
    const refused = errorAnswer.safeParse(answer).data
    throw new Error(
      `The issuer gave no token: ${refused?.error_description ?? refused?.error ?? String(response.status)}.`,
    )
  }
  // It came from the issuer itself, over loopback: what is left to see is that it answers this sign-in and no other.
  const claims = idClaims.parse(decodeJwt(tokens.data.id_token))
  if (claims.nonce !== nonce || claims.aud !== commandLineClient || claims.iss !== issuer) {
    throw new Error('The ID token is not for this sign-in. Start again with `mandate login`.')
  }
  return { token: tokens.data.access_token, person: claims.sub }
}

interface Callback extends AsyncDisposable {
  readonly redirectUri: string
  /** Resolves with the code, once the browser brings it. */
  readonly code: Promise<string>
}

interface CallbackOptions {
  readonly state: string
  readonly issuer: string
  readonly waitMs: number
}

/** Listens on loopback for the one answer that carries our state; every other request is turned away, and waiting goes on. */
async function listenForCallback({ state, issuer, waitMs }: CallbackOptions): Promise<Callback> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // Nobody waits for it yet when the browser is quick to bring an error.
  promise.catch(() => undefined)
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (request.method !== 'GET' || url.pathname !== '/callback') {
      say(response, 404, 'There is nothing here.')
      return
    }
    const { code, error, error_description: why, ...came } = Object.fromEntries(url.searchParams)
    if (!isSame(came['state'] ?? '', state)) {
      say(response, 400, 'This does not answer the sign-in that is under way.')
    } else if (came['iss'] !== issuer) {
      say(response, 400, 'The answer comes from another issuer. You can close this window.')
      reject(new Error(`The answer came from another issuer than \`${issuer}\`; nothing was done with it.`))
    } else if (code === undefined) {
      say(response, 200, 'You are not signed in. You can close this window.')
      reject(new Error(`Nobody signed in: ${(why ?? error ?? 'no reason was given').replace(/\.$/u, '')}.`))
    } else {
      say(response, 200, 'You are signed in. You can close this window.')
      resolve(code)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const timer = setTimeout(() => {
    reject(
      new Error(`Nobody signed in within ${Math.round(waitMs / 1_000)} seconds. Start again with \`mandate login\`.`),
    )
  }, waitMs)
  return {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`,
    code: promise,
    async [Symbol.asyncDispose]() {
      clearTimeout(timer)
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      await closed
    },
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  })
  response.end(`${text}\n`)
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

/** Keeps a token in the data folder, for its owner alone; where it is. */
export async function saveToken({ person, token }: Login, dataFolder: string): Promise<string> {
  const folder = path.join(dataFolder, 'sign-ins')
  const file = path.join(folder, `${person.slice(person.indexOf(':') + 1)}.token`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.${secret().slice(0, 8)}`
  await writeFile(draft, `${token}\n`, { mode: 0o600, flag: 'wx' })
  await rename(draft, file)
  return file
}

interface Flags {
  readonly as?: string
  readonly scope?: string
  readonly mayAct?: string
  readonly save?: boolean
  readonly url: string
  readonly data: string
}

/** Adds `login` to the command line. */
export function addLoginCommand(program: Command, io: TokenCommandIo): void {
  program
    .command('login')
    .description('sign in as a person in a browser on this machine, and print the access token')
    .option('--as <person>', 'offer this person alone on the page')
    .option('--scope <scopes>', 'only these scopes, with spaces between them')
    .option('--may-act <agent>', 'the one agent that may act for the person with this token')
    .option('--save', 'keep the token in the data folder instead of printing it')
    .option('--url <address>', 'where the gateway is', `http://localhost:${io.env['PORT'] ?? '4000'}`)
    .option('--data <folder>', 'the data folder of the gateway', io.env['MANDATE_DATA'] ?? '.mandate')
    .action(async ({ data, save = false, ...options }: Flags, command: Command) => {
      try {
        const login = await signIn(options, io)
        if (save) io.writeError(`You are \`${login.person}\`. The token is in ${await saveToken(login, data)}.\n`)
        else io.write(`${login.token}\n`)
      } catch (error) {
        command.error(error instanceof Error ? error.message : String(error))
      }
    })
}
