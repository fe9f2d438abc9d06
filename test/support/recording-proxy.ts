/** A line between a gateway and a subgraph that notes every fetch as it went over the wire, and passes it on. */
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenFetch {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface RecordingProxy extends AsyncDisposable {
  /** Where the gateway sends its fetches. */
  readonly url: string
  readonly seen: SeenFetch[]
}

/** Opens it in front of the server on this port of this machine. */
export async function openRecordingProxy(port: number): Promise<RecordingProxy> {
  const seen: SeenFetch[] = []
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      seen.push({ headers: incoming.headers as Record<string, string>, body })
      const { method, url: path, headers } = incoming
      const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', () => response.destroy())
      onward.end(body)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
