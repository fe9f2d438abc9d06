/** What the people system keeps of each person beside the user: groups, absences and pay. */
import { dayText, endOfData, lastDay, later, momentOf, workday, type Random } from './random.ts'
import type { People, UserRow } from './people.ts'
import { createNumbers, type SeedRow } from './rows.ts'

type GroupRow = SeedRow<'hr.groups'>
export type MemberRow = SeedRow<'hr.group_members'>
type AbsenceRow = SeedRow<'hr.absences'>
type PayRow = SeedRow<'hr.compensations'>

const hrManager = 'person:iris.vogel'

/** Name, what it is for, the system, its owner, the departments whose people are in it (and the title, where not all are). */
const groupList = [
  ['All Staff', 'Everybody: intranet and mail.', null, hrManager, [], null],
  [
    'CRM Users',
    'Reads customers, cases and opportunities.',
    'crm',
    'person:frederik.sommer',
    ['Sales', 'Customer Service'],
    null,
  ],
  [
    'CRM Account Managers',
    'Changes accounts and opportunities.',
    'crm',
    'person:frederik.sommer',
    ['Sales'],
    'Account Manager',
  ],
  [
    'ERP Order Desk',
    'Enters and changes sales orders.',
    'erp',
    'person:frederik.sommer',
    ['Sales'],
    'Order Desk Clerk',
  ],
  ['ERP Warehouse', 'Posts deliveries and stock.', 'erp', 'person:pieter.vermeer', ['Warehouse', 'Logistics'], null],
  ['ERP Master Data', 'Maintains products and prices.', 'erp', 'person:viktor.lazar', ['Engineering'], null],
  ['Finance Accounting', 'Captures invoices, posts to the ledger.', 'finance', 'person:jonas.weber', ['Finance'], null],
  [
    'Finance Payment Release',
    'Releases payments to suppliers.',
    'finance',
    'person:jonas.weber',
    ['Finance'],
    'Accountant',
  ],
  [
    'Finance Reporting',
    'Reads balances and journals.',
    'finance',
    'person:jonas.weber',
    ['Finance', 'Management', 'Audit and Security'],
    null,
  ],
  ['Procurement Buyers', 'Creates purchase orders.', 'procurement', 'person:bernd.osthoff', ['Purchasing'], null],
  [
    'Procurement Requesters',
    'Asks for goods and services.',
    'procurement',
    'person:bernd.osthoff',
    ['Engineering', 'IT', 'Maintenance', 'Purchasing'],
    null,
  ],
  [
    'Logistics Planning',
    'Plans shipments, records events.',
    'supply-chain',
    'person:pieter.vermeer',
    ['Logistics'],
    null,
  ],
  ['MES Supervisors', 'Starts and ends job orders.', 'mes', 'person:anders.holm', ['Production'], 'Shift Supervisor'],
  [
    'MES Operators',
    'Reports production and downtimes.',
    'mes',
    'person:anders.holm',
    ['Production', 'Maintenance'],
    null,
  ],
  ['MES Quality', 'Records quality results, releases lots.', 'mes', 'person:anders.holm', ['Quality'], null],
  ['ITSM Agents', 'Works on incidents and changes.', 'itsm', 'person:thomas.reuter', ['IT'], null],
  ['HR Records', 'Reads and changes personnel records.', 'hr', hrManager, ['Human Resources'], null],
] as const satisfies readonly (readonly [
  string,
  string,
  GroupRow['system'],
  string,
  readonly string[],
  string | null,
])[]

/** The groups and who is in them; those who have left are in none. */
export function makeGroups(people: People): { groups: GroupRow[]; members: MemberRow[] } {
  const numbers = createNumbers()
  const at = momentOf(-1, 430)
  const members: MemberRow[] = []
  const groups = groupList.map(([name, description, system, owner, departments, title]): GroupRow => {
    const id = numbers.next('grp-', 4)
    const within: readonly string[] = departments
    for (const user of people.users) {
      const belongs =
        within.length === 0 || (within.includes(user.department) && (title === null || user.title === title))
      if (!user.active || !belongs) continue
      const since = later(user.created_at, 60)
      const member = { id: numbers.next('mem-', 5), group_id: id, user_id: user.id, granted_by: owner }
      members.push({ version: 1, created_at: since, updated_at: since, ...member })
    }
    return { id, version: 1, created_at: at, updated_at: at, display_name: name, description, system, owner_id: owner }
  })
  return { groups, members }
}

/** About four absences a year each, decided by the manager; those that lie ahead may wait for a decision. */
export function makeAbsences(random: Random, users: readonly UserRow[]): AbsenceRow[] {
  const numbers = createNumbers()
  const byId = new Map(users.map((user) => [user.id, user]))
  const absences: AbsenceRow[] = []
  for (const user of users) {
    const last = user.leave_date ?? dayText(lastDay + 60)
    const count = random.int(2, 5)
    for (let index = 0; index < count; index += 1) {
      const type = random.weighted<AbsenceRow['type']>([
        ['VACATION', 60],
        ['SICK_LEAVE', 25],
        ['TRAINING', 12],
        ['PARENTAL_LEAVE', 2],
        ['UNPAID_LEAVE', 1],
      ])
      const from = workday(random.int(8, lastDay + 30))
      const days =
        type === 'VACATION' ? random.int(2, 14) : type === 'PARENTAL_LEAVE' ? random.int(30, 90) : random.int(0, 5)
      const asked = momentOf(
        Math.min(lastDay, type === 'SICK_LEAVE' ? from : from - random.int(5, 7)),
        random.int(420, 900),
      )
      if (asked < user.created_at || dayText(from + days) > last) continue
      const waiting = from > lastDay - 4 && random.chance(50)
      const status = waiting
        ? 'REQUESTED'
        : random.weighted<AbsenceRow['status']>([
            ['APPROVED', 93],
            ['REJECTED', 3],
            ['CANCELLED', 4],
          ])
      const decidedAt = status === 'REQUESTED' ? null : later(asked, random.int(20, 110))
      const decider = byId.get(user.manager_id ?? '')?.principal ?? hrManager
      absences.push({
        id: numbers.next('abs-', 5),
        version: status === 'REQUESTED' ? 1 : 2,
        created_at: asked,
        updated_at: decidedAt ?? asked,
        user_id: user.id,
        type,
        from_date: dayText(from),
        to_date: dayText(from + days),
        status,
        requested_by: user.principal,
        decided_by: decidedAt === null ? null : decider,
        decided_at: decidedAt,
        note: status === 'REJECTED' ? 'Too many of the team are away in these days.' : null,
      })
    }
  }
  return absences
}

const salaries: Readonly<Record<string, readonly [number, number]>> = {
  E3: [31_000, 37_000],
  E4: [36_000, 43_000],
  E5: [41_000, 52_000],
  E6: [52_000, 68_000],
  E7: [60_000, 78_000],
  E8: [70_000, 88_000],
  M2: [88_000, 118_000],
  M3: [110_000, 150_000],
  M4: [160_000, 240_000],
}

/** What everybody is paid: since the start, and for a third of them since a rise in April. Contractors are billed, not paid. */
export function makePay(random: Random, people: People): PayRow[] {
  const numbers = createNumbers()
  const gradeOf = new Map(people.positions.map(({ id, grade }) => [id, grade]))
  const pay: PayRow[] = []
  const april = '2026-04-01'
  for (const user of people.users) {
    if (user.user_type === 'CONTRACTOR') continue
    const grade = gradeOf.get(user.position_id ?? '') ?? 'E4'
    const [low = 36_000, high = 43_000] = salaries[grade] ?? []
    const salary = random.int(low / 100, high / 100) * 100
    const bonus = grade.startsWith('M') ? random.int(10, 25) : random.pick([0, 0, 3, 5])
    const row = (at: string, from: string, amount: number): PayRow => ({
      id: numbers.next('cmp-', 4),
      version: 1,
      created_at: at,
      updated_at: at,
      user_id: user.id,
      annual_salary: `${amount}.00`,
      currency: 'EUR',
      bonus_percent: `${bonus}.00`,
      grade,
      effective_from: from,
      changed_by: hrManager,
    })
    pay.push(row(user.created_at, user.hire_date, salary))
    const stays = user.hire_date < '2025-10-01' && (user.leave_date ?? endOfData) > april
    if (stays && random.chance(33)) {
      const raised = Math.round((salary * random.int(102, 107)) / 10_000) * 100
      pay.push(row('2026-03-23T10:00:00.000Z', april, raised))
    }
  }
  return pay
}

/** The salaries of a month, in cents: a twelfth of what each employee there is paid on its last day. */
export function wagesOf(month: string, people: People, pay: readonly PayRow[]): number {
  const end = `${month}-27`
  const current = new Map<string, number>()
  for (const { user_id, annual_salary, effective_from } of pay) {
    if (effective_from <= end) current.set(user_id, Math.round((Number(annual_salary) * 100) / 12))
  }
  return people.users.reduce(
    (sum, user) => (user.leave_date === null || user.leave_date > end ? sum + (current.get(user.id) ?? 0) : sum),
    0,
  )
}
