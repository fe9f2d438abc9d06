/** Callers, statements and rules for tests that ask a subgraph directly, as the gateway would. */
import path from 'node:path'
import { freezeCaller, type Caller, type PrincipalId } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { hashOperation, type Statement } from '../../lib/statement.ts'
import { realWorld, type World } from '../../lib/world.ts'
import type { SubgraphRule, SubgraphRules, Verdict } from '../../policies/engine/types.ts'
import { readContracts } from '../../schema/contract.ts'
import type { SubgraphDeps } from '../../subgraphs/define.ts'
import type { Subgraph, SubgraphResponse } from '../../subgraphs/subgraph.ts'

export const noon = new Date('2026-10-31T12:00:00.000Z')
export const stillWorld: World = { now: () => noon, newId: realWorld.newId }

/** A caller of this name; an agent unless its name says otherwise. */
export function callerNamed(id: string, more: Partial<Caller> = {}): Caller {
  return freezeCaller({
    id: id as PrincipalId,
    kind: id.startsWith('person:') ? 'person' : 'agent',
    issuer: 'https://issuer.example',
    clientId: 'client-of-the-test',
    tokenId: 'token-of-the-test',
    roles: [],
    scopes: [],
    actors: [],
    onBehalfOf: null,
    purpose: null,
    task: null,
    grants: [],
    authenticatedAt: 0,
    issuedAt: 0,
    expiresAt: 0,
    ...more,
  })
}

/** What the gateway says of a caller with a fetch of `query`. */
export function statementFor(audience: string, query: string, more: Partial<Statement> = {}): Statement {
  return {
    audience,
    caller: callerNamed('agent:support-agent'),
    requestId: 'request-of-the-test',
    policyRevision: 'revision-of-the-test',
    operationHash: hashOperation(query),
    approval: null,
    ...more,
  }
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, unknown>>
  readonly operationName?: string
  readonly statement?: Partial<Statement>
  readonly signal?: AbortSignal
}

/** Sends one fetch to a subgraph of this process. */
export function ask(subgraph: Subgraph, query: string, options: AskOptions = {}): Promise<SubgraphResponse> {
  return subgraph.execute({
    query,
    variables: options.variables ?? {},
    operationName: options.operationName ?? null,
    statement: statementFor(subgraph.name, query, options.statement),
    signal: options.signal ?? new AbortController().signal,
  })
}

/** The data of an answer without errors. */
export async function data(answer: Promise<SubgraphResponse>): Promise<Record<string, unknown>> {
  const response = await answer
  if (response.errors) throw new Error(`The answer has errors: ${JSON.stringify(response.errors)}`)
  return JSON.parse(JSON.stringify(response.data)) as Record<string, unknown>
}

/** The code of each error, in order. */
export async function codes(answer: Promise<SubgraphResponse>): Promise<unknown[]> {
  const response = await answer
  return (response.errors ?? []).map((error) => error.extensions?.['code'])
}

const allow: Verdict = { outcome: 'allow' }

/** A rule that gives the same verdict to everybody. */
export function always(verdict: Verdict): SubgraphRule {
  return { needsRecord: false, target: null, settled: () => verdict, decide: () => Promise.resolve(verdict) }
}

export const denied: Verdict = { outcome: 'deny', reason: 'the test says so', missingScopes: ['test:scope'] }

/** Allows every field but those named, which have rules of their own; null means that no rule is known. */
export function rulesWith(own: Readonly<Record<Coordinate, SubgraphRule | null>> = {}): SubgraphRules {
  return { ruleFor: (coordinate) => (Object.hasOwn(own, coordinate) ? (own[coordinate] ?? null) : always(allow)) }
}

export interface LoggedFailure {
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

/** What a subgraph needs, with everything allowed unless rules are given, and a log that can be read. */
export function subgraphDeps(rules: SubgraphRules = rulesWith()): SubgraphDeps & { readonly logged: LoggedFailure[] } {
  const logged: LoggedFailure[] = []
  return {
    world: stillWorld,
    log: { error: (fields, message) => logged.push({ fields, message }) },
    rules: (revision) => (revision === 'revision-of-the-test' ? rules : null),
    logged,
  }
}

/** A contract of the house, with what all contracts share in front. */
export function contractOf(name: string): string {
  const found = readContracts(path.resolve(import.meta.dirname, '../../schema')).find((each) => each.name === name)
  if (!found) throw new Error(`There is no contract ${name}.`)
  return found.sdl
}

/** What all contracts share, in front of a contract of the test's own. */
export function withShared(sdl: string): string {
  const { shared } = readContracts(path.resolve(import.meta.dirname, '../../schema'))[0] ?? {}
  return `${shared ?? ''}\n${sdl}`
}
