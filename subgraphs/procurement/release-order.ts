/** Whether an order goes out: released or sent back by somebody who neither buys nor wanted it, or cancelled. */
import type { Caller } from '../../lib/caller.ts'
import { requireVersion } from '../acts.ts'
import { dayOf, quantityOf, requireSameAmount } from '../amounts.ts'
import { invalid, readValues, required, text } from '../inputs.ts'
import { requireSecondPrincipal } from '../separation-of-duty.ts'
import { giveBackTo, releaseFrom, requireOpenContract } from './contracts.ts'
import {
  maxItems,
  type ExistingRecord,
  type OrderRecord,
  type ProcurementMutation,
  type RequisitionRecord,
} from './model.ts'
import { loadItems, requireOrderStep } from './purchase-orders.ts'
import { requireActiveSupplier } from './suppliers.ts'

export const releasePurchaseOrder: ProcurementMutation<
  ExistingRecord & { readonly netTotal: string; readonly currency: string }
> = async (_, args, { records, caller, now }, info) => {
  const { id, expectedVersion, netTotal, currency } = args.input
  const found = await records.load('PurchaseOrder', id)
  const [supplier, contract, requisition] = await Promise.all([
    records.load('Supplier', found?.supplierId),
    records.load('SupplyContract', found?.contractId),
    records.load('PurchaseRequisition', found?.requisitionId),
  ])
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'PurchaseOrder', args.input)
    requireOrderStep(current, 'RELEASED')
    requireOther(caller, current, requisition, 'release an order that they buy or wanted')
    requireSameAmount('input.netTotal', netTotal, current.netTotal)
    if (currency !== current.currency) throw invalid('input.currency', `must be \`${current.currency}\``)
    requireActiveSupplier(supplier, 'input.id', current.supplierId)
    if (contract) {
      requireOpenContract(contract, 'input.id', current, dayOf(now))
      await apply('SupplyContract', releaseFrom(contract, current))
    }
    const values = { status: 'RELEASED', releasedBy: caller.id, releasedAt: now }
    return { purchaseOrder: await apply('PurchaseOrder', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const rejectPurchaseOrder: ProcurementMutation<ExistingRecord> = async (_, args, { records, caller }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('PurchaseOrder', id)
  const requisition = await records.load('PurchaseRequisition', found?.requisitionId)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'PurchaseOrder', args.input)
    requireOrderStep(current, 'REJECTED')
    requireOther(caller, current, requisition, 'send back an order that they buy or wanted')
    const values = { status: 'REJECTED', statusReason: reasonOf(args.input) }
    return { purchaseOrder: await apply('PurchaseOrder', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const cancelPurchaseOrder: ProcurementMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('PurchaseOrder', id)
  const [items, freed, contract, requisition] = await Promise.all([
    loadItems(records, id),
    records.list('PurchaseRequisitionItem', 'purchaseOrderId', id, { first: maxItems, sort: [] }),
    records.load('SupplyContract', found?.contractId),
    records.load('PurchaseRequisition', found?.requisitionId),
  ])
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'PurchaseOrder', args.input)
    requireOrderStep(current, 'CANCELLED')
    const received = items.find(({ receivedQuantity }) => quantityOf(receivedQuantity) > 0n)
    if (received) {
      throw invalid(
        'input.id',
        `names an order of whose item \`${received.itemNumber}\` goods were received; complete it instead`,
      )
    }
    const values = { status: 'CANCELLED', statusReason: reasonOf(args.input) }
    const purchaseOrder = await apply('PurchaseOrder', { kind: 'update', id, expectedVersion, values })
    if (contract && current.releasedBy !== null) await apply('SupplyContract', giveBackTo(contract, current))
    for (const item of freed) {
      const free = {
        kind: 'update',
        id: item.id,
        expectedVersion: item.version,
        values: { purchaseOrderId: null },
      } as const
      await apply('PurchaseRequisitionItem', free)
    }
    if (requisition) {
      const again = { kind: 'update', id: requisition.id, expectedVersion: requisition.version } as const
      await apply('PurchaseRequisition', { ...again, values: { status: 'APPROVED' } })
    }
    return { purchaseOrder }
  })
}

function requireOther(caller: Caller, order: OrderRecord, requisition: RequisitionRecord | null, step: string): void {
  const doers = [order.buyerId, order.preparedBy, requisition?.requestedBy ?? null, requisition?.preparedBy ?? null]
  requireSecondPrincipal(caller, doers, step)
}

function reasonOf(input: Readonly<Record<string, unknown>>): unknown {
  return readValues(input, { reason: required(text(1_000)) })['reason']
}
