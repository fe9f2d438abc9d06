/** Requisitions: what hangs on one, and how one is drafted and changed. What becomes of it: `decide-requisition.ts`. */
import { requireVersion } from '../acts.ts'
import { dayOf } from '../amounts.ts'
import { currencyCode, formed, invalid, optional, readChanges, readValues, required, text } from '../inputs.ts'
import { person } from '../stubs.ts'
import { requireItem } from './items.ts'
import {
  byItemNumber,
  lastOrderedFirst,
  maxItems,
  type ExistingRecord,
  type InnerListArgs,
  type ProcurementMutation,
  type ProcurementResolver,
  type RequisitionRecord,
} from './model.ts'
import { makersOf } from './references.ts'
import {
  loadWishes,
  readItemChange,
  readItems,
  requireItemCount,
  totalOf,
  type GivenItem,
  type ItemChange,
} from './requisition-items.ts'

type RequisitionResolver<Args = unknown> = ProcurementResolver<RequisitionRecord, Args>

const changeable = {
  title: required(text(160)),
  justification: optional(text(4_000)),
  costCenter: required(formed(/^CC-\d{4}$/, 'a cost centre like `CC-4100`')),
  neededBy: required(),
}

export const requisitionFields = {
  requester: (({ requestedBy }) => person(requestedBy)) satisfies RequisitionResolver,
  decider: (({ decidedBy }) => person(decidedBy)) satisfies RequisitionResolver,
  items: (({ id }, { first }, { records }) =>
    records.list('PurchaseRequisitionItem', 'requisitionId', id, {
      first,
      sort: [byItemNumber],
    })) satisfies RequisitionResolver<InnerListArgs>,
  purchaseOrders: (({ id }, { first }, { records }) =>
    records.list('PurchaseOrder', 'requisitionId', id, {
      first,
      sort: [lastOrderedFirst],
    })) satisfies RequisitionResolver<InnerListArgs>,
}

export const createRequisition: ProcurementMutation<{
  readonly neededBy: string
  readonly items: readonly GivenItem[]
}> = async (_, args, { records, caller, now }, info) => {
  const wishes = await loadWishes(records, args.input.items)
  return records.change(info, args, async (apply) => {
    requireDay(args.input.neededBy, now)
    requireItemCount('input.items', args.input.items.length)
    const items = readItems(args.input.items, wishes, 'input.items')
    const { maker, preparedBy } = makersOf(caller)
    const values = {
      ...readValues(args.input, { ...changeable, currency: required(currencyCode) }),
      status: 'DRAFT',
      requestedBy: maker,
      preparedBy,
      total: totalOf(items),
    }
    const requisition = await apply('PurchaseRequisition', { kind: 'create', values })
    for (const item of items) {
      await apply('PurchaseRequisitionItem', { kind: 'create', values: { ...item, requisitionId: requisition.id } })
    }
    return { requisition }
  })
}

export const changeRequisition: ProcurementMutation<
  ExistingRecord & {
    readonly neededBy?: string | null
    readonly items?: readonly ItemChange[] | null
    readonly newItems?: readonly GivenItem[] | null
  }
> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion, neededBy } = args.input
  const [changes, additions] = [args.input.items ?? [], args.input.newItems ?? []]
  const [found, items, changedWishes, newWishes] = await Promise.all([
    records.load('PurchaseRequisition', id),
    records.list('PurchaseRequisitionItem', 'requisitionId', id, { first: maxItems, sort: [byItemNumber] }),
    loadWishes(records, changes),
    loadWishes(records, additions),
  ])
  return records.change(info, args, async (apply) => {
    const { status } = requireVersion(found, 'PurchaseRequisition', args.input)
    if (status !== 'DRAFT') throw invalid('input.id', `names a requisition that is \`${status}\` and cannot be changed`)
    // Refuses a change of nothing; what items become is read on its own.
    readChanges(args.input, { ...changeable, items: required(), newItems: required() })
    if (neededBy != null) requireDay(neededBy, now)
    requireItemCount('input.newItems', items.length + additions.length)
    const changed = changes.map((change, index) => {
      const at = `input.items.${index}`
      return {
        item: requireItem(items, changes, index, at),
        values: readItemChange(change, changedWishes[index] ?? null, at),
      }
    })
    const added = readItems(additions, newWishes, 'input.newItems', items.at(-1)?.itemNumber)
    const after = items.map((item) => ({ ...item, ...changed.find((change) => change.item.id === item.id)?.values }))
    const values = { ...readValues(args.input, changeable), total: totalOf([...after, ...added]) }
    const requisition = await apply('PurchaseRequisition', { kind: 'update', id, expectedVersion, values })
    for (const { item, values: itemValues } of changed) {
      const change = { kind: 'update', id: item.id, expectedVersion: item.version, values: itemValues } as const
      await apply('PurchaseRequisitionItem', change)
    }
    for (const item of added) {
      await apply('PurchaseRequisitionItem', { kind: 'create', values: { ...item, requisitionId: id } })
    }
    return { requisition }
  })
}

function requireDay(neededBy: string, now: Date): void {
  if (neededBy < dayOf(now)) throw invalid('input.neededBy', 'cannot be in the past')
}
