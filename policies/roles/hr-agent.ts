/** The role of an HR agent. */
import type { Role } from './role.ts'

export const hrAgent: Role = {
  key: 'hr-agent',
  kind: 'agent',
  title: 'HR agent',
  responsibilities: [
    'Keeps the directory and the positions up to date',
    'Requests absences, and gives and takes access as people decide',
  ],
  scopes: [
    'hr:read',
    'hr:contact',
    'hr:person:read',
    'hr:person:write',
    'hr:access:write',
    'hr:absence:write',
    'erp:read',
    'access:request',
    'task:work',
  ],
  purposes: ['personnel'],
  autonomy: 3,
  supervisor: 'hr-manager',
}
