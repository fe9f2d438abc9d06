/** Trade items, and the logistic units in which they travel: what a unit is part of, and where it has been. */
import { stub } from '../stubs.ts'
import { ssccLink } from './gs1.ts'
import {
  inOrderOfTime,
  type InnerListArgs,
  type LogisticUnitRecord,
  type SupplyChainResolver,
  type TradeItemRecord,
} from './model.ts'

type UnitResolver<Args = unknown> = SupplyChainResolver<LogisticUnitRecord, Args>

export const tradeItemFields = {
  product: (({ productId }) => stub(productId)) satisfies SupplyChainResolver<TradeItemRecord>,
}

export const logisticUnitFields = {
  shipment: (({ shipmentId }, _, { records }) => records.load('Shipment', shipmentId)) satisfies UnitResolver,
  tradeItem: (({ tradeItemId }, _, { records }) => records.load('TradeItem', tradeItemId)) satisfies UnitResolver,
  // Not by the shipment: a unit is packed before it has one, and stored after it.
  trace: (({ sscc }, { first }, { records }) =>
    records.list('Trace', 'epc', ssccLink(sscc), {
      first,
      sort: [inOrderOfTime],
    })) satisfies UnitResolver<InnerListArgs>,
}
