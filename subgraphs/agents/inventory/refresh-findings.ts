/** Brings the findings up to date with what pilots say now: new pairs, new scores, and open findings that have no ground any more. */
import type { Transaction } from 'kysely'
import { findPilots, livePilots } from '../../../storage/stores/pilots.ts'
import { keepFindings, openFindingsOf, stepFinding, type Kept } from '../../../storage/stores/duplicate-findings.ts'
import { discoverer } from '../../../storage/stores/discovered-principals.ts'
import type { Tables } from '../../../storage/tables.ts'
import { findPairs } from './duplicates/find-pairs.ts'
import type { InventoryServices } from './services.ts'

/** The most findings that one act enters: the strongest. */
const mostKept = 2_000

export interface Refreshed extends Kept {
  /** Open findings that were closed, because the two do not overlap any more or one of them is gone. */
  readonly closed: number
  /** Pairs above the threshold that were not entered: too many at once. */
  readonly leftOut: number
}

/** Compares the pilots that changed with all others; all with all when no ids are given. */
export async function refreshFindings(
  transaction: Transaction<Tables>,
  { world, inventory }: Pick<InventoryServices, 'world' | 'inventory'>,
  now: Date,
  changedIds?: readonly string[],
): Promise<Refreshed> {
  const pilots = await livePilots(transaction)
  const changed = changedIds === undefined ? undefined : new Set(changedIds)
  const { pairs, crowded } = await findPairs(pilots, {
    settings: inventory.duplicates,
    ...(changed === undefined ? {} : { changed }),
  })
  const kept = await keepFindings(transaction, pairs.slice(0, mostKept), { newId: world.newId, at: now })

  const found = new Set(pairs.map(({ a, b }) => `${a} ${b}`))
  const live = new Set(pilots.map(({ id }) => id))
  const looked = changedIds ?? [...live]
  let closed = 0
  for (const finding of await openFindingsOf(transaction, looked)) {
    const { a, b } = finding
    const bothLive = live.has(a) && live.has(b)
    if (found.has(`${a} ${b}`) || (bothLive && (crowded.has(a) || crowded.has(b)))) continue
    const gone = bothLive ? [] : [...(await findPilots(transaction, [a, b])).values()].filter(({ id }) => !live.has(id))
    const reason =
      gone.length === 0
        ? 'What the two say of themselves does not overlap any more.'
        : gone.map(({ name, stage }) => `“${name}” is ${stage === 'MERGED' ? 'merged' : 'retired'}.`).join(' ')
    await stepFinding(transaction, finding, 'DISMISSED', { by: discoverer, at: now, reason, forgetInputs: true })
    closed += 1
  }
  return { ...kept, closed, leftOut: Math.max(0, pairs.length - mostKept) }
}
