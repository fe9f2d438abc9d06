/**
 * The tables as Kysely types, keyed by their qualified name (`'crm.accounts'`). Each group is declared in
 * `tables/<group>.ts`, beside its migration; this file joins them.
 */
import type { CrmTables } from './tables/crm.ts'
import type { FinanceTables } from './tables/finance.ts'
import type { IdentityTables } from './tables/identity.ts'
import type { ItsmTables } from './tables/itsm.ts'
import type { LedgerTables } from './tables/ledger.ts'

export interface Tables extends CrmTables, FinanceTables, IdentityTables, ItsmTables, LedgerTables {}
