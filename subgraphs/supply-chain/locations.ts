/** Locations, and what they are to the systems that know plants, suppliers and accounts. */
import { stub } from '../stubs.ts'
import type { LocationRecord, SupplyChainResolver } from './model.ts'

type LocationResolver = SupplyChainResolver<LocationRecord>

export const locationFields = {
  plant: (({ plantId }) => stub(plantId)) satisfies LocationResolver,
  supplier: (({ supplierId }) => stub(supplierId)) satisfies LocationResolver,
  account: (({ accountId }) => stub(accountId)) satisfies LocationResolver,
}
