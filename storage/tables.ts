/**
 * The tables as Kysely types, keyed by their qualified name (`'crm.accounts'`). Each group is declared in
 * `tables/<group>.ts`, beside its migration; this file joins them.
 */
import type { AccessTables } from './tables/access.ts'
import type { AgentTables } from './tables/agents.ts'
import type { ApprovalTables } from './tables/approvals.ts'
import type { BrakeTables } from './tables/brakes.ts'
import type { CrmTables } from './tables/crm.ts'
import type { ErpTables } from './tables/erp.ts'
import type { FinanceTables } from './tables/finance.ts'
import type { FlowTables } from './tables/flow.ts'
import type { HrTables } from './tables/hr.ts'
import type { IdentityTables } from './tables/identity.ts'
import type { InventoryTables } from './tables/inventory.ts'
import type { ItsmTables } from './tables/itsm.ts'
import type { LedgerTables } from './tables/ledger.ts'
import type { MesTables } from './tables/mes.ts'
import type { OrchestrationTables } from './tables/orchestration.ts'
import type { ProcurementTables } from './tables/procurement.ts'
import type { SupplyChainTables } from './tables/supply-chain.ts'

export interface Tables
  extends
    AccessTables,
    AgentTables,
    ApprovalTables,
    BrakeTables,
    CrmTables,
    ErpTables,
    FinanceTables,
    FlowTables,
    HrTables,
    IdentityTables,
    InventoryTables,
    ItsmTables,
    LedgerTables,
    MesTables,
    OrchestrationTables,
    ProcurementTables,
    SupplyChainTables {}
