/** A mutation of the control plane: once for each idempotency key, the key and the result in the transaction of the act. */
import type { Transaction } from 'kysely'
import type { Database } from '../../storage/database.ts'
import type { Tables } from '../../storage/tables.ts'
import type { SubgraphContext } from '../context.ts'
import { claimKey, keepResult } from '../sources/idempotency.ts'

interface ActServices {
  readonly database: Pick<Database, 'kysely'>
}

interface Act {
  /** `Mutation.requestAccess`. */
  readonly name: string
  readonly input: { readonly idempotencyKey: string }
}

/**
 * Runs `work` in one transaction and keeps what it gives; where the key was used before with the same input, gives what was kept.
 * What `work` gives must be the same after it has been JSON.
 */
export async function actOnce<Result extends object>(
  { caller, now, services }: SubgraphContext<ActServices>,
  { name, input }: Act,
  work: (transaction: Transaction<Tables>) => Promise<Result>,
): Promise<Result & { readonly replayed: boolean }> {
  // Keys of one principal for two others must not meet.
  const principal = caller.onBehalfOf === null ? caller.id : `${caller.id} for ${caller.onBehalfOf}`
  const request = { idempotencyKey: input.idempotencyKey, principal, act: name, args: { ...input } }
  return await services.database.kysely.transaction().execute(async (transaction) => {
    const plain = transaction as unknown as Transaction<unknown>
    const claim = await claimKey(plain, request, now)
    // INVARIANT: key and result are written together, so a key that was claimed before has its result.
    if (!claim.claimed) return { ...(claim.result as Result), replayed: true }
    const result = await work(transaction)
    await keepResult(plain, request, result)
    return { ...result, replayed: false }
  })
}
