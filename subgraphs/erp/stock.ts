/** Stock: what a stock is worth, and when it is replenished. Moving it: `transfer-stock.ts`; shipping it: `goods-issue.ts`. */
import { requireVersion } from '../acts.ts'
import { money, netAmountOf } from '../amounts.ts'
import { invalid, readChanges, required } from '../inputs.ts'
import type { ErpMutation, ErpResolver, ExistingRecord, StockRecord } from './model.ts'
import { quantity, quantityOf, readQuantityOrZero } from './quantities.ts'

type StockResolver = ErpResolver<StockRecord>

export const stockFields = {
  product: (({ productId }, _, { records }) => records.load('Product', productId)) satisfies StockResolver,
  plant: (({ plantId }, _, { records }) => records.load('Plant', plantId)) satisfies StockResolver,
  stockValue: (async (stock, _, { records }) => {
    const product = await records.load('Product', stock.productId)
    if (!product) throw new Error(`The stock ${stock.id} has no product, against the foreign key of its table.`)
    const all =
      quantityOf(stock.unrestrictedQuantity) +
      quantityOf(stock.qualityInspectionQuantity) +
      quantityOf(stock.blockedQuantity)
    return money(netAmountOf(quantity(all), product.standardCost))
  }) satisfies StockResolver,
}

interface PolicyInput extends ExistingRecord {
  readonly reorderPoint?: string | null
  readonly safetyStock?: string | null
}

export const updateStockPolicy: ErpMutation<PolicyInput> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('StockLevel', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'StockLevel', args.input)
    readChanges(args.input, { reorderPoint: required(), safetyStock: required() })
    const read = (field: 'reorderPoint' | 'safetyStock') => {
      const given = args.input[field]
      return given == null ? quantityOf(current[field]) : readQuantityOrZero(`input.${field}`, given, current.unit)
    }
    const [reorderPoint, safetyStock] = [read('reorderPoint'), read('safetyStock')]
    if (safetyStock > reorderPoint) {
      throw invalid('input.safetyStock', `can be at most the reorder point, \`${quantity(reorderPoint)}\``)
    }
    const values = { reorderPoint: quantity(reorderPoint), safetyStock: quantity(safetyStock) }
    return { stockLevel: await apply('StockLevel', { kind: 'update', id, expectedVersion, values }) }
  })
}
