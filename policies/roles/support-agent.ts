/** The role of a support agent. */
import type { Role } from './role.ts'

export const supportAgent: Role = {
  key: 'support-agent',
  kind: 'agent',
  title: 'Support agent',
  responsibilities: [
    'Finds out who asks and what for',
    'Keeps cases and accounts up to date',
    'Opens incidents and tells the account manager',
  ],
  scopes: [
    'crm:read',
    'crm:contact',
    'crm:write',
    'crm:case:write',
    'itsm:read',
    'itsm:incident:write',
    'finance:read',
    'erp:read',
    'supply-chain:read',
    'hr:read',
    'access:request',
    'task:work',
    'workflow:start',
  ],
  purposes: ['customer-support', 'incident-response'],
  autonomy: 3,
  supervisor: 'account-manager',
  // Whoever serves customers all day meets a few hundred of them; whoever copies the address book meets them all.
  budgets: [{ measure: 'sensitive-rows', per: 'hour', limit: 5_000 }],
}
