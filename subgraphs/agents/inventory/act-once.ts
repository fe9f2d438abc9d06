/** An act on the inventory: once for each idempotency key, in one transaction, and one at a time. */
import type { Transaction } from 'kysely'
import { lockInventory } from '../../../storage/stores/pilots.ts'
import type { Tables } from '../../../storage/tables.ts'
import type { SubgraphContext } from '../../context.ts'
import { claimKey, keepResult } from '../../sources/idempotency.ts'
import type { InventoryServices } from './services.ts'

/** Every mutation's input has these. */
export interface ActInput {
  readonly idempotencyKey: string
}

/** Runs an act, or gives what an earlier request with the same key got. */
export async function actOnce<Result extends object>(
  { caller, now, services: { database } }: SubgraphContext<InventoryServices>,
  act: string,
  input: ActInput,
  work: (transaction: Transaction<Tables>) => Promise<Result>,
): Promise<Result & { readonly replayed: boolean }> {
  const { idempotencyKey } = input
  const request = { idempotencyKey, principal: caller.id, act: `Mutation.${act}`, args: { ...input } }
  return await database.kysely.transaction().execute(async (transaction) => {
    const keys = transaction as unknown as Transaction<unknown>
    const claim = await claimKey(keys, request, now)
    // INVARIANT: the key and the result are of one transaction, so a claimed key has its result.
    if (!claim.claimed) return { ...(claim.result as Result), replayed: true }
    await lockInventory(transaction)
    const result = await work(transaction)
    await keepResult(keys, request, result)
    return { ...result, replayed: false }
  })
}
