/** Reads that count, as pages of the contract. */
import { refusal } from '../../../lib/errors.ts'
import type { CountedRead, ReadPlace } from '../../../storage/stores/flow-lifts.ts'

export interface PageArgs {
  readonly first: number
  readonly after?: string | null
}

const maxPage = 100

/** The size and the place of a page. @throws `INVALID_INPUT` */
export function pageOf({ first, after }: PageArgs): { readonly limit: number; readonly after: ReadPlace | null } {
  if (first < 1 || first > maxPage) {
    throw refusal('INVALID_INPUT', `The argument \`first\` must be 1 to ${maxPage}.`, { argument: 'first' })
  }
  return { limit: first, after: after === null || after === undefined ? null : placeOf(after) }
}

/** A page as a connection; `reads` has one more than fits where there is another page. */
export function readsConnection<Node>(reads: readonly CountedRead[], limit: number, node: (read: CountedRead) => Node) {
  const edges = reads.slice(0, limit).map((read) => ({ cursor: cursorOf(read), node: node(read) }))
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: { hasNextPage: reads.length > limit, endCursor: edges.at(-1)?.cursor ?? null },
  }
}

function cursorOf({ at, seq }: ReadPlace): string {
  return Buffer.from(JSON.stringify([at.toISOString(), seq])).toString('base64url')
}

function placeOf(cursor: string): ReadPlace {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(parts) && parts.length === 2) {
      const [at, seq] = parts as readonly unknown[]
      const moment = new Date(typeof at === 'string' ? at : '')
      if (!Number.isNaN(moment.getTime()) && Number.isSafeInteger(seq)) return { at: moment, seq: seq as number }
    }
  } catch {
    // Whatever it was, it was no cursor.
  }
  throw refusal('INVALID_INPUT', 'The argument `after` is not a cursor; pass the `endCursor` of the page before.', {
    argument: 'after',
  })
}
