/** The role of an IT operations agent. */
import type { Role } from './role.ts'

export const itOpsAgent: Role = {
  key: 'it-ops-agent',
  kind: 'agent',
  title: 'IT operations agent',
  responsibilities: ['Works on incidents', 'Plans changes and carries them out'],
  scopes: [
    'crm:read',
    'itsm:read',
    'itsm:incident:write',
    'itsm:change:write',
    'hr:read',
    'mes:read',
    'access:request',
    'task:work',
  ],
  purposes: ['incident-response', 'change-management'],
  autonomy: 3,
  supervisor: 'change-manager',
}
