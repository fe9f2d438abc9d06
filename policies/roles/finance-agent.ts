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
    'access:request',
    'task:work',
    'workflow:start',
  ],
  purposes: ['accounts-payable', 'financial-close'],
  autonomy: 3,
  supervisor: 'finance-controller',
  // Ten approvals and ten payments of the largest size that no person decides, and then some, each day.
  budgets: [
    { measure: 'money', per: 'day', limit: 250_000, currency: 'EUR' },
    { measure: 'mutations', per: 'hour', limit: 500 },
  ],
}
