/** The role of a finance controller. */
import type { Role } from './role.ts'

export const financeController: Role = {
  key: 'finance-controller',
  kind: 'person',
  title: 'Finance controller',
  responsibilities: [
    'Approves invoices and payments',
    'Answers for the books and for the bank details of suppliers',
    'Lets go of orders that credit has stopped',
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
    'erp:read',
    'erp:cost:read',
    'erp:order:write',
    'hr:read',
    'procurement:read',
    'flow:read',
    'flow:lift',
    'approval:decide',
    'access:request',
    'access:decide',
    'inventory:read',
  ],
  purposes: ['accounts-payable', 'financial-close'],
}
