/** The scripts of the agents: one for each task of the shipped workflows. */
import type { Work } from './work.ts'
import { assess } from './assess.ts'
import { checkBudget } from './check-budget.ts'
import { checkSupplier } from './check-supplier.ts'
import { examine } from './examine.ts'
import { understand } from './understand.ts'

export interface Script {
  readonly work: Work
  /** The role of the people who do it where the agent cannot. */
  readonly orElse: string
}

/** By the node of the workflow. */
export const scripts: Readonly<Record<string, Script>> = {
  understand: { work: understand, orElse: 'account-manager' },
  assess: { work: assess, orElse: 'change-manager' },
  examine: { work: examine, orElse: 'purchasing-manager' },
  checkSupplier: { work: checkSupplier, orElse: 'purchasing-manager' },
  checkBudget: { work: checkBudget, orElse: 'finance-controller' },
}
