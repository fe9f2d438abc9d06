/** The role of a change manager. */
import type { Role } from './role.ts'

export const changeManager: Role = {
  key: 'change-manager',
  kind: 'person',
  title: 'Change manager',
  responsibilities: [
    'Approves changes and keeps their calendar',
    'Decides what operations agents may not decide alone',
  ],
  scopes: [
    'crm:read',
    'itsm:read',
    'itsm:incident:write',
    'itsm:change:write',
    'itsm:change:approve',
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
    'workflow:operate',
  ],
  purposes: ['change-management', 'incident-response'],
}
