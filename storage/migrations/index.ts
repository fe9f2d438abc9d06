/**
 * All migrations, in the order in which they run: by name. This file is the list; there is no folder scan. A migration
 * that stands in a release never changes; the next change is a new file.
 *
 * 0000–0099 control plane (schema `mandate`), 0100– business systems (schemas `crm`, `itsm`, `finance`, `erp`,
 * `procurement`, `mes`, `supply_chain`, `hr`, `systems`).
 */
import type { Migration } from 'kysely/migration'
import * as schemas from './0000-schemas.ts'
import * as ledger from './0001-ledger.ts'
import * as revocations from './0002-revocations.ts'
import * as agents from './0010-agents.ts'
import * as inventory from './0011-inventory.ts'
import * as access from './0013-access.ts'
import * as approvals from './0014-approvals.ts'
import * as flow from './0015-flow.ts'
import * as budgetsAndStops from './0016-budgets-and-stops.ts'
import * as orchestration from './0018-orchestration.ts'
import * as crm from './0100-crm.ts'
import * as itsm from './0110-itsm.ts'
import * as finance from './0120-finance.ts'
import * as financePurchaseOrders from './0121-finance-purchase-orders.ts'
import * as erp from './0130-erp.ts'
import * as procurement from './0140-procurement.ts'
import * as mes from './0150-mes.ts'
import * as supplyChain from './0160-supply-chain.ts'
import * as hr from './0170-hr.ts'
import * as hrMemberships from './0171-hr-memberships.ts'
import * as connectorActs from './0190-connector-acts.ts'

export const migrations: Readonly<Record<string, Migration>> = {
  '0000-schemas': schemas,
  '0001-ledger': ledger,
  '0002-revocations': revocations,
  '0010-agents': agents,
  '0011-inventory': inventory,
  '0013-access': access,
  '0014-approvals': approvals,
  '0015-flow': flow,
  '0016-budgets-and-stops': budgetsAndStops,
  '0018-orchestration': orchestration,
  '0100-crm': crm,
  '0110-itsm': itsm,
  '0120-finance': finance,
  '0121-finance-purchase-orders': financePurchaseOrders,
  '0130-erp': erp,
  '0140-procurement': procurement,
  '0150-mes': mes,
  '0160-supply-chain': supplyChain,
  '0170-hr': hr,
  '0171-hr-memberships': hrMemberships,
  '0190-connector-acts': connectorActs,
}
