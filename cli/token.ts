/**
 * `mandate token <identity>`: signs a client assertion with the identity's key from the data folder, exchanges it at the
 * running gateway, and prints the access token and nothing else, so that it can stand in a shell's `$(…)`.
 */
import { importJWK, SignJWT } from 'jose'
import { z } from 'zod'
import type { Command } from 'commander'
import type { World } from '../lib/world.ts'
import { demoIdentities, findIdentity, type DemoIdentity } from '../gateway/identity/demo-identities.ts'
import { isLoopbackHost } from '../gateway/identity/loopback.ts'
import { identityKeyFile, readPrivateKey, type PrivateJwk } from '../gateway/identity/private-keys.ts'

/** The outside world of the command. */
export interface TokenIo {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fetch: typeof fetch
  readonly world: World
  /** Writes to standard output. */
  write(text: string): void
}

export interface TokenOptions {
  /** A name (`support-agent`) or a principal id (`agent:support-agent`). */
  readonly identity: string
  /** Scopes with spaces between them; without it, all that the identity's roles give. */
  readonly scope?: string
  /** Where the gateway is, without a path. */
  readonly url: string
  readonly dataFolder: string
}

const tokenAnswer = z.object({ access_token: z.string() })
const errorAnswer = z.object({ error: z.string(), error_description: z.string().optional() })

/** Gets one access token and prints it; throws an error whose message says what to do. */
export async function printToken(options: TokenOptions, io: TokenIo): Promise<void> {
  const identity = findIdentity(demoIdentities, options.identity)
  if (identity === undefined) {
    const known = demoIdentities.map(({ name, title }) => `  ${name.padEnd(16)}${title}`).join('\n')
    throw new Error(`There is no identity \`${options.identity}\`. Choose one of:\n${known}`)
  }
  const key = await readPrivateKey(identityKeyFile(options.dataFolder, identity.name))
  if (key === null) {
    throw new Error(
      `The folder \`${options.dataFolder}\` has no key for \`${identity.name}\`. Start the gateway once with \`npm start\`, ` +
        'or set MANDATE_DATA to the folder that it uses.',
    )
  }
  io.write(`${await exchange(identity, key, options, io)}\n`)
}

async function exchange(
  identity: DemoIdentity,
  key: PrivateJwk,
  { scope, url, dataFolder }: TokenOptions,
  { fetch, world }: TokenIo,
): Promise<string> {
  const endpoint = new URL('/oauth/token', url)
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signAssertion(identity, key, issuerAt(url), world),
    ...(scope === undefined ? {} : { scope }),
  })
  let response: Response
  try {
    response = await fetch(endpoint, {
      method: 'POST',
      body,
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(5_000),
    })
  } catch (cause) {
    throw new Error(
      `No gateway answers at ${endpoint.origin}. Start it with \`npm start\`, or name its address with --url.`,
      {
        cause,
      },
    )
  }
  const answer: unknown = await response.json().catch(() => null)
  const token = tokenAnswer.safeParse(answer)
  if (response.ok && token.success) return token.data.access_token
  const refused = errorAnswer.safeParse(answer).data
  throw new Error(explain(refused, response.status, identity, endpoint.origin, dataFolder, scope))
}

function explain(
  refused: z.infer<typeof errorAnswer> | undefined,
  status: number,
  { name }: DemoIdentity,
  origin: string,
  dataFolder: string,
  scope: string | undefined,
): string {
  switch (refused?.error) {
    case 'invalid_client':
      return `The gateway at ${origin} does not know this key of \`${name}\`: it uses another data folder than \`${dataFolder}\`. Set MANDATE_DATA to the same one.`
    case 'invalid_scope':
      return `The roles of \`${name}\` give none of the scopes \`${scope ?? ''}\`. Leave --scope out to get all that they give.`
    case undefined:
      return `What answers at ${origin} (status ${status}) is not a gateway with the development issuer. Name the gateway with --url.`
    default:
      return `The gateway at ${origin} refused: ${refused?.error_description ?? refused?.error ?? ''}.`
  }
}

/** The development issuer calls itself `localhost`, whatever loopback name it was reached by. */
function issuerAt(url: string): string {
  const at = new URL(url)
  if (isLoopbackHost(at.hostname)) at.hostname = 'localhost'
  return at.origin
}

async function signAssertion(identity: DemoIdentity, key: PrivateJwk, audience: string, world: World): Promise<string> {
  const issuedAt = Math.floor(world.now().getTime() / 1000)
  return await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: key.kid })
    .setIssuer(identity.id)
    .setSubject(identity.id)
    .setAudience(audience)
    .setJti(world.newId())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 60)
    .sign(await importJWK(key, 'ES256'))
}

interface Flags {
  readonly scope?: string
  readonly url: string
  readonly data: string
}

/** Adds `token` to the command line. */
export function addTokenCommand(program: Command, io: TokenIo): void {
  program
    .command('token')
    .description('print one access token for a demo identity of the running gateway')
    .argument('<identity>', demoIdentities.map(({ name }) => name).join(', '))
    .option('--scope <scopes>', 'only these scopes, with spaces between them')
    .option('--url <address>', 'where the gateway is', `http://localhost:${io.env['PORT'] ?? '4000'}`)
    .option('--data <folder>', 'the data folder of the gateway', io.env['MANDATE_DATA'] ?? '.mandate')
    .action(async (identity: string, { scope, url, data }: Flags, command: Command) => {
      try {
        await printToken({ identity, url, dataFolder: data, ...(scope === undefined ? {} : { scope }) }, io)
      } catch (error) {
        command.error(error instanceof Error ? error.message : String(error))
      }
    })
}
