/** Reads a batch request of either form, and writes its answer. Written apart from the adapter's own, so that one checks the other. */
import { STATUS_CODES } from 'node:http'

export interface PeerRequest {
  readonly id: string | null
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface PeerAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export type PeerPart = PeerRequest | readonly PeerRequest[]

/** Runs the parts of a multipart batch: `run` answers one request alone, or all of a changeset or the error of one. */
export async function answerMultipart(
  contentType: string,
  text: string,
  run: (part: PeerPart) => Promise<readonly PeerAnswer[] | PeerAnswer>,
): Promise<{ readonly contentType: string; readonly text: string }> {
  const lines: string[] = []
  for (const piece of pieces(contentType, text)) {
    const type = headersOf(piece)['content-type'] ?? ''
    const isChangeset = type.startsWith('multipart/mixed')
    const requests = (isChangeset ? pieces(type, bodyOf(piece)) : [piece]).map(requestOf)
    const [first] = requests
    if (!first) continue
    const answers = await run(isChangeset ? requests : first)
    lines.push('--answers')
    if ('status' in answers) {
      lines.push(...httpPart(answers, null))
      continue
    }
    lines.push('Content-Type: multipart/mixed; boundary=inner', '')
    // Backwards: the order is not promised, the Content-ID is.
    for (const [index, answer] of [...answers.entries()].reverse()) {
      lines.push('--inner', ...httpPart(answer, requests[index]?.id ?? null))
    }
    lines.push('--inner--')
  }
  lines.push('--answers--', '')
  return { contentType: 'multipart/mixed; boundary=answers', text: lines.join('\r\n') }
}

/** Runs the requests of a JSON batch. */
export async function answerJson(
  text: string,
  run: (part: PeerPart) => Promise<readonly PeerAnswer[] | PeerAnswer>,
): Promise<string> {
  interface Item {
    id: string
    method: string
    url: string
    headers?: Record<string, string>
    body?: unknown
    atomicityGroup?: string
  }
  const { requests } = JSON.parse(text) as { requests: Item[] }
  const groups = Map.groupBy(requests, ({ id, atomicityGroup }) => atomicityGroup ?? `alone ${id}`)
  const responses: unknown[] = []
  for (const items of groups.values()) {
    const read = items.map(({ id, method, url, headers = {}, body }) => ({
      id,
      method,
      url,
      headers,
      body: body === undefined ? '' : JSON.stringify(body),
    }))
    const [first] = read
    if (!first) continue
    const answers = await run(items[0]?.atomicityGroup === undefined ? first : read)
    const all = 'status' in answers ? read.map(() => answers) : answers
    responses.push(...all.map(({ status, headers, body }, index) => ({ id: read[index]?.id, status, headers, body })))
  }
  return JSON.stringify({ responses: responses.reverse() })
}

function httpPart({ status, headers, body }: PeerAnswer, contentId: string | null): string[] {
  const text = body === undefined ? '' : JSON.stringify(body)
  return [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === null ? [] : [`Content-ID: ${contentId}`]),
    '',
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries({ ...headers, 'Content-Type': 'application/json' }).map(([name, value]) => `${name}: ${value}`),
    '',
    text,
  ]
}

function pieces(contentType: string, text: string): string[] {
  const boundary = /boundary=([^\s;]+)/.exec(contentType)?.[1] ?? ''
  const all = text.split(new RegExp(`(?:^|\r\n)--${boundary}(?:--)?(?:\r\n|$)`))
  return all.slice(1, -1)
}

function headersOf(piece: string): Record<string, string> {
  const head = piece.split('\r\n\r\n', 1)[0] ?? ''
  return Object.fromEntries(
    head
      .split('\r\n')
      .filter((line) => line.includes(': '))
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
}

function bodyOf(piece: string): string {
  return piece.slice(piece.indexOf('\r\n\r\n') + 4)
}

function requestOf(piece: string): PeerRequest {
  const http = bodyOf(piece)
  const [line = ''] = http.split('\r\n', 1)
  const [method = '', url = ''] = line.split(' ')
  return {
    id: headersOf(piece)['content-id'] ?? null,
    method,
    url,
    headers: headersOf(http),
    body: bodyOf(http).trim(),
  }
}
