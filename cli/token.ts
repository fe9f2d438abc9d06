/**
 * `mandate token <identity>`: asks the running gateway's development issuer for an access token with the identity's key from the
 * data folder, and prints it and nothing else, so that it can stand in a shell's `$(…)`. With `--for`, the token is exchanged.
 */
import type { Command } from 'commander'
import type { World } from '../lib/world.ts'
import { type DemoIdentity, demoIdentities, findIdentity } from '../gateway/identity/demo-identities.ts'
import { readKnownIdentities } from '../gateway/identity/known-identities.ts'
import {
  ensurePrivateKey,
  identityKeyFile,
  type PrivateJwk,
  proofKeyFile,
  readPrivateKey,
} from '../gateway/identity/private-keys.ts'
import { findIssuer, requestToken } from '../gateway/identity/request-token.ts'

/** The outside world of a token. */
export interface TokenIo {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fetch: typeof fetch
  readonly world: World
  /** Writes to standard output. */
  write(text: string): void
}

/** The outside world of the commands. */
export interface TokenCommandIo extends TokenIo {
  /** Messages, beside the token. */
  writeError(text: string): void
}

export interface TokenOptions {
  /** A name (`support-agent`) or a principal id (`agent:support-agent`). */
  readonly identity: string
  /** For whom it acts, who that acts for, and so on: the last one is the subject of the token. */
  readonly actsFor?: readonly string[]
  /** Binds the token to a key of the identity's (RFC 9449). */
  readonly bound?: boolean
  /** Scopes with spaces between them; without it, all that the identity's roles give. */
  readonly scope?: string
  /** Where the gateway is, without a path. */
  readonly url: string
  readonly dataFolder: string
}

/** Gets one access token and prints it; gives the file of the key that it is bound to. Throws an error whose message says what to do. */
export async function printToken(options: TokenOptions, io: TokenIo): Promise<string | null> {
  const { dataFolder, scope, actsFor = [], bound = false } = options
  const identities = (await readKnownIdentities(dataFolder)) ?? demoIdentities
  const chain = await Promise.all(
    [options.identity, ...actsFor].map((name) => readIdentity(name, identities, dataFolder)),
  )
  const url = await findIssuer(options.url, io)
  const file = proofKeyFile(dataFolder, chain[0]?.identity.name ?? '')
  const proof = bound ? { proofKey: await ensurePrivateKey(file) } : {}
  let token: string | undefined
  for (const [at, one] of [...chain.entries()].reverse()) {
    const narrowed = at === 0 && scope !== undefined ? { scope } : {}
    const subject = token === undefined ? {} : { subjectToken: token }
    token = await requestToken({ ...one, url, dataFolder, ...narrowed, ...subject, ...proof }, io)
  }
  io.write(`${token ?? ''}\n`)
  return bound ? file : null
}

async function readIdentity(
  name: string,
  identities: readonly DemoIdentity[],
  dataFolder: string,
): Promise<{ readonly identity: DemoIdentity; readonly key: PrivateJwk }> {
  const identity = findIdentity(identities, name)
  if (identity === undefined) {
    const known = identities.map(({ name: one, title }) => `  ${one.padEnd(16)}${title}`).join('\n')
    throw new Error(`There is no identity \`${name}\`. Choose one of:\n${known}`)
  }
  const key = await readPrivateKey(identityKeyFile(dataFolder, identity.name))
  if (key !== null) return { identity, key }
  throw new Error(
    `The folder \`${dataFolder}\` has no key for \`${identity.name}\`. Start the gateway once with \`npm start\`, ` +
      'or set MANDATE_DATA to the folder that it uses.',
  )
}

interface Flags {
  readonly scope?: string
  readonly for?: readonly string[]
  readonly dpop?: boolean
  readonly url: string
  readonly data: string
}

/** Adds `token` to the command line. */
export function addTokenCommand(program: Command, io: TokenCommandIo): void {
  program
    .command('token')
    .description('print one access token for a demo identity of the running gateway')
    .argument('<identity>', demoIdentities.map(({ name }) => name).join(', '))
    .option('--scope <scopes>', 'only these scopes, with spaces between them')
    .option(
      '--for <identity>',
      'act for this person or agent; repeat it for whom that one acts for',
      (name: string, before: readonly string[] | undefined) => [...(before ?? []), name],
    )
    .option('--dpop', 'bind the token to a key in the data folder (RFC 9449)')
    .option('--url <address>', 'where the gateway is', `http://localhost:${io.env['PORT'] ?? '4000'}`)
    .option('--data <folder>', 'the data folder of the gateway', io.env['MANDATE_DATA'] ?? '.mandate')
    .action(async (identity: string, flags: Flags, command: Command) => {
      const { scope, for: actsFor = [], dpop: bound = false, url, data } = flags
      const narrowed = scope === undefined ? {} : { scope }
      try {
        const keyFile = await printToken({ identity, actsFor, bound, url, dataFolder: data, ...narrowed }, io)
        if (keyFile === null) return
        io.writeError(
          `The token is bound to the key in ${keyFile}. Send it as \`Authorization: DPoP <token>\`, with a proof in the header \`DPoP\`.\n`,
        )
      } catch (error) {
        command.error(error instanceof Error ? error.message : String(error))
      }
    })
}
