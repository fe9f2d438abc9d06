/** `mandate policy explain`: what the rules say to one identity about a coordinate or an operation, and why. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { getOperationAST, parse, validate, type DocumentNode } from 'graphql'
import { demoIdentities, findIdentity } from '../../gateway/identity/demo-identities.ts'
import { describeOperation } from '../../gateway/operation.ts'
import { decide } from '../../gateway/policy/decide.ts'
import { explain, type Explanation } from '../../gateway/policy/explain.ts'
import { visibleSchema } from '../../gateway/policy/visible-schema.ts'
import { freezeCaller, type Caller, type PrincipalId } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { authorityOf } from '../../policies/engine/evaluate.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { renderExplanation, sentence } from './render-explanation.ts'
import { readApiSchema, requireRevision, type PolicyIo } from './workspace.ts'

export interface ExplainPoliciesOptions {
  /** A demo identity (`maria.keller`, `agent:support-agent`) or a role (`support-agent`). */
  readonly as: string
  /** A coordinate, a file with an operation, or the operation itself. */
  readonly subject: string
  /** `input.amount=10000`, each one a variable, or for a coordinate an argument. */
  readonly var: readonly string[]
  readonly purpose?: string
  readonly at?: string
  /** The record, as JSON. */
  readonly record?: string
  readonly json?: boolean
}

/** Explains, and writes what it found. */
export async function explainPolicies(io: PolicyIo, options: ExplainPoliciesOptions): Promise<void> {
  const revision = await requireRevision(io)
  const now = options.at === undefined ? io.world.now() : new Date(options.at)
  if (Number.isNaN(now.getTime())) throw new Error(`\`${options.at ?? ''}\` is not a time like 2026-10-28T09:30:00Z.`)
  const caller = callerFor(options, revision, now)
  const isCoordinate = /^[A-Za-z_]\w*\.(?!(?:graphql|gql)$)[A-Za-z_]\w*$/u.test(options.subject)
  if (isCoordinate) await explainCoordinate(io, options, revision, caller, now)
  else await explainOperation(io, options, revision, caller, now)
}

async function explainCoordinate(
  io: PolicyIo,
  options: ExplainPoliciesOptions,
  revision: PolicyRevision,
  caller: Caller,
  now: Date,
): Promise<void> {
  const explanation = await explain(
    {
      coordinate: options.subject as Coordinate,
      caller,
      now,
      args: readVariables(options.var),
      ...(options.record === undefined ? {} : { record: readRecord(options.record) }),
    },
    revision,
  )
  if (explanation === null) throw new Error(`No contract has the coordinate \`${options.subject}\`.`)
  if (options.json === true) io.write(`${JSON.stringify(explanation, null, 2)}\n`)
  else io.write(`${heading(caller)}${renderExplanation(explanation, io.root)}`)
}

async function explainOperation(
  io: PolicyIo,
  options: ExplainPoliciesOptions,
  revision: PolicyRevision,
  caller: Caller,
  now: Date,
): Promise<void> {
  const text = readOperation(io, options.subject)
  const document = parseOperation(text)
  const apiSchema = await readApiSchema(io)
  const [wrong] = validate(apiSchema, document)
  if (wrong !== undefined) throw new Error(`The operation does not fit the schema: ${wrong.message}`)
  const operation = getOperationAST(document)
  if (!operation) throw new Error('Give a document with exactly one operation.')
  const described = describeOperation({
    schema: apiSchema,
    document,
    operation,
    text,
    name: operation.name?.value ?? null,
    variables: readVariables(options.var),
    maxFields: 5000,
  })
  const decision = await decide(described, caller, revision, now)
  const hidden = validate(visibleSchema(apiSchema, authorityOf(caller), revision), document).map(
    (error) => error.message,
  )
  const explanations: Explanation[] = []
  for (const { coordinate, args } of described.fields) {
    const explanation = await explain({ coordinate, args, caller, now }, revision)
    const known = explanations.some((other) => JSON.stringify(other) === JSON.stringify(explanation))
    if (explanation !== null && !known) explanations.push(explanation)
  }
  if (options.json === true) {
    io.write(`${JSON.stringify({ decision, hidden, explanations }, null, 2)}\n`)
    return
  }
  const closed = explanations.filter(({ verdict }) => verdict.outcome !== 'allow')
  const answer = hidden.length > 0 ? 'answered as if some of it did not exist' : decision.outcome
  io.write(`${heading(caller)}${answer}, under revision ${revision.id}\n`)
  for (const { coordinate, verdict } of explanations) io.write(`  ${coordinate}: ${sentence(verdict)}\n`)
  for (const message of hidden) io.write(`  the caller is told: ${message}\n`)
  for (const explanation of closed) io.write(`\n${renderExplanation(explanation, io.root)}`)
}

function callerFor({ as, purpose }: ExplainPoliciesOptions, revision: PolicyRevision, now: Date): Caller {
  const role = revision.roles.get(as)
  const identity = findIdentity(demoIdentities, as)
  if (role === undefined && identity === undefined) {
    const known = [...revision.roles.keys(), ...demoIdentities.map(({ name }) => name)]
    throw new Error(`There is no identity or role \`${as}\`. Choose one of ${[...new Set(known)].join(', ')}.`)
  }
  const roles = identity?.roles ?? [as]
  const held = roles.flatMap((key) => revision.roles.get(key)?.scopes ?? [])
  const kind = identity?.kind ?? role?.kind ?? 'agent'
  const id = identity?.id ?? (`${kind}:${as}` as PrincipalId)
  const issuedAt = Math.floor(now.getTime() / 1000)
  return freezeCaller({
    id,
    kind,
    issuer: 'command line',
    clientId: id,
    tokenId: 'explain',
    roles: [...roles],
    scopes: [...new Set(held)].sort(),
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

function heading({ id, kind, roles, scopes, purpose }: Caller): string {
  const why = purpose === null ? '' : `, for ${purpose}`
  return `${id} (${kind}, ${roles.join(', ')}${why}) with ${scopes.join(' ') || 'no scopes'}\n\n`
}

function readOperation({ folder }: PolicyIo, subject: string): string {
  if (subject.includes('{')) return subject
  const file = path.resolve(folder, subject)
  if (existsSync(file)) return readFileSync(file, 'utf8')
  throw new Error(`\`${subject}\` is neither a coordinate like \`Account.name\`, nor a file, nor an operation.`)
}

function parseOperation(text: string): DocumentNode {
  try {
    return parse(text)
  } catch (error) {
    throw new Error(`The operation cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** `input.amount=10` and `input.id=x` become `{ input: { amount: 10, id: 'x' } }`; a value is JSON where it can be read as such. */
export function readVariables(pairs: readonly string[]): Readonly<Record<string, unknown>> {
  const variables: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const pair of pairs) {
    const [name, ...rest] = pair.split('=')
    if (name === undefined || name === '' || rest.length === 0) {
      throw new Error(`\`${pair}\` is not a variable; write it like \`input.amount=10000\`.`)
    }
    const keys = name.split('.')
    let target = variables
    for (const key of keys.slice(0, -1)) {
      const next = (target[key] ??= Object.create(null) as Record<string, unknown>)
      if (typeof next !== 'object') throw new Error(`\`${pair}\` sets a part of what is a plain value.`)
      target = next as Record<string, unknown>
    }
    target[keys.at(-1) ?? name] = readValue(rest.join('='))
  }
  return variables
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function readRecord(text: string): Readonly<Record<string, unknown>> {
  const record = readValue(text)
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw new Error(`\`--record\` takes a JSON object, like '{"ownerId":"person:maria.keller"}'.`)
  }
  return record as Readonly<Record<string, unknown>>
}
