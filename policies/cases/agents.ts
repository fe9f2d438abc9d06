/** Cases of the workforce. */
import { answered, type CaseGroup, type PolicyCase, refused } from './case.ts'

const change = { idempotencyKey: 'case', agentId: 'agent:sales-agent', expectedVersion: 1 }
const reason = 'Sends mail to all contacts'

/** Every act of people on the workforce, with an input. */
const acts: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  RegisterAgent: {
    idempotencyKey: 'case',
    id: 'agent:invoice-bot',
    name: 'Invoice bot',
    description: 'Reads invoices',
    ownerId: 'person:maria.keller',
    environment: 'TEST',
  },
  SubmitAgent: change,
  ApproveAgent: change,
  SuspendAgent: { ...change, reason },
  ResumeAgent: change,
  QuarantineAgent: { ...change, reason },
  RetireAgent: { ...change, reason },
  ChangeAgentOwner: { ...change, ownerId: 'person:maria.keller' },
  SetAgentBudget: { idempotencyKey: 'case', agentId: 'agent:sales-agent', measure: 'MUTATIONS', per: 'DAY', limit: 10 },
  AssignRole: { idempotencyKey: 'case', agentId: 'agent:sales-agent', role: 'sales-agent' },
  EndAssignment: { idempotencyKey: 'case', assignmentId: '01931b4f-0000-7000-8000-000000000000' },
  AddAgentKey: { idempotencyKey: 'case', agentId: 'agent:sales-agent', jwk: '{}' },
  RevokeAgentKey: { idempotencyKey: 'case', agentId: 'agent:sales-agent', kid: 'none' },
  ActivateRoleVersion: { idempotencyKey: 'case', role: 'sales-agent', version: 2, checksum: 'none' },
}

const rotation = { idempotencyKey: 'case', jwk: '{}' }

export const agentsCases: CaseGroup = {
  name: 'agents',
  cases: [
    {
      title: 'a security engineer reads an agent with all that hangs on it',
      as: 'security-engineer',
      operation: 'ReadAgent',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'an auditor reads which agents there are',
      as: 'auditor',
      operation: 'ReadAgents',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'an auditor reads a role with its versions',
      as: 'auditor',
      operation: 'ReadRole',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'a security engineer reads the roles',
      as: 'security-engineer',
      operation: 'ReadRoles',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    ...['ReadAgent', 'ReadAgents', 'ReadRole', 'ReadRoles'].flatMap((operation): readonly PolicyCase[] => [
      {
        title: `a developer sees that the workforce can be read, and reads none of it (${operation})`,
        as: 'developer',
        operation,
        expect: { outcome: 'deny', denied: 'all', missingScopes: ['agents:read'] },
        ledger: refused('all'),
      },
    ]),
    {
      title: 'an agent does not know that there is a list of agents',
      as: 'support-agent',
      operation: 'ReadAgents',
      expect: { outcome: 'unknown', undisclosed: 'all' },
      ledger: refused('all'),
    },
    ...Object.entries(acts).flatMap(([operation, input]): readonly PolicyCase[] => [
      {
        title: `a security engineer may ask for ${operation}`,
        as: 'security-engineer',
        operation,
        variables: { input },
        expect: { outcome: 'allow' },
        ledger: answered,
      },
      {
        title: `a developer sees ${operation} in the schema and may not ask for it`,
        as: 'developer',
        operation,
        variables: { input },
        expect: { outcome: 'deny', denied: 'all', missingScopes: ['agents:read', 'agents:write'] },
        ledger: refused('all'),
      },
      {
        title: `an agent does not know of ${operation}`,
        as: 'sales-agent',
        operation,
        variables: { input },
        expect: { outcome: 'unknown', undisclosed: 'all' },
        ledger: refused('all'),
      },
    ]),
    {
      title: 'an agent may replace its own key',
      as: 'support-agent',
      operation: 'RotateOwnKey',
      variables: { input: rotation },
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'a person has no key to replace',
      as: 'auditor',
      operation: 'RotateOwnKey',
      variables: { input: rotation },
      expect: { outcome: 'unknown', undisclosed: 'all' },
      ledger: refused('all'),
    },
  ],
}
