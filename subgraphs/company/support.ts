/**
 * Customers' cases, the incidents that some of them led to and those that IT opened itself. A case and its incident name
 * each other; state and times of both fit together.
 */
import type { AccountRow, ContactRow } from './accounts.ts'
import type { ChangeRow } from './changes.ts'
import type { ItemRow } from './configuration-items.ts'
import { memberOf, supportPeople, type Team } from './employees.ts'
import type { Downtime } from './downtimes.ts'
import { makeBreakdownIncident, makeIncident, makeNotes, type IncidentRow, type NoteRow } from './incidents.ts'
import { ageInDays, earlier, endOfData, later, workingTime, type Random } from './random.ts'
import type { Numbers, SeedRow } from './rows.ts'
import { openingCases } from './story.ts'
import { caseTexts } from './support-texts.ts'

export type CaseRow = SeedRow<'crm.cases'>
type CommentRow = SeedRow<'crm.case_comments'>

const caseCount = 400
const incidentCount = 1_000

export interface Support {
  readonly cases: CaseRow[]
  readonly comments: CommentRow[]
  readonly incidents: IncidentRow[]
  readonly notes: NoteRow[]
}

/** What support and IT had to do in the year. */
export function makeSupport(
  random: Random,
  accounts: readonly AccountRow[],
  contacts: readonly ContactRow[],
  items: readonly ItemRow[],
  changes: readonly ChangeRow[],
  breakdowns: readonly Downtime[],
  numbers: Numbers,
  slice: number,
): Support {
  const contactsOf = Map.groupBy(contacts, ({ account_id }) => account_id)
  const customers = accounts.filter(({ id, type }) => type !== 'PROSPECT' && contactsOf.has(id))
  // The demo's cases wait for somebody to open their incident.
  const opening = slice === 0 ? openingCases.length : 0
  const cases = openingCases.slice(0, opening).map((row) => ({ ...row, id: numbers.next('case-', 4) }))
  while (cases.length < caseCount) {
    const account = random.pick(customers)
    cases.push(makeCase(random, numbers.next('case-', 4), account, random.pick(contactsOf.get(account.id) ?? [])))
  }

  const incidents: IncidentRow[] = []
  const devices = Map.groupBy(items, ({ account_id }) => account_id)
  for (const [index, opened] of cases.entries()) {
    if (index < opening || opened.reason !== 'MALFUNCTION' || !random.chance(70)) continue
    const item = random.pick(devices.get(opened.account_id) ?? items.filter((one) => one.account_id === null))
    const incident = makeIncident(random, numbers.next('INC', 7), { opened, item, changes })
    incidents.push(incident)
    opened.incident_id = incident.id
  }
  for (const downtime of breakdowns) {
    const incident = makeBreakdownIncident(random, numbers.next('INC', 7), downtime, changes)
    incidents.push(incident)
    downtime.row.incident_id = incident.id
  }
  // Monitoring finds trouble in the house, and on the devices that stand at customers.
  const internal = items.filter(({ account_id }) => account_id === null)
  const atCustomers = items.filter(({ account_id }) => account_id !== null)
  while (incidents.length < incidentCount) {
    incidents.push(
      makeIncident(random, numbers.next('INC', 7), {
        opened: null,
        item: random.pick(random.chance(35) ? atCustomers : internal),
        changes,
      }),
    )
  }
  return {
    cases,
    comments: makeComments(random, cases, numbers),
    incidents,
    notes: makeNotes(
      random,
      incidents,
      (incident) => memberOf(random, (incident.assignment_group ?? 'Service Desk') as Team),
      numbers,
    ),
  }
}

function makeCase(random: Random, id: string, account: AccountRow, contact: ContactRow): CaseRow {
  const reason = random.weighted<CaseRow['reason']>([
    ['MALFUNCTION', 45],
    ['DELIVERY', 15],
    ['BILLING', 15],
    ['HOW_TO', 15],
    ['FEEDBACK', 10],
  ])
  const { subject, text, solution } = random.pick(caseTexts[reason])
  const age = 1 + ageInDays(random, 340)
  const created = workingTime(random, age)
  const closed = age > 14 || random.chance(40)
  const status = closed ? 'CLOSED' : random.pick<CaseRow['status']>(['NEW', 'WORKING', 'WORKING', 'ESCALATED'])
  const closedAt = earlier(later(created, random.int(30, 9_000)), endOfData)
  return {
    id,
    version: status === 'NEW' ? 1 : random.int(2, 5),
    created_at: created,
    updated_at: closed ? closedAt : earlier(later(created, random.int(0, 600)), endOfData),
    account_id: account.id,
    contact_id: contact.id,
    incident_id: null,
    subject,
    description: `${text}\n\nKind regards\n${contact.first_name} ${contact.last_name}`,
    status,
    priority: random.weighted<CaseRow['priority']>([
      ['LOW', 25],
      ['MEDIUM', 50],
      ['HIGH', 20],
      ['CRITICAL', 5],
    ]),
    origin: random.weighted<CaseRow['origin']>([
      ['EMAIL', 50],
      ['PHONE', 20],
      ['WEB', 20],
      ['CHAT', 10],
    ]),
    reason,
    resolution: closed ? solution : null,
    closed_at: closed ? closedAt : null,
    owner_id: status === 'NEW' ? account.owner_id : random.pick(supportPeople),
  }
}

function makeComments(random: Random, cases: readonly CaseRow[], numbers: Numbers): CommentRow[] {
  const comments: CommentRow[] = []
  for (const { id, created_at, status, owner_id, resolution } of cases) {
    if (status === 'NEW') continue
    const texts = [
      'We have received your message and are looking into it.',
      ...(resolution === null ? [] : [resolution]),
    ]
    for (const [index, body] of texts.entries()) {
      const at = later(created_at, 15 + index * random.int(30, 600))
      const number = numbers.next('cmt-', 5)
      const author = owner_id
      comments.push({
        id: number,
        version: 1,
        created_at: at,
        updated_at: at,
        case_id: id,
        body,
        author_id: author,
        public: true,
      })
    }
  }
  return comments
}
