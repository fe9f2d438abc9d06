/** What agents have read, for the people who answer for them and for the agents themselves; and how a person lifts it. */
import type { Transaction } from 'kysely'
import { refusal } from '../../../lib/errors.ts'
import { bearersOf, taskBearer } from '../../../lib/flow-bearers.ts'
import type { Caller } from '../../../lib/caller.ts'
import type { World } from '../../../lib/world.ts'
import type { Database } from '../../../storage/database.ts'
import type { ReadLabel } from '../../../storage/stores/flow.ts'
import { type CountedRead, type FlowReads, type LiftOutcome, liftReads } from '../../../storage/stores/flow-lifts.ts'
import type { Tables } from '../../../storage/tables.ts'
import type { FieldResolver } from '../../context.ts'
import { claimKey, keepResult } from '../../sources/idempotency.ts'
import { type PageArgs, pageOf, readsConnection } from './shapes.ts'

export interface FlowServices {
  readonly database: Pick<Database, 'kysely'>
  readonly flow: FlowReads
  readonly newId: World['newId']
}

interface Target {
  readonly principal?: string | null
  readonly task?: string | null
}

interface LiftTaintInput extends Target {
  readonly idempotencyKey: string
  readonly labels: readonly ReadLabel[]
  readonly expectedVersion: string
  readonly reason: string
}

type Resolver<Args> = FieldResolver<unknown, Args, FlowServices>

const principalForm = /^(?:agent|person|service):[\w.-]{1,180}$/
const taskForm = /^[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,98}[A-Za-z0-9])?$/

const taints: Resolver<Target & PageArgs> = async (_source, args, { caller, now, services }) => {
  const bearer = bearerOf(args, '')
  const { limit, after } = pageOf(args)
  const version = await services.flow.version(bearer, now)
  const reads = await services.flow.reads({ bearers: [bearer], supervisors: rolesOf(caller), after, limit }, now)
  return { ...readsConnection(reads, limit, (read) => read), version }
}

const myTaints: Resolver<PageArgs> = async (_source, args, { caller, now, services }) => {
  const { limit, after } = pageOf(args)
  const reads = await services.flow.reads({ bearers: bearersOf(caller), supervisors: null, after, limit }, now)
  return readsConnection(reads, limit, (read) => ownRead(read, caller))
}

/** What another agent has read may be a field that does not exist for this one. */
function ownRead(read: CountedRead, { id }: Caller) {
  return { ...read, coordinate: read.reader === id ? read.coordinate : null }
}

const liftTaint: Resolver<{ readonly input: LiftTaintInput }> = async (_source, { input }, context) => {
  const { caller, now, services } = context
  const bearer = bearerOf(input, 'input.')
  const reason = input.reason.trim()
  if (reason.length === 0 || reason.length > 500) throw invalid('input.reason', 'must have 1 to 500 characters')
  if (input.labels.length === 0) throw invalid('input.labels', 'must name what to lift')
  const request = {
    idempotencyKey: input.idempotencyKey,
    principal: caller.id,
    act: 'Mutation.liftTaint',
    args: { ...input },
  }
  return await services.database.kysely.transaction().execute(async (transaction) => {
    const untyped = transaction as unknown as Transaction<unknown>
    const claim = await claimKey(untyped, request, now)
    // INVARIANT: the key and its result are written in one transaction, so that there is no key without one.
    if (!claim.claimed) return { lift: claim.result, replayed: true }
    const lift = await liftOnce(transaction, input, bearer, { reason, context })
    await keepResult(untyped, request, lift)
    return { lift, replayed: false }
  })
}

async function liftOnce(
  transaction: Transaction<Tables>,
  { labels, expectedVersion, principal, task }: LiftTaintInput,
  bearer: string,
  { reason, context }: { readonly reason: string; readonly context: Parameters<typeof liftTaint>[2] },
) {
  const { caller, now, services } = context
  const outcome = await liftReads(transaction, {
    id: services.newId(),
    bearer,
    labels,
    reason,
    liftedBy: caller.id,
    liftedAt: now,
    expectedVersion,
    supervises: rolesOf(caller),
  })
  const { id, labels: lifted, liftedBy, liftedAt } = assertLifted(outcome, bearer, expectedVersion)
  return { id, principal: principal ?? null, task: task ?? null, labels: lifted, reason, liftedBy, liftedAt }
}

function assertLifted(outcome: LiftOutcome, bearer: string, expectedVersion: string) {
  switch (outcome.outcome) {
    case 'lifted':
      return outcome.lift
    case 'changed':
      throw refusal('VERSION_CONFLICT', `More, or less, counts against \`${bearer}\` than was seen.`, {
        expectedVersion,
        version: outcome.version,
      })
    case 'nothing':
      throw refusal('NOT_FOUND', `Nothing with these labels counts against \`${bearer}\`.`)
    case 'not-theirs':
      throw refusal('RECORD_DENIED', `Agents that the caller does not supervise have read for \`${bearer}\`.`, {
        supervisors: outcome.supervisors.filter((role) => role !== null),
      })
  }
}

/** The roles whose agents the caller decides about; null where it decides about all. */
function rolesOf({ roles, scopes }: Caller): readonly string[] | null {
  return scopes.includes('flow:all') ? null : roles
}

function bearerOf({ principal, task }: Target, at: string): string {
  if (typeof principal === 'string' && typeof task !== 'string') {
    if (principalForm.test(principal)) return principal
    throw invalid(`${at}principal`, 'must name a principal, such as `agent:support-agent`')
  }
  if (typeof task === 'string' && typeof principal !== 'string') {
    if (taskForm.test(task)) return taskBearer(task)
    throw invalid(`${at}task`, 'is not the id of a task')
  }
  throw invalid(`${at}principal`, `or \`${at}task\` must be given, and one of the two only`)
}

function invalid(argument: string, problem: string) {
  return refusal('INVALID_INPUT', `The argument \`${argument}\` ${problem}.`, { argument })
}

export const flow = { queries: { taints, myTaints }, mutations: { liftTaint } }
