/**
 * A TCP proxy whose line can be broken and mended: how a test takes a shared server away from one client alone. `cut` is a
 * server that has stopped (connections reset, new ones refused); `stall` is one that no longer answers (a network that drops).
 */
import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'

export interface BreakableProxy extends AsyncDisposable {
  /** `target` with the proxy's address. */
  readonly url: string
  cut(): Promise<void>
  stall(): void
  restore(): Promise<void>
}

/** Opens a proxy in front of `target`, a URL with host and port, on a free port of this machine. */
export async function openProxy(target: string, defaultPort: number): Promise<BreakableProxy> {
  const { hostname, port } = new URL(target)
  const pairs = new Set<readonly [Socket, Socket]>()
  let stalled = false
  let listeningOn = 0
  let server: Server | null = null

  const accept = (client: Socket) => {
    const upstream = connect(port === '' ? defaultPort : Number(port), hostname)
    const pair = [client, upstream] as const
    pairs.add(pair)
    const forward = (from: Socket, to: Socket) => {
      from.on('data', (chunk) => {
        if (!stalled) to.write(chunk)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => {
        pairs.delete(pair)
        to.destroy()
      })
    }
    forward(client, upstream)
    forward(upstream, client)
  }
  const listen = async () => {
    server = createServer(accept).listen(listeningOn, '127.0.0.1')
    await once(server, 'listening')
    listeningOn = (server.address() as AddressInfo).port
  }
  const drop = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
  }
  const cut = async () => {
    const closing = server
    server = null
    if (closing === null) return
    const closed = once(closing, 'close')
    closing.close()
    drop()
    await closed
  }

  await listen()
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(listeningOn)
  return {
    url: url.href,
    cut,
    stall: () => {
      stalled = true
    },
    /** After a stall the old lines stay dead, as after a router that lost its state. */
    async restore() {
      if (stalled) drop()
      stalled = false
      if (server === null) await listen()
    },
    [Symbol.asyncDispose]: cut,
  }
}
