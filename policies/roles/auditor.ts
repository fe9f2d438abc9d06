/** The role of an auditor. */
import type { Role } from './role.ts'

export const auditor: Role = {
  key: 'auditor',
  kind: 'person',
  title: 'Auditor',
  responsibilities: ['Examines who read and changed what, and why'],
  scopes: [
    'ledger:read',
    'agents:read',
    'inventory:read',
    'crm:read',
    'itsm:read',
    'finance:read',
    'finance:payment:read',
    'finance:journal:read',
    'erp:read',
    'erp:cost:read',
    'mes:read',
    'supply-chain:read',
    'supply-chain:freight:read',
    'hr:read',
    'hr:person:read',
    'procurement:read',
    'flow:all',
    'access:request',
    'access:decide',
    'access:review',
    'workflow:read',
  ],
  purposes: ['audit'],
}
