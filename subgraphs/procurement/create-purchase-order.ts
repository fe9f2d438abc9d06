/**
 * Drafts an order. There is none without a reason that somebody else agreed to: an approved requisition, or a contract that
 * is in force.
 */
import { requireReference } from '../acts.ts'
import { dayOf, money } from '../amounts.ts'
import { between, currencyCode, invalid, optional, readValues, required, text } from '../inputs.ts'
import { requireOpenContract } from './contracts.ts'
import {
  byItemNumber,
  maxItems,
  type ContractRecord,
  type OrderRecord,
  type ProcurementMutation,
  type RequisitionItemRecord,
  type RequisitionRecord,
} from './model.ts'
import {
  netTotalOf,
  numberItems,
  readContractItems,
  readOrderedItems,
  requireWithinApproved,
  type ContractItem,
  type OrderedItem,
} from './order-items.ts'
import { makersOf } from './references.ts'
import { requireActiveSupplier } from './suppliers.ts'

interface CreateInput {
  readonly supplierId: string
  readonly type: OrderRecord['type']
  readonly currency: string
  readonly contractId?: string | null
  readonly requisitionId?: string | null
  readonly requisitionItems?: readonly OrderedItem[] | null
  readonly contractItems?: readonly ContractItem[] | null
  readonly paymentTermsDays?: number | null
}

export const createPurchaseOrder: ProcurementMutation<CreateInput> = async (
  _,
  args,
  { records, caller, now },
  info,
) => {
  const { supplierId, type, currency, requisitionId, contractId, requisitionItems, contractItems } = args.input
  const [supplier, contract, requisition, approved] = await Promise.all([
    records.load('Supplier', supplierId),
    records.load('SupplyContract', contractId),
    records.load('PurchaseRequisition', requisitionId),
    requisitionId == null
      ? []
      : records.list('PurchaseRequisitionItem', 'requisitionId', requisitionId, {
          first: maxItems,
          sort: [byItemNumber],
        }),
  ])
  return records.change(info, args, async (apply) => {
    const { paymentTermsDays } = requireActiveSupplier(supplier, 'input.supplierId', supplierId)
    requireGrounds(args.input)
    if (contractId != null) requireContract(contract, args.input, now)
    const source = requisitionId == null ? null : requireApproved(requisition, args.input)
    const ordered = source === null ? [] : readOrderedItems(requisitionItems ?? [], source, approved, now)
    const fromContract = readContractItems(contractItems ?? [], 'input.contractItems', now)
    const items = numberItems([...ordered.map(({ draft }) => draft), ...fromContract])
    if (items.length < 1 || items.length > maxItems) {
      throw invalid('input.requisitionItems', `and \`contractItems\` must together have 1 to ${maxItems} items`)
    }
    const total = netTotalOf(items)
    const from = ordered.map((item) => item.from)
    requireWithinApproved('input.requisitionItems', netTotalOf(ordered.map(({ draft }) => draft)), from)
    const { maker, preparedBy } = makersOf(caller)
    const purchaseOrder = await apply('PurchaseOrder', {
      kind: 'create',
      values: {
        ...readValues(args.input, { currency: required(currencyCode), incoterms: optional(text(100)) }),
        ...readValues({ paymentTermsDays: args.input.paymentTermsDays ?? paymentTermsDays }, terms),
        supplierId,
        contractId: contractId ?? null,
        requisitionId: requisitionId ?? null,
        type,
        currency,
        status: 'IN_PREPARATION',
        orderDate: dayOf(now),
        netTotal: money(total),
        buyerId: maker,
        preparedBy,
      },
    })
    for (const item of items) {
      const values = { ...item, purchaseOrderId: purchaseOrder.id, receivedQuantity: '0', invoicedQuantity: '0' }
      await apply('PurchaseOrderItem', { kind: 'create', values })
    }
    for (const { id, version } of from) {
      const values = { purchaseOrderId: purchaseOrder.id }
      await apply('PurchaseRequisitionItem', { kind: 'update', id, expectedVersion: version, values })
    }
    if (source !== null) await apply('PurchaseRequisition', countOrdered(source, approved, from))
    return { purchaseOrder }
  })
}

const terms = { paymentTermsDays: required(between(0, 365)) }

function requireGrounds({ type, contractId, requisitionId, requisitionItems, contractItems }: CreateInput): void {
  if (contractId == null && requisitionId == null) {
    throw invalid('input.requisitionId', 'or `contractId` is needed: an order is made from a requisition or a contract')
  }
  if (type === 'FRAMEWORK' && contractId == null) throw invalid('input.contractId', 'is needed for `FRAMEWORK`')
  if (contractItems?.length && contractId == null) throw invalid('input.contractId', 'is needed for `contractItems`')
  if (requisitionItems?.length && requisitionId == null) {
    throw invalid('input.requisitionId', 'is needed for `requisitionItems`')
  }
  if (requisitionId != null && !requisitionItems?.length) {
    throw invalid('input.requisitionItems', 'must name at least one item of the requisition')
  }
}

function requireContract(found: ContractRecord | null, input: CreateInput, now: Date): void {
  const contract = requireReference(found, 'input.contractId', String(input.contractId))
  requireOpenContract(contract, 'input.contractId', input, dayOf(now))
}

function requireApproved(found: RequisitionRecord | null, { requisitionId, currency }: CreateInput): RequisitionRecord {
  const requisition = requireReference(found, 'input.requisitionId', String(requisitionId))
  const { status } = requisition
  if (status !== 'APPROVED') {
    throw invalid(
      'input.requisitionId',
      `names a requisition that is \`${status}\`; only \`APPROVED\` ones are ordered`,
    )
  }
  if (currency !== requisition.currency) throw invalid('input.currency', `must be \`${requisition.currency}\``)
  return requisition
}

/** The change of a requisition of which items were ordered: its version counts it, so that no item is ordered twice at once. */
function countOrdered(
  { id, version }: RequisitionRecord,
  all: readonly RequisitionItemRecord[],
  ordered: readonly RequisitionItemRecord[],
) {
  const open = all.some((item) => item.purchaseOrderId === null && !ordered.includes(item))
  return { kind: 'update', id, expectedVersion: version, values: { status: open ? 'APPROVED' : 'ORDERED' } } as const
}
