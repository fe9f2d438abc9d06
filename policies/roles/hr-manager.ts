/** The role of an HR manager. */
import type { Role } from './role.ts'

export const hrManager: Role = {
  key: 'hr-manager',
  kind: 'person',
  title: 'HR manager',
  responsibilities: [
    'Answers for who works here, on which position and with which access',
    'Decides absences and sets pay, never their own',
    'Decides what HR agents may not decide alone',
  ],
  scopes: [
    'hr:read',
    'hr:contact',
    'hr:person:read',
    'hr:pay:read',
    'hr:person:write',
    'hr:access:write',
    'hr:absence:write',
    'hr:pay:write',
    'erp:read',
    'itsm:read',
    'flow:read',
    'flow:lift',
    'approval:decide',
    'access:request',
    'access:decide',
    'task:work',
    'workflow:read',
    'workflow:start',
  ],
  purposes: ['personnel'],
}
