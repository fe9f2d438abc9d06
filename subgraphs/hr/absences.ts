/** Absences: how one is requested, decided by a second person, and called off. */
import { refusal } from '../../lib/errors.ts'
import type { AbsenceStatus } from '../../storage/tables/hr.ts'
import { requireReference, requireStep, requireVersion } from '../acts.ts'
import { dayOf, daysBetween } from '../amounts.ts'
import { invalid, optional, readValues, required, text } from '../inputs.ts'
import { requireSecondPrincipal } from '../separation-of-duty.ts'
import { absenceSteps, takingDays } from './absence-states.ts'
import { latestFirst, type AbsenceRecord, type ExistingRecord, type HrMutation, type HrResolver } from './model.ts'
import { requireActive } from './write-user.ts'

type AbsenceResolver = HrResolver<AbsenceRecord>

interface Span {
  readonly fromDate: string
  readonly toDate: string
}

/** The longest absence that one request can be for. */
const maxDays = 1_100

const note = optional(text(2_000))

export const absenceFields = {
  user: (({ userId }, _, { records }) => records.load('User', userId)) satisfies AbsenceResolver,
  days: (({ fromDate, toDate }) => daysBetween(fromDate, toDate) + 1) satisfies AbsenceResolver,
}

export const requestAbsence: HrMutation<ExistingRecord & Span> = async (_, args, { records, caller }, info) => {
  const { id, expectedVersion, fromDate, toDate } = args.input
  const [found, overlapping] = await Promise.all([
    records.load('User', id),
    records.list('Absence', 'userId', id, {
      first: 1,
      sort: [latestFirst],
      filter: { status: { in: takingDays }, fromDate: { lte: toDate }, toDate: { gte: fromDate } },
    }),
  ])
  return records.change(info, args, async (apply) => {
    const user = requireVersion(found, 'User', args.input)
    requireActive(user, 'input.id')
    requireInOrder(args.input, user.hireDate)
    const [other] = overlapping
    if (other) {
      throw invalid('input.fromDate', `overlaps \`${other.id}\`, \`${other.fromDate}\` to \`${other.toDate}\``)
    }
    const said = readValues(args.input, { type: required(), fromDate: required(), toDate: required(), note })
    const values = { ...said, userId: id, status: 'REQUESTED', requestedBy: caller.onBehalfOf ?? caller.id }
    const absence = await apply('Absence', { kind: 'create', values })
    // Two requests at once for the same days must not both pass: the second finds another version of the person.
    await apply('User', { kind: 'update', id, expectedVersion, values: {} })
    return { absence }
  })
}

export const decideAbsence: HrMutation<
  ExistingRecord & { readonly decision: 'APPROVED' | 'REJECTED'; readonly note?: string | null }
> = async (_, args, { records, caller, now }, info) => {
  const { id, expectedVersion, decision } = args.input
  const found = await records.load('Absence', id)
  const user = await records.load('User', found?.userId)
  return records.change(info, args, async (apply) => {
    const absence = requireVersion(found, 'Absence', args.input)
    requireStep<AbsenceStatus>(absenceSteps, absence.status, decision, { entity: 'Absence', id })
    const { principal } = requireReference(user, 'input.id', absence.userId)
    const step = 'decide an absence that is their own or that they requested'
    requireSecondPrincipal(caller, [principal, absence.requestedBy], step)
    if (decision === 'REJECTED' && args.input.note == null) throw invalid('input.note', 'is needed for `REJECTED`')
    const said = args.input.note == null ? {} : readValues(args.input, { note })
    const values = { ...said, status: decision, decidedBy: caller.id, decidedAt: now }
    return { absence: await apply('Absence', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const cancelAbsence: HrMutation<ExistingRecord> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Absence', id)
  return records.change(info, args, async (apply) => {
    const { status, fromDate } = requireVersion(found, 'Absence', args.input)
    requireStep<AbsenceStatus>(absenceSteps, status, 'CANCELLED', { entity: 'Absence', id })
    if (status === 'APPROVED' && fromDate <= dayOf(now)) {
      throw refusal('ILLEGAL_TRANSITION', `The Absence \`${id}\` has begun on \`${fromDate}\` and stays as it was.`, {
        id,
        from: status,
        to: 'CANCELLED',
        legal: [],
      })
    }
    const values = { status: 'CANCELLED' }
    return { absence: await apply('Absence', { kind: 'update', id, expectedVersion, values }) }
  })
}

function requireInOrder({ fromDate, toDate }: Span, hireDate: string): void {
  if (fromDate < hireDate) throw invalid('input.fromDate', `cannot be before the first day, \`${hireDate}\``)
  if (toDate < fromDate) throw invalid('input.toDate', 'cannot be before `fromDate`')
  if (daysBetween(fromDate, toDate) >= maxDays) {
    throw invalid('input.toDate', `must be at most ${maxDays} days after \`fromDate\``)
  }
}
