/** The role of a sales agent. */
import type { Role } from './role.ts'

export const salesAgent: Role = {
  key: 'sales-agent',
  kind: 'agent',
  title: 'Sales agent',
  responsibilities: ['Keeps accounts, contacts and opportunities up to date', 'Prepares the next step of a sale'],
  scopes: ['crm:read', 'crm:contact', 'crm:write', 'erp:read', 'access:request', 'task:work'],
  purposes: ['sales'],
  autonomy: 3,
  supervisor: 'account-manager',
}
