/** Incidents and the notes on them, in states that the state rules know. */
import { priorityOf } from '../itsm/priority.ts'
import type { ChangeRow } from './changes.ts'
import type { ItemRow } from './configuration-items.ts'
import { memberOf, teamNames, type Team } from './employees.ts'
import { ageInDays, earlier, endOfData, later, workingTime, type Random } from './random.ts'
import { numberedId, type SeedRow } from './rows.ts'
import { incidentTexts, noteTexts } from './support-texts.ts'

export type IncidentRow = SeedRow<'itsm.incidents'>
export type NoteRow = SeedRow<'itsm.work_notes'>
type CloseCode = NonNullable<IncidentRow['close_code']>

const firstNumber = 10_001
const levels: readonly (readonly [IncidentRow['impact'], number])[] = [
  ['HIGH', 12],
  ['MEDIUM', 38],
  ['LOW', 50],
]

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

/** An incident; `index` counts from 0. */
export function makeIncident(random: Random, index: number, { opened, item, changes }: Origin): IncidentRow {
  const age = ageInDays(random, 350)
  const openedAt = opened ? later(opened.created_at, random.int(5, 90)) : workingTime(random, age)
  const days = (Date.parse(endOfData) - Date.parse(openedAt)) / 86_400_000
  const state = opened?.status === 'CLOSED' ? 'CLOSED' : stateOf(random, days)
  const solved = state === 'RESOLVED' || state === 'CLOSED'
  const resolvedAt = earlier(later(openedAt, random.int(20, 4_000)), endOfData)
  const closedAt = earlier(later(resolvedAt, random.int(60, 4_320)), endOfData)
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
  const team = state === 'NEW' ? 'Service Desk' : (item.support_group as Team)
  const linked = changes.find((change) => change.configuration_item_id === item.id)
  return {
    id: numberedId('INC', firstNumber + index, 7),
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
    priority: priorityOf(impact, urgency),
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

/** One note or two on each incident that somebody works on, or worked on. */
export function makeNotes(
  random: Random,
  incidents: readonly IncidentRow[],
  authorOf: (incident: IncidentRow) => string,
): NoteRow[] {
  const notes: NoteRow[] = []
  for (const incident of incidents) {
    if (incident.state === 'NEW') continue
    const count = random.int(1, 2)
    for (let index = 0; index < count; index += 1) {
      const at = earlier(later(incident.opened_at, random.int(5, 60) + index * 60), endOfData)
      notes.push({
        id: numberedId('note-', notes.length + 1, 5),
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
