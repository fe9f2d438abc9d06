/**
 * The ledger through a running gateway: the same questions as the store answers, asked of the subgraph `governance` under the
 * identity of the caller's token. It is how `audit` reads while the gateway holds the embedded database.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { LedgerPage, LedgerQuery, LedgerReader, PlacedRecord } from '../storage/stores/ledger.ts'
import type { VerifyOptions, VerifyResult } from '../storage/stores/ledger-verify.ts'
import { accessPage, answerSchema, partSchema, recordList, recordPage, type Part } from './ledger-answers.ts'

export interface LedgerOverHttpOptions {
  /** The gateway's address, without a path. */
  readonly address: string
  /** Gets an access token; called again when it has expired. */
  readonly token: () => Promise<string>
  readonly fetch: typeof fetch
}

const pageSize = 100
/** The gateway counts one cost unit for each record of a part; more than 5 000 at once it refuses. */
const partSize = 4_000

const recordFields = `seq hash kind at requestId policyRevision approval operationKind operationName operationHash
  requested transitive denied unlisted args outcome codes reason subgraphs durationMs withheld
  caller { id kind issuer clientId tokenId roles scopes onBehalfOf purpose task grants actors { id kind roles } }
  delivered { coordinate count } resolved { coordinate count }`

const accessesQuery = `query AuditWho($coordinate: String!, $since: DateTime, $until: DateTime, $first: Int!, $after: String) {
  page: ledgerAccesses(coordinate: $coordinate, since: $since, until: $until, first: $first, after: $after) {
    nodes { seq at requestId principal onBehalfOf purpose verb delivered resolved operation outcome }
    pageInfo { hasNextPage endCursor }
  }
}`

const trailQuery = `query AuditTrail($principal: ID!, $since: DateTime, $until: DateTime, $first: Int!, $after: String) {
  page: ledgerTrail(principal: $principal, since: $since, until: $until, first: $first, after: $after) {
    nodes { ${recordFields} } pageInfo { hasNextPage endCursor }
  }
}`

const requestQuery = `query AuditShow($id: ID!) { records: ledgerRequest(id: $id) { ${recordFields} } }`

const verifyQuery = `query AuditVerify($from: Int!, $first: Int!, $expect: [LedgerPointInput!]) {
  part: verifyLedger(from: $from, first: $first, expect: $expect) {
    ok checked intents outcomes before { seq hash } last { seq hash } head { seq hash }
    break { seq kind message } openIntents { seq at requestId principal }
  }
}`

/** Reads the ledger of a running gateway. */
export function createLedgerOverHttp(options: LedgerOverHttpOptions): LedgerReader {
  const endpoint = new URL('/graphql', options.address)
  let token: string | null = null

  async function ask<T>(
    schema: z.ZodType<T>,
    query: string,
    variables: object,
    retry: 'once' | 'never' = 'once',
  ): Promise<T> {
    token ??= await options.token()
    const response = await options.fetch(endpoint, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(60_000),
    })
    if (response.status === 401 && retry === 'once') {
      token = null
      return await ask(schema, query, variables, 'never')
    }
    // A long chain may take more than the cost units of one minute: the rest waits for the next.
    if (response.status === 429 && retry === 'once') {
      await delay(Math.min(Number(response.headers.get('retry-after') ?? 1), 60) * 1_000)
      return await ask(schema, query, variables, 'never')
    }
    const answer = answerSchema.safeParse(await response.json().catch(() => null))
    if (!answer.success)
      throw new Error(`What answers at ${endpoint.origin} (status ${response.status}) is not a gateway.`)
    const [error] = answer.data.errors ?? []
    if (error) throw new Error(`The gateway at ${endpoint.origin} refused: ${error.message}`)
    return schema.parse(answer.data.data)
  }

  /** Page after page, until there are as many as asked for. */
  async function pages<T>(
    schema: z.ZodType<{ page: { nodes: readonly T[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } }>,
    query: string,
    variables: object,
    { since, until, limit = 100, before }: LedgerQuery,
  ): Promise<LedgerPage<T>> {
    const items: T[] = []
    let after = before === undefined ? null : String(before)
    for (;;) {
      const first = Math.min(limit - items.length, pageSize)
      const { page } = await ask(schema, query, { ...variables, since, until, first, after })
      items.push(...page.nodes)
      after = page.pageInfo.endCursor
      const hasMore = page.pageInfo.hasNextPage && after !== null
      if (!hasMore || items.length >= limit) return { items, hasMore }
    }
  }

  return {
    whoTouched: (coordinate, query = {}) => pages(accessPage, accessesQuery, { coordinate }, query),
    trail: (principal, query = {}): Promise<LedgerPage<PlacedRecord>> =>
      pages(recordPage, trailQuery, { principal }, query),
    async show(id) {
      return (await ask(recordList, requestQuery, { id })).records
    },
    verify: (verifyOptions = {}) =>
      verifyInParts(
        (from, first) => ask(partSchema, verifyQuery, { from, first, expect: verifyOptions.expect }),
        verifyOptions,
      ),
  }
}

/** Goes along the chain part by part, and sees to it that each begins where the one before ended. */
async function verifyInParts(
  verifyPart: (from: number, first: number) => Promise<{ readonly part: Part }>,
  { from = 1, to = Number.MAX_SAFE_INTEGER, onProgress }: VerifyOptions,
): Promise<VerifyResult> {
  const total = { checked: 0, intents: 0, outcomes: 0 }
  let before: Part['before'] | null = null
  let last: Part['last'] | null = null
  let next = from
  for (;;) {
    const { part } = await verifyPart(next, Math.min(partSize, to - next + 1))
    before ??= part.before
    total.checked += part.checked
    total.intents += part.intents
    total.outcomes += part.outcomes
    if (last !== null && last.hash !== part.before.hash) {
      const message = `Record ${last.seq} was changed while the ledger was being checked.`
      const found = { seq: last.seq, kind: 'broken-link' as const, message }
      return { ...part, ...total, before, ok: false, break: found }
    }
    onProgress?.(total.checked, part.head.seq - from + 1)
    const atEnd = part.last.seq >= Math.min(to, part.head.seq)
    if (!part.ok || atEnd) return { ...part, ...total, before }
    last = part.last
    next = part.last.seq + 1
  }
}
