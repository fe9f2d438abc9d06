/**
 * Moves stock of a product between plants, storage locations and stock types. What leaves one place arrives at another in the
 * same transaction, so that a transfer neither makes nor loses anything.
 */
import { requireReference, requireVersion } from '../acts.ts'
import { invalid } from '../inputs.ts'
import type { ErpMutation, ExistingRecord, StockRecord } from './model.ts'
import { quantity, quantityOf, readQuantity } from './quantities.ts'

type StockType = keyof typeof columns

interface TransferInput extends ExistingRecord {
  readonly fromType: StockType
  readonly toType: StockType
  readonly toPlantId?: string | null
  readonly toStorageLocation?: string | null
  readonly quantity: string
}

/** The field that holds the quantity of each stock type. */
const columns = {
  UNRESTRICTED: 'unrestrictedQuantity',
  QUALITY_INSPECTION: 'qualityInspectionQuantity',
  BLOCKED: 'blockedQuantity',
} as const

/** The first stock of a product in a place: nothing in it, and no policy yet. */
const nothing = {
  unrestrictedQuantity: '0.0000',
  qualityInspectionQuantity: '0.0000',
  blockedQuantity: '0.0000',
  reorderPoint: '0.0000',
  safetyStock: '0.0000',
}

export const transferStock: ErpMutation<TransferInput> = async (_, args, { records }, info) => {
  const { id, toPlantId, toStorageLocation, toType } = args.input
  const found = await records.load('StockLevel', id)
  const place = {
    plantId: toPlantId ?? found?.plantId ?? '',
    storageLocation: toStorageLocation ?? found?.storageLocation ?? '',
  }
  const inPlace = { plantId: { eq: place.plantId }, storageLocation: { eq: place.storageLocation } }
  const [plant, known, target] = await Promise.all([
    records.load('Plant', toPlantId),
    records.find('StockLevel', inPlace),
    records.find('StockLevel', { ...inPlace, productId: { eq: found?.productId ?? '' } }),
  ])
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'StockLevel', args.input)
    if (toPlantId) requireReference(plant, 'input.toPlantId', toPlantId)
    if (!known) {
      throw invalid('input.toStorageLocation', `must be one of the plant \`${place.plantId}\``)
    }
    const moved = readMoved(args.input, current)
    const taken = { [columns[args.input.fromType]]: less(current, args.input.fromType, moved) }
    if (target?.id === current.id) {
      if (args.input.fromType === toType) throw invalid('input.toType', 'names where the stock is already')
      const values = { ...taken, [columns[toType]]: more(current, toType, moved) }
      const stock = await apply('StockLevel', update(current, values))
      return { from: stock, to: stock }
    }
    if (!target) {
      const from = await apply('StockLevel', update(current, taken))
      const arrived = { ...nothing, [columns[toType]]: quantity(moved) }
      const values = { ...place, ...arrived, productId: current.productId, unit: current.unit }
      return { from, to: await apply('StockLevel', { kind: 'create', values }) }
    }
    const given = update(target, { [columns[toType]]: more(target, toType, moved) })
    // In the order of ids, so that two transfers that cross wait for one another instead of for ever.
    if (current.id < target.id) {
      const from = await apply('StockLevel', update(current, taken))
      return { from, to: await apply('StockLevel', given) }
    }
    const to = await apply('StockLevel', given)
    return { from: await apply('StockLevel', update(current, taken)), to }
  })
}

function readMoved({ quantity: given, fromType }: TransferInput, current: StockRecord): bigint {
  const moved = readQuantity('input.quantity', given, current.unit)
  const there = current[columns[fromType]]
  if (moved > quantityOf(there)) throw invalid('input.quantity', `can be at most what is there, \`${there}\``)
  return moved
}

function less(stock: StockRecord, type: StockType, moved: bigint): string {
  return quantity(quantityOf(stock[columns[type]]) - moved)
}

function more(stock: StockRecord, type: StockType, moved: bigint): string {
  return quantity(quantityOf(stock[columns[type]]) + moved)
}

function update({ id, version }: StockRecord, values: Readonly<Record<string, string>>) {
  return { kind: 'update', id, expectedVersion: version, values } as const
}
