/**
 * Who decides about acts that wait for people. The first policy that fits an ask gives its stages; the roles of a stage decide in
 * their order. Whoever asked, takes part, or answers for the agent never decides, whatever stands here.
 */
import type { ApprovalPolicies } from './engine/approval-policies.ts'

export const approvals: ApprovalPolicies = {
  policies: [
    {
      key: 'bank-details',
      // Where a supplier is paid: no one person changes it, and nobody does so for somebody else.
      when: { coordinates: ['Mutation.updateSupplierBankDetails'] },
      stages: [{ candidates: 'finance-controller', quorum: 2, maxPendingFor: '24h', onExpiry: 'DENY' }],
      delegableTo: [],
      useWithin: '10m',
      authenticatedWithin: '1h',
    },
    {
      key: 'far-reaching',
      when: { impacts: ['HIGH'] },
      stages: [{ candidates: 'asked', quorum: 1, maxPendingFor: '24h', onExpiry: 'DENY' }],
      delegableTo: ['finance-controller', 'change-manager', 'plant-manager', 'hr-manager', 'purchasing-manager'],
      useWithin: '10m',
      authenticatedWithin: '1h',
    },
    {
      key: 'emergency-change',
      when: { coordinates: ['Mutation.createChange'] },
      // An emergency waits for nobody's holiday: the plant is asked when change management does not answer.
      stages: [{ candidates: 'asked', quorum: 1, maxPendingFor: '1h', onExpiry: { escalateTo: 'plant-manager' } }],
      delegableTo: ['plant-manager'],
      useWithin: '10m',
      authenticatedWithin: '12h',
    },
    {
      key: 'default',
      when: {},
      stages: [{ candidates: 'asked', quorum: 1, maxPendingFor: '24h', onExpiry: 'DENY' }],
      delegableTo: [
        'account-manager',
        'finance-controller',
        'change-manager',
        'plant-manager',
        'hr-manager',
        'purchasing-manager',
      ],
      useWithin: '10m',
      authenticatedWithin: '12h',
    },
  ],
  amendable: {
    'Mutation.decideRequisition': ['/input/decision', '/input/note'],
    'Mutation.reverseGoodsReceipt': ['/input/reason'],
    'Mutation.createChange': ['/input/type', '/input/risk', '/input/plannedStart', '/input/plannedEnd'],
    'Mutation.postJournalEntry': ['/input/description', '/input/postingDate'],
    'Mutation.updateUser': ['/input/managerId'],
    'Mutation.deactivateUser': ['/input/leaveDate'],
  },
  targets: {
    'Mutation.updateSupplierBankDetails': { query: 'supplier', at: 'bankDetails' },
    'Mutation.addGroupMember': { query: 'group' },
    'Mutation.addCaseComment': { query: 'case' },
    'Mutation.transitionDelivery': { query: 'delivery' },
    'Mutation.transferStock': { query: 'stockLevel' },
    'Mutation.changePay': { query: 'user' },
    'Mutation.createDelivery': { query: 'salesOrder', id: 'input.salesOrderId' },
    'Mutation.postGoodsReceipt': { query: 'purchaseOrder', id: 'input.purchaseOrderId' },
    'Mutation.reportJobResponse': { query: 'jobOrder' },
    'Mutation.produceLot': { query: 'jobOrder' },
    'Mutation.consumeMaterial': { query: 'materialLot' },
    'Mutation.recordDowntime': { query: 'equipment' },
    'Mutation.endDowntime': { query: 'downtime' },
    'Mutation.linkDowntimeIncident': { query: 'downtime' },
    'Mutation.publishForecast': { query: 'forecast' },
    // An absence is requested under its person, and read by no query of its own; the parts of these are read with their whole.
    'Mutation.requestAbsence': { query: 'user' },
    'Mutation.transitionOperation': null,
    'Mutation.removeGroupMember': null,
    'Mutation.revoke': null,
  },
}
