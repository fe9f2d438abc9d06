/** The role of a security engineer. */
import type { Role } from './role.ts'

export const securityEngineer: Role = {
  key: 'security-engineer',
  kind: 'person',
  title: 'Security engineer',
  responsibilities: [
    'Writes and tests the rules in policies/',
    'Shuts out identities that misbehave',
    'Stops agents, operations and systems, and lets them go on',
    'Reads the ledger',
    'Decides which agents there are, and which roles they have',
    'Keeps the inventory of pilots, and decides what becomes of them',
  ],
  scopes: [
    'explorer:all',
    'ledger:read',
    'identity:revoke',
    'flow:lift',
    'flow:all',
    'agents:read',
    'agents:write',
    'access:request',
    'access:decide',
    'access:review',
    'stop:engage',
    'stop:release',
    'inventory:read',
    'inventory:write',
    'inventory:decide',
    'workflow:read',
    'workflow:operate',
    'workflow:publish',
  ],
  purposes: ['security-investigation'],
}
