/** Entries, a ledger over a database, and somebody who tampers with it behind its triggers. */
import { sql } from 'kysely'
import { freezeCaller, type Caller, type PrincipalId } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { realWorld, type World } from '../../lib/world.ts'
import type { IntentEntry, Ledger, OutcomeEntry } from '../../gateway/audit/entry.ts'
import { createLedger, type LedgerLog, type LedgerOptions } from '../../gateway/audit/recorder.ts'
import type { Database } from '../../storage/database.ts'

/** A caller with the given name, acting for `onBehalfOf` when given. */
export function callerNamed(name: string, onBehalfOf: string | null = null): Caller {
  const id = name as PrincipalId
  return freezeCaller({
    id,
    kind: 'agent',
    issuer: 'http://localhost:4000',
    clientId: name,
    tokenId: `token-of-${name}`,
    roles: ['support-agent'],
    scopes: ['crm:read', 'crm:write'],
    actors: onBehalfOf === null ? [] : [{ id, kind: 'agent', roles: ['support-agent'] }],
    onBehalfOf: onBehalfOf as PrincipalId | null,
    purpose: 'support',
    task: null,
    grants: [],
    authenticatedAt: 1_700_000_000,
    issuedAt: 1_700_000_000,
    expiresAt: 1_700_000_600,
  })
}

/** An intent of a mutation, with what a test wants to be different. */
export function intent(changes: Partial<IntentEntry> = {}): IntentEntry {
  return {
    kind: 'intent',
    requestId: realWorld.newId(),
    caller: callerNamed('agent:support-agent'),
    at: new Date('2026-03-01T09:30:00.123Z'),
    policyRevision: 'r1',
    approval: null,
    operation: { kind: 'mutation', name: 'UpdateCase', hash: 'h' },
    requested: ['Mutation.updateCase', 'Case.status'],
    transitive: [],
    denied: [],
    args: { updateCase: { input: { id: 'case-0001', status: 'CLOSED' } } },
    ...changes,
  }
}

/** An answered query over an account and its e-mail, with what a test wants to be different. */
export function outcome(changes: Partial<OutcomeEntry> = {}): OutcomeEntry {
  return {
    kind: 'outcome',
    requestId: realWorld.newId(),
    caller: callerNamed('agent:support-agent'),
    at: new Date('2026-03-01T09:30:00.456Z'),
    policyRevision: 'r1',
    approval: null,
    operation: { kind: 'query', name: 'Accounts', hash: 'h' },
    requested: ['Query.account', 'Account.name', 'Account.creditStanding'],
    transitive: ['Account.tier'],
    denied: [],
    args: { account: { id: 'acc-0001' } },
    outcome: 'answered',
    codes: [],
    reason: null,
    delivered: counts({ 'Query.account': 1, 'Account.name': 1, 'Account.creditStanding': 1 }),
    resolved: counts({ 'Query.account': 1, 'Account.name': 1, 'Account.creditStanding': 1, 'Account.tier': 1 }),
    subgraphs: ['crm', 'finance'],
    durationMs: 12,
    ...changes,
  }
}

export function counts(record: Record<Coordinate, number>): Readonly<Record<Coordinate, number>> {
  return record
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly details: object
  readonly message: string
}

/** A log that keeps its lines. */
export function keepingLog(): LedgerLog & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = []
  const at = (level: LogLine['level']) => (details: object, message: string) =>
    void lines.push({ level, details, message })
  return { lines, info: at('info'), warn: at('warn'), error: at('error') }
}

/** A ledger that knows every coordinate and logs nowhere. */
export function openLedger(database: Database, options: Partial<LedgerOptions> = {}): Ledger {
  const world: World = realWorld
  return createLedger({ database, world, log: keepingLog(), knowsCoordinate: () => true, ...options })
}

/** Runs statements as somebody who owns the database: without the triggers that refuse a change. */
export async function tamper(database: Database, ...statements: readonly string[]): Promise<void> {
  await database.kysely.transaction().execute(async (transaction) => {
    await sql`set local session_replication_role = replica`.execute(transaction)
    for (const statement of statements) await sql.raw(statement).execute(transaction)
  })
}
