/** Pages of lists: a cursor is the place of a row in the order of its list, so that what is added meanwhile moves nothing. */
import { invalid } from '../inputs.ts'

/** The form of a moment that exists, as a part of a cursor. */
export const moment = String.raw`[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z`

/** One row more than the page has tells whether there is another page. */
export function connectionOf<Node>(rows: readonly Node[], first: number, cursorOf: (node: Node) => string) {
  const nodes = rows.slice(0, first)
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }))
  return { edges, nodes, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } }
}

/** The parts of a cursor; null for no cursor at all. @throws `INVALID_INPUT` */
export function readCursor(after: string | null | undefined, form: RegExp): readonly string[] | null {
  if (after == null) return null
  const parts = form.exec(after)
  if (parts !== null) return parts.slice(1)
  throw invalid('after', 'is not a cursor; pass the `endCursor` of the page before')
}
