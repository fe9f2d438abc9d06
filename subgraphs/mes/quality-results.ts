/** Quality results: the verdict is computed, never given, and a lot that fails is held at once. */
import { requireReference, requireVersion } from '../acts.ts'
import { invalid, readValues, required, text, unitCode } from '../inputs.ts'
import type { ExistingRecord, LotRecord, MesMutation, MesResolver, QualityResultRecord } from './model.ts'
import { quantity, readValue } from './quantities.ts'

type ResultResolver = MesResolver<QualityResultRecord>

interface Measurement {
  readonly measuredValue: string
  readonly lowerLimit?: string | null
  readonly upperLimit?: string | null
}

interface RecordInput extends ExistingRecord, Measurement {
  readonly measuredAt?: string | null
  readonly jobOrderId?: string | null
  readonly operationId?: string | null
}

export const qualityResultFields = {
  lot: (({ lotId }, _, { records }) => records.load('MaterialLot', lotId)) satisfies ResultResolver,
  jobOrder: (({ jobOrderId }, _, { records }) => records.load('JobOrder', jobOrderId)) satisfies ResultResolver,
  operation: (({ operationId }, _, { records }) => records.load('Operation', operationId)) satisfies ResultResolver,
}

export const recordQualityResult: MesMutation<RecordInput> = async (_, args, { records, caller, now }, info) => {
  const { id, expectedVersion, measuredAt, jobOrderId, operationId } = args.input
  const [found, jobOrder, operation] = await Promise.all([
    records.load('MaterialLot', id),
    records.load('JobOrder', jobOrderId),
    records.load('Operation', operationId),
  ])
  return records.change(info, args, async (apply) => {
    const lot = requireVersion(found, 'MaterialLot', args.input)
    if (jobOrderId) requireReference(jobOrder, 'input.jobOrderId', jobOrderId)
    if (operationId) requireReference(operation, 'input.operationId', operationId)
    if (jobOrder && operation && operation.jobOrderId !== jobOrder.id) {
      throw invalid('input.operationId', `names an operation of another job order than \`${jobOrder.id}\``)
    }
    const at = measuredAt ?? now.toISOString()
    if (at > now.toISOString()) throw invalid('input.measuredAt', 'cannot be in the future')
    const said = readValues(args.input, { characteristic: required(text(100)), unit: required(unitCode) })
    const judged = judge(args.input)
    const qualityResult = await apply('QualityResult', {
      kind: 'create',
      values: {
        ...said,
        ...judged,
        lotId: id,
        jobOrderId: jobOrder?.id ?? operation?.jobOrderId ?? null,
        operationId: operation?.id ?? null,
        measuredAt: at,
        measuredBy: caller.id,
        measuredFor: caller.onBehalfOf,
      },
    })
    const values = holdAfter(qualityResult, lot)
    return { lot: await apply('MaterialLot', { kind: 'update', id, expectedVersion, values }), qualityResult }
  })
}

/** Value, limits and what follows from them; a value on a limit passes. */
function judge({ measuredValue, lowerLimit, upperLimit }: Measurement) {
  const value = readValue('input.measuredValue', measuredValue)
  const lower = lowerLimit == null ? null : readValue('input.lowerLimit', lowerLimit)
  const upper = upperLimit == null ? null : readValue('input.upperLimit', upperLimit)
  if (lower === null && upper === null) throw invalid('input.lowerLimit', 'or `input.upperLimit` is needed')
  if (lower !== null && upper !== null && lower > upper) {
    throw invalid('input.upperLimit', 'cannot be below `lowerLimit`')
  }
  const passes = (lower === null || value >= lower) && (upper === null || value <= upper)
  return {
    measuredValue: quantity(value),
    lowerLimit: lower === null ? null : quantity(lower),
    upperLimit: upper === null ? null : quantity(upper),
    verdict: passes ? 'PASS' : 'FAIL',
  }
}

/** What a result changes about its lot: what may be used is held after a FAIL; what is held or gone stays so. */
function holdAfter(result: QualityResultRecord, { status }: LotRecord): Readonly<Record<string, unknown>> {
  if (result.verdict === 'PASS' || status !== 'AVAILABLE') return {}
  const { id, characteristic, measuredValue, unit } = result
  const statusReason = `The quality result ${id} failed: ${characteristic} is ${measuredValue} ${unit}.`
  return { status: 'QUARANTINE', statusReason }
}
