/** Why a mutation waits for a person, by what was read before it: text from outside, or values that it would repeat. */
import type { Effect } from '../../../lib/labels.ts'
import type { FlowPolicy, ProtectedLabel } from '../../../policies/engine/flow-policy.ts'
import type { EarlierRead, FlowStore } from '../../../storage/stores/flow.ts'
import type { OperationNode } from '../../operation.ts'
import type { Lineage } from '../../policy/decide.ts'
import type { DecidedExchange } from '../decided.ts'
import { findLeaks, openPlaces, searchable } from './find-values.ts'
import type { FlowHashes } from './hashes.ts'
import { lineageOf } from './lineage.ts'
import { writtenBy } from './written.ts'

export interface FindingOptions {
  readonly store: FlowStore
  readonly hashes: FlowHashes
  readonly now: () => Date
}

/** One reason of a mutation to wait, before it is known who decides. */
export interface Finding {
  readonly root: OperationNode
  readonly reason: string
  readonly lineage: readonly Lineage[]
}

/** What counts against the bearers now. */
interface Held {
  readonly bearers: readonly string[]
  readonly now: Date
  readonly taints: readonly EarlierRead[]
  readonly labels: readonly ProtectedLabel[]
}

/** Every reason of every mutation of the operation. */
export async function findingsOf(
  exchange: DecidedExchange,
  bearers: readonly string[],
  options: FindingOptions,
): Promise<readonly Finding[]> {
  const { store } = options
  const now = options.now()
  const [taints, labels] = await Promise.all([
    store.taints(bearers, now, exchange.revision.flow.most.lineage),
    store.heldLabels(bearers, now),
  ])
  if (taints.length === 0 && labels.length === 0) return []
  const held: Held = { bearers, now, taints, labels }
  const found = await Promise.all(
    exchange.operation.roots.map(async (root) => [
      ...untrustedFindings(root, exchange, taints),
      ...(await valueFindings(root, exchange, held, options)),
    ]),
  )
  return found.flat()
}

function untrustedFindings(
  root: OperationNode,
  { revision }: DecidedExchange,
  taints: readonly EarlierRead[],
): readonly Finding[] {
  const [coordinate] = root.coordinates
  const because = whyItWaits(revision.index.fields.get(coordinate)?.effect ?? null, revision.flow)
  const untrusted = taints.filter(({ label }) => label === 'UNTRUSTED')
  const exempt = revision.flow.exempt.mutations.some((each) => each.coordinate === coordinate)
  if (because === null || untrusted.length === 0 || exempt) return []
  return [
    {
      root,
      reason: `the agent has read what somebody outside wrote, and \`${coordinate}\` ${because}`,
      lineage: untrusted.map((read) => lineageOf(read, null)),
    },
  ]
}

/** Why a mutation with this effect waits after an untrusted read; null when it does not. */
function whyItWaits(effect: Effect | null, { waits }: FlowPolicy): string | null {
  if (effect === null) return 'does not say how far it reaches'
  if (waits.impacts.includes(effect.impact)) return 'is far-reaching'
  return waits.irreversible && !effect.reversible ? 'cannot be taken back' : null
}

async function valueFindings(
  root: OperationNode,
  { revision }: DecidedExchange,
  { bearers, now, taints, labels }: Held,
  { store, hashes }: FindingOptions,
): Promise<readonly Finding[]> {
  const { shortest, most } = revision.flow
  const whole = taints.filter((read): read is EarlierRead & { label: ProtectedLabel } => read.label !== 'UNTRUSTED')
  if (labels.length === 0 && whole.length === 0) return []
  const written = writtenBy(root, revision)
  const found: Finding[] = []
  for (const label of new Set(whole.map((read) => read.label))) {
    const [place] = openPlaces(written, label, shortest)
    if (place === undefined) continue
    const lineage = whole.filter((read) => read.label === label).map((read) => lineageOf(read, place.argument))
    found.push({
      root,
      reason: `the agent has read more ${label} values than are kept, and \`${place.argument}\` may repeat one`,
      lineage,
    })
  }
  if (labels.length === 0) return found
  const search = searchable(written, most.comparedCharacters)
  if (search === null) {
    const reason = `the agent has read ${labels.join(' and ')} values, and the arguments are too long to be searched for them`
    return [...found, { root, reason, lineage: [] }]
  }
  const leaks = await findLeaks(search, { store, hashes, bearers, now, shortest })
  for (const [label, same] of Map.groupBy(leaks, (leak) => leak.label)) {
    const places = [...new Set(same.map(({ argument }) => argument))]
    const named = places
      .slice(0, 3)
      .map((place) => `\`${place}\``)
      .join(', ')
    const rest = places.length > 3 ? ` and ${String(places.length - 3)} more` : ''
    found.push({
      root,
      reason: `${named}${rest} would repeat what was read as ${label}, where it is less protected`,
      lineage: uniqueLineage(same.map(({ read, argument }) => lineageOf(read, argument))).slice(0, most.lineage),
    })
  }
  return found
}

function uniqueLineage(lineage: readonly Lineage[]): readonly Lineage[] {
  const keyed = lineage.map((each) => [`${each.requestId} ${each.coordinate} ${each.argument ?? ''}`, each] as const)
  return [...new Map(keyed).values()].sort((a, b) => b.at.getTime() - a.at.getTime())
}
