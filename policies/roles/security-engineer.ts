/** The role of a security engineer. */
import type { Role } from './role.ts'

export const securityEngineer: Role = {
  key: 'security-engineer',
  kind: 'person',
  title: 'Security engineer',
  responsibilities: [
    'Writes and tests the rules in policies/',
    'Shuts out identities that misbehave',
    'Reads the ledger',
  ],
  scopes: ['explorer:all', 'ledger:read', 'identity:revoke'],
  purposes: ['security-investigation'],
}
