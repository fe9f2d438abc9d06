/** What finance adds to a supplier of procurement, and the change that fraud is after: where a supplier is paid. */
import type { SubgraphContext } from '../context.ts'
import { requireFound, requireVersion } from '../acts.ts'
import { invalid, optional, readValues, required, text } from '../inputs.ts'
import { normalizeBic, normalizeIban } from './iban.ts'
import {
  lastIssuedFirst,
  withStatuses,
  type BankDetailsRecord,
  type ExistingRecord,
  type FinanceModel,
  type FinanceMutation,
  type FinanceResolver,
  type InvoiceListArgs,
} from './model.ts'

type SupplierResolver<Args = unknown> = FinanceResolver<{ readonly id: string }, Args>

interface BankInput extends ExistingRecord {
  readonly iban: string
  readonly bic: string
  readonly accountHolder: string
  readonly changeChannel: BankDetailsRecord['changeChannel']
  readonly callbackReference?: string | null
}

/** The version of bank details that nobody told us yet. */
const noDetails = 0

export const supplierFields = {
  paymentBlocked: (async ({ id }, _, { records }) => {
    const creditor = await records.load('Supplier', id)
    return creditor && creditor.status !== 'ACTIVE'
  }) satisfies SupplierResolver,
  bankDetails: (({ id }, _, { records }) => loadBankDetails(records, id)) satisfies SupplierResolver,
  invoices: (({ id }, { first, statuses }, { records }) =>
    records.list('Invoice', 'supplierId', id, {
      first,
      sort: [lastIssuedFirst],
      filter: withStatuses(statuses),
    })) satisfies SupplierResolver<InvoiceListArgs>,
}

export const updateSupplierBankDetails: FinanceMutation<BankInput> = async (
  _,
  args,
  { records, caller, now },
  info,
) => {
  const { id, expectedVersion, changeChannel } = args.input
  const [found, bank] = await Promise.all([records.load('Supplier', id), loadBankDetails(records, id)])
  return records.change(info, args, async (apply) => {
    requireFound(found, 'Supplier', id)
    requireVersion(bank ?? { id, version: noDetails }, 'SupplierBankDetails', { id: bank?.id ?? id, expectedVersion })
    const values = { ...readBank(args.input, bank), changeChannel, changedAt: now, changedBy: caller.id }
    await apply(
      'SupplierBankDetails',
      bank
        ? { kind: 'update', id: bank.id, expectedVersion, values }
        : { kind: 'create', values: { ...values, supplierId: id } },
    )
    return { supplier: { id } }
  })
}

/** Where a supplier is paid; null when nobody told us. */
export async function loadBankDetails(
  records: SubgraphContext<unknown, FinanceModel>['records'],
  supplierId: string | null | undefined,
): Promise<BankDetailsRecord | null> {
  if (!supplierId) return null
  const [details] = await records.list('SupplierBankDetails', 'supplierId', supplierId, { first: 1, sort: [] })
  return details ?? null
}

function readBank(input: BankInput & Readonly<Record<string, unknown>>, current: BankDetailsRecord | null) {
  const iban = normalizeIban(input.iban)
  if (iban === null) throw invalid('input.iban', 'is not an IBAN: its form, length or check digits are wrong')
  const bic = normalizeBic(input.bic)
  if (bic === null) throw invalid('input.bic', 'is not a BIC of 8 or 11 characters')
  if (current?.iban === iban && current.bic === bic && current.accountHolder === input.accountHolder) {
    throw invalid('input.iban', 'names the bank details that the supplier has already')
  }
  const { callbackReference = null, accountHolder } = readValues(input, {
    accountHolder: required(text(140)),
    callbackReference: optional(text(500)),
  })
  const remote = input.changeChannel === 'EMAIL' || input.changeChannel === 'PHONE'
  if (remote && callbackReference === null) {
    throw invalid(
      'input.callbackReference',
      `is needed for \`${input.changeChannel}\`: call the number that we knew before`,
    )
  }
  return { iban, bic, accountHolder, callbackReference }
}
