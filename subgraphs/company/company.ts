/**
 * Generates the company: plain rows for all systems, linked with one another, the same on every machine. Its data covers the
 * twelve months before `referenceDay`. Who and what there is comes first; what happens follows slice by slice, so that a
 * large company never is in memory as a whole.
 */
import { makeAccounts, makeContacts } from './accounts.ts'
import { makeActivities } from './activities.ts'
import { purchaseBills, salesBills } from './bills.ts'
import { makeChanges } from './changes.ts'
import { makeItem, makeItems, type ItemRow } from './configuration-items.ts'
import { bindOrders, countReleased, makeContracts, settleContracts } from './contracts.ts'
import { makeDowntimes, isBreakdown } from './downtimes.ts'
import { takeFrom } from './drafts.ts'
import { makeEquipment } from './equipment.ts'
import * as findings from './findings.ts'
import { makeInvoices } from './invoices.ts'
import { jobRows } from './job-rows.ts'
import { makeJournal } from './journal.ts'
import { makeLocations } from './locations.ts'
import { lotRows } from './lot-rows.ts'
import { makePayments } from './payments.ts'
import { makeNewcomers, makePeople, principalsOf, type People } from './people.ts'
import { makePlants, plants } from './plants.ts'
import { planForStock, planProduction } from './production.ts'
import { makeProducts } from './products.ts'
import { purchaseRows } from './purchase-rows.ts'
import { planPurchases } from './purchasing.ts'
import { createRandom, type Random } from './random.ts'
import { makeRequisitions } from './requisitions.ts'
import { companyTables, createNumbers, type Company, type CompanyPart, type CompanyTable } from './rows.ts'
import { makeOpportunities } from './sales.ts'
import { makeSalesOrders } from './sales-orders.ts'
import { salesRows } from './sales-rows.ts'
import { sizesOf } from './scale.ts'
import { shipmentRows } from './shipment-rows.ts'
import { assignIds, type Slice } from './slice.ts'
import { makeAbsences, makeGroups, makePay, wagesOf } from './staff-records.ts'
import { count, createCounts, forecastRows, stockRows } from './stock.ts'
import { makeSuppliers, supplierOfGroup, supplierOfPurchasing } from './suppliers.ts'
import { makeSupport } from './support.ts'
import { outboundShipment, transfers } from './transport.ts'

/** Days whose needs one job order, or one purchase, covers. */
const windows = { finished: 38, boards: 45, parts: 50 } as const
/** Per slice: services billed to customers and by suppliers, jobs for stock, transfers. */
const serviceBills = { sales: 640, purchase: 260 } as const
const stockJobs = 60
const transferCount = 50

/** What was planted, by finding: the ids that its query must show. */
export type Planted = Readonly<Record<string, readonly string[]>>

/**
 * Makes all rows, in parts; the rows of a part belong to one slice.
 * @param onPlanted is told what was planted, as soon as it has ids.
 */
export function* companyParts(
  scale = 1,
  onPlanted: (planted: Planted) => void = () => undefined,
): Generator<CompanyPart> {
  const sizes = sizesOf(scale)
  const numbers = createNumbers({ INC: 10_001, CHG: 30_001 })
  const random = createRandom()
  const people = makePeople(random, sizes.people)
  const { groups, members } = makeGroups(people)
  const accounts = makeAccounts(random, sizes.accounts)
  const contacts = makeContacts(random, accounts)
  const { suppliers, banks } = makeSuppliers(random, sizes.suppliers)
  const products = makeProducts(random, sizes.products, supplierOfGroup(suppliers))
  const { items, relations } = makeItems(random, accounts)
  const machine = (name: string, city: string): ItemRow => controller(random, items, name, city)
  const equipment = makeEquipment(machine)
  const locations = makeLocations(suppliers, accounts)
  const contracts = makeContracts(random, suppliers, findings.supplierWithoutContract)
  const pay = makePay(random, people)
  const newcomers = makeNewcomers(people)
  const groupIds = groups
    .filter(({ display_name }) => display_name.startsWith('Finance'))
    .map(({ id }) => id)
    .slice(0, 2)
  let lastMember = members.length
  const leaver = findings.plantLeaverWithAccess(
    people,
    members,
    groupIds,
    () => `mem-${String(++lastMember).padStart(5, '0')}`,
  )
  yield {
    'hr.positions': [...people.positions, ...newcomers.positions],
    'hr.users': [...people.users, ...newcomers.users],
    'hr.groups': groups,
    'hr.group_members': members,
    'hr.absences': makeAbsences(random, people.users),
    'hr.compensations': pay,
    'crm.accounts': accounts,
    'crm.contacts': contacts,
    'itsm.configuration_items': items,
    'itsm.ci_relations': relations,
    'erp.plants': makePlants(),
    'erp.products': products.all.map(({ row }) => row),
    'procurement.suppliers': suppliers.map(supplierOfPurchasing),
    'finance.suppliers': suppliers,
    'finance.supplier_bank_details': banks,
    'mes.equipment': equipment.rows,
    'supply_chain.locations': locations.rows,
    'supply_chain.trade_items': products.all.flatMap(({ tradeItem }) => tradeItem ?? []),
  }

  const staff = staffOf(people)
  const counts = createCounts()
  const released = new Map<string, number>()
  for (let number = 0; number < sizes.slices; number += 1) {
    yield* sliceParts(number)
  }
  yield {
    'procurement.contracts': settleContracts(contracts, released),
    'erp.stock': stockRows(createRandom(-1), products, counts),
    'supply_chain.forecasts': forecastRows(createRandom(-2), products, counts),
  }

  function* sliceParts(number: number): Generator<CompanyPart> {
    const random = createRandom(1 + number)
    const opportunities = makeOpportunities(random, accounts, numbers)
    const changes = makeChanges(random, items, numbers)
    const slice = planSlice(random, number)
    takeFromLots(slice)
    const place = { random, slice, products, suppliers }
    if (number === 0) findings.plantDemoPayables(place)
    const planted =
      number > 0
        ? null
        : {
            bank: findings.plantBankChange(place),
            duplicates: findings.plantDuplicateInvoices(place),
            prices: findings.plantPriceMismatches(place),
            short: findings.plantShortReceipts(place),
            split: findings.plantSplitOrders(place),
            late: findings.plantLateShipments(place),
            lot: findings.plantFailedLot(place),
          }
    assignIds(slice, numbers)
    bindOrders(slice.purchaseOrders, contracts)
    count(counts, slice.lots, slice.deliveries)
    const downtimes = makeDowntimes(random, slice.jobs, equipment.lines, staff.operators, numbers)
    const support = makeSupport(
      random,
      accounts,
      contacts,
      items,
      changes,
      downtimes.filter(isBreakdown),
      numbers,
      number,
    )
    const { invoices, lines, vat } = makeInvoices(random, slice.bills, numbers)
    const lateIncidents = number === 0 ? findings.plantLateIncidents(support.incidents) : []
    if (planted) {
      const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)
      onPlanted({
        'duplicate invoices': ids(planted.duplicates),
        'a price above the order': ids(planted.prices),
        'receipts short of the order': ids(planted.short),
        'orders split under the limit': ids(planted.split),
        'late shipments': planted.late.flatMap(({ shipments }) => ids(shipments)),
        'a failed lot in use': [planted.lot.id, planted.lot.job?.id ?? ''],
        'late incidents': ids(lateIncidents),
        'a leaver with open access': [leaver, ...groupIds],
        'bank details changed by e-mail': [findings.supplierWithNewBank, planted.bank.id],
        'a supplier without a contract': [findings.supplierWithoutContract],
      })
    }
    yield {
      'crm.opportunities': opportunities,
      'crm.cases': support.cases,
      'crm.case_comments': support.comments,
      'crm.activities': makeActivities(random, accounts, contacts, opportunities, support.cases, numbers),
      'itsm.changes': changes,
      'itsm.incidents': support.incidents,
      'itsm.work_notes': support.notes,
    }
    yield salesRows(slice.salesOrders, slice.deliveries, numbers)
    const purchases = purchaseRows(
      random,
      {
        requisitions: slice.requisitions,
        orders: slice.purchaseOrders,
        receipts: slice.receipts,
        storekeepers: staff.storekeepers,
      },
      numbers,
    )
    countReleased(purchases['procurement.purchase_orders'] ?? [], released)
    yield purchases
    yield jobRows(
      random,
      slice.jobs,
      { lines: equipment.lines, supervisors: staff.supervisors, operators: staff.operators },
      numbers,
    )
    yield lotRows(random, slice.lots, staff.inspectors, numbers)
    yield { 'mes.downtimes': downtimes.map(({ row }) => row) }
    yield shipmentRows(random, slice.shipments, slice.jobs, locations, numbers)
    const payments = makePayments(random, invoices, banks, numbers)
    const wages = (month: string) => (number === 0 ? wagesOf(month, people, pay) : 0)
    const journal = makeJournal(invoices, payments, wages, numbers)
    yield {
      'finance.invoices': invoices,
      'finance.invoice_lines': lines,
      'finance.invoice_vat': vat,
      'finance.payments': payments,
      'finance.journal_entries': journal.entries,
      'finance.journal_lines': journal.lines,
    }

    function planSlice(random: Random, number: number): Slice {
      const salesOrders = makeSalesOrders(random, accounts, opportunities, products, staff.orderDesk, number)
      const demand = salesOrders.flatMap((order) => order.demand)
      const made = planProduction(
        random,
        demand.filter(({ product }) => product.row.type === 'FINISHED_GOOD'),
        windows.finished,
      )
      const stocked = planForStock(random, products, stockJobs)
      const parts = [...made.needs, ...stocked.needs]
      const boards = planProduction(
        random,
        parts.filter(({ product }) => product.row.type === 'SEMI_FINISHED'),
        windows.boards,
      )
      const bought = planPurchases(
        random,
        [...demand, ...parts, ...boards.needs].filter(({ product }) => product.supplier !== null),
        windows.parts,
      )
      const asked = makeRequisitions(random, suppliers, people.users)
      const deliveries = salesOrders.flatMap((order) => order.deliveries)
      const purchaseOrders = [...bought.orders, ...asked.orders]
      return {
        salesOrders,
        deliveries,
        jobs: [...made.jobs, ...stocked.jobs, ...boards.jobs],
        lots: [...made.lots, ...stocked.lots, ...boards.lots, ...bought.lots],
        requisitions: asked.requisitions,
        purchaseOrders,
        receipts: purchaseOrders.flatMap(({ receipts }) => receipts),
        shipments: [
          ...purchaseOrders.flatMap(({ shipments }) => shipments),
          ...deliveries.map((delivery) => outboundShipment(random, delivery)),
          ...transfers(random, products, transferCount),
        ],
        bills: [
          ...salesBills(random, salesOrders, accounts, products, serviceBills.sales, number),
          ...purchaseBills(random, purchaseOrders, suppliers, serviceBills.purchase),
        ],
      }
    }
  }
}

/** The whole company in memory: for tests, and for a look at it. */
export function generateCompany(scale = 1, onPlanted?: (planted: Planted) => void): Company {
  const tables = Object.fromEntries(companyTables.map((table) => [table, [] as unknown[]])) as Record<
    CompanyTable,
    unknown[]
  >
  for (const part of companyParts(scale, onPlanted)) {
    for (const [table, rows] of Object.entries(part) as [CompanyTable, readonly unknown[]][]) {
      for (const row of rows) tables[table].push(row)
    }
  }
  return tables as unknown as Company
}

/** What goes into jobs, and what leaves with deliveries, is taken from its lot. */
function takeFromLots({ jobs, deliveries }: Slice): void {
  for (const { inputs, state, start } of jobs) {
    if (state === 'ALLOWED_TO_START' || state === 'NOT_ALLOWED_TO_START') continue
    for (const { lot, quantity } of inputs) if (lot) takeFrom(lot, quantity, start)
  }
  for (const { issuedAt, lines } of deliveries) {
    if (issuedAt === null) continue
    for (const { need } of lines) if (need.lot) takeFrom(need.lot, need.quantity, issuedAt)
  }
}

/** Those whom records of the plants and of the order desk name. */
function staffOf(people: People) {
  const inPlants = (seat: string) => plants.map((_, plant) => principalsOf(people, `${seat}-${plant}`))
  return {
    orderDesk: principalsOf(people, 'order-desk'),
    supervisors: inPlants('supervisor'),
    operators: inPlants('operator'),
    inspectors: inPlants('inspector'),
    storekeepers: inPlants('storekeeper'),
  }
}

/** The controller of a machine: an industrial computer that IT looks after. */
function controller(random: Random, items: ItemRow[], name: string, city: string): ItemRow {
  const item = makeItem(random, items.length + 1, 'SERVER', name, {
    support_group: 'Plant Systems',
    owner_id: 'person:niklas.brenner',
    operational_status: 'OPERATIONAL',
    location: city,
  })
  items.push(item)
  return item
}
