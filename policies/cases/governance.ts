/** Cases of the control plane. */
import { answered, refused, type CaseGroup } from './case.ts'

const revocation = { idempotencyKey: 'case', principal: 'agent:sales-agent', reason: 'Sends mail to all contacts' }

export const governanceCases: CaseGroup = {
  name: 'governance',
  cases: [
    {
      title: 'every caller may ask who it is',
      as: 'it-ops-agent',
      operation: 'ReadMe',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'an auditor reads who touched a field',
      as: 'auditor',
      operation: 'ReadLedgerAccesses',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'an auditor reads what an agent did',
      as: 'auditor',
      operation: 'ReadLedgerTrail',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'a security engineer reads the records of a request',
      as: 'security-engineer',
      operation: 'ReadLedgerRequest',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'an auditor verifies the ledger',
      as: 'auditor',
      operation: 'VerifyLedger',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'an agent does not know that there is a ledger',
      as: 'support-agent',
      operation: 'ReadLedgerTrail',
      expect: { outcome: 'unknown', undisclosed: 'all' },
      ledger: refused('all'),
    },
    {
      title: 'an agent does not know that accesses are recorded',
      as: 'finance-agent',
      operation: 'ReadLedgerAccesses',
      expect: { outcome: 'unknown', undisclosed: 'all' },
      ledger: refused('all'),
    },
    {
      title: 'an agent does not know that requests are recorded',
      as: 'sales-agent',
      operation: 'ReadLedgerRequest',
      expect: { outcome: 'unknown', undisclosed: 'all' },
      ledger: refused('all'),
    },
    {
      title: 'a finance controller does not know that the ledger can be verified',
      as: 'finance-controller',
      operation: 'VerifyLedger',
      expect: { outcome: 'unknown', undisclosed: 'all' },
      ledger: refused('all'),
    },
    {
      title: 'a developer sees the ledger in the schema and reads none of it',
      as: 'developer',
      operation: 'ReadLedgerTrail',
      expect: { outcome: 'deny', denied: 'all', missingScopes: ['ledger:read'] },
      ledger: refused('all'),
    },
    {
      title: 'a security engineer shuts an agent out',
      as: 'security-engineer',
      operation: 'Revoke',
      variables: { input: revocation },
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'an agent does not know that identities can be shut out',
      as: 'support-agent',
      operation: 'Revoke',
      variables: { input: revocation },
      expect: { outcome: 'unknown', undisclosed: 'all' },
      ledger: refused('all'),
    },
    {
      title: 'a developer shuts nobody out',
      as: 'developer',
      operation: 'Revoke',
      variables: { input: revocation },
      expect: { outcome: 'deny', denied: 'all', missingScopes: ['identity:revoke'] },
      ledger: refused('all'),
    },
  ],
}
