/** The role of a purchasing manager. */
import type { Role } from './role.ts'

export const purchasingManager: Role = {
  key: 'purchasing-manager',
  kind: 'person',
  title: 'Purchasing manager',
  responsibilities: [
    'Answers for suppliers, contracts and what is ordered',
    'Decides requisitions and releases purchase orders',
    'Decides what procurement agents may not decide alone',
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
    'flow:read',
    'flow:lift',
    'approval:decide',
    'access:request',
    'access:decide',
    'task:work',
    'workflow:read',
    'workflow:start',
  ],
  purposes: ['purchasing', 'accounts-payable'],
}
