/**
 * A small company for tests: a head, two heads below, and staff made on demand, with rows for what has no mutation. Its ids and
 * names are its own, so that it does not matter what else the database holds.
 */
import { sql } from 'kysely'
import type { Insertable } from 'kysely'
import type { Caller } from '../../lib/caller.ts'
import type { AbsenceRow, CompensationRow, GroupRow, PositionRow, UserRow } from '../../storage/tables/hr.ts'
import type { DatabaseKind } from './databases.ts'
import { callerNamed, noon } from './subgraphs.ts'
import { act, openSystems, payload, refused } from './systems.ts'

export const agent = callerNamed('agent:hr-agent')
/** She reports to Vera Top; nobody else of the staff is above her. */
export const manager = callerNamed('person:test.manager')

/** Those who are there from the start. */
export const staff = { top: 'usr-9001', manager: 'usr-9002', head: 'usr-9003' } as const

const fresh = { version: 1, created_at: noon, updated_at: noon } as const

type Input = Readonly<Record<string, unknown>>

/** Opens the systems with the small company in them. */
export async function openStaff(kind: DatabaseKind) {
  const systems = await openSystems(kind)
  const { kysely } = systems.database
  let made = 0
  const next = (prefix: string) => prefix + String(++made).padStart(4, '0')

  async function person(more: Partial<Insertable<UserRow>> = {}): Promise<string> {
    const id = more.id ?? next('usr-8')
    const userName = more.user_name ?? `test.${id}`
    await kysely
      .insertInto('hr.users')
      .values({
        ...fresh,
        ...{ id, user_name: userName, principal: `person:${userName}`, display_name: `Test ${id}`, given_name: 'Test' },
        ...{ family_name: id, title: 'Accountant', user_type: 'EMPLOYEE', email: `${id}@example.org`, phone: null },
        ...{ active: true, employee_number: `T${id}`, department: 'Testing', cost_center: 'CC-9999' },
        ...{ manager_id: null, position_id: null, plant_id: null, country_code: 'DE', locale: 'de-DE' },
        ...{ hire_date: '2020-01-01', leave_date: null, ...more },
      })
      .execute()
    return id
  }

  await person({ id: staff.top, user_name: 'test.top' })
  await person({ id: staff.manager, user_name: 'test.manager', manager_id: staff.top })
  await person({ id: staff.head, user_name: 'test.head', manager_id: staff.top })

  return {
    ...systems,
    /** Runs a mutation and gives its payload. */
    run: (mutation: string, input: Input, selection: string, caller: Caller = agent) =>
      payload(act(systems.hr, mutation, input, selection, caller)),
    /** What a mutation is refused with. */
    refuses: (mutation: string, input: Input, selection: string, caller: Caller = agent) =>
      refused(act(systems.hr, mutation, input, selection, caller)),
    person,

    /** A group that gives access to the ERP system. */
    async group(more: Partial<Insertable<GroupRow>> = {}): Promise<string> {
      const id = next('grp-8')
      await kysely
        .insertInto('hr.groups')
        .values({
          ...fresh,
          ...{ id, display_name: `Test ${id}`, description: 'For tests.', system: 'erp', owner_id: 'person:test.head' },
          ...more,
        })
        .execute()
      return id
    },

    /** A membership that holds, or has ended. */
    async member(groupId: string, userId: string, ended = false): Promise<string> {
      const id = next('mem-8')
      const member = { id, group_id: groupId, user_id: userId, granted_by: 'person:test.head' }
      await kysely
        .insertInto('hr.group_members')
        .values({ ...fresh, ...member })
        .execute()
      if (ended) {
        await sql`update hr.group_members set removed_by = 'person:test.head', removed_at = ${noon} where id = ${id}`.execute(
          kysely,
        )
      }
      return id
    },

    async position(status: PositionRow['status'], more: Partial<Insertable<PositionRow>> = {}): Promise<string> {
      const id = next('pos-8')
      const what = { title: `Test ${id}`, department: 'Testing', plant_id: 'plant-9010', grade: 'E4' } as const
      await kysely
        .insertInto('hr.positions')
        .values({ ...fresh, ...what, id, status, reports_to_id: null, ...more })
        .execute()
      return id
    },

    /** Two days in December that stand in `status` already. */
    async absence(
      userId: string,
      status: AbsenceRow['status'],
      more: Partial<Insertable<AbsenceRow>> = {},
    ): Promise<string> {
      const id = next('abs-8')
      const decided = status === 'APPROVED' || status === 'REJECTED'
      await kysely
        .insertInto('hr.absences')
        .values({
          ...fresh,
          ...{ id, user_id: userId, type: 'VACATION', from_date: '2026-12-21', to_date: '2026-12-22', status },
          ...{ requested_by: 'agent:hr-agent', decided_by: decided ? 'person:test.head' : null, note: null },
          ...{ decided_at: decided ? noon : null, ...more },
        })
        .execute()
      return id
    },

    async pay(userId: string, from: string, salary: string, more: Partial<Insertable<CompensationRow>> = {}) {
      const id = next('cmp-8')
      await kysely
        .insertInto('hr.compensations')
        .values({
          ...fresh,
          ...{ id, user_id: userId, annual_salary: salary, currency: 'EUR', bonus_percent: '0', grade: 'E4' },
          ...{ effective_from: from, changed_by: 'person:test.manager', ...more },
        })
        .execute()
      return id
    },
  }
}

/** The small company with the systems around it. */
export type Staff = Awaited<ReturnType<typeof openStaff>>
