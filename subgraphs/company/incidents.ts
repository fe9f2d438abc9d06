/** Incidents and the notes on them, in states that the state rules know. */
import { priorityOf } from '../itsm/priority.ts'
import type { ChangeRow } from './changes.ts'
import type { ItemRow } from './configuration-items.ts'
import type { Downtime } from './downtimes.ts'
import { memberOf, teamNames, type Team } from './employees.ts'
import { ageInDays, earlier, endOfData, later, workingTime, type Random } from './random.ts'
import type { Numbers, SeedRow } from './rows.ts'
import { incidentTexts, noteTexts } from './support-texts.ts'

export type IncidentRow = SeedRow<'itsm.incidents'>
export type NoteRow = SeedRow<'itsm.work_notes'>
type CloseCode = NonNullable<IncidentRow['close_code']>

const levels: readonly (readonly [IncidentRow['impact'], number])[] = [
  ['HIGH', 12],
  ['MEDIUM', 38],
  ['LOW', 50],
]

/** Minutes in which an incident is resolved at the latest: P1 and P2 within what is promised, 4 and 8 hours. */
const longest = {
  P1_CRITICAL: 235,
  P2_HIGH: 470,
  P3_MODERATE: 2_800,
  P4_LOW: 4_000,
  P5_PLANNING: 9_000,
} as const satisfies Record<IncidentRow['priority'], number>

const categoryOf = {
  BUSINESS_SERVICE: 'SOFTWARE',
  APPLICATION: 'SOFTWARE',
  SERVER: 'HARDWARE',
  DATABASE: 'DATABASE',
  NETWORK_GEAR: 'NETWORK',
  HANDHELD: 'HARDWARE',
} as const satisfies Record<ItemRow['class'], IncidentRow['category']>

const solutions = {
  SOLUTION_PROVIDED: 'The cause was found and removed.',
  WORKAROUND_PROVIDED: 'A way round it was shown; the cause is known.',
  RESOLVED_BY_CHANGE: 'Solved by the change that is linked.',
  RESOLVED_BY_CALLER: 'The caller found the cause.',
  USER_ERROR: 'Worked as designed; explained how to use it.',
} as const satisfies Partial<Record<CloseCode, string>>

interface Origin {
  /** The customer's case that it comes from, or null when IT opened it. */
  readonly opened: SeedRow<'crm.cases'> | null
  readonly item: ItemRow
  readonly changes: readonly ChangeRow[]
}

/** An incident. */
export function makeIncident(random: Random, id: string, { opened, item, changes }: Origin): IncidentRow {
  const age = ageInDays(random, 350)
  const openedAt = opened ? later(opened.created_at, random.int(5, 90)) : workingTime(random, age)
  const days = (Date.parse(endOfData) - Date.parse(openedAt)) / 86_400_000
  const state = opened?.status === 'CLOSED' ? 'CLOSED' : stateOf(random, days)
  const solved = state === 'RESOLVED' || state === 'CLOSED'
  const code = random.weighted<keyof typeof solutions>([
    ['SOLUTION_PROVIDED', 55],
    ['WORKAROUND_PROVIDED', 20],
    ['RESOLVED_BY_CHANGE', 10],
    ['RESOLVED_BY_CALLER', 8],
    ['USER_ERROR', 7],
  ])
  const category = opened ? categoryOf[item.class] : categoryFor(random, item)
  const impact = random.weighted(levels)
  const urgency = random.weighted(levels)
  const priority = priorityOf(impact, urgency)
  const resolvedAt = earlier(later(openedAt, random.int(20, longest[priority])), endOfData)
  const closedAt = earlier(later(resolvedAt, random.int(60, 4_320)), endOfData)
  const team = state === 'NEW' ? 'Service Desk' : (item.support_group as Team)
  const linked = changes.find((change) => change.configuration_item_id === item.id)
  return {
    id,
    version: state === 'NEW' ? 1 : random.int(2, 6),
    created_at: openedAt,
    updated_at: state === 'NEW' ? openedAt : solved ? closedAt : later(openedAt, 20),
    short_description: opened ? opened.subject : `${random.pick<string>(incidentTexts[category])}: ${item.name}`,
    description: opened ? opened.description : `Reported by monitoring or by a colleague on ${item.name}.`,
    state,
    on_hold_reason: state === 'ON_HOLD' ? random.pick(['AWAITING_CALLER', 'AWAITING_CHANGE', 'AWAITING_VENDOR']) : null,
    category,
    impact,
    urgency,
    priority,
    assignment_group: team,
    assigned_to: state === 'NEW' ? null : memberOf(random, team),
    opened_by: opened ? opened.owner_id : memberOf(random, random.pick(teamNames)),
    caller_id: opened ? opened.contact_id : null,
    account_id: opened ? opened.account_id : item.account_id,
    configuration_item_id: item.id,
    case_id: opened ? opened.id : null,
    change_id: linked ? linked.id : null,
    close_code: solved ? code : null,
    close_notes: solved ? solutions[code] : null,
    reopen_count: solved && random.chance(6) ? 1 : 0,
    opened_at: openedAt,
    resolved_at: solved ? resolvedAt : null,
    closed_at: state === 'CLOSED' || state === 'CANCELED' ? closedAt : null,
  }
}

/** What became of a breakdown: somebody of IT looked at the machine's controller, and it ran again. */
export function makeBreakdownIncident(
  random: Random,
  id: string,
  downtime: Downtime,
  changes: readonly ChangeRow[],
): IncidentRow {
  const { row, equipment } = downtime
  const opened = later(row.started_at, random.int(2, 9))
  const resolved = earlier(later(row.ended_at ?? opened, 2), endOfData)
  const closed = later(resolved, random.int(60, 2_880))
  const over = closed < endOfData
  const high = random.chance(25)
  const linked = changes.find((change) => change.configuration_item_id === equipment.configuration_item_id)
  return {
    id,
    version: 4,
    created_at: opened,
    updated_at: over ? closed : resolved,
    short_description: `Breakdown: ${equipment.name}`,
    description: `${equipment.name} stopped with an alarm of its controller. Production is told by the downtime ${row.id}.`,
    state: over ? 'CLOSED' : 'RESOLVED',
    on_hold_reason: null,
    category: 'HARDWARE',
    impact: 'MEDIUM',
    urgency: high ? 'HIGH' : 'MEDIUM',
    priority: priorityOf('MEDIUM', high ? 'HIGH' : 'MEDIUM'),
    assignment_group: 'Plant Systems',
    assigned_to: memberOf(random, 'Plant Systems'),
    opened_by: row.reported_by,
    caller_id: null,
    account_id: null,
    configuration_item_id: equipment.configuration_item_id,
    case_id: null,
    change_id: linked?.id ?? null,
    close_code: 'SOLUTION_PROVIDED',
    close_notes: 'The controller was restarted and its settings were loaded again.',
    reopen_count: 0,
    opened_at: opened,
    resolved_at: resolved,
    closed_at: over ? closed : null,
  }
}

/** One note or two on each incident that somebody works on, or worked on. */
export function makeNotes(
  random: Random,
  incidents: readonly IncidentRow[],
  authorOf: (incident: IncidentRow) => string,
  numbers: Numbers,
): NoteRow[] {
  const notes: NoteRow[] = []
  for (const incident of incidents) {
    if (incident.state === 'NEW') continue
    const count = random.int(1, 2)
    for (let index = 0; index < count; index += 1) {
      const at = earlier(later(incident.opened_at, random.int(5, 60) + index * 60), endOfData)
      notes.push({
        id: numbers.next('note-', 5),
        version: 1,
        created_at: at,
        updated_at: at,
        incident_id: incident.id,
        kind: incident.case_id !== null && random.chance(30) ? 'COMMENT' : 'WORK_NOTE',
        text: random.pick(noteTexts),
        author_id: authorOf(incident),
      })
    }
  }
  return notes
}

function stateOf(random: Random, days: number): IncidentRow['state'] {
  if (days > 21) return random.chance(95) ? 'CLOSED' : 'CANCELED'
  if (days > 7) return random.pick(['IN_PROGRESS', 'ON_HOLD', 'RESOLVED', 'CLOSED'])
  return random.pick(['NEW', 'IN_PROGRESS', 'IN_PROGRESS', 'ON_HOLD', 'RESOLVED'])
}

function categoryFor(random: Random, item: ItemRow): IncidentRow['category'] {
  return random.chance(75) ? categoryOf[item.class] : random.pick(['ACCESS', 'INQUIRY'])
}
