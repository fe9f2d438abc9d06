/** The list of everything that decides: tables, roles, scopes, purposes, approvals, conflicts, flow. The gateway loads this file. */
import { agents } from './agents.ts'
import { approvals } from './approvals.ts'
import { conflicts } from './conflicts.ts'
import { crm } from './crm.ts'
import type { PolicySet, PolicyTable } from './engine/revision.ts'
import { erp } from './erp.ts'
import { finance } from './finance.ts'
import { flow } from './flow.ts'
import { governance } from './governance.ts'
import { hr } from './hr.ts'
import { itsm } from './itsm.ts'
import { mandate } from './mandate.ts'
import { mes } from './mes.ts'
import { money } from './money.ts'
import { orchestration } from './orchestration.ts'
import { procurement } from './procurement.ts'
import { purposes } from './purposes.ts'
import { accountManager } from './roles/account-manager.ts'
import { auditor } from './roles/auditor.ts'
import { changeManager } from './roles/change-manager.ts'
import { developer } from './roles/developer.ts'
import { financeAgent } from './roles/finance-agent.ts'
import { financeController } from './roles/finance-controller.ts'
import { hrAgent } from './roles/hr-agent.ts'
import { hrManager } from './roles/hr-manager.ts'
import { itOpsAgent } from './roles/it-ops-agent.ts'
import { orderAgent } from './roles/order-agent.ts'
import { plantManager } from './roles/plant-manager.ts'
import { productionAgent } from './roles/production-agent.ts'
import { logisticsAgent } from './roles/logistics-agent.ts'
import { procurementAgent } from './roles/procurement-agent.ts'
import { purchasingManager } from './roles/purchasing-manager.ts'
import { salesAgent } from './roles/sales-agent.ts'
import { securityEngineer } from './roles/security-engineer.ts'
import { supplierDataAgent } from './roles/supplier-data-agent.ts'
import { supportAgent } from './roles/support-agent.ts'
import { workflowEngine } from './roles/workflow-engine.ts'
import type { Rules } from './rules.ts'
import { scopes } from './scopes.ts'
import { supplyChain } from './supply-chain.ts'
import type { Coordinates } from '../schema/generated/coordinates.ts'

/** A table for each contract, and nothing else: a missing one does not compile. */
const tables: { readonly [Contract in keyof Coordinates]: Rules<Contract> & PolicyTable } = {
  mandate,
  crm,
  itsm,
  finance,
  erp,
  mes,
  'supply-chain': supplyChain,
  hr,
  procurement,
  governance,
  agents,
  orchestration,
}

export const policies: PolicySet = {
  tables,
  roles: [
    supportAgent,
    salesAgent,
    financeAgent,
    itOpsAgent,
    orderAgent,
    productionAgent,
    logisticsAgent,
    accountManager,
    financeController,
    changeManager,
    plantManager,
    hrAgent,
    hrManager,
    procurementAgent,
    supplierDataAgent,
    purchasingManager,
    securityEngineer,
    auditor,
    developer,
    workflowEngine,
  ],
  scopes,
  purposes,
  flow,
  approvals,
  conflicts,
  money,
}
