/**
 * An act on the workforce: once for each idempotency key, in one transaction with its result, and told to every gateway when it is
 * done.
 */
import type { Transaction } from 'kysely'
import { agentsChannel } from '../../../storage/stores/agents.ts'
import type { Tables } from '../../../storage/tables.ts'
import type { FieldResolver, SubgraphContext } from '../../context.ts'
import { claimKey, keepResult } from '../../sources/idempotency.ts'
import { explainFailure } from '../../sources/postgres-errors.ts'
import type { AgentsServices } from '../services.ts'

/** Every mutation's input has a key. */
export interface ActInput {
  readonly idempotencyKey: string
}

export type AgentsContext = SubgraphContext<AgentsServices>

/** What an act is given beside its input. */
export interface Act {
  readonly transaction: Transaction<Tables>
  readonly context: AgentsContext
}

/** Makes the resolver of a mutation from its act. */
export function actOnce<Input extends ActInput, Result extends object>(
  perform: (input: Input, act: Act) => Promise<Result>,
): FieldResolver<unknown, { readonly input: Input }, AgentsServices> {
  return async (_source, { input }, context, { fieldName }) => {
    const { caller, now, services } = context
    const request = {
      idempotencyKey: input.idempotencyKey,
      principal: caller.onBehalfOf === null ? caller.id : `${caller.id} for ${caller.onBehalfOf}`,
      act: `Mutation.${fieldName}`,
      args: { ...(input as Readonly<Record<string, unknown>>) },
    }
    try {
      const outcome = await services.database.kysely.transaction().execute(async (transaction) => {
        const keys = transaction as unknown as Transaction<unknown>
        const claim = await claimKey(keys, request, now)
        // INVARIANT: the key and the result are of one transaction, so a claimed key has its result.
        if (!claim.claimed) return { ...(claim.result as Result), replayed: true }
        const result = await perform(input, { transaction, context })
        await keepResult(keys, request, result)
        return { ...result, replayed: false }
      })
      // What is not announced is found by every gateway within a second.
      if (!outcome.replayed) await services.cache.publish(agentsChannel, 'changed').catch(() => undefined)
      return outcome
    } catch (error) {
      throw explainFailure(error)
    }
  }
}
