/** A small company with two subgraphs, and words to write its tables, callers and operations in. */
import { buildSchema, getOperationAST, parse, validate, type GraphQLSchema } from 'graphql'
import { describeOperation, type Operation } from '../../gateway/operation.ts'
import { freezeCaller, type Caller, type PrincipalId } from '../../lib/caller.ts'
import { compilePolicies, type CompileResult } from '../../policies/engine/compile.ts'
import type { PolicyRevision, PolicySet, PolicyTable } from '../../policies/engine/revision.ts'
import type { PolicyProblem } from '../../policies/engine/types.ts'
import { purposes } from '../../policies/purposes.ts'
import { scopes, type ScopeName } from '../../policies/scopes.ts'
import { callerMay } from '../../policies/vocabulary.ts'
import { contractIndex, type Contract, type ContractIndex } from '../../schema/contract.ts'

const link = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9",
      import: ["@key", "@external", "@requires", "@provides", "@context", "@fromContext"])
    @link(url: "https://mandate.dev/spec/v1.0", import: ["@label", "@effect"])
  scalar Decimal
`

export const shopSdl = `${link}
  interface Node { id: ID! }
  type Query {
    order(id: ID!): Order
    orders(first: Int = 10): [Order!]!
    customer(id: ID!): Customer
    node(id: ID!): Node
    search(text: String!): [Hit!]!
  }
  type Mutation {
    pay(input: PayInput!): Order
    close(input: CloseInput!): Order
  }
  input PayInput { id: ID! amount: Decimal to: String lines: [LineInput!] }
  input LineInput { amount: Decimal }
  input CloseInput { id: ID! status: Status }
  enum Status { OPEN CLOSED }
  type Order implements Node @key(fields: "id") { id: ID! ownerId: String! status: Status! total: Decimal customer: Customer }
  type Customer implements Node @key(fields: "id") {
    id: ID!
    name: String!
    email: String @label(sensitivity: PERSONAL)
    creditScore: Int
    orders(first: Int = 10): [Order!]!
  }
  union Hit = Order | Customer
`

export const bankSdl = `${link}
  type Customer @key(fields: "id") {
    id: ID!
    creditScore: Int @external
    riskBand: String @requires(fields: "creditScore")
    iban: String
  }
`

/** What the gateway would compose from the two. */
export const apiSchema: GraphQLSchema = buildSchema(`
  scalar Decimal
  interface Node { id: ID! }
  type Query {
    order(id: ID!): Order
    orders(first: Int = 10): [Order!]!
    customer(id: ID!): Customer
    node(id: ID!): Node
    search(text: String!): [Hit!]!
  }
  type Mutation {
    pay(input: PayInput!): Order
    close(input: CloseInput!): Order
  }
  input PayInput { id: ID! amount: Decimal to: String lines: [LineInput!] }
  input LineInput { amount: Decimal }
  input CloseInput { id: ID! status: Status }
  enum Status { OPEN CLOSED }
  type Order implements Node { id: ID! ownerId: String! status: Status! total: Decimal customer: Customer }
  type Customer implements Node {
    id: ID!
    name: String!
    email: String
    creditScore: Int
    orders(first: Int = 10): [Order!]!
    riskBand: String
    iban: String
  }
  union Hit = Order | Customer
`)

export const contracts: readonly Contract[] = [
  { name: 'shop', sdl: shopSdl, file: 'schema/shop.graphql' },
  { name: 'bank', sdl: bankSdl, file: 'schema/bank.graphql' },
]

export const index: ContractIndex = contractIndex(contracts)

const read = callerMay('crm:read')

/** A table of `shop` that is whole; a test changes what it is about. */
export const goodShop = {
  Query: { '*': read },
  Mutation: { pay: callerMay('crm:write'), close: callerMay('crm:write') },
  Order: { '*': read },
  Customer: { '*': read, email: callerMay('crm:contact') },
} as const satisfies PolicyTable

export const goodBank = {
  Customer: { riskBand: callerMay('finance:read'), iban: callerMay('finance:bank:read') },
} as const satisfies PolicyTable

export interface PoliciesInput {
  readonly shop?: object
  readonly bank?: object
  readonly tables?: Readonly<Record<string, unknown>>
  readonly roles?: PolicySet['roles']
  /** Those of the registry without who decides about them, when left out. */
  readonly scopes?: PolicySet['scopes']
  readonly conflicts?: PolicySet['conflicts']
  readonly index?: ContractIndex
  readonly sources?: ReadonlyMap<string, { readonly file: string; readonly text: string }>
}

/** The registry of scopes for roles of a test's own, among which nobody decides. */
const undecided = Object.fromEntries(
  Object.entries(scopes).map(([name, { title, owner, requestable }]) => [name, { title, owner, requestable }]),
)

/** Compiles whatever a table may hold at run time, also what does not type-check. */
export function compileTables({
  shop = goodShop,
  bank = goodBank,
  tables,
  roles,
  scopes: ownScopes,
  conflicts = [],
  index: given,
  sources,
}: PoliciesInput): CompileResult {
  const approvers = {
    key: 'finance-controller',
    kind: 'person',
    title: '',
    responsibilities: [],
    scopes: [],
    purposes: [],
  } as const
  const policies = {
    tables: tables ?? { shop, bank },
    roles: roles ?? [approvers],
    scopes: ownScopes ?? undecided,
    conflicts,
    purposes,
  } as unknown as PolicySet
  return compilePolicies({ id: 'test', policies, index: given ?? index, ...(sources === undefined ? {} : { sources }) })
}

/** A revision of good tables; fails with their problems. */
export function revisionOf(input: PoliciesInput = {}): PolicyRevision {
  const result = compileTables(input)
  if (result.outcome === 'compiled') return result.revision
  throw new Error(JSON.stringify(result.problems, null, 2))
}

/** The problems of bad tables; fails when there are none. */
export function problemsOf(input: PoliciesInput): readonly PolicyProblem[] {
  const result = compileTables(input)
  if (result.outcome === 'refused') return result.problems
  throw new Error('the tables were accepted')
}

/** A caller with these scopes. */
export function callerWith(held: readonly ScopeName[], changes: Partial<Caller> = {}): Caller {
  return freezeCaller({
    id: 'agent:tester' as PrincipalId,
    kind: 'agent',
    issuer: 'https://issuer.example',
    clientId: 'agent:tester',
    tokenId: 'token',
    roles: ['tester'],
    scopes: [...held].sort(),
    actors: [],
    onBehalfOf: null,
    purpose: null,
    task: null,
    grants: [],
    authenticatedAt: 0,
    issuedAt: 0,
    expiresAt: 600,
    ...changes,
  })
}

/** Wednesday, 10:00 in Berlin. */
export const wednesday = new Date('2026-10-28T09:00:00Z')

/** Describes an operation against the whole schema, or a given one. */
export function operationOf(
  text: string,
  {
    variables = {},
    schema = apiSchema,
    name,
  }: { variables?: Record<string, unknown>; schema?: GraphQLSchema; name?: string } = {},
): Operation {
  const document = parse(text)
  const errors = validate(schema, document)
  if (errors.length > 0) throw new Error(errors.map((error) => error.message).join('\n'))
  const operation = getOperationAST(document, name)
  if (!operation) throw new Error('no operation')
  return describeOperation({
    schema,
    document,
    operation,
    text,
    name: operation.name?.value ?? null,
    variables,
    maxFields: 10_000,
  })
}
