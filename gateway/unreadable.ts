/**
 * What is no HTTP request: two lengths for one body, a header that never ends, bytes that are none of it. It is answered once,
 * recorded as every request is, and its connection is closed, because nobody can tell where the next request would begin.
 */
import type { Socket } from 'node:net'
import type { GraphQLError } from 'graphql'
import { refusal } from '../lib/errors.ts'
import type { Arrival } from './exchange.ts'
import type { Answer } from './response/answer.ts'

export interface UnreadableOptions {
  readonly begin: () => Arrival
  readonly refuse: (arrival: Arrival, error: GraphQLError) => Promise<Answer>
}

export interface UnreadableHandler {
  /** Notes a request that has begun on a socket; call the result at its end. */
  enter(socket: Socket): () => void
  /** Node's `clientError`. */
  handle(error: NodeJS.ErrnoException, socket: Socket): void
}

export function createUnreadableHandler({ begin, refuse }: UnreadableOptions): UnreadableHandler {
  const underWay = new WeakMap<Socket, number>()
  const seen = new WeakSet<Socket>()
  const count = (socket: Socket, change: 1 | -1) => underWay.set(socket, (underWay.get(socket) ?? 0) + change)

  async function answer(error: NodeJS.ErrnoException, socket: Socket): Promise<void> {
    const arrival = begin()
    const { body, headers } = await refuse(arrival, refusal('BAD_REQUEST', describe(error)))
    const lines = Object.entries({
      ...headers,
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
      'mandate-request-id': arrival.requestId,
      'x-content-type-options': 'nosniff',
    })
    const head = lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')
    if (socket.writable) socket.end(`HTTP/1.1 400 Bad Request\r\n${head}\r\n\r\n${body}`, () => socket.destroy())
    else socket.destroy()
  }

  return {
    enter(socket) {
      count(socket, 1)
      let left = false
      return () => {
        if (!left) count(socket, -1)
        left = true
      }
    },
    handle(error, socket) {
      if (seen.has(socket)) return
      seen.add(socket)
      // Nobody is there to be answered, or a request of this socket is under way and ends, and is recorded, by itself.
      if (error.code === 'ECONNRESET' || socket.destroyed || (underWay.get(socket) ?? 0) > 0) {
        socket.destroy()
        return
      }
      socket.pause()
      void answer(error, socket)
    },
  }
}

function describe({ code }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'The HTTP request did not arrive in time.'
    case 'HPE_HEADER_OVERFLOW':
      return 'The headers of the HTTP request are too large.'
    default:
      return 'The HTTP request cannot be read.'
  }
}
