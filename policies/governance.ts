/** Permissions on the control plane: who the caller is, the ledger, the way to shut an identity out. */
import type { Rules } from './rules.ts'
import { all, callerIs, callerMay, everyone } from './vocabulary.ts'

const readLedger = callerMay('ledger:read')
const revoke = callerMay('identity:revoke')

export const governance: Rules<'governance'> = {
  Query: {
    me: everyone,
    ledgerAccesses: readLedger,
    ledgerTrail: readLedger,
    ledgerRequest: readLedger,
    verifyLedger: readLedger,
  },
  // An agent that could shut others out would be a weapon in the hands of whoever writes to it.
  Mutation: { revoke: all(revoke, callerIs('person')) },

  Identity: { '*': everyone },
  LedgerAccess: { '*': readLedger },
  LedgerAccessConnection: { '*': readLedger },
  LedgerAccessEdge: { '*': readLedger },
  LedgerActor: { '*': readLedger },
  LedgerCaller: { '*': readLedger },
  LedgerCount: { '*': readLedger },
  LedgerRecord: { '*': readLedger },
  LedgerRecordConnection: { '*': readLedger },
  LedgerRecordEdge: { '*': readLedger },
  LedgerPoint: { '*': readLedger },
  LedgerBreak: { '*': readLedger },
  LedgerOpenIntent: { '*': readLedger },
  LedgerVerification: { '*': readLedger },
  RevokePayload: { '*': revoke },
  Revocation: { '*': revoke },
}
