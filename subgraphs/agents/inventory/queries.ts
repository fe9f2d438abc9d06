/** The queries of the inventory: pilots, findings, and the figures of the portfolio. */
import DataLoader from 'dataloader'
import { discoveryOverflow } from '../../../storage/stores/discovered-principals.ts'
import {
  confirmedPairs,
  findFinding,
  listFindings,
  type FindingFilter,
} from '../../../storage/stores/duplicate-findings.ts'
import {
  findPilot,
  findPilots,
  listPilots,
  livePilots,
  pilotHistories,
  type Pilot,
  type PilotFilter,
  type PilotStep,
} from '../../../storage/stores/pilots.ts'
import { countByStage, promotionLeadTimes } from '../../../storage/stores/portfolio.ts'
import { invalid } from '../../inputs.ts'
import { boundedFirst } from '../../sources/page-size.ts'
import { connectionOf, findingNode } from './pilot-shapes.ts'
import { portfolioOf } from './portfolio.ts'
import type { InventoryResolver } from './services.ts'

interface ListArgs<Filter> {
  readonly first: number
  readonly after?: string | null
  readonly filter?: { readonly [Name in keyof Filter]?: Filter[Name] | null } | null
}

const pilot: InventoryResolver<{ readonly id: string }> = (_source, { id }, { services }) =>
  findPilot(services.database.kysely, id)

const pilots: InventoryResolver<ListArgs<PilotFilter>> = async (_source, args, { services }) =>
  connectionOf(await listPilots(services.database.kysely, filterOf(args), pageOf(args)))

const duplicateFinding: InventoryResolver<{ readonly id: string }> = async (_source, { id }, { services }) => {
  const { kysely } = services.database
  const finding = await findFinding(kysely, id)
  return finding && findingNode(finding, await findPilots(kysely, [finding.a, finding.b]))
}

const duplicateFindings: InventoryResolver<ListArgs<FindingFilter>> = async (_source, args, { services }) => {
  const { kysely } = services.database
  const { items, hasMore } = await listFindings(kysely, filterOf(args), pageOf(args))
  const both = await findPilots(kysely, [...new Set(items.flatMap(({ a, b }) => [a, b]))])
  return connectionOf({ items: items.map((finding) => findingNode(finding, both)), hasMore })
}

const portfolio: InventoryResolver<object> = async (_source, _args, { services }) => {
  const { kysely } = services.database
  const [live, stages, confirmed, leadTimes, unlisted] = await Promise.all([
    livePilots(kysely),
    countByStage(kysely),
    confirmedPairs(kysely),
    promotionLeadTimes(kysely),
    discoveryOverflow(kysely),
  ])
  return { ...portfolioOf({ pilots: live, stages, confirmed, leadTimes }), unlisted }
}

/** One loader for each fetch: a page of pilots takes one statement for all histories. */
const histories = new WeakMap<object, DataLoader<string, readonly PilotStep[]>>()

const history: InventoryResolver<object, Pilot> = ({ id }, _args, context) => {
  const loader =
    histories.get(context) ??
    new DataLoader<string, readonly PilotStep[]>(async (ids) => {
      const found = await pilotHistories(context.services.database.kysely, ids)
      return ids.map((each) => found.get(each) ?? [])
    })
  histories.set(context, loader)
  return loader.load(id)
}

export const inventoryQueries = { pilot, pilots, duplicateFinding, duplicateFindings, portfolio }
export const inventoryTypes = { Pilot: { history } }

function filterOf<Filter>({ filter }: ListArgs<Filter>): Partial<Filter> {
  const given = Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(given) as Partial<Filter>
}

function pageOf({ first, after }: ListArgs<unknown>) {
  if (typeof after === 'string' && !/^[0-9a-f-]{36}$/.test(after)) {
    throw invalid('after', 'is not a cursor; pass the `endCursor` of the page before')
  }
  return { first: boundedFirst(first), ...(typeof after === 'string' ? { after } : {}) }
}
