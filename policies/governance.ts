/** Permissions on the control plane: who the caller is, the ledger, the way to shut an identity out, what waits for people. */
import type { Rules } from './rules.ts'
import { all, any, callerIs, callerMay, everyone } from './vocabulary.ts'

const readLedger = callerMay('ledger:read')
const revoke = callerMay('identity:revoke')
const readTaints = all(any(callerMay('flow:read'), callerMay('flow:all')), callerIs('person'))
const liftTaints = all(callerMay('flow:lift'), callerIs('person'))
/** What an agent has read, and why it is stopped, is its own to know. */
const ownTaints = callerIs('agent')

/** Which requests somebody sees is decided by the part it has in them; these see that there are any. */
const readApprovals = any(callerIs('agent'), callerIs('service'), callerMay('approval:decide'))
/** People decide, by themselves: an agent that could approve would approve itself. */
const decide = all(callerMay('approval:decide'), callerIs('person'))

const askForAccess = callerMay('access:request')
const decideAccess = callerMay('access:decide')
const reviewAccess = callerMay('access:review')
/** Which requests and which grants, the subgraph knows: one's own, those of one's roles, as a reviewer all. */
const seeAccess = any(askForAccess, decideAccess, reviewAccess)
const answerForAccess = any(decideAccess, reviewAccess)
const engageStop = callerMay('stop:engage')
const releaseStop = callerMay('stop:release')
const seeStops = any(engageStop, releaseStop)

export const governance: Rules<'governance'> = {
  Query: {
    me: everyone,
    ledgerAccesses: readLedger,
    ledgerTrail: readLedger,
    ledgerRequest: readLedger,
    verifyLedger: readLedger,
    stops: seeStops,
    taints: readTaints,
    myTaints: ownTaints,
    approval: readApprovals,
    approvals: readApprovals,
    approvalGroups: decide,
    accessRequest: seeAccess,
    accessRequests: seeAccess,
    myGrants: askForAccess,
    grants: answerForAccess,
    certificationCampaign: answerForAccess,
    certificationCampaigns: answerForAccess,
  },
  Mutation: {
    // An agent that could shut others out would be a weapon in the hands of whoever writes to it.
    revoke: all(revoke, callerIs('person')),
    engageStop: all(engageStop, callerIs('person')),
    releaseStop: all(releaseStop, callerIs('person')),
    // Nor may one declare its own reading harmless.
    liftTaint: liftTaints,
    approveRequest: decide,
    rejectRequest: decide,
    decideRequests: decide,
    amendRequest: decide,
    delegateApproval: decide,
    withdrawApproval: readApprovals,
    requestAccess: askForAccess,
    withdrawAccessRequest: askForAccess,
    decideAccess: all(decideAccess, callerIs('person')),
    // Everybody may give back what is their own.
    revokeGrant: seeAccess,
    startCampaign: all(reviewAccess, callerIs('person')),
    decideCampaignItem: all(answerForAccess, callerIs('person')),
  },

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
  Taint: { '*': readTaints },
  TaintConnection: { '*': readTaints },
  TaintEdge: { '*': readTaints },
  OwnTaint: { '*': ownTaints },
  OwnTaintConnection: { '*': ownTaints },
  OwnTaintEdge: { '*': ownTaints },
  LiftTaintPayload: { '*': liftTaints },
  TaintLift: { '*': liftTaints },

  Approval: { '*': readApprovals },
  ApprovalStage: { '*': readApprovals },
  ApprovalVote: { '*': readApprovals },
  ApprovalDelegation: { '*': readApprovals },
  ApprovalPreview: { '*': readApprovals },
  ApprovalAct: { '*': readApprovals },
  ApprovalTarget: { '*': readApprovals },
  ApprovalArgument: { '*': readApprovals },
  ApprovalAsk: { '*': readApprovals },
  ApprovalLineage: { '*': readApprovals },
  ApprovalRead: { '*': readApprovals },
  ApprovalExecution: { '*': readApprovals },
  ApprovalConnection: { '*': readApprovals },
  ApprovalEdge: { '*': readApprovals },
  ApprovalGroup: { '*': decide },
  ApprovalPayload: { '*': readApprovals },
  DecideRequestsPayload: { '*': decide },
  RequestDecision: { '*': decide },

  AccessRequest: { '*': seeAccess },
  AccessRequestConnection: { '*': seeAccess },
  AccessRequestEdge: { '*': seeAccess },
  Grant: { '*': seeAccess },
  GrantConnection: { '*': seeAccess },
  GrantEdge: { '*': seeAccess },
  RequestAccessPayload: { '*': askForAccess },
  AccessRequestPayload: { '*': askForAccess },
  DecideAccessPayload: { '*': decideAccess },
  GrantPayload: { '*': seeAccess },
  CertificationCampaign: { '*': answerForAccess },
  CertificationCampaignConnection: { '*': answerForAccess },
  CertificationCampaignEdge: { '*': answerForAccess },
  CertificationCampaignPayload: { '*': reviewAccess },
  CampaignProgress: { '*': answerForAccess },
  CampaignItem: { '*': answerForAccess },
  CampaignItemConnection: { '*': answerForAccess },
  CampaignItemEdge: { '*': answerForAccess },
  CampaignItemPayload: { '*': answerForAccess },
  Stop: { '*': seeStops },
  StopConnection: { '*': seeStops },
  StopEdge: { '*': seeStops },
  StopReport: { '*': seeStops },
  TimeToStop: { '*': seeStops },
  EngageStopPayload: { '*': engageStop },
  ReleaseStopPayload: { '*': releaseStop },
}
