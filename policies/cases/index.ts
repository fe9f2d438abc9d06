/** The list of all cases. */
import type { CaseGroup } from './case.ts'
import { crmCases } from './crm.ts'
import { financeCases } from './finance.ts'
import { governanceCases } from './governance.ts'
import { itsmCases } from './itsm.ts'

export const caseGroups: readonly CaseGroup[] = [crmCases, itsmCases, financeCases, governanceCases]
