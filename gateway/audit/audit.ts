/**
 * Steps 6 and 10 of a request: turns what an exchange has gathered into ledger entries, and sees to it that nothing acts before
 * its intent is durable and no answer leaves before its outcome is.
 */
import type { Caller } from '../../lib/caller.ts'
import { refusal } from '../../lib/errors.ts'
import { type Coordinate, sensitiveReads } from '../../lib/labels.ts'
import type { ContractIndex } from '../../schema/contract.ts'
import type { Arrival, Exchange } from '../exchange.ts'
import { refusalReason, whoWasTurnedAway } from '../identity/refusals.ts'
import type { Log } from '../log.ts'
import type { Operation } from '../operation.ts'
import { type Answer, refusalAnswer } from '../response/answer.ts'
import type { EntryBase, Ledger, Outcome } from './entry.ts'
import { redactArgs } from './redact.ts'

export interface Audit {
  /** Appends the intent of a mutation or of a read of a sensitive field, and waits until it is durable; else returns at once. */
  intent(exchange: Exchange): Promise<void>
  /**
   * Appends the outcome of a request and gives the answer that may leave: the one it was given, or a refusal when the outcome
   * could not be recorded. Never rejects.
   */
  outcome(arrival: Arrival, exchange: Exchange | null, answer: Answer): Promise<Answer>
}

export interface AuditOptions {
  readonly ledger: Ledger
  readonly index: ContractIndex
  /** The key under which arguments are hashed (`ledger-key.ts`). */
  readonly hashKey: Buffer
  readonly log: Log
}

export function createAudit({ ledger, index, hashKey, log }: AuditOptions): Audit {
  function base(arrival: Arrival, exchange: Exchange | null, caller: Caller | null): EntryBase {
    const operation = exchange?.operation ?? null
    const attempt = exchange?.attempt ?? null
    return {
      requestId: arrival.requestId,
      caller,
      at: arrival.startedAt,
      policyRevision: arrival.revision.id,
      approval: exchange?.approval?.id ?? exchange?.requestedApproval ?? null,
      operation: {
        kind: operation?.kind ?? null,
        name: operation?.name ?? null,
        hash: operation?.hash ?? null,
      },
      requested: operation?.coordinates ?? attempt?.disclosed ?? [],
      transitive: exchange?.decision?.transitive ?? [],
      denied: deniedBy(exchange),
      args: operation ? redactArgs(operation, { index, key: hashKey }) : {},
    }
  }

  return {
    async intent(exchange) {
      const { operation } = exchange
      if (!operation || !mustWait(operation, index)) return
      await ledger.append({ ...base(exchange, exchange, exchange.caller), kind: 'intent' })
      exchange.intended = true
    },

    async outcome(arrival, exchange, answer) {
      try {
        await ledger.append({
          ...base(arrival, exchange, exchange?.caller ?? whoWasTurnedAway(answer.cause)),
          kind: 'outcome',
          outcome: outcomeOf(exchange, answer),
          codes: answer.codes,
          reason: reasonOf(exchange, answer),
          delivered: exchange?.delivered ?? {},
          resolved: Object.fromEntries(exchange?.resolved ?? []),
          subgraphs: [...(exchange?.subgraphs ?? [])],
          durationMs: Math.round(performance.now() - arrival.startedMs),
        })
        return answer
      } catch (error) {
        log.error({ requestId: arrival.requestId, err: error }, 'an outcome could not be recorded')
        return answer.data === 'none' && !exchange?.intended ? answer : withheld(arrival, exchange, log)
      }
    },
  }
}

/** An answer whose outcome is not on record does not leave; a mutation may have happened, and the agent must know that. */
function withheld(arrival: Arrival, exchange: Exchange | null, log: Log): Answer {
  const outcome = exchange?.operation?.kind === 'mutation' ? 'unknown' : 'nothing-changed'
  const message = 'The ledger could not record the outcome, so the answer is withheld.'
  return refusalAnswer(refusal('LEDGER_UNAVAILABLE', message, { outcome }), arrival, log)
}

/** Mutations wait for their intent, and so do reads of a field whose label asks for it (architecture, step 6). */
function mustWait(operation: Operation, index: ContractIndex): boolean {
  if (operation.kind === 'mutation') return true
  return operation.coordinates.some((coordinate) =>
    index.fields.get(coordinate)?.labels.some((label) => sensitiveReads.has(label)),
  )
}

function outcomeOf(exchange: Exchange | null, answer: Answer): Outcome {
  const gone: unknown = exchange?.signal.reason
  if (answer.codes.includes('CANCELLED') || (gone instanceof Error && gone.name === 'AbortError')) return 'cancelled'
  if (answer.data === 'whole') return 'answered'
  if (answer.data === 'partial') return 'answered-with-errors'
  // Nothing was sent to any system: one of the steps before execution said no.
  return exchange && exchange.subgraphs.size > 0 ? 'failed' : 'refused'
}

function deniedBy(exchange: Exchange | null): readonly Coordinate[] {
  if (!exchange) return []
  if (exchange.attempt) return exchange.attempt.undisclosed
  if (exchange.decision?.outcome !== 'deny') return [...exchange.deniedByRecord]
  const { denied, undisclosed } = exchange.decision
  return [...new Set([...denied.map((field) => field.coordinate), ...undisclosed])]
}

function reasonOf(exchange: Exchange | null, answer: Answer): string | null {
  if (exchange?.attempt?.undisclosed.length)
    return 'The operation asked for coordinates that the caller may not know of.'
  const identity = refusalReason(answer.cause)
  return identity ? `${identity.cause}: ${identity.detail}` : null
}
