/** Supply contracts: what was agreed with each supplier, and how much of it has been ordered. */
import { centsOf, euros } from './amounts.ts'
import type { PurchaseOrder } from './drafts.ts'
import { buyers } from './employees.ts'
import { dayNumber, dayText, lastDay, momentOf, type Random } from './random.ts'
import { createNumbers, type SeedRow } from './rows.ts'
import type { SupplierRow } from './suppliers.ts'

export type ContractRow = SeedRow<'procurement.contracts'>

/** The contracts at the start of the year: one active a supplier, some that are over, some drafts. */
export function makeContracts(random: Random, suppliers: readonly SupplierRow[], without: string): ContractRow[] {
  const numbers = createNumbers()
  const contracts: ContractRow[] = []
  const add = (supplier: SupplierRow, status: ContractRow['status'], from: string, to: string, target: number) => {
    const at =
      status === 'DRAFT' ? momentOf(random.int(lastDay - 40, lastDay - 2), 600) : momentOf(-1, random.int(420, 1_000))
    contracts.push({
      id: numbers.next('ctr-', 4),
      version: status === 'DRAFT' ? 1 : 2,
      created_at: at,
      updated_at: status === 'EXPIRED' && to > '2025-10-31' ? momentOf(dayNumber(to) + 1, 30) : at,
      supplier_id: supplier.id,
      title: `${supplier.category} ${from.slice(0, 4)}`,
      type: random.pick(['QUANTITY', 'VALUE']),
      status,
      valid_from: from,
      valid_to: to,
      target_value: `${target}000.00`,
      released_value: '0.00',
      currency: 'EUR',
      owner_id: random.pick(buyers),
      terminate_reason: null,
    })
  }
  for (const supplier of suppliers) {
    if (supplier.status === 'BLOCKED') {
      add(supplier, 'EXPIRED', '2024-01-01', '2025-12-31', random.int(20, 90))
      continue
    }
    if (random.chance(25)) add(supplier, 'EXPIRED', '2023-01-01', '2024-12-31', random.int(20, 400))
    if (supplier.id === without) add(supplier, 'EXPIRED', '2025-01-01', '2026-06-30', random.int(100, 400))
    else add(supplier, 'ACTIVE', '2025-01-01', random.chance(70) ? '2026-12-31' : '2027-12-31', random.int(20, 400))
    if (random.chance(8)) add(supplier, 'DRAFT', '2027-01-01', '2027-12-31', random.int(20, 400))
  }
  return contracts
}

/** Says which contract each order is made from, if one was in force on its day. */
export function bindOrders(orders: readonly PurchaseOrder[], contracts: readonly ContractRow[]): void {
  const bySupplier = Map.groupBy(contracts, ({ supplier_id }) => supplier_id)
  for (const order of orders) {
    const day = dayText(order.day)
    const contract = bySupplier
      .get(order.supplier.id)
      ?.find(({ status, valid_from, valid_to }) => status !== 'DRAFT' && valid_from <= day && day <= valid_to)
    order.contractId = contract?.id ?? null
  }
}

/** Counts, in cents, what some orders release from their contracts. */
export function countReleased(
  orders: readonly SeedRow<'procurement.purchase_orders'>[],
  released: Map<string, number>,
): void {
  for (const { contract_id, status, net_total } of orders) {
    if (contract_id === null || !(status === 'RELEASED' || status === 'SENT' || status === 'COMPLETED')) continue
    released.set(contract_id, (released.get(contract_id) ?? 0) + centsOf(net_total))
  }
}

/** Writes what was released into the contracts; a target that was too small is one that was raised in time. */
export function settleContracts(
  contracts: readonly ContractRow[],
  released: ReadonlyMap<string, number>,
): ContractRow[] {
  return contracts.map((contract) => {
    const cents = released.get(contract.id) ?? 0
    const target = Math.max(Number(contract.target_value) * 100, Math.ceil((cents * 1.25) / 1_000_00) * 1_000_00)
    return { ...contract, released_value: euros(cents), target_value: euros(target) }
  })
}
