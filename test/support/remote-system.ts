/** A subgraph as a process of its own would be: a web server of the test's that notes what the gateway sends it. */
import { once } from 'node:events'
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StackOptions } from './stack.ts'

interface RemoteFetch {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface RemoteSystem extends AsyncDisposable {
  readonly url: string
  /** What it was sent, oldest first. */
  readonly fetches: RemoteFetch[]
  /** Changes how it answers. */
  answer: (response: ServerResponse, fetch: RemoteFetch) => void
}

export async function startRemoteSystem(answer: RemoteSystem['answer']): Promise<RemoteSystem> {
  const fetches: RemoteFetch[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const fetch = { headers: request.headers, body: Buffer.concat(chunks).toString() }
      fetches.push(fetch)
      system.answer(response, fetch)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const system: RemoteSystem = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    fetches,
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return system
}

/** Settings under which one subgraph is that system, and the others run in the gateway's process. */
export function withRemote(
  name: string,
  system: RemoteSystem,
  timeouts: { readonly fetchMs?: number; readonly requestMs?: number } = {},
): NonNullable<StackOptions['settings']> {
  return (config) => ({
    ...config,
    subgraphs: { ...config.subgraphs, [name]: { url: system.url } },
    timeouts: { ...config.timeouts, ...timeouts },
  })
}

export const json = (body: unknown) => (response: ServerResponse) =>
  void response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
