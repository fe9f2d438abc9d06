/** Who the company buys from, and where they are paid. Banks are invented; the check digits are right all the same. */
import { makeIban } from '../finance/iban.ts'
import { officePhone, vatIdentifier } from './contact-data.ts'
import { buyers, jonasWeber } from './employees.ts'
import { plainName, workingTime, type Country, type Random } from './random.ts'
import { numberedId, type SeedRow } from './rows.ts'

export type SupplierRow = SeedRow<'finance.suppliers'>
export type BankRow = SeedRow<'finance.supplier_bank_details'>

const supplierCount = 60

/** Category, what a supplier of it is called, what it sells with price range and unit. */
export const supplies = {
  'Devices and spare parts': [
    ['Handheld scanner HX-40', 38_000, 62_000, 'C62'],
    ['Battery pack', 2_900, 6_400, 'C62'],
    ['Charging cradle', 9_000, 15_000, 'C62'],
    ['Label printer LP-2', 41_000, 78_000, 'C62'],
  ],
  'Cloud and hosting': [
    ['Compute, monthly', 120_000, 900_000, 'MON'],
    ['Object storage, monthly', 30_000, 160_000, 'MON'],
  ],
  'Software licences': [
    ['Database licence, yearly', 240_000, 1_900_000, 'C62'],
    ['Developer seats', 2_000, 6_000, 'C62'],
  ],
  Consulting: [
    ['Consulting', 9_500, 18_000, 'HUR'],
    ['Project management', 10_500, 17_000, 'HUR'],
  ],
  'Freight and logistics': [
    ['Pallet delivery', 4_500, 12_000, 'C62'],
    ['Express delivery', 9_000, 38_000, 'C62'],
  ],
  Facilities: [
    ['Cleaning, monthly', 140_000, 320_000, 'MON'],
    ['Maintenance of heating', 30_000, 190_000, 'C62'],
  ],
  'Office supplies': [
    ['Paper and toner', 1_500, 9_000, 'C62'],
    ['Desk', 29_000, 64_000, 'C62'],
  ],
} as const satisfies Record<string, readonly (readonly [string, number, number, string])[]>

export type Supply = keyof typeof supplies

const words: Record<Supply, Record<Country, string>> = {
  'Devices and spare parts': { DE: 'Gerätetechnik', GB: 'Devices', FR: 'Équipements' },
  'Cloud and hosting': { DE: 'Rechenzentrum', GB: 'Hosting', FR: 'Hébergement' },
  'Software licences': { DE: 'Softwarehaus', GB: 'Systems', FR: 'Logiciels' },
  Consulting: { DE: 'Beratung', GB: 'Consulting', FR: 'Conseil' },
  'Freight and logistics': { DE: 'Transporte', GB: 'Couriers', FR: 'Messagerie' },
  Facilities: { DE: 'Gebäudedienste', GB: 'Facilities', FR: 'Services' },
  'Office supplies': { DE: 'Bürobedarf', GB: 'Office Supply', FR: 'Bureau' },
}
const forms = { DE: 'GmbH', GB: 'Ltd', FR: 'SARL' } as const

/** All suppliers with their bank details; `sup-001` is the demo's, and sells scanners. */
export function makeSuppliers(random: Random): { suppliers: SupplierRow[]; banks: BankRow[] } {
  const suppliers: SupplierRow[] = []
  const names = new Set<string>()
  while (suppliers.length < supplierCount) {
    const first = suppliers.length === 0
    const country = first
      ? 'DE'
      : random.weighted<Country>([
          ['DE', 70],
          ['GB', 15],
          ['FR', 15],
        ])
    const category = first ? 'Devices and spare parts' : random.pick(Object.keys(supplies) as Supply[])
    const made = `${random.person(country).lastName} ${words[category][country]} ${forms[country]}`
    const name = first ? 'Kestrel Scanner Supply GmbH' : made
    if (names.has(name.toLowerCase())) continue
    names.add(name.toLowerCase())
    suppliers.push(makeSupplier(random, suppliers.length + 1, name, category, country))
  }
  return { suppliers, banks: suppliers.map((supplier, index) => makeBank(random, index + 1, supplier)) }
}

function makeSupplier(random: Random, number: number, name: string, category: Supply, country: Country): SupplierRow {
  const created = workingTime(random, random.int(350, 364))
  const place = random.place(country)
  return {
    id: numberedId('sup-', number, 3),
    version: 1,
    created_at: created,
    updated_at: created,
    name,
    status: number > 1 && random.chance(5) ? 'BLOCKED' : 'ACTIVE',
    category,
    vat_identifier: vatIdentifier(random, country),
    email: `invoices@${plainName(name)}.example`,
    phone: officePhone(random, country),
    street: place.street,
    postal_code: place.postalCode,
    city: place.city,
    country_code: country,
    payment_terms_days: random.pick([14, 30, 30, 45]),
    owner_id: number === 1 ? jonasWeber : random.pick(buyers),
  }
}

function makeBank(random: Random, number: number, supplier: SupplierRow): BankRow {
  const country = supplier.country_code as Country
  // A few changed their bank during the year; one of those by e-mail, days before a large payment is due.
  const suspicious = number === 17
  const changed = suspicious || (number > 1 && random.chance(10))
  const changedAt = changed ? workingTime(random, suspicious ? 4 : random.int(20, 300)) : supplier.created_at
  const channel = suspicious
    ? 'EMAIL'
    : changed
      ? random.pick<BankRow['change_channel']>(['PORTAL', 'LETTER'])
      : 'IN_PERSON'
  return {
    id: numberedId('bank-', number, 3),
    version: changed ? 2 : 1,
    created_at: supplier.created_at,
    updated_at: changedAt,
    supplier_id: supplier.id,
    ...bankOf(random, country),
    account_holder: supplier.name,
    changed_at: changedAt,
    changed_by: changed ? 'person:louis.petit' : jonasWeber,
    change_channel: channel,
    callback_reference: suspicious ? 'Number taken from the e-mail' : null,
  }
}

/** An account at a bank that does not exist. */
function bankOf(random: Random, country: Country): { iban: string; bic: string } {
  const account = String(random.int(1, 999_999_999)).padStart(10, '0')
  switch (country) {
    case 'DE':
      return { iban: makeIban('DE', `99999999${account}`), bic: 'XMPLDEFFXXX' }
    case 'GB':
      return { iban: makeIban('GB', `XMPL999999${account.slice(-8)}`), bic: 'XMPLGB2L' }
    case 'FR':
      return { iban: makeIban('FR', `9999999999${account}0${random.int(10, 97)}`), bic: 'XMPLFRPP' }
  }
}
