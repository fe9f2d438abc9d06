/**
 * The rows of the customer system, and the keys of acts that were run once in any system. Columns are those of
 * `storage/migrations/0100-crm.ts`; times have millisecond precision, because cursors carry them.
 */
import type { ColumnType } from 'kysely'
import type { Timestamp, Versioned } from './versioned.ts'

export interface AccountRow extends Versioned {
  name: string
  type: 'PROSPECT' | 'CUSTOMER' | 'PARTNER' | 'FORMER_CUSTOMER'
  industry:
    | 'AUTOMOTIVE'
    | 'CHEMICALS'
    | 'CONSTRUCTION'
    | 'CONSUMER_GOODS'
    | 'ENERGY'
    | 'FINANCIAL_SERVICES'
    | 'FOOD'
    | 'HEALTHCARE'
    | 'LOGISTICS'
    | 'MACHINERY'
    | 'RETAIL'
    | 'TECHNOLOGY'
  tier: 'STRATEGIC' | 'KEY' | 'STANDARD' | 'SMALL'
  website: string | null
  phone: string | null
  billing_street: string | null
  billing_city: string | null
  billing_postal_code: string | null
  billing_region: string | null
  /** ISO 3166-1 alpha-2. */
  billing_country: string | null
  /** Decimal text. */
  annual_revenue: string | null
  currency: string
  number_of_employees: number | null
  description: string | null
  /** A principal, `person:maria.keller`. */
  owner_id: string
}

export interface ContactRow extends Versioned {
  account_id: string
  first_name: string
  last_name: string
  title: string | null
  department: string | null
  email: string | null
  phone: string | null
  mobile_phone: string | null
  do_not_call: boolean
  owner_id: string
}

export interface OpportunityRow extends Versioned {
  account_id: string
  name: string
  type: 'NEW_BUSINESS' | 'EXISTING_BUSINESS' | 'RENEWAL'
  stage: 'PROSPECTING' | 'QUALIFICATION' | 'NEEDS_ANALYSIS' | 'PROPOSAL' | 'NEGOTIATION' | 'CLOSED_WON' | 'CLOSED_LOST'
  probability: number
  /** Decimal text. */
  amount: string
  currency: string
  /** `YYYY-MM-DD`. */
  close_date: string
  next_step: string | null
  loss_reason: string | null
  owner_id: string
}

export interface CaseRow extends Versioned {
  account_id: string
  contact_id: string | null
  /** An incident's id in itsm, `INC0010001`; no foreign key across systems. */
  incident_id: string | null
  subject: string
  description: string | null
  status: 'NEW' | 'WORKING' | 'ESCALATED' | 'CLOSED'
  priority: 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL'
  origin: 'EMAIL' | 'PHONE' | 'WEB' | 'CHAT'
  reason: 'MALFUNCTION' | 'DELIVERY' | 'BILLING' | 'HOW_TO' | 'FEEDBACK'
  resolution: string | null
  closed_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  owner_id: string
}

/** Comments are `cmt-00001`. */
export interface CaseCommentRow extends Versioned {
  case_id: string
  body: string
  /** A principal, or the e-mail address of a contact. */
  author_id: string
  public: boolean
}

export interface ActivityRow extends Versioned {
  type: 'TASK' | 'EMAIL' | 'CALL'
  subject: string
  body: string | null
  status: 'OPEN' | 'IN_PROGRESS' | 'COMPLETED' | 'DEFERRED'
  priority: 'LOW' | 'NORMAL' | 'HIGH'
  /** `YYYY-MM-DD`. */
  due_date: string | null
  completed_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  owner_id: string
  notify_user_id: string | null
  notified_at: ColumnType<Date | null, Date | string | null, Date | string | null>
  /** A contact. */
  who_id: string | null
  /** An account, opportunity or case. */
  what_id: string | null
  /** The account of `what_id` or `who_id`. */
  account_id: string | null
}

/** One act that was run: its key, what it was asked, what it answered. */
export interface IdempotencyRow {
  principal: string
  /** The mutation's coordinate, `Mutation.updateCase`. */
  act: string
  key: string
  /** SHA-256 of the canonical arguments, base64url. */
  args_hash: string
  /** JSON; null only while the act runs. */
  result: ColumnType<unknown, string | null, string | null>
  created_at: Timestamp
}

/** A key of the systems' own. */
export interface SecretRow {
  name: string
  value: Uint8Array
}

/** The tables of this group, by qualified name. */
export interface CrmTables {
  'crm.accounts': AccountRow
  'crm.contacts': ContactRow
  'crm.opportunities': OpportunityRow
  'crm.cases': CaseRow
  'crm.case_comments': CaseCommentRow
  'crm.activities': ActivityRow
  'systems.idempotency': IdempotencyRow
  'systems.secrets': SecretRow
}
