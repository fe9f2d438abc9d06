/** Changes of a service: one alone, or those of one act as a changeset, which happens all or not at all. */
import type { NativeChange, NativeRow } from '../driver.ts'
import { readErrorBody, sendBatch } from './batch.ts'
import { changeFailure } from './failure.ts'
import { MalformedAnswer, type ODataAnswer, type ODataRequest } from './message.ts'
import { readJson } from './read-json.ts'
import { optionsOf, readable, rowOf, type ODataService } from './service.ts'
import { writeChanges } from './writing.ts'

/** Makes the changes; answers each entity as it is afterwards, null where the service did not send it. */
export async function commitChanges(
  service: ODataService,
  changes: readonly NativeChange[],
  signal: AbortSignal,
): Promise<readonly (NativeRow | null)[]> {
  const { connector, session, dialect, options } = service
  const requests = writeChanges({ dialect, optionsOf }, changes)
  return await readable(service, 'unknown', async () => {
    const [only] = requests
    if (only && requests.length === 1) {
      const answer = await changeAlone(service, only, signal)
      if (answer.status >= 400) throw changeFailure(connector, answer, changes, 0)
      return [rowIn(service, answer)]
    }
    const form = options.batch
    if (form === 'none') throw new Error('A service without batches makes changes one at a time.')
    const result = await sendBatch({ session, form, signal }, [{ kind: 'changes', requests }])
    if (result.kind === 'refused') throw changeFailure(connector, result.answer, changes, null)
    const [part] = result.answers
    if (!part) throw new MalformedAnswer('The batch has no answer.')
    if (part.kind === 'refused') throw changeFailure(connector, part.answer, changes, null)
    return part.answers.map((answer) => rowIn(service, answer))
  })
}

async function changeAlone(
  { session }: ODataService,
  request: ODataRequest,
  signal: AbortSignal,
): Promise<ODataAnswer> {
  const { 'content-type': contentType = 'application/json', ...rest } = request.headers
  const { status, headers, text } = await session.send(
    { ...request, headers: rest },
    { body: JSON.stringify(request.body), contentType, idempotent: false, signal },
  )
  return { status, headers, body: status >= 400 ? readErrorBody(text) : readJson(text) }
}

function rowIn(service: ODataService, { status, body }: ODataAnswer): NativeRow | null {
  if (status === 204 || body === undefined) return null
  const entity = service.dialect.readEntity(body)
  if (!entity) throw new MalformedAnswer('The answer to a change is not an entity.')
  return rowOf(service, entity)
}
