import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createHttpTransport, createLocalTransport } from '../../../gateway/federation/transport.ts'
import type { Subgraph, SubgraphRequest } from '../../../subgraphs/subgraph.ts'

const request = (signal = new AbortController().signal): SubgraphRequest => ({
  query: '{ a }',
  variables: { x: 1 },
  operationName: null,
  statement: { audience: 'crm' } as SubgraphRequest['statement'],
  signal,
})

async function httpTransport(
  listener: RequestListener,
  limits: { timeoutMs?: number; maxResponseBytes?: number } = {},
) {
  let signed = 0
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const transport = createHttpTransport({
    urls: new Map([['crm', new URL(`http://127.0.0.1:${port}/graphql`)]]),
    sign: () => `signed ${++signed}`,
    timeoutMs: limits.timeoutMs ?? 2_000,
    maxResponseBytes: limits.maxResponseBytes ?? 10_000,
    connections: 2,
  })
  return {
    transport,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await transport[Symbol.asyncDispose]()
    },
  }
}

const json =
  (body: string): RequestListener =>
  (_request, response) =>
    response.end(body)

describe('over HTTP', () => {
  /** Resets the first connections, then answers; tells which statements came. */
  async function resetting(resets: number) {
    const statements: unknown[] = []
    const peer = await httpTransport((incoming, response) => {
      statements.push(incoming.headers['mandate-statement'])
      if (statements.length <= resets) incoming.socket.resetAndDestroy()
      else response.end('{"data":{"a":1}}')
    })
    return { ...peer, statements }
  }

  test('a read whose connection was lost is sent once more, under another statement', async () => {
    await using peer = await resetting(1)
    expect(await peer.transport.fetch('crm', request())).toEqual({ data: { a: 1 } })
    expect(peer.statements).toEqual(['signed 1', 'signed 2'])
  })

  test('a read is not sent a third time', async () => {
    await using peer = await resetting(2)
    await expect(peer.transport.fetch('crm', request())).rejects.toThrow()
    expect(peer.statements).toHaveLength(2)
  })

  test('a mutation is sent once, whatever happens', async () => {
    await using peer = await resetting(1)
    await expect(peer.transport.fetch('crm', { ...request(), query: 'mutation { a }' })).rejects.toThrow()
    expect(peer.statements).toEqual(['signed 1'])
  })

  test('sends operation and statement, and no header of anybody else (rows 41, 46)', async () => {
    let seen: Record<string, unknown> = {}
    await using peer = await httpTransport((incoming, response) => {
      seen = incoming.headers
      response.end('{"data":{"a":1}}')
    })
    expect(await peer.transport.fetch('crm', request())).toEqual({ data: { a: 1 } })
    expect(Object.keys(seen).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'mandate-statement',
    ])
  })

  test('a redirect is an error, never followed (row 47)', async () => {
    let visits = 0
    await using peer = await httpTransport((_request, response) => {
      visits += 1
      response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end()
    })
    await expect(peer.transport.fetch('crm', request())).rejects.toThrow('HTTP 307')
    expect(visits).toBe(1)
  })

  test('an unknown subgraph is not dialled', async () => {
    await using peer = await httpTransport(json('{}'))
    await expect(peer.transport.fetch('http://evil.example', request())).rejects.toThrow('No address is configured')
  })

  test('hostile members reach nobody (row 14)', async () => {
    await using peer = await httpTransport(json('{"data":{"a":{"__proto__":{"polluted":1}}}}'))
    const { data } = await peer.transport.fetch('crm', request())
    expect(JSON.stringify(data)).toBe('{"a":{}}')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('too large, too slow, no JSON, no GraphQL: each rejects (row 14)', async () => {
    await using large = await httpTransport(json(`{"data":{"a":"${'x'.repeat(20_000)}"}}`))
    await expect(large.transport.fetch('crm', request())).rejects.toThrow()
    await using slow = await httpTransport(() => undefined, { timeoutMs: 50 })
    await expect(slow.transport.fetch('crm', request())).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' })
    await using text = await httpTransport(json('hello'))
    await expect(text.transport.fetch('crm', request())).rejects.toThrow()
    await using list = await httpTransport(json('[1]'))
    await expect(list.transport.fetch('crm', request())).rejects.toThrow()
  })

  test('an abort cuts the fetch', async () => {
    await using peer = await httpTransport(() => undefined)
    const controller = new AbortController()
    const fetching = peer.transport.fetch('crm', request(controller.signal))
    controller.abort(new DOMException('gone', 'AbortError'))
    await expect(fetching).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('in this process', () => {
  const subgraph = (execute: Subgraph['execute']): Subgraph => ({
    name: 'crm',
    sdl: '',
    execute,
    close: () => Promise.resolve(),
  })

  test('hands the request over as it is', async () => {
    const sent = request()
    await using transport = createLocalTransport(
      [subgraph(({ variables }) => Promise.resolve({ data: { ...variables } }))],
      1_000,
    )
    expect(await transport.fetch('crm', sent)).toEqual({ data: { x: 1 } })
  })

  test('does not wait for one that hangs, and tells it to stop', async () => {
    let stopped = false
    await using transport = createLocalTransport(
      [
        subgraph(({ signal }) => {
          signal.addEventListener('abort', () => (stopped = true))
          return new Promise(() => undefined)
        }),
      ],
      30,
    )
    await expect(transport.fetch('crm', request())).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(stopped).toBe(true)
  })

  test('there is no subgraph of another name', async () => {
    await using transport = createLocalTransport([], 1_000)
    await expect(transport.fetch('crm', request())).rejects.toThrow('no subgraph crm')
  })
})
