/** Contracts with suppliers: drafted, made binding, ended; and how much is released from one. */
import { requireReference, requireStep, requireVersion } from '../acts.ts'
import { amountOf, dayOf, money, readAmount, requireSameAmount } from '../amounts.ts'
import { currencyCode, invalid, principal, readValues, required, text } from '../inputs.ts'
import {
  lastOrderedFirst,
  type ContractRecord,
  type ExistingRecord,
  type InnerListArgs,
  type OrderRecord,
  type ProcurementMutation,
  type ProcurementResolver,
} from './model.ts'
import { contractSteps } from './states.ts'
import { requireActiveSupplier } from './suppliers.ts'

type ContractResolver<Args = unknown> = ProcurementResolver<ContractRecord, Args>

export const contractFields = {
  supplier: (({ supplierId }, _, { records }) => records.load('Supplier', supplierId)) satisfies ContractResolver,
  purchaseOrders: (({ id }, { first }, { records }) =>
    records.list('PurchaseOrder', 'contractId', id, {
      first,
      sort: [lastOrderedFirst],
    })) satisfies ContractResolver<InnerListArgs>,
}

export const createContract: ProcurementMutation<{
  readonly supplierId: string
  readonly validFrom: string
  readonly validTo: string
  readonly targetValue: string
  readonly ownerId?: string | null
}> = async (_, args, { records, caller, now }, info) => {
  const { supplierId, validFrom, validTo, targetValue } = args.input
  const supplier = await records.load('Supplier', supplierId)
  return records.change(info, args, async (apply) => {
    requireReference(supplier, 'input.supplierId', supplierId)
    if (validTo < validFrom) throw invalid('input.validTo', 'cannot be before `validFrom`')
    if (validTo < dayOf(now)) throw invalid('input.validTo', 'cannot be in the past')
    const input = { ...args.input, ownerId: args.input.ownerId ?? caller.onBehalfOf ?? caller.id }
    const values = {
      ...readValues(input, {
        title: required(text(160)),
        type: required(),
        currency: required(currencyCode),
        ownerId: required(principal),
      }),
      supplierId,
      status: 'DRAFT',
      validFrom,
      validTo,
      targetValue: money(readAmount('input.targetValue', targetValue)),
      releasedValue: '0.00',
    }
    return { contract: await apply('SupplyContract', { kind: 'create', values }) }
  })
}

export const activateContract: ProcurementMutation<ExistingRecord & { readonly targetValue: string }> = async (
  _,
  args,
  { records, now },
  info,
) => {
  const { id, expectedVersion, targetValue } = args.input
  const found = await records.load('SupplyContract', id)
  const supplier = await records.load('Supplier', found?.supplierId)
  return records.change(info, args, async (apply) => {
    const current = requireNext(found, args.input, 'ACTIVE')
    requireSameAmount('input.targetValue', targetValue, current.targetValue)
    requireActiveSupplier(supplier, 'input.id', current.supplierId)
    if (current.validTo < dayOf(now)) throw invalid('input.id', `names a contract that ended on \`${current.validTo}\``)
    return {
      contract: await apply('SupplyContract', { kind: 'update', id, expectedVersion, values: { status: 'ACTIVE' } }),
    }
  })
}

export const terminateContract: ProcurementMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const found = await records.load('SupplyContract', id)
  return records.change(info, args, async (apply) => {
    requireNext(found, args.input, 'TERMINATED')
    const { reason } = readValues(args.input, { reason: required(text(1_000)) })
    const values = { status: 'TERMINATED', terminateReason: reason }
    return { contract: await apply('SupplyContract', { kind: 'update', id, expectedVersion, values }) }
  })
}

/** A contract that an order to the supplier can be made against on this day. @throws `INVALID_INPUT` naming the argument. */
export function requireOpenContract(
  contract: ContractRecord,
  argument: string,
  { supplierId, currency }: Pick<OrderRecord, 'supplierId' | 'currency'>,
  day: string,
): void {
  const leads = (problem: string) => invalid(argument, `leads to the contract \`${contract.id}\`, which ${problem}`)
  if (contract.supplierId !== supplierId) throw leads(`is with the supplier \`${contract.supplierId}\``)
  if (contract.currency !== currency) throw leads(`is in \`${contract.currency}\``)
  if (contract.status !== 'ACTIVE') throw leads(`is \`${contract.status}\`; only an \`ACTIVE\` one can be ordered from`)
  if (day < contract.validFrom || day > contract.validTo) {
    throw leads(`can be ordered from between \`${contract.validFrom}\` and \`${contract.validTo}\``)
  }
}

/** The change of a contract when an order against it is released. @throws when its limit is passed. */
export function releaseFrom(contract: ContractRecord, order: OrderRecord) {
  const released = amountOf(contract.releasedValue) + amountOf(order.netTotal)
  if (contract.type === 'VALUE' && released > amountOf(contract.targetValue)) {
    const left = money(amountOf(contract.targetValue) - amountOf(contract.releasedValue))
    throw invalid('input.id', `names an order of more than is left of the contract \`${contract.id}\`: \`${left}\``)
  }
  return withReleased(contract, released)
}

/** The change of a contract when a released order against it is cancelled. */
export function giveBackTo(contract: ContractRecord, order: OrderRecord) {
  return withReleased(contract, amountOf(contract.releasedValue) - amountOf(order.netTotal))
}

function withReleased({ id, version }: ContractRecord, released: bigint) {
  return { kind: 'update', id, expectedVersion: version, values: { releasedValue: money(released) } } as const
}

function requireNext(
  found: ContractRecord | null,
  input: ExistingRecord,
  next: ContractRecord['status'],
): ContractRecord {
  const current = requireVersion(found, 'SupplyContract', input)
  requireStep<ContractRecord['status']>(contractSteps, current.status, next, {
    entity: 'SupplyContract',
    id: current.id,
  })
  return current
}
