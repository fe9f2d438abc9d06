/**
 * Runs one act on a connected system, once for its key. Nothing is sent before the claim is durable; what was sent and never
 * answered is looked up by its marks and versions, and when that does not tell, the act is refused rather than sent twice.
 */
import { randomUUID } from 'node:crypto'
import { isRefusal } from '../../../lib/errors.ts'
import type { Change, MutationRequest, RecordOf } from '../entity-source.ts'
import { actFailures } from './act-failures.ts'
import type { ClaimKey, Claims, Step } from './claims.ts'
import { createUnitOfWork, type UnitDeps } from './unit-of-work.ts'

type Apply = (entity: string, change: Change) => Promise<RecordOf>

/** Makes the `mutate` of one connected source. */
export function createActs(claims: Claims, deps: Omit<UnitDeps, 'key' | 'claims' | 'earlier' | 'signal'>) {
  const { connector } = deps
  const failures = actFailures(connector)

  return async function mutate<T extends Readonly<Record<string, unknown>>>(
    request: MutationRequest,
    act: (apply: Apply) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    // Not `world.newId`: two attempts must differ even where a test holds the world still.
    const key: ClaimKey = { connector, request, claim: randomUUID() }
    const claim = await claims.claim(key, signal)
    if (claim.outcome === 'replayed') return claim.result as T
    if (claim.outcome === 'partial') throw failures.partlyDone(claim.steps, null)
    const earlier: readonly Step[] = claim.outcome === 'unknown' ? claim.steps : []
    const unit = createUnitOfWork({ ...deps, key, claims, earlier, signal })
    try {
      const result = unit.complete(await act(unit.apply), await unit.commit())
      await claims.done(key, unit.steps(), result)
      return result
    } catch (error) {
      throw await settle(key, unit.steps(), earlier, error)
    }
  }

  /** Writes down how far the act came, and gives the error to throw. */
  async function settle(
    key: ClaimKey,
    steps: readonly Step[],
    earlier: readonly Step[],
    error: unknown,
  ): Promise<unknown> {
    const open = steps.some(({ state }) => state === 'sent')
    // An attempt to find out that has found nothing out leaves what was known before.
    const unresolved = earlier.slice(steps.length)
    if (open || unresolved.length > 0) {
      const all = [...steps, ...unresolved]
      await claims.unknown(key, all)
      return failures.outcomeUnknown(all, error)
    }
    if (steps.length > 0) {
      await claims.partial(key, steps)
      return failures.partlyDone(steps, isRefusal(error) ? error : null)
    }
    await claims.release(key)
    return error
  }
}
