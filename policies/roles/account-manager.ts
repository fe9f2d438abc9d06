/** The role of an account manager. */
import type { Role } from './role.ts'

export const accountManager: Role = {
  key: 'account-manager',
  kind: 'person',
  title: 'Account manager',
  responsibilities: ['Answers for the accounts in their name'],
  scopes: [
    'crm:read',
    'crm:contact',
    'crm:write',
    'crm:case:write',
    'itsm:read',
    'finance:read',
    'erp:read',
    'erp:order:write',
    'hr:read',
    'hr:contact',
    'flow:read',
    'flow:lift',
    'approval:decide',
    'access:request',
    'access:decide',
    'task:work',
    'workflow:read',
    'workflow:start',
  ],
  purposes: ['sales', 'customer-support'],
}
