/** Several requests in one round trip, in the form that the service takes. */
import { readJsonBatch, writeJsonBatch } from './json-batch.ts'
import { jsonTypes, multipartTypes } from './media-types.ts'
import { MalformedAnswer, type BatchAnswer, type BatchPart, type ODataAnswer } from './message.ts'
import { readMultipart, writeMultipart } from './multipart.ts'
import { readJson } from './read-json.ts'
import type { ODataSession } from './session.ts'

export interface BatchOptions {
  readonly session: ODataSession
  readonly form: 'multipart' | 'json'
  readonly signal: AbortSignal
}

/** The answers to the parts, or the answer by which the service refused the batch as a whole. */
export type BatchResult =
  | { readonly kind: 'parts'; readonly answers: readonly BatchAnswer[] }
  | { readonly kind: 'refused'; readonly answer: ODataAnswer }

/** Sends a batch. @throws {MalformedAnswer} */
export async function sendBatch(
  { session, form, signal }: BatchOptions,
  parts: readonly BatchPart[],
): Promise<BatchResult> {
  const message =
    form === 'json' ? { contentType: 'application/json', text: writeJsonBatch(parts) } : writeMultipart(parts)
  const { status, headers, text } = await session.send(
    { method: 'POST', path: '$batch', headers: form === 'json' ? {} : { accept: 'multipart/mixed' } },
    {
      body: message.text,
      contentType: message.contentType,
      accepts: form === 'json' ? jsonTypes : multipartTypes,
      // A batch of questions changes nothing, so it may be sent again.
      idempotent: parts.every(({ kind }) => kind === 'read'),
      signal,
    },
  )
  if (status >= 400) return { kind: 'refused', answer: { status, headers, body: readErrorBody(text) } }
  const type = headers.get('content-type') ?? ''
  return {
    kind: 'parts',
    answers: type.startsWith('multipart/') ? readMultipart(type, text, parts) : readJsonBatch(text, parts),
  }
}

/** The body of an error answer, where it is JSON. */
export function readErrorBody(text: string): unknown {
  try {
    return readJson(text)
  } catch (error) {
    if (error instanceof MalformedAnswer) return undefined
    throw error
  }
}
