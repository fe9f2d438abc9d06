/** Material lots: where one came from, where it went, what was measured on it, and who says whether it may be used. */
import type { LotStatus } from '../../storage/tables/mes.ts'
import { requireStep, requireVersion } from '../acts.ts'
import { readValues, required, text } from '../inputs.ts'
import { principalsBehind, requireSecondPrincipal } from '../separation-of-duty.ts'
import { stub } from '../stubs.ts'
import { lotSteps } from './lot-states.ts'
import {
  lastMeasuredFirst,
  newestFirst,
  oneOf,
  type ExistingRecord,
  type InnerListArgs,
  type LotRecord,
  type MaterialActualRecord,
  type MesMutation,
  type MesResolver,
} from './model.ts'

type LotResolver<Args = unknown> = MesResolver<LotRecord, Args>
type ActualResolver = MesResolver<MaterialActualRecord>

interface ResultListArgs extends InnerListArgs {
  readonly verdicts?: readonly string[] | null
}

export const lotFields = {
  product: (({ productId }) => stub(productId)) satisfies LotResolver,
  plant: (({ plantId }) => stub(plantId)) satisfies LotResolver,
  producedBy: (({ producedByJobOrderId }, _, { records }) =>
    records.load('JobOrder', producedByJobOrderId)) satisfies LotResolver,
  consumedBy: (({ id }, { first }, { records }) =>
    records.list('MaterialActual', 'lotId', id, {
      first,
      sort: [newestFirst],
      filter: { use: { eq: 'CONSUMED' } },
    })) satisfies LotResolver<InnerListArgs>,
  supplier: (({ supplierId }) => stub(supplierId)) satisfies LotResolver,
  goodsReceipt: (({ goodsReceiptId }) => stub(goodsReceiptId)) satisfies LotResolver,
  shipment: (({ shipmentId }) => stub(shipmentId)) satisfies LotResolver,
  qualityResults: (({ id }, { first, verdicts }, { records }) =>
    records.list('QualityResult', 'lotId', id, {
      first,
      sort: [lastMeasuredFirst],
      filter: oneOf('verdict', verdicts),
    })) satisfies LotResolver<ResultListArgs>,
}

export const materialActualFields = {
  jobOrder: (({ jobOrderId }, _, { records }) => records.load('JobOrder', jobOrderId)) satisfies ActualResolver,
  lot: (({ lotId }, _, { records }) => records.load('MaterialLot', lotId)) satisfies ActualResolver,
}

export const setLotStatus: MesMutation<ExistingRecord & { readonly status: LotStatus }> = async (
  _,
  args,
  { records, caller },
  info,
) => {
  const { id, expectedVersion, status } = args.input
  const theirs = { in: principalsBehind(caller) }
  const [found, measured, measuredForThem] = await Promise.all([
    records.load('MaterialLot', id),
    records.find('QualityResult', { lotId: { eq: id }, measuredBy: theirs }),
    records.find('QualityResult', { lotId: { eq: id }, measuredFor: theirs }),
  ])
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'MaterialLot', args.input)
    requireStep<LotStatus>(lotSteps, current.status, status, { entity: 'MaterialLot', id })
    if (status === 'AVAILABLE') {
      const doers = [measured?.measuredBy ?? null, measuredForThem?.measuredFor ?? null]
      requireSecondPrincipal(caller, doers, 'release a lot that they measured')
    }
    const { reason } = readValues(args.input, { reason: required(text(500)) })
    const values = { status, statusReason: reason }
    return { lot: await apply('MaterialLot', { kind: 'update', id, expectedVersion, values }) }
  })
}
