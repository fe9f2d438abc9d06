/** The role of a finance controller. */
import type { Role } from './role.ts'

export const financeController: Role = {
  key: 'finance-controller',
  kind: 'person',
  title: 'Finance controller',
  responsibilities: [
    'Approves invoices and payments',
    'Answers for the books and for the bank details of suppliers',
    'Decides what finance agents may not decide alone',
  ],
  scopes: [
    'crm:read',
    'finance:read',
    'finance:invoice:write',
    'finance:invoice:approve',
    'finance:payment:read',
    'finance:payment:create',
    'finance:payment:release',
    'finance:journal:read',
    'finance:journal:post',
    'finance:bank:read',
    'finance:bank:write',
  ],
  purposes: ['accounts-payable', 'financial-close'],
}
