/** The role of a developer. */
import type { Role } from './role.ts'

export const developer: Role = {
  key: 'developer',
  kind: 'person',
  title: 'Developer',
  responsibilities: ['Builds integrations against the schema, without the right to read data'],
  scopes: ['explorer:all', 'workflow:read'],
  purposes: ['development'],
}
