/** Job orders: what hangs on one. Planning is in `plan-job-order.ts`, its states are in `transition-job-order.ts`. */
import { person, stub } from '../stubs.ts'
import {
  bySequence,
  lastEndedFirst,
  lastMeasuredFirst,
  lastStartedFirst,
  newestFirst,
  type InnerListArgs,
  type JobOrderRecord,
  type MesResolver,
} from './model.ts'

type JobOrderResolver<Args = unknown> = MesResolver<JobOrderRecord, Args>

/** What is reported of an order that nothing was reported of. */
const nothing = '0.0000'

export const jobOrderFields = {
  product: (({ productId }) => stub(productId)) satisfies JobOrderResolver,
  plant: (({ plantId }) => stub(plantId)) satisfies JobOrderResolver,
  workCenter: (({ workCenterId }, _, { records }) =>
    records.load('Equipment', workCenterId)) satisfies JobOrderResolver,
  salesOrder: (({ salesOrderId }) => stub(salesOrderId)) satisfies JobOrderResolver,
  supervisor: (({ supervisorId }) => person(supervisorId)) satisfies JobOrderResolver,
  goodQuantity: (async ({ id }, _, { records }) =>
    (await records.load('JobOrderProgress', id))?.goodQuantity ?? nothing) satisfies JobOrderResolver,
  scrapQuantity: (async ({ id }, _, { records }) =>
    (await records.load('JobOrderProgress', id))?.scrapQuantity ?? nothing) satisfies JobOrderResolver,
  operations: (({ id }, { first }, { records }) =>
    records.list('Operation', 'jobOrderId', id, {
      first,
      sort: [bySequence],
    })) satisfies JobOrderResolver<InnerListArgs>,
  responses: (({ id }, { first }, { records }) =>
    records.list('JobResponse', 'jobOrderId', id, {
      first,
      sort: [lastEndedFirst],
    })) satisfies JobOrderResolver<InnerListArgs>,
  consumed: materialOf('CONSUMED'),
  produced: materialOf('PRODUCED'),
  qualityResults: (({ id }, { first }, { records }) =>
    records.list('QualityResult', 'jobOrderId', id, {
      first,
      sort: [lastMeasuredFirst],
    })) satisfies JobOrderResolver<InnerListArgs>,
  downtimes: (({ id }, { first }, { records }) =>
    records.list('Downtime', 'jobOrderId', id, {
      first,
      sort: [lastStartedFirst],
    })) satisfies JobOrderResolver<InnerListArgs>,
}

function materialOf(use: 'CONSUMED' | 'PRODUCED'): JobOrderResolver<InnerListArgs> {
  return ({ id }, { first }, { records }) =>
    records.list('MaterialActual', 'jobOrderId', id, { first, sort: [newestFirst], filter: { use: { eq: use } } })
}
