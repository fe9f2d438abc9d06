/** The role of the engine that runs workflows: the most that a run can do through any agent. */
import type { Role } from './role.ts'

export const workflowEngine: Role = {
  key: 'workflow-engine',
  kind: 'service',
  title: 'Workflow engine',
  responsibilities: ['Runs the operations of published workflows under agents of the roles that these name'],
  scopes: [
    'crm:read',
    'crm:contact',
    'crm:write',
    'crm:case:write',
    'itsm:read',
    'itsm:incident:write',
    'erp:read',
    'finance:read',
    'finance:invoice:write',
    'finance:invoice:approve',
    'finance:payment:read',
    'finance:payment:create',
    'procurement:read',
    'procurement:requisition:decide',
    'procurement:order:write',
    'hr:read',
  ],
  purposes: [],
}
