/** What the subgraph `governance` answers, read strictly and turned back into the words of the store. */
import { z } from 'zod'
import type { Coordinate } from '../lib/labels.ts'
import type { Access, PlacedRecord } from '../storage/stores/ledger.ts'
import type { VerifyResult } from '../storage/stores/ledger-verify.ts'

/** The form of every GraphQL answer. */
export const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
})

const coordinates = z.array(z.string()).transform((names) => names as Coordinate[])
const counts = z
  .array(z.object({ coordinate: z.string(), count: z.number() }))
  .transform((list) => Object.fromEntries(list.map(({ coordinate, count }) => [coordinate, count])))
const jsonObject = z.string().transform((text) => z.record(z.string(), z.unknown()).parse(JSON.parse(text)))
const text = z.string().nullable()

const access = z.object({
  seq: z.number(),
  at: z.string(),
  requestId: z.string(),
  principal: text,
  onBehalfOf: text,
  purpose: text,
  verb: z
    .enum(['CHANGED', 'READ', 'FETCHED', 'DENIED', 'ASKED', 'BEGUN'])
    .transform((verb) => verb.toLowerCase() as Access['verb']),
  delivered: z.number(),
  resolved: z.number(),
  operation: text,
  outcome: text,
})

const caller = z.object({
  id: z.string(),
  kind: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  tokenId: z.string(),
  roles: z.array(z.string()),
  scopes: z.array(z.string()),
  actors: z.array(z.object({ id: z.string(), kind: z.string(), roles: z.array(z.string()) })),
  onBehalfOf: text,
  purpose: text,
  task: text,
  grants: z.array(z.string()),
})

const record = z
  .object({
    seq: z.number(),
    hash: z.string(),
    kind: z.enum(['INTENT', 'OUTCOME']).transform((kind) => (kind === 'INTENT' ? 'intent' : 'outcome')),
    at: z.string(),
    requestId: z.string(),
    caller: caller.nullable(),
    policyRevision: z.string(),
    operationKind: text,
    operationName: text,
    operationHash: text,
    approval: text,
    requested: coordinates,
    transitive: coordinates,
    denied: coordinates,
    unlisted: z.array(z.string()),
    args: jsonObject,
    outcome: text,
    codes: z.array(z.string()),
    reason: text,
    delivered: counts,
    resolved: counts,
    subgraphs: z.array(z.string()),
    durationMs: z.number().nullable(),
    withheld: z.boolean(),
  })
  .transform((flat): PlacedRecord => {
    const { operationKind, operationName, operationHash, outcome, codes, reason, durationMs, withheld, ...rest } = flat
    const { delivered, resolved, subgraphs, ...placed } = rest
    return {
      ...placed,
      operation: { kind: operationKind, name: operationName, hash: operationHash },
      result:
        outcome === null
          ? null
          : { outcome, codes, reason, delivered, resolved, subgraphs, durationMs: durationMs ?? 0, withheld },
    }
  })

const pageOf = <T extends z.ZodType>(node: T) =>
  z.object({
    page: z.object({
      nodes: z.array(node),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  })

export const accessPage = pageOf(access)
export const recordPage = pageOf(record)
export const recordList = z.object({ records: z.array(record) })

const point = z.object({ seq: z.number(), hash: z.string() })
const breakKinds = [
  'altered-body',
  'altered-hash',
  'altered-column',
  'altered-dictionary',
  'missing',
  'reordered',
  'broken-link',
  'truncated',
  'head-mismatch',
  'other-history',
] as const

/** One part of a verification. */
export type Part = VerifyResult

export const partSchema = z.object({
  part: z.object({
    ok: z.boolean(),
    checked: z.number(),
    intents: z.number(),
    outcomes: z.number(),
    before: point,
    last: point,
    head: point,
    break: z.object({ seq: z.number(), kind: z.enum(breakKinds), message: z.string() }).nullable(),
    openIntents: z.array(z.object({ seq: z.number(), at: z.string(), requestId: z.string(), principal: text })),
  }),
})
