/** Job responses: what a job order, or one of its operations, made in a time. Reported once, never changed. */
import { requireReference, requireVersion } from '../acts.ts'
import { invalid, optional, readValues, text } from '../inputs.ts'
import { begunStates } from './job-order-states.ts'
import type { ExistingRecord, JobOrderRecord, JobResponseRecord, MesMutation, MesResolver } from './model.ts'
import { quantity, readQuantityOrNone } from './quantities.ts'

type ResponseResolver = MesResolver<JobResponseRecord>

interface ReportInput extends ExistingRecord {
  readonly operationId?: string | null
  readonly startedAt: string
  readonly endedAt: string
  readonly goodQuantity: string
  readonly scrapQuantity: string
}

export const jobResponseFields = {
  jobOrder: (({ jobOrderId }, _, { records }) => records.load('JobOrder', jobOrderId)) satisfies ResponseResolver,
  operation: (({ operationId }, _, { records }) => records.load('Operation', operationId)) satisfies ResponseResolver,
}

export const reportJobResponse: MesMutation<ReportInput> = async (_, args, { records, caller, now }, info) => {
  const { id, expectedVersion, operationId = null, startedAt, endedAt, goodQuantity, scrapQuantity } = args.input
  const [found, operation] = await Promise.all([records.load('JobOrder', id), records.load('Operation', operationId)])
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'JobOrder', args.input)
    if (!begunStates.has(current.state)) {
      throw invalid(
        'input.id',
        `names a job order that is \`${current.state}\`; report on one that has begun and goes on`,
      )
    }
    if (operationId !== null && requireReference(operation, 'input.operationId', operationId).jobOrderId !== id) {
      throw invalid('input.operationId', `names an operation of another job order than \`${id}\``)
    }
    requireTime(args.input, current, now)
    const values = {
      ...readValues(args.input, { note: optional(text(4_000)) }),
      jobOrderId: id,
      operationId,
      startedAt,
      endedAt,
      goodQuantity: quantity(readQuantityOrNone('input.goodQuantity', goodQuantity, current.unit)),
      scrapQuantity: quantity(readQuantityOrNone('input.scrapQuantity', scrapQuantity, current.unit)),
      reportedBy: caller.id,
    }
    return {
      jobOrder: await apply('JobOrder', { kind: 'update', id, expectedVersion, values: {} }),
      jobResponse: await apply('JobResponse', { kind: 'create', values }),
    }
  })
}

/** Times are RFC 3339 in UTC, so their text sorts as they do. */
function requireTime({ startedAt, endedAt }: ReportInput, { actualStart }: JobOrderRecord, now: Date): void {
  if (endedAt > now.toISOString()) throw invalid('input.endedAt', 'cannot be in the future')
  if (startedAt >= endedAt) throw invalid('input.endedAt', 'must be after `startedAt`')
  if (actualStart !== null && startedAt < actualStart) {
    throw invalid('input.startedAt', `cannot be before the job order was started, \`${actualStart}\``)
  }
}
