/** The role of a plant manager. */
import type { Role } from './role.ts'

export const plantManager: Role = {
  key: 'plant-manager',
  kind: 'person',
  title: 'Plant manager',
  responsibilities: [
    'Answers for a plant: what it makes, its equipment, its stock and what leaves it',
    'Releases lots from quarantine',
    'Decides what order, production and logistics agents may not decide alone',
  ],
  scopes: [
    'crm:read',
    'erp:read',
    'erp:cost:read',
    'erp:order:write',
    'erp:delivery:write',
    'erp:stock:write',
    'mes:read',
    'mes:job:write',
    'mes:quality:write',
    'mes:downtime:write',
    'supply-chain:read',
    'supply-chain:freight:read',
    'supply-chain:shipment:write',
    'supply-chain:event:write',
    'supply-chain:forecast:write',
    'procurement:read',
    'hr:read',
    'flow:read',
    'flow:lift',
    'approval:decide',
    'access:request',
    'access:decide',
  ],
  purposes: ['order-fulfilment', 'production', 'logistics'],
}
