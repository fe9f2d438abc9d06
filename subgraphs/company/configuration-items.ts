/** What IT runs: services and applications of the house, and the devices that customers use. `CI-0001` is the demo's. */
import type { AccountRow } from './accounts.ts'
import { anaSilva, memberOf, type Team } from './employees.ts'
import { workingTime, type Random } from './random.ts'
import { numberedId, type SeedRow } from './rows.ts'

export type ItemRow = SeedRow<'itsm.configuration_items'>
type RelationRow = SeedRow<'itsm.ci_relations'>

/** Service, its applications. */
const services = [
  ['Warehouse Management', ['WMS Core', 'WMS Mobile Gateway', 'WMS Reporting']],
  ['Order Portal', ['Portal Web', 'Portal Search', 'Portal Payments']],
  ['Transport Planning', ['Route Planner', 'Carrier Gateway']],
  ['Customer Billing', ['Invoice Engine', 'Dunning']],
  ['Identity', ['Directory', 'Single Sign-On']],
  ['Data Exchange', ['EDI Broker', 'File Transfer']],
  ['Workplace', ['Mail', 'Collaboration']],
] as const

const teamOf = {
  BUSINESS_SERVICE: 'Application Support',
  APPLICATION: 'Application Support',
  SERVER: 'Platform Operations',
  DATABASE: 'Database Administration',
  NETWORK_GEAR: 'Network Operations',
  HANDHELD: 'Field Devices',
} as const satisfies Record<ItemRow['class'], Team>

/** Devices that stand at customers: the demo's account has the first of each. */
const deviceAccounts = 38

/** All items with what depends on what. */
export function makeItems(
  random: Random,
  accounts: readonly AccountRow[],
): { items: ItemRow[]; relations: RelationRow[] } {
  const items: ItemRow[] = []
  const relations: RelationRow[] = []

  function add(kind: ItemRow['class'], name: string, values: Partial<ItemRow> = {}): string {
    const item = makeItem(random, items.length + 1, kind, name, values)
    items.push(item)
    return item.id
  }
  function relate(type: RelationRow['type'], consumer: string, provider: string): void {
    const at = workingTime(random, 360)
    const id = numberedId('rel-', relations.length + 1, 4)
    relations.push({
      id,
      version: 1,
      created_at: at,
      updated_at: at,
      type,
      provider_id: provider,
      consumer_id: consumer,
    })
  }

  // The customers' devices come first, so that the demo's are CI-0001 and CI-0002.
  const customers = accounts.filter(({ type }) => type === 'CUSTOMER').slice(0, deviceAccounts)
  const devices = customers.map((account) => {
    const place = { account_id: account.id, location: account.billing_city }
    const short = account.name.split(' ').slice(0, 2).join(' ')
    const scanners = add('HANDHELD', `${short} handheld scanners`, {
      ...place,
      serial_number: `HS-${random.int(100_000, 999_999)}`,
    })
    const wireless = add('NETWORK_GEAR', `${short} warehouse wireless controller`, place)
    relate('CONNECTS_TO', scanners, wireless)
    return { scanners, wireless }
  })

  const databases: string[] = []
  const applications: string[] = []
  for (const [service, parts] of services) {
    const serviceId = add('BUSINESS_SERVICE', service)
    for (const part of parts) {
      const application = add('APPLICATION', part)
      applications.push(application)
      relate('DEPENDS_ON', serviceId, application)
      const database = add('DATABASE', `${part} database`)
      databases.push(database)
      relate('DEPENDS_ON', application, database)
      for (const environment of ['PRODUCTION', 'PRODUCTION', 'TEST', 'DEVELOPMENT'] as const) {
        const server = add('SERVER', `srv-${String(items.length + 1).padStart(3, '0')}`, { environment })
        if (environment === 'PRODUCTION') relate('RUNS_ON', application, server)
      }
    }
  }
  const core = ['Core switch Berlin', 'Core switch Hamburg', 'Firewall Berlin', 'Internet uplink'].map((name) =>
    add('NETWORK_GEAR', name, { location: 'Berlin' }),
  )
  for (const database of databases) relate('CONNECTS_TO', database, random.pick(core))
  const [, mobileGateway] = applications
  for (const { scanners } of devices) if (mobileGateway) relate('DEPENDS_ON', scanners, mobileGateway)
  return { items, relations }
}

/** One item, number `number`. */
export function makeItem(
  random: Random,
  number: number,
  kind: ItemRow['class'],
  name: string,
  values: Partial<ItemRow>,
): ItemRow {
  const team = teamOf[kind]
  const created = workingTime(random, random.int(330, 364))
  return {
    id: numberedId('CI-', number, 4),
    version: 1,
    created_at: created,
    updated_at: created,
    name,
    class: kind,
    operational_status:
      number < 3
        ? 'OPERATIONAL'
        : random.weighted<ItemRow['operational_status']>([
            ['OPERATIONAL', 92],
            ['REPAIR_IN_PROGRESS', 3],
            ['NON_OPERATIONAL', 2],
            ['RETIRED', 3],
          ]),
    environment: 'PRODUCTION',
    owner_id: kind === 'BUSINESS_SERVICE' ? anaSilva : memberOf(random, team),
    support_group: team,
    location: 'Berlin',
    serial_number: null,
    account_id: null,
    ...values,
  }
}
