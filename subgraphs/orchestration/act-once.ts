/** A mutation with an idempotency key: once for each key, the key, its result and what the engine does in one transaction. */
import type { Transaction } from 'kysely'
import { type Work, transact } from '../../orchestration/engine/engine.ts'
import { claimKey, keepResult } from '../sources/idempotency.ts'
import type { OrchestrationContext } from './services.ts'

interface Act {
  /** `Mutation.startRun`. */
  readonly name: string
  readonly input: { readonly idempotencyKey: string }
}

/**
 * Runs `work` in one transaction and keeps what it gives; where the key was used before with the same input, gives what was kept.
 * What `work` gives must be the same after it has been JSON. Waiting workers are told when the transaction has committed.
 */
export async function actOnce<Result extends object>(
  { caller, now, services }: OrchestrationContext,
  { name, input }: Act,
  work: (work: Work) => Promise<Result>,
): Promise<Result & { readonly replayed: boolean }> {
  // Keys of one principal for two others must not meet.
  const principal = caller.onBehalfOf === null ? caller.id : `${caller.id} for ${caller.onBehalfOf}`
  const request = { idempotencyKey: input.idempotencyKey, principal, act: name, args: { ...input } }
  return await transact(services.engine, async (each) => {
    const plain = each.tx as unknown as Transaction<unknown>
    const claim = await claimKey(plain, request, now)
    // INVARIANT: key and result are written together, so a key that was claimed before has its result.
    if (!claim.claimed) return { ...(claim.result as Result), replayed: true }
    const result = await work(each)
    await keepResult(plain, request, result)
    return { ...result, replayed: false }
  })
}
