/** The manufacturing execution system: equipment, job orders, lots, quality and downtimes, in ISA-95's shapes and states. */
import { defineSubgraph, recordReference, referenceItself, type SubgraphDeps } from '../define.ts'
import type { EntitySource } from '../sources/entity-source.ts'
import type { Subgraph } from '../subgraph.ts'
import { downtimeFields, endDowntime, linkDowntimeIncident, recordDowntime } from './downtimes.ts'
import { equipmentFields, setEquipmentState } from './equipment.ts'
import { jobOrderFields } from './job-orders.ts'
import { jobResponseFields, reportJobResponse } from './job-responses.ts'
import {
  configurationItemFields,
  goodsReceiptFields,
  incidentFields,
  productFields,
  salesOrderFields,
  supplierFields,
} from './links.ts'
import { lotFields, materialActualFields, setLotStatus } from './lots.ts'
import { consumeMaterial, produceLot } from './material.ts'
import { operationFields, transitionOperation } from './operations.ts'
import { changeJobOrder, createJobOrder } from './plan-job-order.ts'
import { qualityResultFields, recordQualityResult } from './quality-results.ts'
import { queries } from './queries.ts'
import { transitionJobOrder } from './transition-job-order.ts'

const resolvers = {
  Query: queries,
  Mutation: {
    createJobOrder,
    changeJobOrder,
    transitionJobOrder,
    transitionOperation,
    reportJobResponse,
    consumeMaterial,
    produceLot,
    recordQualityResult,
    setLotStatus,
    recordDowntime,
    endDowntime,
    linkDowntimeIncident,
    setEquipmentState,
  },
  Product: productFields,
  SalesOrder: salesOrderFields,
  GoodsReceipt: goodsReceiptFields,
  Supplier: supplierFields,
  Incident: incidentFields,
  ConfigurationItem: configurationItemFields,
  Equipment: equipmentFields,
  JobOrder: jobOrderFields,
  Operation: operationFields,
  JobResponse: jobResponseFields,
  MaterialLot: lotFields,
  MaterialActual: materialActualFields,
  QualityResult: qualityResultFields,
  Downtime: downtimeFields,
}

const entities = {
  Product: referenceItself,
  SalesOrder: referenceItself,
  GoodsReceipt: referenceItself,
  Supplier: referenceItself,
  Incident: referenceItself,
  ConfigurationItem: referenceItself,
  Equipment: recordReference('Equipment'),
  JobOrder: recordReference('JobOrder'),
  MaterialLot: recordReference('MaterialLot'),
}

/** Makes the manufacturing system over a source that has its entities (`tables.ts` declares them for PostgreSQL). */
export function createMes(sdl: string, source: EntitySource, deps: SubgraphDeps): Subgraph {
  return defineSubgraph({ name: 'mes', sdl, resolvers, entities, source, services: {} }, deps)
}
