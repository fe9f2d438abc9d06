/** The role of a logistics agent. */
import type { Role } from './role.ts'

export const logisticsAgent: Role = {
  key: 'logistics-agent',
  kind: 'agent',
  title: 'Logistics agent',
  responsibilities: [
    'Plans shipments, follows them and says when they will arrive',
    'Records what carriers and gates report of goods',
    'Drafts forecasts, and publishes those that change little',
  ],
  scopes: [
    'erp:read',
    'procurement:read',
    'supply-chain:read',
    'supply-chain:freight:read',
    'supply-chain:shipment:write',
    'supply-chain:event:write',
    'supply-chain:forecast:write',
    'mes:read',
    'hr:read',
    'access:request',
    'task:work',
  ],
  purposes: ['logistics'],
  autonomy: 3,
  supervisor: 'plant-manager',
}
