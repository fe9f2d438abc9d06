/** What becomes of a requisition: it is handed in, decided by somebody else, or taken back. */
import { requireStep, requireVersion } from '../acts.ts'
import { requireSameAmount } from '../amounts.ts'
import { invalid, optional, readValues, text } from '../inputs.ts'
import { requireSecondPrincipal } from '../separation-of-duty.ts'
import { maxItems, type ExistingRecord, type ProcurementMutation, type RequisitionRecord } from './model.ts'
import { requisitionSteps } from './states.ts'

export const submitRequisition: ProcurementMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('PurchaseRequisition', id)
  return records.change(info, args, async (apply) => {
    requireNext(found, args.input, 'SUBMITTED')
    const values = { status: 'SUBMITTED' }
    return { requisition: await apply('PurchaseRequisition', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const decideRequisition: ProcurementMutation<
  ExistingRecord & {
    readonly decision: 'APPROVED' | 'REJECTED'
    readonly total: string
    readonly currency: string
    readonly note?: string | null
  }
> = async (_, args, { records, caller, now }, info) => {
  const { id, expectedVersion, decision, total, currency, note } = args.input
  const found = await records.load('PurchaseRequisition', id)
  return records.change(info, args, async (apply) => {
    const current = requireNext(found, args.input, decision)
    requireSecondPrincipal(
      caller,
      [current.requestedBy, current.preparedBy],
      'decide a requisition that they requested',
    )
    requireSameAmount('input.total', total, current.total)
    if (currency !== current.currency) throw invalid('input.currency', `must be \`${current.currency}\``)
    if (decision === 'REJECTED' && note == null) throw invalid('input.note', 'is needed for `REJECTED`')
    const { note: told = null } = readValues(args.input, { note: optional(text(1_000)) })
    const values = { status: decision, decidedBy: caller.id, decidedAt: now, decisionNote: told }
    return { requisition: await apply('PurchaseRequisition', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const withdrawRequisition: ProcurementMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const [found, items] = await Promise.all([
    records.load('PurchaseRequisition', id),
    records.list('PurchaseRequisitionItem', 'requisitionId', id, { first: maxItems, sort: [] }),
  ])
  return records.change(info, args, async (apply) => {
    requireNext(found, args.input, 'WITHDRAWN')
    const ordered = items.find(({ purchaseOrderId }) => purchaseOrderId !== null)
    if (ordered) {
      throw invalid(
        'input.id',
        `names a requisition whose item \`${ordered.itemNumber}\` is in the order \`${String(ordered.purchaseOrderId)}\`; cancel that first`,
      )
    }
    const values = { status: 'WITHDRAWN' }
    return { requisition: await apply('PurchaseRequisition', { kind: 'update', id, expectedVersion, values }) }
  })
}

function requireNext(
  found: RequisitionRecord | null,
  input: ExistingRecord,
  next: RequisitionRecord['status'],
): RequisitionRecord {
  const current = requireVersion(found, 'PurchaseRequisition', input)
  const what = { entity: 'PurchaseRequisition', id: current.id }
  requireStep<RequisitionRecord['status']>(requisitionSteps, current.status, next, what)
  return current
}
