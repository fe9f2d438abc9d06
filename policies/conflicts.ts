/**
 * What belongs in different hands. A role that stands on both sides of one of these does not load, unless it is excepted here with
 * what stands in the way of misuse; no grant and no assignment of a role brings anybody onto both.
 */
import type { Conflict, ConflictSide } from './engine/conflicts.ts'
import type { ScopeName } from './scopes.ts'

interface WrittenConflict extends Conflict {
  readonly sides: readonly [WrittenSide, WrittenSide]
}

interface WrittenSide extends ConflictSide {
  readonly scopes: readonly ScopeName[]
}

const releasePayments: WrittenSide = { does: 'release payments', scopes: ['finance:payment:release'] }
const changeBankDetails: WrittenSide = {
  does: 'change where a supplier is paid',
  scopes: ['finance:bank:write'],
}
const releaseOrders: WrittenSide = { does: 'release purchase orders', scopes: ['procurement:order:release'] }

export const conflicts: readonly WrittenConflict[] = [
  {
    key: 'bank-details-and-payments',
    reason: 'whoever does both can send a payment to an account of their own',
    sides: [changeBankDetails, releasePayments],
    exceptions: {
      'finance-controller':
        'A payment that was prepared before a change of the bank details cannot be released, and one that is prepared after it is approved by somebody else than who prepared it.',
    },
  },
  {
    key: 'suppliers-and-bank-details',
    reason: 'whoever does both can invent a supplier and be paid in its name',
    sides: [{ does: 'record suppliers', scopes: ['procurement:supplier:write'] }, changeBankDetails],
    exceptions: {},
  },
  {
    key: 'prepare-and-release-payments',
    reason: 'whoever does both pays alone',
    sides: [{ does: 'prepare payments', scopes: ['finance:payment:create'] }, releasePayments],
    exceptions: {
      'finance-agent': 'Only a person approves a payment between the two, and never the one who prepared it.',
      'finance-controller': 'A payment is approved by somebody else than who prepared it.',
    },
  },
  {
    key: 'enter-and-approve-invoices',
    reason: 'whoever does both can have an invoice paid that nobody sent',
    sides: [
      { does: 'enter invoices', scopes: ['finance:invoice:write'] },
      { does: 'approve invoices', scopes: ['finance:invoice:approve'] },
    ],
    exceptions: {
      'finance-agent': 'An invoice is approved by somebody else than who entered it.',
      'finance-controller': 'An invoice is approved by somebody else than who entered it.',
      'workflow-engine':
        'A run acts through an agent only, within what that agent may do by itself; each act is the agent’s, and is checked as such.',
    },
  },
  {
    key: 'request-and-release-purchases',
    reason: 'whoever does both buys alone',
    sides: [{ does: 'request purchases', scopes: ['procurement:requisition:write'] }, releaseOrders],
    exceptions: {
      'procurement-agent': 'An order is released by somebody else than who requested, prepared or bought it.',
      'purchasing-manager': 'An order is released by somebody else than who requested, prepared or bought it.',
    },
  },
  {
    key: 'release-orders-and-receive-goods',
    reason: 'whoever does both can have goods paid for that never came',
    sides: [releaseOrders, { does: 'post goods receipts', scopes: ['procurement:receipt:write'] }],
    exceptions: {
      'procurement-agent':
        'A receipt is posted by somebody else than who bought, and the invoice is matched with both.',
      'purchasing-manager':
        'A receipt is posted by somebody else than who bought, and the invoice is matched with both.',
    },
  },
  {
    key: 'people-and-pay',
    reason: 'whoever does both can enter a person who does not exist and pay them',
    sides: [
      { does: 'enter people', scopes: ['hr:person:write'] },
      { does: 'change what people are paid', scopes: ['hr:pay:write'] },
    ],
    exceptions: {
      'hr-manager': 'Only a person changes pay, never their own and never that of those above them.',
    },
  },
  {
    key: 'plan-and-approve-changes',
    reason: 'whoever does both changes systems alone',
    sides: [
      { does: 'plan changes', scopes: ['itsm:change:write'] },
      { does: 'approve changes', scopes: ['itsm:change:approve'] },
    ],
    exceptions: {
      'change-manager': 'A change is approved by somebody else than who requested, opened or carries it out.',
    },
  },
]
