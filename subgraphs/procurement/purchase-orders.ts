/** Purchase orders: what hangs on one, and how one is changed, handed in, sent and closed. Its release: `release-order.ts`. */
import { requireStep, requireVersion } from '../acts.ts'
import { money, quantityOf } from '../amounts.ts'
import { between, invalid, optional, readChanges, readValues, required, text } from '../inputs.ts'
import { person } from '../stubs.ts'
import { requireItem } from './items.ts'
import {
  byItemNumber,
  lastPostedFirst,
  maxItems,
  type ExistingRecord,
  type InnerListArgs,
  type OrderItemRecord,
  type OrderRecord,
  type ProcurementMutation,
  type ProcurementRecords,
  type ProcurementResolver,
} from './model.ts'
import {
  netTotalOf,
  numberItems,
  readContractItems,
  readOrderItemChange,
  requireWithinApproved,
  type ContractItem,
  type OrderItemChange,
} from './order-items.ts'
import { requireItemCount } from './requisition-items.ts'
import { orderSteps } from './states.ts'
import { requireActiveSupplier } from './suppliers.ts'

type OrderResolver<Args = unknown> = ProcurementResolver<OrderRecord, Args>

const changeable = {
  paymentTermsDays: required(between(0, 365)),
  incoterms: optional(text(100)),
}

export const orderFields = {
  supplier: (({ supplierId }, _, { records }) => records.load('Supplier', supplierId)) satisfies OrderResolver,
  contract: (({ contractId }, _, { records }) => records.load('SupplyContract', contractId)) satisfies OrderResolver,
  requisition: (({ requisitionId }, _, { records }) =>
    records.load('PurchaseRequisition', requisitionId)) satisfies OrderResolver,
  buyer: (({ buyerId }) => person(buyerId)) satisfies OrderResolver,
  releasedByUser: (({ releasedBy }) => person(releasedBy)) satisfies OrderResolver,
  items: (({ id }, { first }, { records }) =>
    records.list('PurchaseOrderItem', 'purchaseOrderId', id, {
      first,
      sort: [byItemNumber],
    })) satisfies OrderResolver<InnerListArgs>,
  goodsReceipts: (({ id }, { first }, { records }) =>
    records.list('GoodsReceipt', 'purchaseOrderId', id, {
      first,
      sort: [lastPostedFirst],
    })) satisfies OrderResolver<InnerListArgs>,
}

/** What procurement adds to a product of the ERP system. */
export const productFields = {
  purchaseOrderItems: (({ id }, { first }, { records }) =>
    records.list('PurchaseOrderItem', 'productId', id, {
      first,
      sort: [{ field: 'deliveryDate', direction: 'DESC' }],
    })) satisfies ProcurementResolver<{ readonly id: string }, InnerListArgs>,
}

export const changePurchaseOrder: ProcurementMutation<
  ExistingRecord & {
    readonly items?: readonly OrderItemChange[] | null
    readonly newItems?: readonly ContractItem[] | null
  }
> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion } = args.input
  const [changes, additions] = [args.input.items ?? [], args.input.newItems ?? []]
  const [found, items, approved] = await Promise.all([
    records.load('PurchaseOrder', id),
    loadItems(records, id),
    records.list('PurchaseRequisitionItem', 'purchaseOrderId', id, { first: maxItems, sort: [] }),
  ])
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'PurchaseOrder', args.input)
    if (current.status !== 'IN_PREPARATION') requireOrderStep(current, 'IN_PREPARATION')
    // Refuses a change of nothing; what items become is read on its own.
    readChanges(args.input, { ...changeable, items: required(), newItems: required() })
    if (additions.length > 0 && current.contractId === null) {
      throw invalid('input.newItems', 'are only for an order against a contract')
    }
    requireItemCount('input.newItems', items.length + additions.length)
    const changed = changes.map((change, index) => {
      const at = `input.items.${index}`
      const item = requireItem(items, changes, index, at)
      return { item, values: readOrderItemChange(change, item, at, now) }
    })
    const added = numberItems(readContractItems(additions, 'input.newItems', now), items.at(-1)?.itemNumber)
    const after = items.map((item) => ({ ...item, ...changed.find((change) => change.item.id === item.id)?.values }))
    const total = netTotalOf([...after, ...added])
    // What comes from a requisition stands first; without a contract everything does.
    const asApproved = (all: readonly OrderItemRecord[]) =>
      netTotalOf(current.contractId === null ? all : all.slice(0, approved.length))
    if (asApproved(after) > asApproved(items)) requireWithinApproved('input.items', asApproved(after), approved)
    const values = {
      ...readValues(args.input, changeable),
      status: 'IN_PREPARATION',
      statusReason: null,
      netTotal: money(total),
    }
    const purchaseOrder = await apply('PurchaseOrder', { kind: 'update', id, expectedVersion, values })
    for (const { item, values: itemValues } of changed) {
      const change = { kind: 'update', id: item.id, expectedVersion: item.version, values: itemValues } as const
      await apply('PurchaseOrderItem', change)
    }
    for (const item of added) {
      const itemValues = { ...item, purchaseOrderId: id, receivedQuantity: '0', invoicedQuantity: '0' }
      await apply('PurchaseOrderItem', { kind: 'create', values: itemValues })
    }
    return { purchaseOrder }
  })
}

export const submitPurchaseOrder = stepWithActiveSupplier('IN_RELEASE')
export const sendPurchaseOrder = stepWithActiveSupplier('SENT')

export const completePurchaseOrder: ProcurementMutation<ExistingRecord & { readonly reason?: string | null }> = async (
  _,
  args,
  { records },
  info,
) => {
  const { id, expectedVersion, reason } = args.input
  const [found, items] = await Promise.all([records.load('PurchaseOrder', id), loadItems(records, id)])
  return records.change(info, args, async (apply) => {
    requireOrderStep(requireVersion(found, 'PurchaseOrder', args.input), 'COMPLETED')
    const short = items.find(isShort)
    if (short && reason == null) {
      throw invalid('input.reason', `is needed: of item \`${short.itemNumber}\` less was received than ordered`)
    }
    if (!short && reason != null)
      throw invalid('input.reason', 'is only for an order of which less was received than ordered')
    const { reason: told = null } = readValues(args.input, { reason: optional(text(1_000)) })
    const values = { status: 'COMPLETED', statusReason: told }
    return { purchaseOrder: await apply('PurchaseOrder', { kind: 'update', id, expectedVersion, values }) }
  })
}

/** The items of an order, in their order. */
export function loadItems(
  records: ProcurementRecords,
  orderId: string | undefined,
): Promise<readonly OrderItemRecord[]> {
  if (orderId === undefined) return Promise.resolve([])
  return records.list('PurchaseOrderItem', 'purchaseOrderId', orderId, { first: maxItems, sort: [byItemNumber] })
}

/** Passes when the order's status has the step. */
export function requireOrderStep({ id, status }: OrderRecord, next: OrderRecord['status']): void {
  requireStep<OrderRecord['status']>(orderSteps, status, next, { entity: 'PurchaseOrder', id })
}

/** A step that needs nothing but a supplier that may be ordered from. */
function stepWithActiveSupplier(next: OrderRecord['status']): ProcurementMutation<ExistingRecord> {
  return async (_, args, { records }, info) => {
    const { id, expectedVersion } = args.input
    const found = await records.load('PurchaseOrder', id)
    const supplier = await records.load('Supplier', found?.supplierId)
    return records.change(info, args, async (apply) => {
      const current = requireVersion(found, 'PurchaseOrder', args.input)
      requireOrderStep(current, next)
      requireActiveSupplier(supplier, 'input.id', current.supplierId)
      const values = { status: next }
      return { purchaseOrder: await apply('PurchaseOrder', { kind: 'update', id, expectedVersion, values }) }
    })
  }
}

function isShort({ receivedQuantity, quantity }: OrderItemRecord): boolean {
  return quantityOf(receivedQuantity) < quantityOf(quantity)
}
