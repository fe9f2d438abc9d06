/** One client for each agent and person of the demo, with tokens that its own key has got. */
import {
  clientCredentials,
  createMandateClient,
  type MandateClient,
  type TokenSource,
} from '../../clients/typescript/index.ts'
import { identityKeyFile, readPrivateKey } from '../../gateway/identity/private-keys.ts'
import { findIssuer } from '../../gateway/identity/request-token.ts'
import type { Gateway } from '../gateway.ts'

export interface Clients {
  /** Where tokens come from. */
  readonly issuer: string
  /** The client of a principal, `person:maria.keller`. */
  of(principal: `${'agent' | 'person'}:${string}`): MandateClient
}

/** Makes them, for the gateway that the demo talks to. */
export async function createClients({ url, dataFolder }: Gateway, signal: AbortSignal): Promise<Clients> {
  const issuer = await findIssuer(url, { fetch })
  return {
    issuer,
    of(principal) {
      const tokenSource = sourceOf(principal, issuer, dataFolder)
      return createMandateClient({ endpoint: new URL('/graphql', url), tokenSource }).with({ signal })
    },
  }
}

/** The key is read when the first token is needed. */
function sourceOf(principal: string, issuer: string, dataFolder: string): TokenSource {
  let opening: Promise<TokenSource> | null = null
  const open = async (): Promise<TokenSource> => {
    const file = identityKeyFile(dataFolder, principal.slice(principal.indexOf(':') + 1))
    const key = await readPrivateKey(file)
    if (key === null) throw new Error(`There is no key at ${file}. Is --data the data folder of that gateway?`)
    return clientCredentials({ issuer, clientId: principal, key: { ...key } })
  }
  const opened = () => (opening ??= open())
  return {
    get: async () => await (await opened()).get(),
    renew: async (refused) => await (await opened()).renew(refused),
  }
}
