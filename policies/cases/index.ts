/** The list of all cases. */
import { agentsCases } from './agents.ts'
import type { CaseGroup } from './case.ts'
import { crmCases } from './crm.ts'
import { erpCases } from './erp.ts'
import { financeCases } from './finance.ts'
import { governanceCases } from './governance.ts'
import { hrCases } from './hr.ts'
import { inventoryCases } from './inventory.ts'
import { itsmCases } from './itsm.ts'
import { mesCases } from './mes.ts'
import { orchestrationCases } from './orchestration.ts'
import { procurementCases } from './procurement.ts'
import { supplyChainCases } from './supply-chain.ts'

export const caseGroups: readonly CaseGroup[] = [
  crmCases,
  itsmCases,
  financeCases,
  erpCases,
  procurementCases,
  mesCases,
  supplyChainCases,
  hrCases,
  governanceCases,
  agentsCases,
  inventoryCases,
  orchestrationCases,
]
