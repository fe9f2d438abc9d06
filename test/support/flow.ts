/** A store of flow in memory, a company with labels, and exchanges over it: for what the rules of flow make of reads and writes. */
import type { GraphQLSchema } from 'graphql'
import { buildSchema } from 'graphql'
import { freezeCaller, type Caller } from '../../lib/caller.ts'
import type { DecidedExchange } from '../../gateway/controls/decided.ts'
import { beginArrival, beginExchange } from '../../gateway/exchange.ts'
import { countDelivered } from '../../gateway/audit/delivered.ts'
import type { FlowPolicy } from '../../policies/engine/flow-policy.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { everyone } from '../../policies/vocabulary.ts'
import { callerMay } from '../../policies/vocabulary.ts'
import { contractIndex } from '../../schema/contract.ts'
import type { EarlierRead, FlowStore, NewTaint, NewValue, ReadBy } from '../../storage/stores/flow.ts'
import { callerWith, compileTables, operationOf } from './policies.ts'

const types = `
  scalar Decimal
  scalar Date
  scalar JSON
  type Query { person(id: ID!): Person people: [Person!]! ticket: Ticket party: Party }
  union Party = Person | Ticket
  input NoteInput {
    idempotencyKey: String! @label(sensitivity: INTERNAL)
    title: String @label(sensitivity: CONFIDENTIAL)
    text: String
    amount: Decimal
    id: ID
    kind: Kind
    expectedVersion: Int
    extra: JSON
    person: PersonInput @label(sensitivity: PERSONAL)
    lines: [String!]
  }
  input PersonInput { email: String iban: String @label(sensitivity: RESTRICTED) nick: String @label(sensitivity: PUBLIC) }
  enum Kind { SECRET }
  type Payload { done: Boolean! }
`
const labelled = `
  type Person { id: ID! @label(sensitivity: RESTRICTED) email: String @label(sensitivity: PERSONAL)
    iban: String @label(sensitivity: RESTRICTED) salary: Decimal @label(sensitivity: RESTRICTED)
    born: Date @label(sensitivity: PERSONAL) nick: String @label(sensitivity: PUBLIC) extra: JSON @label(sensitivity: RESTRICTED) }
  type Ticket { text: String @label(sensitivity: UNTRUSTED) title: String }
  type Mutation {
    note(input: NoteInput!): Payload @effect(impact: LOW, reversible: true)
    pay(input: NoteInput!): Payload @effect(impact: HIGH, reversible: true)
    burn(input: NoteInput!): Payload @effect(impact: LOW, reversible: false)
    unknown(input: NoteInput!): Payload
  }
`
const link = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    @link(url: "https://mandate.dev/spec/v1.0", import: ["@label", "@effect"])
`
const bare = (sdl: string) => sdl.replaceAll(/@(?:label|effect)\([^)]*\)/g, '')

export const flowSchema: GraphQLSchema = buildSchema(bare(types + labelled))
const sdl = link + types + labelled
const index = contractIndex([{ name: 'shop', file: 'schema/shop.graphql', sdl }])

/** A revision over the company. */
export function flowRevision(flow?: Partial<FlowPolicy>): PolicyRevision {
  const open = callerMay('crm:read')
  const compiled = compileTables({
    index,
    tables: {
      shop: {
        Query: { '*': everyone },
        Mutation: { note: open, pay: open, burn: open, unknown: open },
        Person: { '*': everyone },
        Ticket: { '*': everyone },
        Payload: { '*': everyone },
      },
    },
    roles: [
      { key: 'boss', kind: 'person', title: '', responsibilities: [], scopes: [], purposes: [] },
      {
        key: 'clerk',
        kind: 'agent',
        title: '',
        responsibilities: [],
        scopes: [],
        purposes: [],
        autonomy: 3,
        supervisor: 'boss',
      },
      { key: 'loner', kind: 'agent', title: '', responsibilities: [], scopes: [], purposes: [], autonomy: 3 },
    ],
  })
  if (compiled.outcome === 'refused') throw new Error(JSON.stringify(compiled.problems, null, 2))
  const { revision } = compiled
  return flow === undefined ? revision : { ...revision, flow: { ...revision.flow, ...flow } }
}

/** An agent with a supervisor, or what a test wants to be different. */
export function clerk(changes: Partial<Caller> = {}): Caller {
  return freezeCaller({ ...callerWith(['crm:read']), roles: ['clerk'], ...changes })
}

export interface AskOptions {
  readonly caller?: Caller
  readonly variables?: Record<string, unknown>
  readonly revision: PolicyRevision
  readonly data?: Record<string, unknown>
}

let requests = 0

/** An exchange that the rules have allowed. */
export function flowExchange(
  text: string,
  { caller = clerk(), variables = {}, revision, data = {} }: AskOptions,
): DecidedExchange {
  const world = { now: () => new Date('2026-03-02T09:00:00Z'), newId: () => `request-${String((requests += 1))}` }
  const exchange = beginExchange(beginArrival({ world, currentRevision: () => revision }), caller, {
    sent: { text, shape: null, variables },
  })
  exchange.operation = operationOf(text, { variables, schema: flowSchema })
  exchange.decision = { outcome: 'allow', revision: revision.id, needsRecord: [], transitive: [] }
  exchange.delivered = countDelivered(data, exchange.operation)
  return exchange as DecidedExchange
}

type Kept = ReadBy & { readonly generation: number }

export interface MemoryFlow extends FlowStore {
  readonly notes: { readonly by: ReadBy; readonly taints: readonly NewTaint[]; readonly values: readonly NewValue[] }[]
  /** What each call asked for, in order. */
  readonly calls: string[]
  /** Lifts everything. */
  lift(): void
  failing: boolean
}

/** The store without a database: the same answers, for tests with thousands of runs. */
export function memoryFlow(): MemoryFlow {
  let generation = 0
  const taints: (Kept & NewTaint)[] = []
  const values: (Kept & NewValue)[] = []
  const live = (row: Kept & { expiresAt: Date }, bearers: readonly string[], now: Date) =>
    row.generation === generation && row.expiresAt > now && row.bearers.some((bearer) => bearers.includes(bearer))
  const read = ({ label, coordinate, requestId, reader, at }: Kept & (NewTaint | NewValue)): EarlierRead => ({
    label,
    coordinate,
    requestId,
    reader,
    at,
  })
  const answer = <T>(name: string, work: () => T): Promise<T> => {
    store.calls.push(name)
    return store.failing ? Promise.reject(new Error('The database is away.')) : Promise.resolve(work())
  }
  const store: MemoryFlow = {
    notes: [],
    calls: [],
    failing: false,
    lift: () => (generation += 1),
    lifts: () => answer('lifts', () => String(generation)),
    note: (by, newTaints, newValues) =>
      answer('note', () => {
        if (newTaints.length + newValues.length === 0) return
        store.notes.push({ by, taints: newTaints, values: newValues })
        taints.push(...newTaints.map((each) => ({ ...by, ...each, generation })))
        values.push(...newValues.map((each) => ({ ...by, ...each, generation })))
      }),
    taints: (bearers, now, most) =>
      answer('taints', () =>
        taints
          .filter((row) => live(row, bearers, now))
          .slice(-most)
          .map(read),
      ),
    heldLabels: (bearers, now) =>
      answer('heldLabels', () => [
        ...new Set(values.filter((row) => live(row, bearers, now)).map(({ label }) => label)),
      ]),
    lengths: (bearers, anchors, now) =>
      answer('lengths', () =>
        values.flatMap((row) => {
          const { anchor, length } = row
          return anchor !== null && anchors.includes(anchor) && live(row, bearers, now) ? [{ anchor, length }] : []
        }),
      ),
    values: (bearers, hashes, now) =>
      answer('values', () =>
        values
          .filter((row) => hashes.includes(row.hash) && live(row, bearers, now))
          .map((row) => ({ ...read(row), hash: row.hash, label: row.label })),
      ),
    purge: () => answer('purge', () => undefined),
  }
  return store
}
