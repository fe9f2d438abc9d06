/** Changes of the year: most are done, a few wait for the change manager, some lie ahead. */
import { anaSilva, memberOf, type Team } from './employees.ts'
import type { ItemRow } from './configuration-items.ts'
import { ageInDays, later, workingTime, type Random } from './random.ts'
import type { Numbers, SeedRow } from './rows.ts'

export type ChangeRow = SeedRow<'itsm.changes'>

const changeCount = 150

const tasks = {
  BUSINESS_SERVICE: ['Extend service hours', 'Move to the new support plan'],
  APPLICATION: ['Install release', 'Renew certificate', 'Raise memory limit', 'Switch on new search index'],
  SERVER: ['Apply security updates', 'Replace disk', 'Move to new host', 'Renew operating system'],
  DATABASE: ['Add index', 'Apply minor version', 'Extend storage', 'Move to new cluster'],
  NETWORK_GEAR: ['Update firmware', 'Open port for partner', 'Replace power supply', 'Change routing'],
  HANDHELD: ['Roll out firmware', 'Change wireless profile', 'Replace batteries', 'Renew device certificates'],
} as const satisfies Record<ItemRow['class'], readonly string[]>

/** All changes, the oldest first. */
export function makeChanges(random: Random, items: readonly ItemRow[], numbers: Numbers): ChangeRow[] {
  const ages = Array.from({ length: changeCount }, () => ageInDays(random, 355)).sort((a, b) => b - a)
  return ages.map((age) => makeChange(random, numbers.next('CHG', 7), age, random.pick(items)))
}

function makeChange(random: Random, id: string, age: number, item: ItemRow): ChangeRow {
  const type = random.weighted<ChangeRow['type']>([
    ['NORMAL', 60],
    ['STANDARD', 30],
    ['EMERGENCY', 10],
  ])
  const state = stateOf(random, type, age)
  const task = random.pick<string>(tasks[item.class])
  const team = item.support_group as Team
  const requester = memberOf(random, team)
  const created = workingTime(random, age)
  const plannedStart = later(created, random.int(2, 8) * 1_440)
  const plannedEnd = later(plannedStart, random.int(1, 6) * 60)
  const begun = state === 'IMPLEMENT' || state === 'REVIEW' || state === 'CLOSED'
  const ended = state === 'REVIEW' || state === 'CLOSED'
  const decided = begun || state === 'SCHEDULED'
  const closeCode = random.weighted<NonNullable<ChangeRow['close_code']>>([
    ['SUCCESSFUL', 88],
    ['SUCCESSFUL_WITH_ISSUES', 8],
    ['UNSUCCESSFUL', 4],
  ])
  return {
    id,
    version: random.int(1, 6),
    created_at: created,
    updated_at: ended ? plannedEnd : later(created, random.int(30, 1_400)),
    type,
    state,
    short_description: `${task}: ${item.name}`,
    description: `${task} on ${item.name}, looked after by ${team}.`,
    justification: type === 'EMERGENCY' ? 'The service is at risk until this is done.' : 'Planned maintenance.',
    implementation_plan: 'Announce, take a backup, carry out, check with the runbook.',
    backout_plan: 'Restore the backup that was taken before.',
    risk: riskOf(random, type),
    approval: approvalOf(type, state, decided),
    approved_by: decided && type !== 'STANDARD' ? anaSilva : null,
    approved_at: decided && type !== 'STANDARD' ? later(created, random.int(60, 1_400)) : null,
    requested_by: requester,
    opened_by: requester,
    assignment_group: team,
    assigned_to: memberOf(random, team),
    configuration_item_id: item.id,
    planned_start: plannedStart,
    planned_end: plannedEnd,
    actual_start: begun ? plannedStart : null,
    actual_end: ended ? plannedEnd : null,
    close_code: state === 'CLOSED' ? closeCode : null,
    close_notes: state === 'CLOSED' ? closeNotes[closeCode] : null,
  }
}

const closeNotes = {
  SUCCESSFUL: 'Carried out as planned; checks passed.',
  SUCCESSFUL_WITH_ISSUES: 'Carried out; a restart was needed that was not planned.',
  UNSUCCESSFUL: 'Checks failed; taken back by the backout plan.',
} as const satisfies Record<NonNullable<ChangeRow['close_code']>, string>

/** What is older than three weeks is over; of the others some wait for each of the steps. */
function stateOf(random: Random, type: ChangeRow['type'], age: number): ChangeRow['state'] {
  if (age > 21) return random.chance(93) ? 'CLOSED' : 'CANCELED'
  const waiting = {
    NORMAL: ['NEW', 'ASSESS', 'AUTHORIZE', 'AUTHORIZE', 'SCHEDULED'],
    STANDARD: ['NEW', 'SCHEDULED'],
    EMERGENCY: ['AUTHORIZE', 'SCHEDULED'],
  } as const
  return age > 9 ? random.pick(['IMPLEMENT', 'REVIEW', 'CLOSED']) : random.pick<ChangeRow['state']>(waiting[type])
}

function riskOf(random: Random, type: ChangeRow['type']): ChangeRow['risk'] {
  return type === 'STANDARD' ? 'LOW' : random.pick(['LOW', 'MODERATE', 'MODERATE', 'HIGH'])
}

/** A standard change is approved as a kind, without anybody's name. */
function approvalOf(type: ChangeRow['type'], state: ChangeRow['state'], decided: boolean): ChangeRow['approval'] {
  if (decided || type === 'STANDARD') return 'APPROVED'
  return state === 'AUTHORIZE' ? 'REQUESTED' : 'NOT_REQUESTED'
}
