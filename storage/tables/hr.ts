/**
 * The rows of the people system. Columns are those of `storage/migrations/0170-hr.ts`; references into other systems
 * (plants) are their ids, without a foreign key. Days are `YYYY-MM-DD`, money is decimal text.
 */
import type { NullableTimestamp, Versioned } from './versioned.ts'

export type UserType = 'EMPLOYEE' | 'CONTRACTOR'
export type PositionStatus = 'OPEN' | 'FILLED' | 'CLOSED'
export type AbsenceType = 'VACATION' | 'SICK_LEAVE' | 'PARENTAL_LEAVE' | 'TRAINING' | 'UNPAID_LEAVE'
export type AbsenceStatus = 'REQUESTED' | 'APPROVED' | 'REJECTED' | 'CANCELLED'
/** `E1` to `E9` for staff, `M1` to `M4` for managers. */
export type Grade = `E${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}` | `M${1 | 2 | 3 | 4}`

/** The system that a group gives access to. */
export type GroupSystem = 'crm' | 'erp' | 'finance' | 'procurement' | 'supply-chain' | 'mes' | 'itsm' | 'hr'

/** Positions are `pos-0001`. */
export interface PositionRow extends Versioned {
  title: string
  department: string
  /** A plant in erp; null for what belongs to none. */
  plant_id: string | null
  grade: Grade
  status: PositionStatus
  reports_to_id: string | null
}

/** People are `usr-0001`. */
export interface UserRow extends Versioned {
  user_name: string
  /** What other systems call this person, `person:ana.silva`. */
  principal: string
  display_name: string
  given_name: string
  family_name: string
  title: string
  user_type: UserType
  email: string
  phone: string | null
  active: boolean
  employee_number: string
  department: string
  cost_center: string
  manager_id: string | null
  position_id: string | null
  /** A plant in erp. */
  plant_id: string | null
  country_code: string
  locale: string
  hire_date: string
  leave_date: string | null
}

/** Groups are `grp-0001`. */
export interface GroupRow extends Versioned {
  display_name: string
  description: string
  system: GroupSystem | null
  /** A principal. */
  owner_id: string
}

/** Memberships are `mem-00001`. */
export interface GroupMemberRow extends Versioned {
  group_id: string
  user_id: string
  /** A principal. */
  granted_by: string
}

/** Absences are `abs-00001`; both days belong to them. */
export interface AbsenceRow extends Versioned {
  user_id: string
  type: AbsenceType
  from_date: string
  to_date: string
  status: AbsenceStatus
  requested_by: string
  decided_by: string | null
  decided_at: NullableTimestamp
  note: string | null
}

/** What somebody is paid from a day on, `cmp-0001`; the row with the latest day that has come holds. */
export interface CompensationRow extends Versioned {
  user_id: string
  annual_salary: string
  currency: string
  bonus_percent: string
  grade: Grade
  effective_from: string
  changed_by: string
}

/** The tables of this group, by qualified name. */
export interface HrTables {
  'hr.positions': PositionRow
  'hr.users': UserRow
  'hr.groups': GroupRow
  'hr.group_members': GroupMemberRow
  'hr.absences': AbsenceRow
  'hr.compensations': CompensationRow
}
