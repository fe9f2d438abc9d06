/** The generated company as plain rows, table by table, in an order in which they can be inserted. */
import type { ColumnType } from 'kysely'
import type { CrmTables } from '../../storage/tables/crm.ts'
import type { ErpTables } from '../../storage/tables/erp.ts'
import type { FinanceTables } from '../../storage/tables/finance.ts'
import type { HrTables } from '../../storage/tables/hr.ts'
import type { ItsmTables } from '../../storage/tables/itsm.ts'
import type { MesTables } from '../../storage/tables/mes.ts'
import type { ProcurementTables } from '../../storage/tables/procurement.ts'
import type { SupplyChainTables } from '../../storage/tables/supply-chain.ts'

type SystemTables = CrmTables &
  ErpTables &
  FinanceTables &
  HrTables &
  ItsmTables &
  MesTables &
  ProcurementTables &
  SupplyChainTables

/** The tables that are filled, with the sequence that makes new ids of each; parents before children. */
export const tableSequences = {
  'hr.positions': 'hr.position_ids',
  'hr.users': 'hr.user_ids',
  'hr.groups': 'hr.group_ids',
  'hr.group_members': 'hr.group_member_ids',
  'hr.absences': 'hr.absence_ids',
  'hr.compensations': 'hr.compensation_ids',
  'crm.accounts': 'crm.account_ids',
  'crm.contacts': 'crm.contact_ids',
  'crm.opportunities': 'crm.opportunity_ids',
  'crm.cases': 'crm.case_ids',
  'crm.case_comments': 'crm.case_comment_ids',
  'crm.activities': 'crm.activity_ids',
  'itsm.configuration_items': 'itsm.configuration_item_ids',
  'itsm.ci_relations': 'itsm.ci_relation_ids',
  'itsm.changes': 'itsm.change_ids',
  'itsm.incidents': 'itsm.incident_ids',
  'itsm.work_notes': 'itsm.work_note_ids',
  'erp.plants': 'erp.plant_ids',
  'erp.products': 'erp.product_ids',
  'erp.stock': 'erp.stock_ids',
  'erp.sales_orders': 'erp.sales_order_ids',
  'erp.sales_order_items': 'erp.sales_order_item_ids',
  'erp.deliveries': 'erp.delivery_ids',
  'erp.delivery_items': 'erp.delivery_item_ids',
  'procurement.suppliers': 'procurement.supplier_ids',
  'procurement.contracts': 'procurement.contract_ids',
  'procurement.requisitions': 'procurement.requisition_ids',
  'procurement.purchase_orders': 'procurement.purchase_order_ids',
  'procurement.purchase_order_items': 'procurement.purchase_order_item_ids',
  'procurement.requisition_items': 'procurement.requisition_item_ids',
  'procurement.goods_receipts': 'procurement.goods_receipt_ids',
  'procurement.goods_receipt_items': 'procurement.goods_receipt_item_ids',
  'mes.equipment': 'mes.equipment_ids',
  'mes.job_orders': 'mes.job_order_ids',
  'mes.operations': 'mes.operation_ids',
  'mes.job_responses': 'mes.job_response_ids',
  'mes.material_lots': 'mes.material_lot_ids',
  'mes.material_actuals': 'mes.material_actual_ids',
  'mes.quality_results': 'mes.quality_result_ids',
  'mes.downtimes': 'mes.downtime_ids',
  'supply_chain.locations': 'supply_chain.location_ids',
  'supply_chain.trade_items': 'supply_chain.trade_item_ids',
  'supply_chain.shipments': 'supply_chain.shipment_ids',
  'supply_chain.logistic_units': 'supply_chain.logistic_unit_ids',
  'supply_chain.epcis_events': 'supply_chain.epcis_event_ids',
  'supply_chain.forecasts': 'supply_chain.forecast_ids',
  'finance.suppliers': 'finance.supplier_ids',
  'finance.supplier_bank_details': 'finance.supplier_bank_details_ids',
  'finance.invoices': 'finance.invoice_ids',
  'finance.invoice_lines': 'finance.invoice_line_ids',
  'finance.invoice_vat': 'finance.invoice_vat_ids',
  'finance.payments': 'finance.payment_ids',
  'finance.journal_entries': 'finance.journal_entry_ids',
  'finance.journal_lines': 'finance.journal_line_ids',
} as const satisfies Partial<Record<keyof SystemTables, string>>

export type CompanyTable = keyof typeof tableSequences

/** The tables in the order in which they are filled. */
export const companyTables = Object.keys(tableSequences) as readonly CompanyTable[]

/** A column's value in a generated row: times and JSON are text. */
type Plain<T> =
  T extends ColumnType<infer Selected, unknown, unknown> ? (null extends Selected ? string | null : string) : T

/** A generated row: what the database computes itself is left out. */
type PlainRow<Row> = {
  -readonly [Column in keyof Row as Row[Column] extends ColumnType<infer _, never, never> ? never : Column]: Plain<
    Row[Column]
  >
}

/** A generated row of one table. */
export type SeedRow<Table extends CompanyTable> = PlainRow<SystemTables[Table]>

/** Some rows of some tables: what one step of the generator gives. */
export type CompanyPart = { readonly [Table in CompanyTable]?: readonly SeedRow<Table>[] }

/** Every row of the company. */
export type Company = { readonly [Table in CompanyTable]: readonly SeedRow<Table>[] }

/** An id like `acc-0001`. */
export function numberedId(prefix: string, number: number, digits: number): string {
  return prefix + String(number).padStart(digits, '0')
}

/** Gives the numbers of ids, one row of numbers for each prefix. */
export interface Numbers {
  /** The next id of a prefix, `act-00001`. */
  next(prefix: string, digits: number): string
}

/** Starts all numbers at `first[prefix]`, or at 1. */
export function createNumbers(first: Readonly<Record<string, number>> = {}): Numbers {
  const last = new Map(Object.entries(first).map(([prefix, number]) => [prefix, number - 1]))
  return {
    next(prefix, digits) {
      const number = (last.get(prefix) ?? 0) + 1
      last.set(prefix, number)
      return numberedId(prefix, number, digits)
    },
  }
}
