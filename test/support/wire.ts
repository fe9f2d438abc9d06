/** A gateway on a socket, spoken to byte by byte: what no client library would send. */
import { once } from 'node:events'
import { type AddressInfo, type Socket, connect } from 'node:net'
import type { Stack } from './stack.ts'

/** Lets the stack listen on a free port of this machine. */
export async function listen(stack: Stack): Promise<number> {
  await stack.app.server.listen({ host: '127.0.0.1', port: 0 })
  return (stack.app.server.server.address() as AddressInfo).port
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly requestId: string
  /** Everything that came, later answers on the same line included. */
  readonly raw: string
}

/** Opens a line to the gateway. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** Sends these bytes and reads until the gateway closes the line. */
export async function sendRaw(port: number, ...parts: readonly (string | Buffer)[]): Promise<WireAnswer> {
  const socket = await dial(port)
  for (const part of parts) socket.write(part)
  return readWire(await readAll(socket))
}

/** Everything until the line is closed. */
export async function readAll(socket: Socket): Promise<string> {
  let raw = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => (raw += chunk))
  if (!socket.closed) await once(socket, 'close')
  return raw
}

/** The first answer of what came over a line. */
export function readWire(raw: string): WireAnswer {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const requestId = headers['mandate-request-id'] ?? ''
  return { status: Number(first.split(' ')[1]), headers, text: rest.join('\r\n\r\n'), requestId, raw }
}

/** A request as text: a POST of `body` with these header lines, that closes the line at its end. */
export function post(body: string, ...headers: readonly string[]): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`
  const lines = ['POST /graphql HTTP/1.1', 'Host: gateway', 'Content-Type: application/json', 'Connection: close']
  return [...lines, ...headers, length, '', body].join('\r\n')
}
