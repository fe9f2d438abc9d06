/** Batches as JSON (OData JSON format 4.01, section 19): the form that needs no boundaries. */
import { MalformedAnswer, type BatchAnswer, type BatchPart, type ODataAnswer, type ODataRequest } from './message.ts'
import { asObject, readJson } from './read-json.ts'

/** Writes a batch; changes of one part share an atomicity group. */
export function writeJsonBatch(parts: readonly BatchPart[]): string {
  const requests = parts.flatMap((part, index) =>
    requestsOf(part).map((request, at) => {
      const { method, path, headers, body, contentId } = request
      return {
        id: contentId ?? idOf(index, at),
        ...(part.kind === 'changes' ? { atomicityGroup: `g${index}` } : {}),
        method,
        url: path,
        headers,
        ...(body === undefined || body === null ? {} : { body }),
      }
    }),
  )
  return JSON.stringify({ requests })
}

/** Reads the answer to a batch of `parts`. @throws {MalformedAnswer} */
export function readJsonBatch(text: string, parts: readonly BatchPart[]): readonly BatchAnswer[] {
  const responses = asObject(readJson(text))?.['responses']
  if (!Array.isArray(responses)) throw new MalformedAnswer('The batch answer has no `responses`.')
  const byId = new Map(responses.map((response: unknown) => [String(asObject(response)?.['id']), readAnswer(response)]))
  return parts.map((part, index) => {
    const answers = requestsOf(part).map(({ contentId }, at) => byId.get(contentId ?? idOf(index, at)))
    const failed = part.kind === 'changes' ? answers.filter((answer) => (answer?.status ?? 0) >= 400) : []
    // 424 says only that another one failed (RFC 4918).
    const refused = failed.find((answer) => answer?.status !== 424) ?? failed[0]
    if (refused) return { kind: 'refused', answer: refused }
    return {
      kind: 'answers',
      answers: answers.map((answer) => {
        if (!answer) throw new MalformedAnswer('The batch has fewer answers than requests.')
        return answer
      }),
    }
  })
}

function requestsOf(part: BatchPart): readonly ODataRequest[] {
  return part.kind === 'read' ? [part.request] : part.requests
}

function idOf(part: number, at: number): string {
  return `r${part}.${at}`
}

function readAnswer(response: unknown): ODataAnswer {
  const { status, headers, body } = asObject(response) ?? {}
  if (typeof status !== 'number') throw new MalformedAnswer('An answer of the batch has no status.')
  const named = Object.entries(asObject(headers) ?? {}).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    String(value),
  ])
  return { status, headers: new Map(named), body }
}
