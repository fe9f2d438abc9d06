/**
 * Batches as multipart messages (OData 4.01 part 1, 11.7.7; OData 2.0 batch processing; RFC 2046). Both versions write them
 * alike: reads as parts, changes as a part of parts.
 */
import { createHash } from 'node:crypto'
import { MalformedAnswer, type BatchAnswer, type BatchPart, type ODataAnswer, type ODataRequest } from './message.ts'
import { readJson } from './read-json.ts'

const newline = '\r\n'

export interface MultipartMessage {
  readonly contentType: string
  readonly text: string
}

/** Writes a batch. */
export function writeMultipart(parts: readonly BatchPart[]): MultipartMessage {
  const written = parts.map((part) =>
    part.kind === 'read' ? [writeRequest(part.request)] : part.requests.map((request) => writeRequest(request)),
  )
  // A boundary made of what it bounds cannot stand in it, and needs no chance.
  const mark = createHash('sha256').update(JSON.stringify(written)).digest('hex').slice(0, 32)
  const boundary = `batch_${mark}`
  const lines = parts.flatMap((part, index) => {
    const requests = written[index] ?? []
    if (part.kind === 'read') return [`--${boundary}`, ...requests]
    const inner = `changes_${mark}_${index}`
    return [
      `--${boundary}`,
      `Content-Type: multipart/mixed; boundary=${inner}`,
      '',
      ...requests.flatMap((request) => [`--${inner}`, request]),
      `--${inner}--`,
    ]
  })
  return {
    contentType: `multipart/mixed; boundary=${boundary}`,
    text: [...lines, `--${boundary}--`, ''].join(newline),
  }
}

function writeRequest({ method, path, headers, body, contentId }: ODataRequest): string {
  const text = body === undefined || body === null ? '' : JSON.stringify(body)
  return [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === undefined ? [] : [`Content-ID: ${contentId}`]),
    '',
    `${method} ${path} HTTP/1.1`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(text === '' ? [] : [`Content-Length: ${Buffer.byteLength(text)}`]),
    '',
    text,
  ].join(newline)
}

/** Reads the answer to a batch of `parts`. @throws {MalformedAnswer} */
export function readMultipart(contentType: string, text: string, parts: readonly BatchPart[]): readonly BatchAnswer[] {
  const read = splitParts(contentType, text)
  if (read.length > parts.length) throw new MalformedAnswer('The batch has more answers than requests.')
  return parts.map((part, index) => {
    const found = read[index]
    if (!found) throw new MalformedAnswer('The batch has fewer answers than requests.')
    const type = found.headers.get('content-type') ?? ''
    if (!type.startsWith('multipart/mixed')) {
      const answer = readHttp(found.text)
      return part.kind === 'read' ? { kind: 'answers', answers: [answer] } : { kind: 'refused', answer }
    }
    const answers = splitParts(type, found.text).map((inner) => ({
      id: inner.headers.get('content-id'),
      answer: readHttp(inner.text),
    }))
    if (part.kind === 'read') throw new MalformedAnswer('The batch answers a question with a changeset.')
    const failed = answers.find(({ answer }) => answer.status >= 400)
    if (failed) return { kind: 'refused', answer: failed.answer }
    if (answers.length !== part.requests.length) {
      throw new MalformedAnswer('The changeset has not as many answers as changes.')
    }
    // The order of a changeset's answers is not fixed; its Content-IDs are.
    const byId = new Map(answers.map(({ id, answer }) => [id, answer]))
    return {
      kind: 'answers',
      answers: part.requests.map(({ contentId }, at) => {
        const answer = byId.get(contentId) ?? answers[at]?.answer
        if (!answer) throw new MalformedAnswer('The changeset has not as many answers as changes.')
        return answer
      }),
    }
  })
}

interface TextPart {
  readonly headers: ReadonlyMap<string, string>
  readonly text: string
}

function splitParts(contentType: string, text: string): readonly TextPart[] {
  const boundary = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType)
  const mark = boundary?.[1] ?? boundary?.[2]
  if (mark === undefined) throw new MalformedAnswer('The multipart answer names no boundary.')
  // A boundary stands at the beginning of a line; the line break before it is its own.
  const pieces = `\n${text}`.split(`\n--${mark}`)
  const last = pieces.at(-1) ?? ''
  if (pieces.length < 2 || !last.startsWith('--')) throw new MalformedAnswer('The multipart answer is cut off.')
  return pieces.slice(1, -1).map((piece) => readHead(piece.replace(/^[ \t]*\r?\n/, '').replace(/\r$/, '')))
}

/** Splits headers from what follows the first empty line. */
function readHead(text: string): TextPart {
  const empty = /(?:^|\r?\n)\r?\n/.exec(text)
  const head = empty ? text.slice(0, empty.index) : text
  const headers = head
    .split(/\r?\n/)
    .map((line) => /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line))
    .flatMap((match): [string, string][] => (match ? [[(match[1] ?? '').toLowerCase(), match[2] ?? '']] : []))
  return { headers: new Map(headers), text: empty ? text.slice(empty.index + empty[0].length) : '' }
}

function readHttp(text: string): ODataAnswer {
  const start = text.replace(/^(?:\r?\n)+/, '')
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})[^\r\n]*(?:\r?\n|$)/.exec(start)
  if (!status) throw new MalformedAnswer('A part of the batch is not an HTTP answer.')
  const { headers, text: body } = readHead(start.slice(status[0].length))
  return { status: Number(status[1]), headers, body: readJson(body) }
}
