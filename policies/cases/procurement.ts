/** Cases of purchasing. */
import type { ScopeName } from '../scopes.ts'
import { answered, refused, type CaseGroup, type PolicyCase } from './case.ts'

const key = { idempotencyKey: 'case' }
const existing = { ...key, expectedVersion: 1 }
const supplier = { ...existing, id: 'sup-001' }
const contract = { ...existing, id: 'ctr-0001' }
const requisition = { ...existing, id: 'PR-2026-00001' }
const order = { ...existing, id: 'PO-2026-00001' }
const receipt = { ...existing, id: 'GR-2026-00001' }
const newSupplier = { ...key, name: 'Scanner GmbH', category: 'Devices', countryCode: 'DE' }
const newContract = {
  ...key,
  supplierId: 'sup-001',
  title: 'Scanners 2027',
  validFrom: '2026-11-01',
  validTo: '2027-10-31',
  targetValue: '120000.00',
}
const newRequisition = {
  ...key,
  title: 'Scanners for the new hall',
  costCenter: 'CC-4100',
  neededBy: '2026-12-01',
  items: [{ description: 'Handheld scanner', plantId: 'plant-1010', quantity: '4', estimatedPrice: '410.00' }],
}
const newOrder = {
  ...key,
  supplierId: 'sup-001',
  requisitionId: 'PR-2026-00001',
  requisitionItems: [{ itemNumber: 10, netPrice: '410.00' }],
}
const newReceipt = {
  ...existing,
  purchaseOrderId: 'PO-2026-00001',
  plantId: 'plant-1010',
  postingDate: '2026-10-28',
  deliveryNote: 'LS-4711',
  items: [{ itemNumber: 10, quantity: '4' }],
}

/** Records of somebody who asks, of the agent that wrote for them, and of others. */
const mine = { requestedBy: 'agent:procurement-agent', preparedBy: null }
const preparedByMe = { requestedBy: 'person:ruben.haas', preparedBy: 'agent:procurement-agent' }
const ofAnother = { requestedBy: 'person:ruben.haas', preparedBy: null }
const boughtByMe = { buyerId: 'agent:procurement-agent', preparedBy: null }
const boughtByAnother = { buyerId: 'person:bernd.osthoff', preparedBy: null }

/** Everybody who may not know of orders' acts, with one act each. */
const unknownActs = [
  ['finance-agent', 'createPurchaseOrder', newOrder],
  ['finance-agent', 'changePurchaseOrder', { ...order, incoterms: 'DAP Havelberg' }],
  ['finance-agent', 'submitPurchaseOrder', order],
  ['finance-agent', 'releasePurchaseOrder', { ...order, netTotal: '10.00' }],
  ['finance-controller', 'rejectPurchaseOrder', { ...order, reason: 'Too dear' }],
  ['finance-controller', 'sendPurchaseOrder', order],
  ['auditor', 'cancelPurchaseOrder', { ...order, reason: 'Not needed' }],
  ['auditor', 'completePurchaseOrder', order],
  ['finance-agent', 'decideRequisition', { ...requisition, decision: 'APPROVED', total: '10.00' }],
  ['finance-agent', 'createSupplier', newSupplier],
  ['finance-agent', 'updateSupplier', { ...supplier, phone: '+49 30 1234567' }],
  ['finance-agent', 'createContract', newContract],
  ['finance-agent', 'activateContract', { ...contract, targetValue: '120000.00' }],
] as const

/** What the purchasing manager does, each with what it needs. */
const managerActs = [
  ['updateSupplier', { ...supplier, status: 'BLOCKED' }],
  ['activateContract', { ...contract, targetValue: '120000.00' }],
  ['terminateContract', { ...contract, reason: 'Late again and again' }],
  ['decideRequisition', { ...requisition, decision: 'APPROVED', total: '250000.00' }],
  ['releasePurchaseOrder', { ...order, netTotal: '250000.00' }],
  ['rejectPurchaseOrder', { ...order, reason: 'Too dear' }],
  ['cancelPurchaseOrder', { ...order, reason: 'Not needed' }],
  ['postGoodsReceipt', newReceipt],
  ['reverseGoodsReceipt', { ...receipt, reason: 'Counted twice' }],
] as const

/** What the procurement agent does alone. */
const agentActs = [
  ['createSupplier', newSupplier],
  ['updateSupplier', { ...supplier, phone: '+49 30 1234567' }],
  ['createContract', newContract],
  ['createRequisition', newRequisition],
  ['decideRequisition', { ...requisition, decision: 'APPROVED', total: '1000.00' }],
  ['createPurchaseOrder', newOrder],
  ['submitPurchaseOrder', order],
  ['releasePurchaseOrder', { ...order, netTotal: '5000.00' }],
  ['rejectPurchaseOrder', { ...order, reason: 'Too dear' }],
  ['sendPurchaseOrder', order],
  ['completePurchaseOrder', order],
  ['postGoodsReceipt', newReceipt],
] as const

/** What the procurement agent may do only when a person says so. */
const askedActs = [
  [
    'an agent asks before it decides about a cent more',
    'decideRequisition',
    { decision: 'APPROVED', total: '1000.01' },
  ],
  [
    'an agent asks before it decides about any amount of another currency',
    'decideRequisition',
    { decision: 'REJECTED', total: '10.00', currency: 'GBP', note: 'Not needed' },
  ],
  ['an agent asks before it releases a cent more', 'releasePurchaseOrder', { netTotal: '5000.01' }],
  [
    'an agent asks before it releases any amount of another currency',
    'releasePurchaseOrder',
    { netTotal: '10.00', currency: 'GBP' },
  ],
  ['an agent asks before it makes a contract binding', 'activateContract', { targetValue: '10.00' }],
  ['an agent asks before it takes a goods receipt back', 'reverseGoodsReceipt', { reason: 'Counted twice' }],
] as const

/** What is for the caller's own records, and the record's type with its owners. */
const ownActs = [
  ['changeRequisition', { ...requisition, title: 'Scanners' }, 'PurchaseRequisition', mine],
  ['submitRequisition', requisition, 'PurchaseRequisition', preparedByMe],
  ['changePurchaseOrder', { ...order, incoterms: 'DAP Havelberg' }, 'PurchaseOrder', boughtByMe],
  ['cancelPurchaseOrder', { ...order, reason: 'Not needed' }, 'PurchaseOrder', boughtByMe],
] as const

/** One act for each kind of payload. */
const developerActs = [
  ['CreateContract', newContract, 'procurement:contract:write'],
  ['CreateRequisition', newRequisition, 'procurement:requisition:write'],
  ['CreatePurchaseOrder', newOrder, 'procurement:order:write'],
  ['PostGoodsReceipt', newReceipt, 'procurement:receipt:write'],
] as const

/** What reads, and whose scopes its links into other systems need as well. */
const reads = [
  ['ReadSuppliers', []],
  ['ReadContracts', []],
  ['ReadRequisitions', ['erp:read', 'hr:read']],
  ['ReadOrders', ['erp:read', 'hr:read']],
  ['ReadReceipts', ['erp:read', 'mes:read', 'supply-chain:read']],
] as const satisfies readonly (readonly [operation: string, linked: readonly ScopeName[]])[]

function operationOf(mutation: string): string {
  return mutation.charAt(0).toUpperCase() + mutation.slice(1)
}

export const procurementCases: CaseGroup = {
  name: 'procurement',
  cases: [
    // Reading
    ...reads.flatMap(([operation, linked]): PolicyCase[] => [
      {
        title: `a procurement agent may ${operation}`,
        as: 'procurement-agent',
        operation,
        expect: { outcome: 'allow' },
        ledger: answered,
      },
      {
        title: `an auditor may ${operation}`,
        as: 'auditor',
        operation,
        expect: { outcome: 'allow' },
        ledger: answered,
      },
      {
        title: `a developer sees what ${operation} asks for in the schema and reads none of it`,
        as: 'developer',
        operation,
        expect: {
          outcome: 'deny',
          denied: 'all',
          missingScopes: (['procurement:read', ...linked] satisfies ScopeName[]).toSorted(),
        },
        ledger: refused('all'),
      },
    ]),
    {
      title: 'a support agent, who reads invoices, reads who sends them',
      as: 'support-agent',
      operation: 'ReadSupplierDirectory',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'a sales agent may ask to read who sends invoices',
      as: 'sales-agent',
      operation: 'ReadSupplierDirectory',
      expect: { outcome: 'deny', denied: 'all', missingScopes: ['finance:read'] },
      ledger: refused('all'),
    },
    {
      title: 'a support agent may ask to read what is ordered from a supplier',
      as: 'support-agent',
      operation: 'ReadSuppliers',
      expect: {
        outcome: 'deny',
        denied: [
          'Supplier.rating',
          'Supplier.contracts',
          'SupplyContract.id',
          'Supplier.purchaseOrders',
          'PurchaseOrder.id',
        ],
        missingScopes: ['procurement:read'],
      },
      ledger: refused([
        'Supplier.rating',
        'Supplier.contracts',
        'SupplyContract.id',
        'Supplier.purchaseOrders',
        'PurchaseOrder.id',
      ]),
    },

    // The three-way match
    {
      title: 'a procurement agent reads the invoices of an order',
      as: 'procurement-agent',
      operation: 'ReadInvoicesOfOrder',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'a finance agent matches an invoice with order and receipts',
      as: 'finance-agent',
      operation: 'MatchInvoice',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'a procurement agent matches an invoice with order and receipts',
      as: 'procurement-agent',
      operation: 'MatchInvoice',
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'a token of purchasing alone matches no invoice, because the match is made from its lines',
      as: 'procurement-agent',
      scopes: ['procurement:read'],
      operation: 'MatchInvoicesOfOrder',
      expect: {
        outcome: 'deny',
        denied: ['PurchaseOrder.invoices', 'Invoice.threeWayMatch'],
        missingScopes: ['finance:read'],
      },
      ledger: refused(['PurchaseOrder.invoices', 'Invoice.threeWayMatch']),
    },
    {
      title: 'a support agent, who reads invoices, may ask to match them',
      as: 'support-agent',
      operation: 'MatchInvoice',
      expect: {
        outcome: 'deny',
        denied: [
          'Invoice.threeWayMatch',
          'ThreeWayMatch.verdict',
          'ThreeWayMatch.purchaseOrder',
          'PurchaseOrder.id',
          'ThreeWayMatch.tolerances',
          'MatchTolerances.pricePercent',
          'MatchTolerances.quantityPercent',
          'ThreeWayMatch.differences',
          'MatchDifference.lineNumber',
          'MatchDifference.itemNumber',
          'MatchDifference.verdict',
          'MatchDifference.explanation',
          'MatchDifference.orderedQuantity',
          'MatchDifference.receivedQuantity',
          'MatchDifference.billedQuantity',
          'MatchDifference.orderedPrice',
          'MatchDifference.billedPrice',
        ],
        missingScopes: ['procurement:read'],
      },
      ledger: refused([
        'Invoice.threeWayMatch',
        'ThreeWayMatch.verdict',
        'ThreeWayMatch.purchaseOrder',
        'PurchaseOrder.id',
        'ThreeWayMatch.tolerances',
        'MatchTolerances.pricePercent',
        'MatchTolerances.quantityPercent',
        'ThreeWayMatch.differences',
        'MatchDifference.lineNumber',
        'MatchDifference.itemNumber',
        'MatchDifference.verdict',
        'MatchDifference.explanation',
        'MatchDifference.orderedQuantity',
        'MatchDifference.receivedQuantity',
        'MatchDifference.billedQuantity',
        'MatchDifference.orderedPrice',
        'MatchDifference.billedPrice',
      ]),
    },

    // What an agent does alone, and what its manager does
    ...agentActs.map(([mutation, input]): PolicyCase => ({
      title: `a procurement agent may ${mutation}`,
      as: 'procurement-agent',
      operation: operationOf(mutation),
      variables: { input },
      expect: { outcome: 'allow' },
      ledger: answered,
    })),
    ...managerActs.map(([mutation, input]): PolicyCase => ({
      title: `a purchasing manager may ${mutation}`,
      as: 'purchasing-manager',
      operation: operationOf(mutation),
      variables: { input },
      ...(mutation === 'cancelPurchaseOrder' ? { records: { PurchaseOrder: boughtByAnother } } : {}),
      expect: { outcome: 'allow' },
      ledger: answered,
    })),
    {
      title: 'an agent neither blocks nor activates a supplier',
      as: 'procurement-agent',
      operation: 'UpdateSupplier',
      variables: { input: { ...supplier, status: 'ACTIVE' } },
      expect: { outcome: 'deny', denied: ['Mutation.updateSupplier'], missingScopes: [] },
      ledger: refused(['Mutation.updateSupplier']),
    },
    {
      title: 'an agent does not know that contracts can be terminated',
      as: 'procurement-agent',
      operation: 'TerminateContract',
      variables: { input: { ...contract, reason: 'Late again and again' } },
      expect: { outcome: 'unknown', undisclosed: ['Mutation.terminateContract'] },
      ledger: refused(['Mutation.terminateContract']),
    },

    // What a person is asked about
    ...askedActs.map(([title, mutation, input]): PolicyCase => ({
      title,
      as: 'procurement-agent',
      operation: operationOf(mutation),
      variables: { input: { ...existing, id: 'record', ...input } },
      expect: { outcome: 'ask', asked: [`Mutation.${mutation}`], approvers: ['purchasing-manager'] },
      ledger: refused([]),
    })),
    {
      title: 'a small order does not carry a large one along',
      as: 'procurement-agent',
      operation: 'ReleaseTwoOrders',
      variables: {
        small: { ...order, netTotal: '10.00' },
        large: { ...order, id: 'PO-2026-00002', idempotencyKey: 'case-2', netTotal: '90000.00' },
      },
      expect: { outcome: 'ask', asked: ['Mutation.releasePurchaseOrder'], approvers: ['purchasing-manager'] },
      ledger: refused([]),
    },

    // What is for one's own records
    ...ownActs.flatMap(([mutation, input, type, own]): PolicyCase[] => [
      {
        title: `an agent may ${mutation} of its own`,
        as: 'procurement-agent',
        operation: operationOf(mutation),
        variables: { input },
        records: { [type]: own },
        expect: { outcome: 'allow' },
        ledger: answered,
      },
      {
        title: `an agent may not ${mutation} of another`,
        as: 'procurement-agent',
        operation: operationOf(mutation),
        variables: { input },
        records: { [type]: { ...ofAnother, ...boughtByAnother } },
        expect: { outcome: 'record-denied', denied: [`Mutation.${mutation}`] },
        ledger: { refused: false, denied: [`Mutation.${mutation}`] },
      },
    ]),
    {
      title: 'a purchasing manager changes no order of another, which the manager may release',
      as: 'purchasing-manager',
      operation: 'ChangePurchaseOrder',
      variables: { input: { ...order, incoterms: 'DAP Havelberg' } },
      records: { PurchaseOrder: { buyerId: 'person:mei.tanaka', preparedBy: null } },
      expect: { outcome: 'record-denied', denied: ['Mutation.changePurchaseOrder'] },
      ledger: { refused: false, denied: ['Mutation.changePurchaseOrder'] },
    },
    {
      title: 'who decides requisitions takes back those of others too',
      as: 'procurement-agent',
      operation: 'WithdrawRequisition',
      variables: { input: requisition },
      records: { PurchaseRequisition: ofAnother },
      expect: { outcome: 'allow' },
      ledger: answered,
    },
    {
      title: 'who only requests does not take back those of others',
      as: 'procurement-agent',
      scopes: ['procurement:read', 'procurement:requisition:write'],
      operation: 'WithdrawRequisition',
      variables: { input: requisition },
      records: { PurchaseRequisition: ofAnother },
      expect: { outcome: 'record-denied', denied: ['Mutation.withdrawRequisition'] },
      ledger: { refused: false, denied: ['Mutation.withdrawRequisition'] },
    },

    // Others
    ...unknownActs.map(([as, mutation, input]): PolicyCase => ({
      title: `a caller as ${as} does not know of ${mutation}`,
      as,
      operation: operationOf(mutation),
      variables: { input },
      expect: { outcome: 'unknown', undisclosed: [`Mutation.${mutation}`] },
      ledger: refused([`Mutation.${mutation}`]),
    })),
    {
      title: 'a finance agent may ask to request something',
      as: 'finance-agent',
      operation: 'CreateRequisition',
      variables: { input: newRequisition },
      expect: {
        outcome: 'deny',
        denied: ['Mutation.createRequisition'],
        missingScopes: ['procurement:requisition:write'],
      },
      ledger: refused(['Mutation.createRequisition']),
    },
    {
      title: 'a finance agent may ask to post goods receipts',
      as: 'finance-agent',
      operation: 'PostGoodsReceipt',
      variables: { input: newReceipt },
      expect: {
        outcome: 'deny',
        denied: ['Mutation.postGoodsReceipt'],
        missingScopes: ['procurement:receipt:write'],
      },
      ledger: refused(['Mutation.postGoodsReceipt']),
    },
    {
      title: 'a developer sees CreateSupplier in the schema and does nothing of it',
      as: 'developer',
      operation: 'CreateSupplier',
      variables: { input: newSupplier },
      expect: { outcome: 'deny', denied: 'all', missingScopes: ['finance:read', 'procurement:supplier:write'] },
      ledger: refused('all'),
    },
    ...developerActs.map(([operation, input, scope]): PolicyCase => ({
      title: `a developer sees ${operation} in the schema and does nothing of it`,
      as: 'developer',
      operation,
      variables: { input },
      expect: { outcome: 'deny', denied: 'all', missingScopes: ['procurement:read', scope] },
      ledger: refused('all'),
    })),
  ],
}
