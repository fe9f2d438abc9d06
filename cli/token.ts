/**
 * `mandate token <identity>`: signs a client assertion with the identity's key from the data folder, exchanges it at the
 * running gateway's development issuer, and prints the access token and nothing else, so that it can stand in a shell's `$(…)`.
 */
import type { Command } from 'commander'
import type { World } from '../lib/world.ts'
import { demoIdentities, findIdentity } from '../gateway/identity/demo-identities.ts'
import { readKnownIdentities } from '../gateway/identity/known-identities.ts'
import { identityKeyFile, readPrivateKey } from '../gateway/identity/private-keys.ts'
import { findIssuer, requestToken } from '../gateway/identity/request-token.ts'

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

/** Gets one access token and prints it; throws an error whose message says what to do. */
export async function printToken(options: TokenOptions, io: TokenIo): Promise<void> {
  const identities = (await readKnownIdentities(options.dataFolder)) ?? demoIdentities
  const identity = findIdentity(identities, options.identity)
  if (identity === undefined) {
    const known = identities.map(({ name, title }) => `  ${name.padEnd(16)}${title}`).join('\n')
    throw new Error(`There is no identity \`${options.identity}\`. Choose one of:\n${known}`)
  }
  const key = await readPrivateKey(identityKeyFile(options.dataFolder, identity.name))
  if (key === null) {
    throw new Error(
      `The folder \`${options.dataFolder}\` has no key for \`${identity.name}\`. Start the gateway once with \`npm start\`, ` +
        'or set MANDATE_DATA to the folder that it uses.',
    )
  }
  const { scope, dataFolder } = options
  const url = await findIssuer(options.url, io)
  const token = await requestToken({ identity, key, url, dataFolder, ...(scope === undefined ? {} : { scope }) }, io)
  io.write(`${token}\n`)
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
