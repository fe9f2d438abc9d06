/**
 * Fetches an issuer's key set over HTTPS from the one configured address: no redirects, a short timeout, a small answer. The
 * address never comes from a token.
 */
import { isLoopbackHost } from './loopback.ts'
import type { LoadKeys } from './keys.ts'

export interface RemoteKeysOptions {
  readonly url: string
  readonly fetch: typeof fetch
  /** Default 3 seconds. */
  readonly timeoutMs?: number
  /** Default 256 KiB. */
  readonly maxBytes?: number
  /** From where keys may come over plain HTTP. Default: from this machine only. */
  readonly plainHttp?: 'this-machine' | 'anywhere'
}

/** Makes the loader for `createKeySet`; throws when the address is not HTTPS and not on this machine. */
export function remoteKeys(options: RemoteKeysOptions): LoadKeys {
  const { url, fetch, timeoutMs = 3_000, maxBytes = 256 * 1024, plainHttp = 'this-machine' } = options
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'https:' && !(protocol === 'http:' && (plainHttp === 'anywhere' || isLoopbackHost(hostname)))) {
    throw new TypeError(`The key set address \`${url}\` must start with https:// unless it is on this machine.`)
  }
  return async () => {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/jwk-set+json, application/json' },
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new Error(`The key set address answered with status ${response.status}.`)
    }
    return JSON.parse(await readAtMost(response, maxBytes)) as unknown
  }
}

async function readAtMost(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  const body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = response.body ?? []
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) throw new Error(`The key set is larger than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
