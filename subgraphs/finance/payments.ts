/**
 * Payments: prepared by one, approved by another, then released. A payment goes where the supplier was paid when it was
 * prepared; when that changed meanwhile, it is not released, because a changed account is how money is stolen.
 */
import { refusal } from '../../lib/errors.ts'
import { requireReference, requireStep, requireVersion } from '../acts.ts'
import { invalid, readValues, required, text } from '../inputs.ts'
import { requireSecondPrincipal } from '../separation-of-duty.ts'
import { amountOf, dayOf, money, readAmount, requireSameAmount } from '../amounts.ts'
import { stub } from '../stubs.ts'
import { invoiceSteps } from './invoice-states.ts'
import type {
  BankDetailsRecord,
  ExistingRecord,
  FinanceMutation,
  FinanceResolver,
  InvoiceRecord,
  PaymentRecord,
  SupplierRecord,
} from './model.ts'
import { paymentSteps } from './payment-states.ts'
import { loadBankDetails } from './suppliers.ts'

type PaymentResolver = FinanceResolver<PaymentRecord>
type SameAmount = ExistingRecord & { readonly amount: string }

export const paymentFields = {
  invoice: (({ invoiceId }, _, { records }) => records.load('Invoice', invoiceId)) satisfies PaymentResolver,
  supplier: (({ supplierId }) => stub(supplierId)) satisfies PaymentResolver,
  beneficiary: ((payment) => ({
    accountHolder: payment.beneficiaryAccountHolder,
    iban: payment.beneficiaryIban,
    bic: payment.beneficiaryBic,
  })) satisfies PaymentResolver,
}

export const createPayment: FinanceMutation<{
  readonly invoiceId: string
  readonly expectedVersion: number
  readonly amount: string
  readonly currency: string
  readonly executionDate: string
}> = async (_, args, { records, caller, now }, info) => {
  const { invoiceId, expectedVersion, amount, currency, executionDate } = args.input
  const found = await records.load('Invoice', invoiceId)
  const [supplier, bank] = await Promise.all([
    records.load('Supplier', found?.supplierId),
    loadBankDetails(records, found?.supplierId),
  ])
  return records.change(info, args, async (apply) => {
    const invoice = requireVersion(found, 'Invoice', { id: invoiceId, expectedVersion })
    const payable = requirePayable(invoice, supplier, bank)
    if (currency !== invoice.currency) throw invalid('input.currency', `must be \`${invoice.currency}\``)
    if (readAmount('input.amount', amount) > amountOf(invoice.amountDue)) {
      throw invalid('input.amount', `can be at most what is due, \`${invoice.amountDue}\``)
    }
    if (executionDate < dayOf(now)) throw invalid('input.executionDate', 'cannot be in the past')
    const values = {
      status: 'PREPARED',
      invoiceId,
      supplierId: payable.supplier.id,
      amount,
      currency,
      beneficiaryAccountHolder: payable.bank.accountHolder,
      beneficiaryIban: payable.bank.iban,
      beneficiaryBic: payable.bank.bic,
      bankDetailsVersion: payable.bank.version,
      remittanceInformation: `Invoice ${invoice.number}`,
      executionDate,
      preparedBy: caller.id,
      preparedFor: caller.onBehalfOf,
    }
    const payment = await apply('Payment', { kind: 'create', values })
    await apply('Invoice', { kind: 'update', id: invoiceId, expectedVersion, values: { status: 'SCHEDULED' } })
    return { payment }
  })
}

export const approvePayment: FinanceMutation<SameAmount> = async (_, args, { records, caller, now }, info) => {
  const { id, expectedVersion, amount } = args.input
  const found = await records.load('Payment', id)
  return records.change(info, args, async (apply) => {
    const current = requireNext(found, args.input, 'APPROVED')
    requireSecondPrincipal(caller, [current.preparedBy, current.preparedFor], 'approve a payment that they prepared')
    requireSameAmount('input.amount', amount, current.amount)
    const values = { status: 'APPROVED', approvedBy: caller.id, approvedAt: now }
    return { payment: await apply('Payment', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const cancelPayment: FinanceMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Payment', id)
  const invoice = await records.load('Invoice', found?.invoiceId)
  return records.change(info, args, async (apply) => {
    requireNext(found, args.input, 'CANCELLED')
    const { reason } = readValues(args.input, { reason: required(text(1_000)) })
    const values = { status: 'CANCELLED', cancelReason: reason }
    const payment = await apply('Payment', { kind: 'update', id, expectedVersion, values })
    await apply('Invoice', settle(invoice, { status: 'APPROVED' }))
    return { payment }
  })
}

export const releasePayment: FinanceMutation<SameAmount> = async (_, args, { records, caller, now }, info) => {
  const { id, expectedVersion, amount } = args.input
  const found = await records.load('Payment', id)
  const [invoice, supplier, bank] = await Promise.all([
    records.load('Invoice', found?.invoiceId),
    records.load('Supplier', found?.supplierId),
    loadBankDetails(records, found?.supplierId),
  ])
  return records.change(info, args, async (apply) => {
    const current = requireNext(found, args.input, 'RELEASED')
    requireSameAmount('input.amount', amount, current.amount)
    if (supplier?.status !== 'ACTIVE') throw invalid('input.id', 'names a payment to a supplier that is `BLOCKED`')
    requireUnchangedBank(current, bank)
    const values = { status: 'RELEASED', releasedBy: caller.id, releasedAt: now }
    const payment = await apply('Payment', { kind: 'update', id, expectedVersion, values })
    const due = amountOf(invoice?.amountDue ?? '0.00') - amountOf(current.amount)
    const paid = amountOf(invoice?.paidAmount ?? '0.00') + amountOf(current.amount)
    const settled = { status: due === 0n ? 'PAID' : 'APPROVED', paidAmount: money(paid), amountDue: money(due) }
    await apply('Invoice', settle(invoice, settled))
    return { payment }
  })
}

function requireNext(found: PaymentRecord | null, input: ExistingRecord, next: PaymentRecord['status']): PaymentRecord {
  const current = requireVersion(found, 'Payment', input)
  requireStep<PaymentRecord['status']>(paymentSteps, current.status, next, { entity: 'Payment', id: current.id })
  return current
}

/** What a purchase invoice must be, and its supplier have, before a payment of it is prepared. */
function requirePayable(
  invoice: InvoiceRecord,
  found: SupplierRecord | null,
  bank: BankDetailsRecord | null,
): { readonly supplier: SupplierRecord; readonly bank: BankDetailsRecord } {
  const { id, direction, status, typeCode } = invoice
  if (direction !== 'PURCHASE') throw invalid('input.invoiceId', 'must be the id of a purchase invoice')
  if (typeCode === 'CREDIT_NOTE') throw invalid('input.invoiceId', 'names a credit note, which is not paid')
  requireStep<InvoiceRecord['status']>(invoiceSteps.PURCHASE, status, 'SCHEDULED', { entity: 'Invoice', id })
  const supplier = requireReference(found, 'input.invoiceId', id)
  if (supplier.status !== 'ACTIVE') throw invalid('input.invoiceId', 'names an invoice of a supplier that is `BLOCKED`')
  if (!bank) throw invalid('input.invoiceId', 'names an invoice of a supplier without bank details')
  return { supplier, bank }
}

/** The bank's versions count its changes, so the same version is the same account. */
function requireUnchangedBank(
  { id, supplierId, bankDetailsVersion }: PaymentRecord,
  bank: BankDetailsRecord | null,
): void {
  if (bank?.version === bankDetailsVersion) return
  throw refusal(
    'VERSION_CONFLICT',
    `The bank details of the supplier \`${supplierId}\` changed since the payment \`${id}\` was prepared; cancel it with \`cancelPayment\`, check them, and prepare it again.`,
    { id, supplierId },
  )
}

/** The change of a payment's invoice, on the version that was read with the payment. */
function settle(invoice: InvoiceRecord | null, values: Readonly<Record<string, unknown>>) {
  if (!invoice) throw new Error('A payment has no invoice, against the foreign key of its table.')
  return { kind: 'update', id: invoice.id, expectedVersion: invoice.version, values } as const
}
