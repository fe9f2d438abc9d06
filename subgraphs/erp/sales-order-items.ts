/** Reads the items of a new sales order: what is sold from where, at which price, and whether somebody must look at it. */
import { requireReference } from '../acts.ts'
import { money, netAmountOf } from '../amounts.ts'
import { formatDecimal, parseDecimal, priceScale } from '../decimal.ts'
import { house } from '../finance/house.ts'
import { invalid } from '../inputs.ts'
import { maxItems, type PlantRecord, type ProductRecord, type SalesOrderRecord } from './model.ts'
import { quantity, readQuantity } from './quantities.ts'

/** An item as the contract has it. */
export interface GivenItem {
  readonly productId: string
  readonly plantId: string
  readonly quantity: string
  readonly netPrice?: string | null
}

/** What an item names, as it was found. */
export interface FoundItem {
  readonly product: ProductRecord | null
  readonly plant: PlantRecord | null
}

/** Of a hundred, how much of the list price may be asked for without a check. */
const freelyAsked = 90n

/** What the items come to: their values, their sum, and whether a price must be checked. */
interface ReadItems {
  readonly values: readonly Readonly<Record<string, unknown>>[]
  readonly netTotal: string
  readonly needsPriceCheck: boolean
}

/** Reads 1 to 100 items. @throws `INVALID_INPUT` naming the item and the field. */
export function readItems(
  given: readonly GivenItem[],
  found: readonly FoundItem[],
  type: SalesOrderRecord['type'],
): ReadItems {
  if (given.length === 0 || given.length > maxItems) throw invalid('input.items', `must have 1 to ${maxItems} items`)
  const items = given.map((item, index) => readItem(item, found[index], type, `input.items.${index}`))
  return {
    values: items.map(({ values }, index) => ({ ...values, itemNumber: (index + 1) * 10 })),
    netTotal: money(items.reduce((sum, { netAmount }) => sum + netAmount, 0n)),
    needsPriceCheck: items.some(({ farBelowList }) => farBelowList),
  }
}

function readItem(item: GivenItem, found: FoundItem | undefined, type: SalesOrderRecord['type'], path: string) {
  const product = requireReference(found?.product ?? null, `${path}.productId`, item.productId)
  const plant = requireReference(found?.plant ?? null, `${path}.plantId`, item.plantId)
  if (product.status === 'DISCONTINUED' && type !== 'RETURN') {
    throw invalid(`${path}.productId`, 'names a product that is `DISCONTINUED`')
  }
  const ordered = quantity(readQuantity(`${path}.quantity`, item.quantity, product.baseUnit))
  const listPrice = listPriceOf(product)
  const price = item.netPrice == null ? listPrice : readPrice(`${path}.netPrice`, item.netPrice)
  if (price === null) throw invalid(`${path}.netPrice`, `is needed: the product has no list price in ${house.currency}`)
  const netPrice = formatDecimal(price, priceScale)
  const netAmount = netAmountOf(ordered, netPrice)
  return {
    values: {
      productId: product.id,
      plantId: plant.id,
      quantity: ordered,
      unit: product.baseUnit,
      netPrice,
      netAmount: money(netAmount),
      deliveredQuantity: quantity(0n),
    },
    netAmount,
    farBelowList: listPrice === null || price * 100n < listPrice * freelyAsked,
  }
}

/** A list price in another currency says nothing of one in ours. */
function listPriceOf({ listPrice, currency }: ProductRecord): bigint | null {
  return listPrice === null || currency !== house.currency ? null : parseDecimal(listPrice, priceScale)
}

function readPrice(argument: string, given: string): bigint {
  const units = parseDecimal(given, priceScale)
  if (units === null) throw invalid(argument, `must be a number with at most ${priceScale} decimals`)
  if (units < 0n) throw invalid(argument, 'must be zero or more')
  return units
}
