/** The role of an order agent. */
import type { Role } from './role.ts'

export const orderAgent: Role = {
  key: 'order-agent',
  kind: 'agent',
  title: 'Order agent',
  responsibilities: [
    'Enters sales orders up to its limit and keeps them up to date',
    'Makes deliveries and moves them on',
    'Moves free stock to where it is needed',
  ],
  scopes: [
    'crm:read',
    'erp:read',
    'erp:order:write',
    'erp:delivery:write',
    'erp:stock:write',
    'supply-chain:read',
    'procurement:read',
    'hr:read',
    'mes:read',
    'access:request',
    'task:work',
  ],
  purposes: ['order-fulfilment', 'sales'],
  autonomy: 3,
  supervisor: 'plant-manager',
}
