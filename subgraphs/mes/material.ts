/** What goes into a job order and what comes out of it: each booking moves the lot, and stays as its genealogy. */
import { requireReference, requireVersion } from '../acts.ts'
import { dayOf } from '../amounts.ts'
import { invalid, readValues, required, type ValueCheck } from '../inputs.ts'
import type { ExistingRecord, JobOrderRecord, LotRecord, MesMutation } from './model.ts'
import { quantity, quantityOf, readQuantity } from './quantities.ts'

/** GS1 application identifier (10): at most 20 characters. */
const lotNumberForm = /^[A-Za-z0-9][A-Za-z0-9./_-]{0,19}$/
const lotNumberCheck: ValueCheck = (value) =>
  lotNumberForm.test(String(value)) ? null : 'must be 1 to 20 letters, digits or `.` `/` `_` `-`'

export const consumeMaterial: MesMutation<
  ExistingRecord & { readonly jobOrderId: string; readonly quantity: string }
> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion, jobOrderId, quantity: wanted } = args.input
  const [found, order] = await Promise.all([records.load('MaterialLot', id), records.load('JobOrder', jobOrderId)])
  return records.change(info, args, async (apply) => {
    const lot = requireVersion(found, 'MaterialLot', args.input)
    const jobOrder = requireReference(order, 'input.jobOrderId', jobOrderId)
    requireRunning('input.jobOrderId', jobOrder)
    requireUsable(lot, jobOrder, now)
    const taken = readQuantity('input.quantity', wanted, lot.unit)
    const left = quantityOf(lot.quantity) - taken
    if (left < 0n) throw invalid('input.quantity', `is more than the lot holds, \`${lot.quantity}\``)
    const rest = { quantity: quantity(left), ...(left === 0n ? { status: 'CONSUMED' } : {}) }
    const booking = { jobOrderId, lotId: id, use: 'CONSUMED', quantity: quantity(taken), unit: lot.unit }
    return {
      lot: await apply('MaterialLot', { kind: 'update', id, expectedVersion, values: rest }),
      // The order counts the booking, so that nothing is booked on one that has just ended.
      jobOrder: await apply('JobOrder', {
        kind: 'update',
        id: jobOrderId,
        expectedVersion: jobOrder.version,
        values: {},
      }),
      materialActual: await apply('MaterialActual', { kind: 'create', values: booking }),
    }
  })
}

export const produceLot: MesMutation<
  ExistingRecord & { readonly lotNumber: string; readonly quantity: string; readonly expiresOn?: string | null }
> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion, lotNumber, quantity: made, expiresOn = null } = args.input
  const [found, other] = await Promise.all([
    records.load('JobOrder', id),
    records.find('MaterialLot', { lotNumber: { eq: lotNumber } }),
  ])
  return records.change(info, args, async (apply) => {
    const order = requireVersion(found, 'JobOrder', args.input)
    requireRunning('input.id', order)
    readValues(args.input, { lotNumber: required(lotNumberCheck) })
    if (other) throw invalid('input.lotNumber', `is the number of the lot \`${other.id}\` already`)
    if (expiresOn !== null && expiresOn < dayOf(now)) throw invalid('input.expiresOn', 'cannot be in the past')
    const { productId, plantId, unit } = order
    const amount = { quantity: quantity(readQuantity('input.quantity', made, unit)), unit }
    const values = {
      lotNumber,
      productId,
      plantId,
      ...amount,
      expiresOn,
      status: 'AVAILABLE',
      producedByJobOrderId: id,
    }
    const lot = await apply('MaterialLot', { kind: 'create', values })
    const booking = { jobOrderId: id, lotId: lot.id, use: 'PRODUCED', ...amount }
    return {
      lot,
      jobOrder: await apply('JobOrder', { kind: 'update', id, expectedVersion, values: {} }),
      materialActual: await apply('MaterialActual', { kind: 'create', values: booking }),
    }
  })
}

function requireRunning(argument: string, { state }: JobOrderRecord): void {
  if (state !== 'RUNNING') throw invalid(argument, `names a job order that is \`${state}\`, not \`RUNNING\``)
}

function requireUsable(
  { status, plantId, expiresOn, producedByJobOrderId }: LotRecord,
  order: JobOrderRecord,
  now: Date,
) {
  if (status !== 'AVAILABLE') throw invalid('input.id', `names a lot that is \`${status}\`, not \`AVAILABLE\``)
  if (plantId !== order.plantId) {
    throw invalid('input.id', `names a lot in \`${plantId}\`; the job order is made in \`${order.plantId}\``)
  }
  if (expiresOn !== null && expiresOn < dayOf(now))
    throw invalid('input.id', `names a lot that expired on \`${expiresOn}\``)
  if (producedByJobOrderId === order.id) throw invalid('input.id', 'names a lot that this job order made itself')
}
