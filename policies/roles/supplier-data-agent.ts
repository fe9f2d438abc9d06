/** The role of a supplier data agent. */
import type { Role } from './role.ts'

export const supplierDataAgent: Role = {
  key: 'supplier-data-agent',
  kind: 'agent',
  title: 'Supplier data agent',
  responsibilities: [
    'Keeps what the company knows of its suppliers true',
    'Works on the tickets in which suppliers report a change',
  ],
  scopes: [
    'crm:read',
    'itsm:read',
    'itsm:incident:write',
    'finance:read',
    'finance:bank:read',
    'finance:bank:write',
    'procurement:read',
    'access:request',
    'task:work',
  ],
  purposes: ['accounts-payable'],
  autonomy: 2,
  supervisor: 'finance-controller',
  budgets: [{ measure: 'mutations', per: 'day', limit: 200 }],
}
