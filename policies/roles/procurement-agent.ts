/** The role of a procurement agent. */
import type { Role } from './role.ts'

export const procurementAgent: Role = {
  key: 'procurement-agent',
  kind: 'agent',
  title: 'Procurement agent',
  responsibilities: [
    'Turns approved requisitions into purchase orders and sends them',
    'Decides requisitions and releases orders of others up to its limit',
    'Posts goods receipts and checks invoices against them',
    'Keeps suppliers and drafts of contracts up to date',
  ],
  scopes: [
    'procurement:read',
    'procurement:requisition:write',
    'procurement:requisition:decide',
    'procurement:order:write',
    'procurement:order:release',
    'procurement:receipt:write',
    'procurement:contract:write',
    'procurement:supplier:write',
    'finance:read',
    'erp:read',
    'mes:read',
    'supply-chain:read',
    'hr:read',
    'access:request',
    'task:work',
    'workflow:start',
  ],
  purposes: ['purchasing', 'accounts-payable'],
  autonomy: 3,
  supervisor: 'purchasing-manager',
}
