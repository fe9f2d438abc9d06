/** Reads the body of an answer: no more bytes than allowed, of a type that is expected, as strict UTF-8. */
import type { Readable } from 'node:stream'

/** An answer that is not taken; the reasons are those of `system-failure.ts`. */
export class UnacceptableBody extends Error {
  override readonly name = 'UnacceptableBody'
  readonly reason: 'too-large' | 'wrong-type' | 'unreadable'

  constructor(reason: UnacceptableBody['reason'], detail: string) {
    super(detail)
    this.reason = reason
  }
}

/** The media types that adapters read unless they say otherwise. */
export const jsonTypes = ['application/json', 'application/*+json'] as const

/** Reads a body of at most `maximum` bytes as text. @throws {UnacceptableBody} */
export async function readBody(body: Readable, maximum: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maximum) {
      body.destroy()
      throw new UnacceptableBody('too-large', `more than ${maximum} bytes`)
    }
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw new UnacceptableBody('unreadable', 'not UTF-8')
  }
}

/** Passes a content type that is among the accepted ones, in UTF-8. @throws {UnacceptableBody} */
export function requireType(contentType: string | undefined, accepts: readonly string[]): void {
  const [type = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replace(/"/g, '')
  const named = /^[a-z0-9!#$&^_.+-]{1,60}\/[a-z0-9!#$&^_.+-]{1,80}$/.test(type) ? type : 'no media type'
  if (!accepts.some((accepted) => fits(accepted, type))) throw new UnacceptableBody('wrong-type', named)
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'us-ascii') {
    throw new UnacceptableBody('wrong-type', `${named} in another character set than UTF-8`)
  }
}

function fits(accepted: string, type: string): boolean {
  const [head, tail] = accepted.split('*')
  return tail === undefined ? accepted === type : type.startsWith(head ?? '') && type.endsWith(tail)
}
