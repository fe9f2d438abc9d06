/** A small schema and a way to describe operations on it, for tests of checks, rules and the ledger's counting. */
import { OperationTypeNode, buildSchema, parse, getOperationAST, validate } from 'graphql'
import { type Operation, describeOperation } from '../../gateway/operation.ts'

export const smallSchema = buildSchema(/* GraphQL */ `
  type Query {
    account(id: ID!): Account
    accounts(first: Int! = 20, after: String): AccountConnection!
    tags: [String!]!
    search(text: String!): [Hit!]!
    party(id: ID!): Party
  }
  type Mutation {
    pay(input: PayInput!): Payment
  }
  input PayInput {
    amount: Int!
    note: String = "none"
  }
  type Payment {
    id: ID!
    amount: Int!
  }
  type AccountConnection {
    nodes: [Account!]!
    edges: [AccountEdge!]!
    totalCount: Int!
  }
  type AccountEdge {
    cursor: String!
    node: Account!
  }
  interface Party {
    id: ID!
    name: String!
  }
  type Account implements Party {
    id: ID!
    name: String!
    parent: Account
    contacts(first: Int! = 10): [Contact!]!
  }
  type Contact implements Party {
    id: ID!
    name: String!
    email: String
  }
  union Hit = Account | Contact
`)

/** Validates and describes the (first, or named) operation of a document. */
export function describeText(
  text: string,
  variables: Record<string, unknown> = {},
  options: { operationName?: string; maxFields?: number } = {},
): Operation {
  const document = parse(text)
  const problems = validate(smallSchema, document)
  if (problems[0]) throw problems[0]
  const operation = getOperationAST(document, options.operationName)
  if (!operation) throw new Error('No such operation.')
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) throw new Error('No subscriptions.')
  return describeOperation({
    schema: smallSchema,
    document,
    operation,
    text,
    variables,
    maxFields: options.maxFields ?? 2_000,
  })
}

/** The catalogue code that `work` throws, or null. */
export async function codeOf(work: () => unknown): Promise<unknown> {
  try {
    await work()
    return null
  } catch (error) {
    return (error as { extensions?: { code?: unknown } }).extensions?.code ?? error
  }
}
