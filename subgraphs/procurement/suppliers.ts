/** Suppliers: who we buy from. Where one is paid is finance's, so that nobody changes both at once. */
import { requireReference, requireVersion } from '../acts.ts'
import {
  between,
  countryCode,
  emailAddress,
  formed,
  invalid,
  optional,
  phoneNumber,
  principal,
  readChanges,
  readValues,
  required,
  text,
} from '../inputs.ts'
import { globalLocationNumber } from './gln.ts'
import {
  lastEndingFirst,
  lastOrderedFirst,
  withStatuses,
  type ExistingRecord,
  type ProcurementMutation,
  type ProcurementResolver,
  type StatusListArgs,
  type SupplierRecord,
} from './model.ts'

type SupplierResolver<Args = unknown> = ProcurementResolver<SupplierRecord, Args>

const changeable = {
  name: required(text(200)),
  category: required(text(100)),
  vatIdentifier: optional(formed(/^[A-Z]{2}[A-Z0-9]{2,13}$/, 'a VAT identifier like `DE999123456`')),
  email: optional(emailAddress),
  phone: optional(phoneNumber),
  street: optional(text(200)),
  postalCode: optional(text(20)),
  city: optional(text(100)),
  countryCode: required(countryCode),
  paymentTermsDays: required(between(0, 365)),
  ownerId: required(principal),
  rating: required(),
  gln: optional(globalLocationNumber),
}

export const supplierFields = {
  contracts: (({ id }, { first, statuses }, { records }) =>
    records.list('SupplyContract', 'supplierId', id, {
      first,
      sort: [lastEndingFirst],
      filter: withStatuses(statuses),
    })) satisfies SupplierResolver<StatusListArgs>,
  purchaseOrders: (({ id }, { first, statuses }, { records }) =>
    records.list('PurchaseOrder', 'supplierId', id, {
      first,
      sort: [lastOrderedFirst],
      filter: withStatuses(statuses),
    })) satisfies SupplierResolver<StatusListArgs>,
}

export const createSupplier: ProcurementMutation<{ readonly ownerId?: string | null }> = async (
  _,
  args,
  { records, caller },
  info,
) =>
  records.change(info, args, async (apply) => {
    const input = { ...args.input, ownerId: args.input.ownerId ?? caller.onBehalfOf ?? caller.id }
    // An invented supplier is the first step of many a fraud: somebody looks before anything is ordered from a new one.
    const values = { ...readValues(input, changeable), status: 'BLOCKED' }
    return { supplier: await apply('Supplier', { kind: 'create', values }) }
  })

export const updateSupplier: ProcurementMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('Supplier', id)
  return records.change(info, args, async (apply) => {
    requireVersion(found, 'Supplier', args.input)
    const values = readChanges(args.input, { ...changeable, status: required() })
    return { supplier: await apply('Supplier', { kind: 'update', id, expectedVersion, values }) }
  })
}

/** A supplier that may be ordered from. @throws `INVALID_INPUT` naming the argument that led to it. */
export function requireActiveSupplier(found: SupplierRecord | null, argument: string, id: string): SupplierRecord {
  const supplier = requireReference(found, argument, id)
  if (supplier.status === 'ACTIVE') return supplier
  throw invalid(argument, `leads to the supplier \`${supplier.id}\`, which is \`BLOCKED\``)
}
