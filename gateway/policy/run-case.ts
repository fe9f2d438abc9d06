/**
 * Runs a case of `policies/cases/` as a request would be decided: validated against the caller's schema, described, decided,
 * and its record rules asked with the records that the case gives.
 */
import {
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  print,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { freezeCaller, type Caller, type PrincipalId } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { cast, type ExpectedCoordinates, type PolicyCase } from '../../policies/cases/case.ts'
import { evaluate, authorityOf } from '../../policies/engine/evaluate.ts'
import { isOpenToEveryone } from '../../policies/engine/check-rule.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { describeOperation, type Operation } from '../operation.ts'
import { authorityView } from './authority.ts'
import type { CaseDocument } from './case-documents.ts'
import { decide, type Decision } from './decide.ts'
import { visibleSchema } from './visible-schema.ts'

export interface RunCaseOptions {
  /** The whole API schema. */
  readonly apiSchema: GraphQLSchema
  readonly revision: PolicyRevision
  readonly documents: ReadonlyMap<string, CaseDocument>
}

/** What happened, in the words of a case. */
export type CaseOutcome =
  | { readonly outcome: 'allow' }
  | { readonly outcome: 'ask'; readonly asked: readonly Coordinate[]; readonly approvers: readonly string[] }
  | { readonly outcome: 'deny'; readonly denied: readonly Coordinate[]; readonly missingScopes: readonly string[] }
  | { readonly outcome: 'record-denied'; readonly denied: readonly Coordinate[] }
  | { readonly outcome: 'unknown'; readonly undisclosed: readonly Coordinate[] }
  /** The case itself is wrong: its operation does not fit even the whole schema, or a record is missing. */
  | { readonly outcome: 'broken'; readonly message: string }

export interface CaseResult {
  readonly title: string
  readonly as: string
  readonly happened: CaseOutcome
  /** What is not as expected; empty when the case holds. */
  readonly differences: readonly string[]
  /** Every coordinate the operation asks for. */
  readonly requested: readonly Coordinate[]
}

/** The wednesday morning on which cases are asked unless they say otherwise. */
const usualTime = '2026-10-28T09:30:00Z'

/** Runs one case. */
export async function runCase(group: string, tested: PolicyCase, options: RunCaseOptions): Promise<CaseResult> {
  const { happened, requested } = await ask(group, tested, options)
  const differences = compare(tested, happened, requested, options.revision)
  return { title: tested.title, as: tested.as, happened, differences, requested }
}

/** The caller that a case means. */
export function callerOfCase({ as, scopes, purpose }: PolicyCase, revision: PolicyRevision, now: Date): Caller {
  const role = revision.roles.get(as)
  const held = role?.scopes ?? []
  const id: PrincipalId = cast[as] as string as PrincipalId
  const issuedAt = Math.floor(now.getTime() / 1000)
  return freezeCaller({
    id,
    kind: role?.kind ?? 'agent',
    issuer: 'https://cases.invalid',
    clientId: id,
    tokenId: 'case',
    roles: [as],
    scopes: [...(scopes === undefined ? held : held.filter((scope) => scopes.some((kept) => kept === scope)))].sort(),
    actors: [],
    onBehalfOf: null,
    purpose: purpose ?? null,
    task: null,
    grants: [],
    authenticatedAt: issuedAt,
    issuedAt,
    expiresAt: issuedAt + 600,
  })
}

interface Asked {
  readonly happened: CaseOutcome
  readonly requested: readonly Coordinate[]
}

async function ask(group: string, tested: PolicyCase, options: RunCaseOptions): Promise<Asked> {
  const { apiSchema, revision, documents } = options
  const document = documents.get(`${group} ${tested.operation}`)
  if (document === undefined) return broken(`policies/cases/${group}.graphql has no operation \`${tested.operation}\`.`)
  if (!revision.roles.has(tested.as)) return broken(`There is no role \`${tested.as}\`.`)
  const [invalid] = validate(apiSchema, document)
  if (invalid !== undefined) return broken(invalid.message)
  const requested = coordinatesOf(document, apiSchema)
  const now = new Date(tested.at ?? usualTime)
  const caller = callerOfCase(tested, revision, now)
  const schema = visibleSchema(apiSchema, authorityOf(caller), revision)
  if (validate(schema, document).length > 0) {
    const view = authorityView(revision, authorityOf(caller))
    const undisclosed = requested.filter((coordinate) => view.standing(coordinate).disclosure === 'undisclosed')
    return { happened: { outcome: 'unknown', undisclosed }, requested }
  }
  let operation: Operation
  try {
    operation = describe(document, schema, tested.variables ?? {})
  } catch (error) {
    return broken(error instanceof Error ? error.message : String(error))
  }
  const decision = await decide(operation, caller, revision, now)
  return { happened: await afterRecords(decision, operation, tested, caller, now, revision), requested }

  function broken(message: string): Asked {
    return { happened: { outcome: 'broken', message }, requested: [] }
  }
}

function describe(
  document: CaseDocument,
  schema: GraphQLSchema,
  variables: Readonly<Record<string, unknown>>,
): Operation {
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )
  if (operation === undefined) throw new TypeError('the document has no operation')
  const name = operation.name?.value ?? null
  return describeOperation({ schema, document, operation, text: print(document), name, variables, maxFields: 2000 })
}

async function afterRecords(
  decision: Decision,
  operation: Operation,
  { records = {} }: PolicyCase,
  caller: Caller,
  now: Date,
  revision: PolicyRevision,
): Promise<CaseOutcome> {
  switch (decision.outcome) {
    case 'ask':
      return {
        outcome: 'ask',
        asked: [...new Set(decision.asked.map((field) => field.coordinate))],
        approvers: decision.approvers,
      }
    case 'deny':
      return {
        outcome: 'deny',
        denied: [...new Set(decision.denied.map((field) => field.coordinate))],
        missingScopes: decision.missingScopes.map(({ scope }) => scope),
      }
    case 'allow':
      break
  }
  const denied = new Set<Coordinate>()
  for (const { coordinate, args } of operation.fields) {
    const rule = revision.rules.get(coordinate)
    if (rule === undefined || !decision.needsRecord.includes(coordinate)) continue
    const type = rule.target?.type ?? revision.index.fields.get(coordinate)?.parentType ?? ''
    const record = records[type]
    if (record === undefined) {
      return { outcome: 'broken', message: `\`${coordinate}\` is decided by the record; give \`records.${type}\`.` }
    }
    const verdict = await evaluate(rule.rule, { record, args, context: { caller, now } })
    if (verdict.outcome !== 'allow') denied.add(coordinate)
  }
  return denied.size > 0 ? { outcome: 'record-denied', denied: [...denied] } : { outcome: 'allow' }
}

function compare(
  { expect, ledger }: PolicyCase,
  happened: CaseOutcome,
  requested: readonly Coordinate[],
  revision: PolicyRevision,
): readonly string[] {
  if (happened.outcome === 'broken') return [happened.message]
  if (happened.outcome !== expect.outcome) {
    return [`expected \`${expect.outcome}\`, happened \`${happened.outcome}\`${details(happened)}`]
  }
  const differences: string[] = []
  const same = (what: string, expected: ExpectedCoordinates | readonly string[], actual: readonly string[]): void => {
    const wanted = expected === 'all' ? closedOf(requested, revision) : expected
    const missing = wanted.filter((name) => !actual.includes(name))
    const surplus = actual.filter((name) => !wanted.includes(name))
    if (missing.length > 0) differences.push(`${what}: missing ${missing.join(', ')}`)
    if (surplus.length > 0) differences.push(`${what}: not expected ${surplus.join(', ')}`)
  }
  if (expect.outcome === 'ask' && happened.outcome === 'ask') {
    same('asked', expect.asked, happened.asked)
    same('approvers', expect.approvers, happened.approvers)
  }
  if (expect.outcome === 'deny' && happened.outcome === 'deny') {
    same('denied', expect.denied, happened.denied)
    same('missing scopes', expect.missingScopes, happened.missingScopes)
    same('denied in the ledger', ledger.denied, happened.denied)
  }
  if (expect.outcome === 'record-denied' && happened.outcome === 'record-denied') {
    same('denied', expect.denied, happened.denied)
    same('denied in the ledger', ledger.denied, happened.denied)
  }
  if (expect.outcome === 'unknown' && happened.outcome === 'unknown') {
    same('undisclosed', expect.undisclosed, happened.undisclosed)
    same('denied in the ledger', ledger.denied, happened.undisclosed)
  }
  if (ledger.refused !== ['deny', 'ask', 'unknown'].includes(happened.outcome)) {
    differences.push(`the ledger is expected to say ${ledger.refused ? 'refused' : 'not refused'}`)
  }
  return differences
}

function details(happened: CaseOutcome): string {
  if (happened.outcome === 'deny' || happened.outcome === 'record-denied') return ` (${happened.denied.join(', ')})`
  if (happened.outcome === 'unknown') return ` (${happened.undisclosed.join(', ')})`
  return ''
}

/** What is not open to everyone. */
function closedOf(requested: readonly Coordinate[], revision: PolicyRevision): readonly Coordinate[] {
  return requested.filter((coordinate) => {
    const rule = revision.rules.get(coordinate)?.rule
    return rule === undefined || !isOpenToEveryone(rule)
  })
}

function coordinatesOf(document: CaseDocument, schema: GraphQLSchema): readonly Coordinate[] {
  const found = new Set<Coordinate>()
  const types = new TypeInfo(schema)
  const noteField = (): void => {
    const parent = types.getParentType()
    const field = types.getFieldDef()
    if (parent && field && !field.name.startsWith('__')) found.add(`${parent.name}.${field.name}`)
  }
  visit(document, visitWithTypeInfo(types, { Field: noteField }))
  return [...found]
}
