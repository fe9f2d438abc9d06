/** A small company to check definitions against, and the words in which the cases of the checks are told. */
import { buildSchema, visit, type DocumentNode } from 'graphql'
import { checkDefinition } from '../../../orchestration/definition/check-definition.ts'
import {
  subjectOf,
  type CheckSubject,
  type PublishEnvironment,
} from '../../../orchestration/definition/check-subject.ts'
import type { DefinitionProblem } from '../../../orchestration/definition/definition-problem.ts'
import type { WorkflowDefinition } from '../../../orchestration/definition/model.ts'
import { readDefinition } from '../../../orchestration/definition/read-definition.ts'

const schema = buildSchema(`
  scalar Decimal
  enum Method { TRANSFER DIRECT_DEBIT }
  type Supplier { id: ID! name: String! iban: String }
  type Invoice { id: ID! total: Decimal! }
  type Query { supplier(id: ID!): Supplier invoice(id: ID!): Invoice }
  input PayInvoiceInput { id: ID! amount: Decimal! method: Method = TRANSFER note: String idempotencyKey: String! }
  input NoteInput { text: String! }
  input BookInput { id: ID! idempotencyKey: String }
  type Mutation {
    payInvoice(input: PayInvoiceInput!): Invoice!
    reopenInvoice(id: ID!, idempotencyKey: String!): Invoice!
    book(input: BookInput!): Boolean
    addNote(input: NoteInput!): Boolean
  }
  type Subscription { paid: Invoice }
`)

/** What no role may read. */
const forbidden = new Map([['iban', 'Supplier.iban']])

function mayRun(_: string, document: DocumentNode): readonly string[] {
  const found: string[] = []
  visit(document, { Field: ({ name }) => void found.push(...[forbidden.get(name.value) ?? []].flat()) })
  return found
}

/** A published workflow, from the lines below its header. */
function published(key: string, lines: string): readonly [string, WorkflowDefinition] {
  const read = readDefinition(`key: ${key}\ntitle: ${key}\nowner: clerk\nstart: begin\n${lines}`, `${key}.yaml`)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return [key, read.definition]
}

const archiveInput = `input: { type: object, required: [id], properties: { id: { type: string } }, additionalProperties: false }`
const done = 'done: { type: end }'

export const environment: PublishEnvironment = {
  schema,
  mayRun,
  calendars: new Set(['eu-business']),
  roles: new Map([
    ['clerk', { kind: 'person', held: true, holders: 2 }],
    ['controller', { kind: 'person', held: true, holders: 1 }],
    ['auditor', { kind: 'person', held: false, holders: 0 }],
    ['invoice-agent', { kind: 'agent', held: true }],
    ['sleeping-agent', { kind: 'agent', held: false }],
    ['importer', { kind: 'service', held: true }],
  ]),
  workflows: new Map([
    published('archive', `${archiveInput}\nnodes:\n  begin: { type: milestone, title: Begun, next: done }\n  ${done}`),
    published('ring', `nodes:\n  begin: { type: subprocess, title: On, workflow: invoice, next: done }\n  ${done}`),
  ]),
}

/** A definition from the lines below its header; the first of them is line 5. */
export function definitionText(lines: string): string {
  return `key: invoice\ntitle: Invoice\nowner: clerk\nstart: begin\n${lines.replace(/^\n/u, '')}`
}

/** The definition of a text that can be read. */
export function definitionOf(lines: string): WorkflowDefinition {
  const read = readDefinition(definitionText(lines), 'workflows/invoice.yaml')
  if (!read.ok) throw new Error(tell(read.problems).join('\n'))
  return read.definition
}

/** All problems of a definition, as `12 pay: message mend`. */
export function problemsOf(lines: string): readonly string[] {
  const read = readDefinition(definitionText(lines), 'workflows/invoice.yaml')
  return tell(read.ok ? checkDefinition(read.definition, environment, read.positions) : read.problems)
}

/** What the checks look at. */
export function subject(lines: string): CheckSubject {
  return subjectOf(definitionOf(lines), environment)
}

function tell(problems: readonly DefinitionProblem[]): readonly string[] {
  return problems.map(({ where, node, message, mend }) => {
    return `${where.replace('workflows/invoice.yaml:', '')} ${node ?? '-'}: ${message} ${mend}`
  })
}
