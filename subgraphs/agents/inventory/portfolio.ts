/** The figures of the portfolio, by the definitions in docs/inventory.md. */
import type { LeadTimes } from '../../../storage/stores/portfolio.ts'
import type { Pilot, PilotStage } from '../../../storage/stores/pilots.ts'
import { decimal, formatDecimal, moneyScale } from '../../decimal.ts'
import { stageSteps } from './pilot-stages.ts'

/** Below this many samples a rate or a percentile says nothing. */
export const fewestSamples = 5

export interface PortfolioInput {
  /** Pilots that are not merged away or retired. */
  readonly pilots: readonly Pilot[]
  readonly stages: ReadonlyMap<PilotStage, number>
  /** Pairs that people confirmed. */
  readonly confirmed: readonly { readonly a: string; readonly b: string }[]
  readonly leadTimes: LeadTimes
}

/** Computes the figures. */
export function portfolioOf({ pilots, stages, confirmed, leadTimes }: PortfolioInput) {
  const clusters = clustersOf(pilots, confirmed)
  const surplus = clusters.flatMap((cluster) => cluster.filter((pilot) => pilot !== survivorOf(cluster)))
  const enough = pilots.length >= fewestSamples
  return {
    pilots: pilots.length,
    stages: (Object.keys(stageSteps) as PilotStage[]).map((stage) => ({ stage, count: stages.get(stage) ?? 0 })),
    clusters: clusters.length,
    surplusPilots: surplus.length,
    redundancyRate: enough ? surplus.length / pilots.length : null,
    monthlyCost: sumOf(pilots),
    avoidableSpend: sumOf(surplus),
    withoutCost: pilots.filter(({ monthlyCost }) => monthlyCost === null).length,
    promotionLeadTime: {
      count: leadTimes.count,
      medianDays: leadTimes.count < fewestSamples ? null : leadTimes.medianDays,
      p90Days: leadTimes.count < fewestSamples ? null : leadTimes.p90Days,
    },
  }
}

/** Pilots that confirmed findings join, directly or through others. */
function clustersOf(pilots: readonly Pilot[], pairs: PortfolioInput['confirmed']): Pilot[][] {
  const clusterOf = new Map(pilots.map((pilot): [string, Pilot[]] => [pilot.id, [pilot]]))
  for (const { a, b } of pairs) {
    const [one, other] = [clusterOf.get(a), clusterOf.get(b)]
    // One of the two is gone, so nothing is done twice any more.
    if (one === undefined || other === undefined || one === other) continue
    one.push(...other)
    for (const { id } of other) clusterOf.set(id, one)
  }
  return [...new Set(clusterOf.values())].filter((cluster) => cluster.length > 1)
}

/** How far a pilot has come, for choosing the one of a cluster that stays. */
const standing: readonly PilotStage[] = ['PROMOTED', 'SCALE', 'REFINE', 'UNDER_REVIEW', 'REGISTERED', 'CONSOLIDATE']

/** The one that stays: the furthest on, then the busiest, then the cheapest, then the oldest. */
function survivorOf(cluster: readonly Pilot[]): Pilot | undefined {
  const rank = ({ stage }: Pilot) => (standing.includes(stage) ? standing.indexOf(stage) : standing.length)
  const cost = ({ monthlyCost }: Pilot) => Number(monthlyCost ?? Infinity)
  return [...cluster].sort(
    (one, other) =>
      rank(one) - rank(other) ||
      (other.monthlyVolume ?? 0) - (one.monthlyVolume ?? 0) ||
      (cost(one) === cost(other) ? 0 : cost(one) - cost(other)) ||
      (one.id < other.id ? -1 : 1),
  )[0]
}

function sumOf(pilots: readonly Pilot[]): string {
  const units = pilots.reduce((sum, { monthlyCost }) => sum + decimal(monthlyCost ?? '0', moneyScale), 0n)
  return formatDecimal(units, moneyScale)
}
