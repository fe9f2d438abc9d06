/** Questions to a service: each becomes the path of a collection, and several travel as one batch. */
import type { Condition, DriverPage, DriverQuery } from '../driver.ts'
import type { MappedEntity } from '../mapping/mapped-entity.ts'
import { readErrorBody, sendBatch } from './batch.ts'
import type { EntityPage } from './dialect.ts'
import { filterOf, orderOf } from './expression.ts'
import { questionFailure } from './failure.ts'
import { jsonTypes } from './media-types.ts'
import { MalformedAnswer, type BatchPart, type ODataAnswer } from './message.ts'
import { collectionPath, selectionOf } from './question.ts'
import { readJson } from './read-json.ts'
import { optionsOf, readable, rowOf, type ODataService } from './service.ts'

/** Longer paths go into the body of a batch: servers and proxies cut long URLs off. */
const maxPathLength = 1_800
/** How many questions one batch asks. */
const questionsInBatch = 100

/** Answers queries in their order, in as few round trips as the service allows. */
export async function findEach(
  service: ODataService,
  queries: readonly DriverQuery[],
  signal: AbortSignal,
): Promise<readonly DriverPage[]> {
  return await readable(service, 'none', async () => {
    const paths = queries.map((query) => pathOfQuery(service, query))
    const asked = [...new Set(paths.filter((path) => path !== null))]
    const answers = await ask(service, asked, signal)
    const pages = new Map(asked.map((path, index) => [path, pageIn(service, answers[index])]))
    return await Promise.all(
      queries.map(async ({ limit }, index) => {
        const path = paths[index] ?? null
        const page = path === null ? undefined : pages.get(path)
        if (path === null || !page) return { rows: [], more: false }
        return await complete(service, path, page, limit, signal)
      }),
    )
  })
}

/** How many entities match. */
export async function countOf(
  service: ODataService,
  entity: MappedEntity,
  where: Condition,
  signal: AbortSignal,
): Promise<number> {
  const filter = filterOf(service.options, where)
  if (filter === false) return 0
  const path = collectionPath(entity.collection, {
    $filter: filter === true ? null : filter,
    $top: 0,
    ...service.dialect.countOption,
  })
  return await readable(service, 'none', async () => {
    const [answer] = await ask(service, [path], signal)
    const { count } = pageIn(service, answer)
    if (count === null) throw new MalformedAnswer('The answer has no count.')
    return count
  })
}

/** The path of a query, or null where nothing can match. One entity more than the limit shows whether there are more. */
function pathOfQuery(
  { options, dialect }: ODataService,
  { entity, where, orderBy, limit, offset }: DriverQuery,
): string | null {
  const filter = filterOf(options, where)
  if (filter === false) return null
  return collectionPath(entity.collection, {
    $filter: filter === true ? null : filter,
    $orderby: orderOf(options, orderBy),
    ...selectionOf(dialect.version, entity, optionsOf(entity)),
    $top: limit + 1,
    $skip: offset === 0 ? null : offset,
  })
}

async function ask(
  service: ODataService,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly ODataAnswer[]> {
  const { connector, dialect, session, options } = service
  const form = options.batch
  const isShort = paths.length === 1 && (paths[0]?.length ?? 0) <= maxPathLength
  if (form === 'none' || isShort || paths.length === 0) {
    return await Promise.all(paths.map((path) => askAlone(service, path, signal)))
  }
  const chunks = Array.from({ length: Math.ceil(paths.length / questionsInBatch) }, (_, index) =>
    paths.slice(index * questionsInBatch, (index + 1) * questionsInBatch),
  )
  const batches = chunks.map(async (chunk) => {
    const parts = chunk.map((path): BatchPart => {
      return { kind: 'read', request: { method: 'GET', path, headers: dialect.headers, body: undefined } }
    })
    const result = await sendBatch({ session, form, signal }, parts)
    if (result.kind === 'refused') throw questionFailure(connector, result.answer)
    return result.answers.flatMap((part) => (part.kind === 'answers' ? part.answers : [part.answer]))
  })
  return (await Promise.all(batches)).flat()
}

async function askAlone({ session }: ODataService, path: string, signal: AbortSignal): Promise<ODataAnswer> {
  const { status, headers, text } = await session.send(
    { method: 'GET', path, headers: {} },
    { body: null, accepts: jsonTypes, idempotent: true, signal },
  )
  return { status, headers, body: status >= 400 ? readErrorBody(text) : readJson(text) }
}

function pageIn({ connector, dialect }: ODataService, answer: ODataAnswer | undefined): EntityPage {
  if (!answer) throw new MalformedAnswer('A question has no answer.')
  if (answer.status >= 400) throw questionFailure(connector, answer)
  return dialect.readPage(answer.body)
}

/** Follows the service's own pages until the query has what it wants. */
async function complete(
  service: ODataService,
  path: string,
  first: EntityPage,
  limit: number,
  signal: AbortSignal,
): Promise<DriverPage> {
  const rows = first.entities.map((entity) => rowOf(service, entity))
  let { nextLink } = first
  while (nextLink !== null && rows.length <= limit) {
    const [answer] = await ask(service, [continued(path, nextLink)], signal)
    const page = pageIn(service, answer)
    // A service that gives an empty page and a link could be followed for ever.
    if (page.entities.length === 0) break
    rows.push(...page.entities.map((entity) => rowOf(service, entity)))
    nextLink = page.nextLink
  }
  return { rows: rows.slice(0, limit), more: rows.length > limit }
}

/**
 * The query again, from where the service's link goes on.
 *
 * INVARIANT: only the token of the link is taken: a link is text of the system, and its host or path could lead anywhere.
 */
function continued(path: string, nextLink: string): string {
  const query = new URLSearchParams(nextLink.slice(nextLink.indexOf('?') + 1))
  const token = query.get('$skiptoken')
  const skip = query.get('$skip')
  if (token !== null) return `${path}&$skiptoken=${encodeURIComponent(token)}`
  if (skip === null || !/^\d{1,9}$/.test(skip)) throw new MalformedAnswer('The link to the next page has no token.')
  return `${path.replace(/&\$skip=\d+/, '')}&$skip=${skip}`
}
