/** The role of a finance agent. */
import type { Role } from './role.ts'

export const financeAgent: Role = {
  key: 'finance-agent',
  kind: 'agent',
  title: 'Finance agent',
  responsibilities: [
    'Enters, checks and approves invoices up to its limit',
    'Prepares payments and releases them up to its limit',
  ],
  scopes: [
    'crm:read',
    'finance:read',
    'finance:invoice:write',
    'finance:invoice:approve',
    'finance:payment:read',
    'finance:payment:create',
    'finance:payment:release',
    'erp:read',
    'procurement:read',
    'hr:read',
  ],
  purposes: ['accounts-payable', 'financial-close'],
}
