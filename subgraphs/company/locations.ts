/** Where goods come from, lie and go: plants, warehouses, suppliers' and customers' sites, each under a GLN. */
import type { AccountRow } from './accounts.ts'
import { gs1Number } from './gs1.ts'
import { makePlants } from './plants.ts'
import { momentOf } from './random.ts'
import { createNumbers, type SeedRow } from './rows.ts'
import type { SupplierRow } from './suppliers.ts'

export type LocationRow = SeedRow<'supply_chain.locations'>

/** All locations, and how to find one. */
export interface Locations {
  readonly rows: LocationRow[]
  readonly ofPlant: (plant: number) => LocationRow
  readonly warehouseOf: (plant: number) => LocationRow
  readonly ofSupplier: (id: string) => LocationRow
  readonly ofAccount: (id: string) => LocationRow
}

const hubs = [
  ['Hamburg container terminal', 'PORT', 'Hamburg', 'DE', '53.540300', '9.926700'],
  ['Port of Hull', 'PORT', 'Hull', 'GB', '53.741400', '-0.288600'],
  ['Kassel hub', 'HUB', 'Kassel', 'DE', '51.312700', '9.479700'],
  ['Lille hub', 'HUB', 'Lille', 'FR', '50.629200', '3.057300'],
] as const

const coordinates = [
  ['52.825000', '12.074000'],
  ['45.731000', '4.846000'],
  ['53.783000', '-1.548000'],
] as const

/** The locations of a company. The GLN of a supplier's site is the one that purchasing has of the supplier. */
export function makeLocations(suppliers: readonly SupplierRow[], accounts: readonly AccountRow[]): Locations {
  const numbers = createNumbers()
  const at = momentOf(-1, 415)
  const rows: LocationRow[] = []
  const add = (
    gln: number,
    values: Partial<LocationRow> & Pick<LocationRow, 'name' | 'type' | 'city' | 'country_code'>,
  ): LocationRow => {
    const row: LocationRow = {
      id: numbers.next('loc-', 4),
      version: 1,
      created_at: at,
      updated_at: at,
      gln: gs1Number('location', gln),
      plant_id: null,
      supplier_id: null,
      account_id: null,
      street: null,
      latitude: null,
      longitude: null,
      ...values,
    }
    rows.push(row)
    return row
  }

  const sites = makePlants().map((plant, index) => {
    const [latitude = null, longitude = null] = coordinates[index] ?? []
    const place = { plant_id: plant.id, city: plant.city, country_code: plant.country_code }
    return {
      plant: add(1 + index, {
        ...place,
        name: `${plant.name}, goods in and out`,
        type: 'PLANT',
        street: plant.street,
        latitude,
        longitude,
      }),
      warehouse: add(11 + index, { ...place, name: `${plant.city} warehouse`, type: 'WAREHOUSE' }),
    }
  })
  hubs.forEach(([name, type, city, country, latitude, longitude], index) => {
    add(21 + index, { name, type, city, country_code: country, latitude, longitude })
  })
  const bySupplier = new Map(
    suppliers.map(({ id, name, street, city, country_code }) => [
      id,
      add(1_000 + Number(id.slice(4)), {
        name,
        type: 'SUPPLIER_SITE',
        supplier_id: id,
        street,
        city: city ?? '',
        country_code,
      }),
    ]),
  )
  const byAccount = new Map(
    accounts
      .filter(({ type }) => type === 'CUSTOMER')
      .map(({ id, name, billing_street, billing_city, billing_country, created_at }) => [
        id,
        add(1_000_000 + Number(id.slice(4)), {
          name,
          type: 'CUSTOMER_SITE',
          account_id: id,
          street: billing_street,
          city: billing_city ?? '',
          country_code: billing_country ?? 'DE',
          created_at,
          updated_at: created_at,
        }),
      ]),
  )
  const found = (row: LocationRow | undefined, of: string): LocationRow => {
    if (!row) throw new RangeError(`There is no location of ${of}.`)
    return row
  }
  return {
    rows,
    ofPlant: (plant) => found(sites[plant]?.plant, `plant ${plant}`),
    warehouseOf: (plant) => found(sites[plant]?.warehouse, `plant ${plant}`),
    ofSupplier: (id) => found(bySupplier.get(id), id),
    ofAccount: (id) => found(byAccount.get(id), id),
  }
}
