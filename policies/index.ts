/** The list of everything that decides: tables, roles, scopes, purposes. The gateway loads this file. */
import { crm } from './crm.ts'
import type { PolicySet, PolicyTable } from './engine/revision.ts'
import { finance } from './finance.ts'
import { governance } from './governance.ts'
import { itsm } from './itsm.ts'
import { mandate } from './mandate.ts'
import { purposes } from './purposes.ts'
import { accountManager } from './roles/account-manager.ts'
import { auditor } from './roles/auditor.ts'
import { changeManager } from './roles/change-manager.ts'
import { developer } from './roles/developer.ts'
import { financeAgent } from './roles/finance-agent.ts'
import { financeController } from './roles/finance-controller.ts'
import { itOpsAgent } from './roles/it-ops-agent.ts'
import { salesAgent } from './roles/sales-agent.ts'
import { securityEngineer } from './roles/security-engineer.ts'
import { supportAgent } from './roles/support-agent.ts'
import type { Rules } from './rules.ts'
import { scopes } from './scopes.ts'
import type { Coordinates } from '../schema/generated/coordinates.ts'

/** A table for each contract, and nothing else: a missing one does not compile. */
const tables: { readonly [Contract in keyof Coordinates]: Rules<Contract> & PolicyTable } = {
  mandate,
  crm,
  itsm,
  finance,
  governance,
}

export const policies: PolicySet = {
  tables,
  roles: [
    supportAgent,
    salesAgent,
    financeAgent,
    itOpsAgent,
    accountManager,
    financeController,
    changeManager,
    securityEngineer,
    auditor,
    developer,
  ],
  scopes,
  purposes,
}
