/** The role of a production agent. */
import type { Role } from './role.ts'

export const productionAgent: Role = {
  key: 'production-agent',
  kind: 'agent',
  title: 'Production agent',
  responsibilities: [
    'Plans job orders of the usual size and carries them through',
    'Books material, reports what was made and measured, holds what is in doubt',
    'Records downtimes and finds the incidents behind them',
  ],
  scopes: [
    'itsm:read',
    'erp:read',
    'mes:read',
    'mes:job:write',
    'mes:quality:write',
    'mes:downtime:write',
    'procurement:read',
    'supply-chain:read',
    'hr:read',
    'access:request',
    'task:work',
  ],
  purposes: ['production'],
  autonomy: 3,
  supervisor: 'plant-manager',
}
