/** Forecasts: how right they were, and how one is drafted, changed and published in the place of the one before. */
import { requireStep, requireVersion } from '../acts.ts'
import { dayOf } from '../amounts.ts'
import type { SubgraphContext } from '../context.ts'
import { formatDecimal, moneyScale, parseDecimal, priceScale } from '../decimal.ts'
import { formed, idOf, invalid, readChanges, readValues, required, type ValueCheck } from '../inputs.ts'
import { stub } from '../stubs.ts'
import { accuracyOf, changeOf, deviationOf } from './forecast-figures.ts'
import { forecastSteps } from './forecast-states.ts'
import type {
  ExistingRecord,
  ForecastRecord,
  SupplyChainModel,
  SupplyChainMutation,
  SupplyChainResolver,
} from './model.ts'

type ForecastResolver = SupplyChainResolver<ForecastRecord>
type Status = ForecastRecord['status']

const quantity: ValueCheck = (value) => {
  const units = parseDecimal(String(value), priceScale)
  if (units === null) return `must be a number with at most ${priceScale} decimals`
  return units < 0n ? 'must be zero or more' : null
}
const unitCode = formed(/^[A-Z0-9]{2,3}$/, 'a code like `C62`')

const changeable = { method: required(), quantity: required(quantity), unit: required(unitCode) }

const creatable = {
  ...changeable,
  productId: required(idOf(/^prd-\d{4,}$/, 'a product, like `prd-0001`')),
  plantId: required(idOf(/^plant-\d{4}$/, 'a plant, like `plant-1010`')),
  period: required(),
}

export const forecastFields = {
  product: (({ productId }) => stub(productId)) satisfies ForecastResolver,
  plant: (({ plantId }) => stub(plantId)) satisfies ForecastResolver,
  deviation: (({ quantity, actualQuantity }) =>
    actualQuantity === null ? null : deviationOf(quantity, actualQuantity)) satisfies ForecastResolver,
  accuracyPercent: (({ quantity, actualQuantity }) =>
    actualQuantity === null ? null : accuracyOf(quantity, actualQuantity)) satisfies ForecastResolver,
  changePercent: (async (forecast, _, { records }) =>
    forecast.status === 'DRAFT'
      ? changePercentOf(forecast, await loadHeld(records, forecast))
      : null) satisfies ForecastResolver,
}

export const createForecast: SupplyChainMutation<{ readonly period: string }> = (
  _,
  args,
  { records, caller, now },
  info,
) =>
  records.change(info, args, async (apply) => {
    const { period } = args.input
    if (!period.endsWith('-01')) throw invalid('input.period', 'must be the first day of a month, like `2026-11-01`')
    requireNotOver('input.period', period, now)
    const values = {
      ...readValues(args.input, creatable),
      status: 'DRAFT',
      preparedBy: caller.onBehalfOf ?? caller.id,
    }
    return { forecast: await apply('Forecast', { kind: 'create', values }) }
  })

export const changeForecast: SupplyChainMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Forecast', id)
  return records.change(info, args, async (apply) => {
    const { status } = requireVersion(found, 'Forecast', args.input)
    if (status !== 'DRAFT') throw invalid('input.id', `names a forecast that is \`${status}\` and cannot be changed`)
    const values = readChanges(args.input, changeable)
    return { forecast: await apply('Forecast', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const publishForecast: SupplyChainMutation<ExistingRecord & { readonly changePercent?: string | null }> = async (
  _,
  args,
  { records, now },
  info,
) => {
  const { id, expectedVersion, changePercent = null } = args.input
  const found = await records.load('Forecast', id)
  const held = found === null ? null : await loadHeld(records, found)
  return records.change(info, args, async (apply) => {
    const draft = requireVersion(found, 'Forecast', args.input)
    requireStep<Status>(forecastSteps, draft.status, 'PUBLISHED', { entity: 'Forecast', id })
    requireNotOver('input.id', draft.period, now)
    requireSameChange(changePercent, changePercentOf(draft, held))
    // The one before steps aside first: there is never a moment with two.
    const superseded =
      held &&
      (await apply('Forecast', {
        kind: 'update',
        id: held.id,
        expectedVersion: held.version,
        values: { status: 'SUPERSEDED' },
      }))
    const values = { status: 'PUBLISHED' }
    return { forecast: await apply('Forecast', { kind: 'update', id, expectedVersion, values }), superseded }
  })
}

/** The forecast that holds for the same product, plant and month; one statement for all forecasts of a list. */
async function loadHeld(
  records: SubgraphContext<unknown, SupplyChainModel>['records'],
  { series }: ForecastRecord,
): Promise<ForecastRecord | null> {
  const [held] = await records.list('Forecast', 'series', series, {
    first: 1,
    sort: [],
    filter: { status: { eq: 'PUBLISHED' } },
  })
  return held ?? null
}

/** Null where nothing can be compared: none holds, it was zero, or it counts in another unit. */
function changePercentOf(draft: ForecastRecord, held: ForecastRecord | null): string | null {
  return held?.unit === draft.unit ? changeOf(held.quantity, draft.quantity) : null
}

/** Who publishes says the change too: the rules decide by it whether a person is asked. */
function requireSameChange(said: string | null, meant: string | null): void {
  const units = said === null ? null : parseDecimal(said, moneyScale)
  if ((units === null ? said : formatDecimal(units, moneyScale)) === meant) return
  throw invalid(
    'input.changePercent',
    meant === null ? 'must be left out: there is no forecast to compare with' : `must be \`${meant}\``,
  )
}

/** A month that is over is not forecast any more. */
function requireNotOver(argument: string, period: string, now: Date): void {
  if (period.slice(0, 7) >= dayOf(now).slice(0, 7)) return
  throw invalid(argument, `is about a month that is over, \`${period}\``)
}
