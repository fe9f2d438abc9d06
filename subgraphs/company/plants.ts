/** The three plants, and what differs between them. */
import type { Country } from './random.ts'
import type { SeedRow } from './rows.ts'

/** A plant with what other records need to know of it. */
export interface Plant {
  readonly id: string
  readonly city: string
  readonly country: Country
  /** Offset of local time, as EPCIS events write it. */
  readonly offset: string
  readonly costCenter: string
  /** How much of the production is here. */
  readonly share: number
}

export const plants = [
  { id: 'plant-1010', city: 'Havelberg', country: 'DE', offset: '+01:00', costCenter: 'CC-5100', share: 50 },
  { id: 'plant-1020', city: 'Lyon', country: 'FR', offset: '+01:00', costCenter: 'CC-5200', share: 28 },
  { id: 'plant-1030', city: 'Leeds', country: 'GB', offset: '+00:00', costCenter: 'CC-5300', share: 22 },
] as const satisfies readonly Plant[]

/** Who manages each plant. */
export const plantManagers = ['person:ruth.meyer', 'person:luc.moreau', 'person:harriet.cole'] as const

const at = '2025-10-31T06:00:00.000Z'
const addresses = [
  ['Werk Havelberg', 'Domkamp 8', '39539', 'Europe/Berlin'],
  ['Usine de Lyon', '14 rue des Machines', '69007', 'Europe/Paris'],
  ['Leeds Works', '3 Foundry Lane', 'LS10 1AB', 'Europe/London'],
] as const

/** The plants as rows. */
export function makePlants(): SeedRow<'erp.plants'>[] {
  return plants.map(({ id, city, country }, index) => {
    const [name = '', street = '', postalCode = '', zone = ''] = addresses[index] ?? []
    return {
      id,
      version: 1,
      created_at: at,
      updated_at: at,
      code: id.slice(-4),
      name,
      street,
      city,
      postal_code: postalCode,
      country_code: country,
      manager_id: plantManagers[index] ?? plantManagers[0],
      time_zone: zone,
    }
  })
}
