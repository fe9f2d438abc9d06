/**
 * A small supply chain for tests beside whatever the company has: places and trade items, which no mutation makes, and records
 * in a state that they would take many steps to reach. Its numbers begin where the company's never come.
 */
import type { Insertable } from 'kysely'
import type { Database } from '../../storage/database.ts'
import type { ForecastRow, ShipmentRow, ShipmentStatus } from '../../storage/tables/supply-chain.ts'
import { withCheckDigit } from '../../subgraphs/supply-chain/gs1.ts'

const noon = '2026-10-31T12:00:00.000Z'
const common = { version: 1, created_at: noon, updated_at: noon } as const

export const places = {
  plant: 'loc-9001',
  warehouse: 'loc-9002',
  supplierSite: 'loc-9003',
  customerSite: 'loc-9004',
  hub: 'loc-9005',
} as const

export const glnOf = (number: number): string => withCheckDigit(`9990000${String(number).padStart(5, '0')}`)
export const gtinOf = (number: number): string => withCheckDigit(`9980000${String(number).padStart(5, '0')}`)
export const ssccOf = (number: number): string => withCheckDigit(`3999000${String(number).padStart(10, '0')}`)

let units = 0
/** An SSCC that no other call gives. */
export const freshSscc = (): string => ssccOf(++units)

/** Fills the places and the trade items. */
export async function fillSupplyChain({ kysely }: Database): Promise<void> {
  const nowhere = { plant_id: null, supplier_id: null, account_id: null, street: null, latitude: null, longitude: null }
  const place = (number: number, name: string) => ({
    ...nowhere,
    ...common,
    id: `loc-${9000 + number}`,
    gln: glnOf(number),
    name,
    city: 'Havelberg',
    country_code: 'DE',
  })
  await kysely
    .insertInto('supply_chain.locations')
    .values([
      { ...place(1, 'Plant of the test'), type: 'PLANT', plant_id: 'plant-9010' },
      { ...place(2, 'A warehouse of the test'), type: 'WAREHOUSE', plant_id: 'plant-9010' },
      { ...place(3, 'Supplier of the test'), type: 'SUPPLIER_SITE', supplier_id: 'sup-901' },
      { ...place(4, 'Customer of the test'), type: 'CUSTOMER_SITE', account_id: 'acc-9001' },
      { ...place(5, 'Hub of the test'), type: 'HUB', latitude: '53.551086', longitude: '9.993682' },
    ])
    .execute()
  const item = { ...common, unit: 'C62', units_per_case: 40, net_weight_kg: '0.2500' }
  await kysely
    .insertInto('supply_chain.trade_items')
    .values([
      { ...item, id: 'itm-9001', gtin: gtinOf(1), product_id: 'prd-9001', name: 'Scanner of the test' },
      { ...item, id: 'itm-9002', gtin: gtinOf(2), product_id: 'prd-9001', name: 'Scanner of the test, case' },
    ])
    .execute()
}

let shipments = 0

/** A shipment that stands in `status`, planned for three days around noon of the test. */
export async function addShipment(
  { kysely }: Database,
  status: ShipmentStatus,
  more: Partial<Insertable<ShipmentRow>> = {},
): Promise<{ readonly id: string; readonly version: number }> {
  const id = `SHP-2026-9${String(++shipments).padStart(5, '0')}`
  const left = status !== 'PLANNED' && status !== 'CANCELLED'
  await kysely
    .insertInto('supply_chain.shipments')
    .values({
      ...common,
      id,
      direction: 'INBOUND',
      status,
      carrier: 'Elbe Cargo',
      origin_id: places.supplierSite,
      destination_id: places.plant,
      supplier_id: 'sup-901',
      planned_departure: '2026-10-30T06:00:00.000Z',
      planned_arrival: '2026-11-01T10:00:00.000Z',
      departed_at: left ? '2026-10-30T07:00:00.000Z' : null,
      estimated_arrival: status === 'DELAYED' ? '2026-11-01T18:00:00.000Z' : null,
      arrived_at: status === 'DELIVERED' ? '2026-10-31T10:00:00.000Z' : null,
      delay_reason: status === 'DELAYED' ? 'Customs.' : null,
      currency: 'EUR',
      owner_id: 'person:ruth.meyer',
      ...more,
    })
    .execute()
  return { id, version: 1 }
}

let forecasts = 0

/** A forecast that stands in `status`. */
export async function addForecast(
  { kysely }: Database,
  status: ForecastRow['status'],
  more: Partial<Insertable<ForecastRow>> = {},
): Promise<{ readonly id: string; readonly version: number }> {
  const id = `fc-9${String(++forecasts).padStart(5, '0')}`
  await kysely
    .insertInto('supply_chain.forecasts')
    .values({
      ...common,
      id,
      product_id: 'prd-9001',
      plant_id: 'plant-9010',
      period: '2026-12-01',
      method: 'STATISTICAL',
      status,
      quantity: '1000.0000',
      unit: 'C62',
      prepared_by: 'agent:logistics-agent',
      ...more,
    })
    .execute()
  return { id, version: 1 }
}
