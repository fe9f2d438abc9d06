/** The products with what they are made of, where, and who supplies them; and their trade items under GTINs. */
import { families, type Family } from './catalogue.ts'
import { priceText } from './amounts.ts'
import { productOwners } from './employees.ts'
import { gs1Number } from './gs1.ts'
import { plants } from './plants.ts'
import { momentOf, type Random } from './random.ts'
import { numberedId, type SeedRow } from './rows.ts'
import type { SupplierRow } from './suppliers.ts'

export type ProductRow = SeedRow<'erp.products'>
export type TradeItemRow = SeedRow<'supply_chain.trade_items'>

/** A product with what the generator needs to know of it. */
export interface Product {
  readonly row: ProductRow
  readonly id: string
  readonly name: string
  readonly unit: ProductRow['base_unit']
  /** The plant that makes or keeps it. */
  readonly plant: number
  /** Who supplies it; null for what is made here and for services. */
  readonly supplier: SupplierRow | null
  readonly costCents: number
  readonly priceCents: number
  /** What one of it takes; empty for what is bought. */
  readonly parts: readonly { readonly product: Product; readonly per: number }[]
  readonly tradeItem: TradeItemRow | null
}

/** All products by type. */
export type Products = Readonly<Record<ProductRow['type'], readonly Product[]>> & { readonly all: readonly Product[] }

const at = momentOf(-1, 400)

/** So many products: one round through the families, and another with the next revision while there are not enough. */
export function makeProducts(random: Random, count: number, supplierFor: (group: string) => SupplierRow): Products {
  const all: Product[] = []
  const byType: Record<ProductRow['type'], Product[]> = {
    FINISHED_GOOD: [],
    SEMI_FINISHED: [],
    RAW_MATERIAL: [],
    TRADING_GOOD: [],
    SPARE_PART: [],
    SERVICE: [],
  }
  // What others are made of comes first when parts are chosen; ids follow the order of the families.
  const specs = namesOf(count)
  const order = [...specs.keys()].sort((a, b) => depth(specs[a]?.family) - depth(specs[b]?.family) || a - b)
  for (const index of order) {
    const { family, name } = specs[index] as { family: Family; name: string }
    const product = makeProduct(random, index, family, name, byType, supplierFor)
    byType[family.type].push(product)
    all[index] = product
  }
  return { ...byType, all }
}

function depth(family: Family | undefined): number {
  return family?.type === 'FINISHED_GOOD' ? 2 : family?.type === 'SEMI_FINISHED' ? 1 : 0
}

function namesOf(count: number): { family: Family; name: string }[] {
  const specs: { family: Family; name: string }[] = []
  for (let revision = 1; specs.length < count; revision += 1) {
    const suffix = revision === 1 ? '' : `, revision ${revision}`
    for (const family of families) {
      for (const name of family.names) {
        for (const size of family.sizes) specs.push({ family, name: `${name} ${size}${suffix}` })
      }
    }
  }
  return specs.slice(0, count)
}

function makeProduct(
  random: Random,
  index: number,
  family: Family,
  name: string,
  made: Readonly<Record<ProductRow['type'], readonly Product[]>>,
  supplierFor: (group: string) => SupplierRow,
): Product {
  const { type, group, unit } = family
  const plant = plantOf(random, index)
  const parts = partsOf(random, type, plant, made)
  const bought = type !== 'FINISHED_GOOD' && type !== 'SEMI_FINISHED' && type !== 'SERVICE'
  // What is made costs its parts and half as much again for the work.
  const material = parts.reduce((sum, { product, per }) => sum + product.costCents * per, 0)
  const costCents = parts.length > 0 ? Math.round(material * 1.5) + random.int(200, 2_000) : random.int(...family.cost)
  const sold = type === 'FINISHED_GOOD' || type === 'TRADING_GOOD' || type === 'SPARE_PART' || type === 'SERVICE'
  const priceCents = sold ? Math.max(Math.round((costCents * random.int(150, 230)) / 100), family.cost[0]) : costCents
  const grams = random.int(...family.grams)
  const gtin = type === 'SERVICE' ? null : gs1Number('product', index + 1)
  const id = numberedId('prd-', index + 1, 4)
  const common = { version: 1, created_at: at, updated_at: at }
  return {
    id,
    name,
    unit,
    plant,
    supplier: bought ? supplierFor(group) : null,
    costCents,
    priceCents,
    parts,
    tradeItem:
      gtin === null
        ? null
        : {
            id: numberedId('itm-', index + 1, 4),
            ...common,
            gtin,
            product_id: id,
            name,
            unit,
            units_per_case: type === 'RAW_MATERIAL' ? 500 : random.pick([1, 4, 10, 20]),
            net_weight_kg: grams === 0 ? null : kilograms(grams),
          },
    row: {
      id,
      ...common,
      name,
      type,
      product_group: group,
      description: null,
      base_unit: unit,
      gtin,
      gross_weight_kg: grams === 0 ? null : kilograms(Math.round(grams * 1.12)),
      status: random.chance(95) ? 'ACTIVE' : 'PHASING_OUT',
      procurement_type: parts.length > 0 ? 'MAKE' : 'BUY',
      standard_cost: priceText(costCents),
      list_price: sold ? priceText(priceCents) : null,
      currency: 'EUR',
      owner_id: random.pick(productOwners),
    },
  }
}

function plantOf(random: Random, index: number): number {
  // Every plant has something of everything, whatever chance says.
  return index % 10 < 3 ? index % 3 : random.weighted(plants.map(({ share }, plant) => [plant, share] as const))
}

/** Finished goods take a module or board, a moulding and packaging; boards take three components. All lie at the same plant. */
function partsOf(
  random: Random,
  type: ProductRow['type'],
  plant: number,
  made: Readonly<Record<ProductRow['type'], readonly Product[]>>,
): Product['parts'] {
  const choose = (kind: ProductRow['type'], groups: readonly string[]) => {
    const here = made[kind].filter((part) => part.plant === plant && groups.includes(part.row.product_group))
    return random.pick(here)
  }
  const part = (product: Product, per: number) => ({ product, per })
  switch (type) {
    case 'FINISHED_GOOD':
      return [
        part(choose('SEMI_FINISHED', ['Mainboards', 'Modules']), 1),
        part(choose('RAW_MATERIAL', ['Mouldings']), random.int(1, 2)),
        part(choose('RAW_MATERIAL', ['Packaging']), 1),
      ]
    case 'SEMI_FINISHED':
      return [
        part(choose('RAW_MATERIAL', ['Semiconductors']), random.int(1, 2)),
        part(choose('RAW_MATERIAL', ['Passive components']), random.int(4, 24)),
        part(choose('RAW_MATERIAL', ['Connectors', 'Materials']), random.int(1, 3)),
      ]
    case 'RAW_MATERIAL':
    case 'TRADING_GOOD':
    case 'SPARE_PART':
    case 'SERVICE':
      return []
  }
}

function kilograms(grams: number): string {
  return `${Math.floor(grams / 1_000)}.${String(grams % 1_000).padStart(3, '0')}0`
}
