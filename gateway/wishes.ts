/** What a caller wants of the gateway beside its operation: the members of `extensions` in the body of the request. */
import { z } from 'zod'
import { refusal } from '../lib/errors.ts'
import type { Incoming } from './incoming.ts'

export interface Wishes {
  /** Decide and report, and touch no system. */
  readonly dryRun: boolean
  /** Why the agent wants the act, in its own words: shown to people as a quotation, never acted on. */
  readonly justification: string | null
  /** Members that mean nothing here: a mutation with one is refused, because a misspelt `dryRun` must not act. */
  readonly unknown: readonly string[]
}

export const noWishes: Wishes = Object.freeze({ dryRun: false, justification: null, unknown: Object.freeze([]) })

const wishes = z.looseObject({
  dryRun: z.boolean().default(false),
  justification: z.string().trim().min(1).max(1000).nullable().default(null),
})

/** Members that Apollo Server knows, and refuses by itself. */
const known: ReadonlySet<string> = new Set(['dryRun', 'justification', 'persistedQuery'])

/**
 * Reads the wishes of a request.
 * @throws `BAD_REQUEST` where one is malformed
 */
export function readWishes({ method, search, body }: Incoming): Wishes {
  const given = method === 'GET' ? fromSearch(search) : memberOf(body)
  if (given === undefined || given === null) return noWishes
  const read = wishes.safeParse(given)
  if (!read.success) {
    throw refusal(
      'BAD_REQUEST',
      'The member `extensions` may hold `dryRun` (true or false) and `justification` (1 to 1000 characters).',
    )
  }
  const { dryRun, justification, ...rest } = read.data
  return Object.freeze({ dryRun, justification, unknown: Object.keys(rest).filter((name) => !known.has(name)) })
}

/** Refuses a mutation that wishes for something nobody knows. */
export function assertWishesKnown(kind: 'query' | 'mutation', { unknown }: Wishes): void {
  if (kind === 'query' || unknown.length === 0) return
  const named = unknown.slice(0, 5).map((name) => `\`${name.slice(0, 40)}\``)
  throw refusal(
    'BAD_REQUEST',
    `The member \`extensions\` of a mutation may hold \`dryRun\` and \`justification\`, not ${named.join(', ')}.`,
  )
}

function memberOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'extensions' in body ? body.extensions : undefined
}

function fromSearch(search: string): unknown {
  const text = new URLSearchParams(search).get('extensions')
  if (text === null) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
