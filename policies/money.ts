/**
 * What budgets of money count: the acts that move money, or bind the company to pay. Each act counts by itself: whoever prepares a
 * payment and releases it has decided twice. An amount without a currency counts against every currency.
 */
import type { Coordinate } from '../lib/labels.ts'
import type { MoneyArgument } from './engine/revision.ts'

export const money: Readonly<Record<Coordinate, readonly MoneyArgument[]>> = {
  'Mutation.createSalesOrder': [{ amount: 'input.netTotal' }],
  'Mutation.approveInvoice': [{ amount: 'input.grossTotal' }],
  'Mutation.createPayment': [{ amount: 'input.amount', currency: 'input.currency' }],
  'Mutation.releasePayment': [{ amount: 'input.amount' }],
  'Mutation.activateContract': [{ amount: 'input.targetValue' }],
  'Mutation.releasePurchaseOrder': [{ amount: 'input.netTotal', currency: 'input.currency' }],
  'Mutation.createShipment': [{ amount: 'input.freightCost', currency: 'input.currency' }],
  'Mutation.changePay': [{ amount: 'input.annualSalary', currency: 'input.currency' }],
}

/** Amounts that budgets leave out, each with the reason: with the table above, all that the contracts have. */
export const notCounted: Readonly<Record<string, string>> = {
  'Mutation.createAccount input.annualRevenue': 'what somebody else earns',
  'Mutation.updateAccount input.annualRevenue': 'what somebody else earns',
  'Mutation.createOpportunity input.amount': 'a hope',
  'Mutation.updateOpportunity input.amount': 'a hope',
  'Mutation.createSalesOrder input.items.netPrice': 'part of the order’s total',
  'Mutation.createInvoice input.lines.netPrice': 'counted when the invoice is approved',
  'Mutation.createInvoice input.grossTotal': 'counted when the invoice is approved',
  'Mutation.approvePayment input.amount': 'counted when the payment is released',
  'Mutation.postJournalEntry input.lines.debit': 'says where money went, and moves none',
  'Mutation.postJournalEntry input.lines.credit': 'says where money went, and moves none',
  'Mutation.changePay input.bonusPercent': 'a share',
  'Mutation.createContract input.targetValue': 'counted when the contract is activated',
  'Mutation.createRequisition input.items.estimatedPrice': 'a wish; counted when the purchase order is released',
  'Mutation.changeRequisition input.items.estimatedPrice': 'a wish; counted when the purchase order is released',
  'Mutation.changeRequisition input.newItems.estimatedPrice': 'a wish; counted when the purchase order is released',
  'Mutation.decideRequisition input.total': 'counted when the purchase order is released',
  'Mutation.createPurchaseOrder input.requisitionItems.netPrice': 'counted when the order is released',
  'Mutation.createPurchaseOrder input.contractItems.netPrice': 'counted when the order is released',
  'Mutation.changePurchaseOrder input.items.netPrice': 'counted when the order is released',
  'Mutation.changePurchaseOrder input.newItems.netPrice': 'counted when the order is released',
  'Mutation.registerPilot input.monthlyCost': 'what a pilot costs already',
  'Mutation.updatePilot input.monthlyCost': 'what a pilot costs already',
  'Mutation.createForecast input.quantity': 'pieces',
  'Mutation.changeForecast input.quantity': 'pieces',
}
