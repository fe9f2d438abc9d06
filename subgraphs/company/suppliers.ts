/** Who the company buys from, and where they are paid. Banks are invented; the check digits are right all the same. */
import { gs1Number } from './gs1.ts'
import { makeIban } from '../finance/iban.ts'
import { officePhone, vatIdentifier } from './contact-data.ts'
import { berndOsthoff, buyers, jonasWeber } from './employees.ts'
import { momentOf, plainName, workingTime, type Country, type Random } from './random.ts'
import { numberedId, type SeedRow } from './rows.ts'

export type SupplierRow = SeedRow<'finance.suppliers'>
export type BankRow = SeedRow<'finance.supplier_bank_details'>

/** What a supplier of a category is called, by country; and what it sells, with price range in cents and unit, where that is no product of ours. */
interface Category {
  readonly word: Record<Country, string>
  readonly sells: readonly (readonly [string, number, number, string])[]
  /** Groups of products that it supplies. */
  readonly groups: readonly string[]
}

const categories = {
  'Devices and spare parts': {
    word: { DE: 'Gerätetechnik', GB: 'Devices', FR: 'Équipements' },
    sells: [],
    groups: ['Consumables', 'Accessories', 'Service parts'],
  },
  'Electronic components': {
    word: { DE: 'Elektronik', GB: 'Electronics', FR: 'Électronique' },
    sells: [],
    groups: ['Passive components', 'Semiconductors'],
  },
  'Connectors and cables': {
    word: { DE: 'Steckverbinder', GB: 'Interconnect', FR: 'Connectique' },
    sells: [],
    groups: ['Connectors'],
  },
  'Plastics and mouldings': {
    word: { DE: 'Kunststofftechnik', GB: 'Plastics', FR: 'Plasturgie' },
    sells: [],
    groups: ['Mouldings'],
  },
  Packaging: { word: { DE: 'Verpackungen', GB: 'Packaging', FR: 'Emballages' }, sells: [], groups: ['Packaging'] },
  'Chemicals and materials': {
    word: { DE: 'Werkstoffe', GB: 'Materials', FR: 'Matériaux' },
    sells: [],
    groups: ['Materials'],
  },
  'Cloud and hosting': {
    word: { DE: 'Rechenzentrum', GB: 'Hosting', FR: 'Hébergement' },
    sells: [
      ['Compute, monthly', 120_000, 900_000, 'MON'],
      ['Object storage, monthly', 30_000, 160_000, 'MON'],
    ],
    groups: [],
  },
  'Software licences': {
    word: { DE: 'Softwarehaus', GB: 'Systems', FR: 'Logiciels' },
    sells: [
      ['Database licence, monthly', 24_000, 190_000, 'MON'],
      ['Developer seats', 2_000, 6_000, 'C62'],
    ],
    groups: [],
  },
  Consulting: {
    word: { DE: 'Beratung', GB: 'Consulting', FR: 'Conseil' },
    sells: [
      ['Consulting', 9_500, 18_000, 'HUR'],
      ['Project management', 10_500, 17_000, 'HUR'],
    ],
    groups: [],
  },
  'Freight and logistics': {
    word: { DE: 'Transporte', GB: 'Couriers', FR: 'Messagerie' },
    sells: [
      ['Pallet delivery', 4_500, 12_000, 'C62'],
      ['Express delivery', 9_000, 38_000, 'C62'],
    ],
    groups: [],
  },
  Facilities: {
    word: { DE: 'Gebäudedienste', GB: 'Facilities', FR: 'Services' },
    sells: [
      ['Cleaning, monthly', 140_000, 320_000, 'MON'],
      ['Maintenance of heating', 30_000, 190_000, 'C62'],
    ],
    groups: [],
  },
  'Office supplies': {
    word: { DE: 'Bürobedarf', GB: 'Office Supply', FR: 'Bureau' },
    sells: [
      ['Paper and toner', 1_500, 9_000, 'C62'],
      ['Desk', 29_000, 64_000, 'C62'],
    ],
    groups: [],
  },
} as const satisfies Record<string, Category>

export type Supply = keyof typeof categories

/** The category of each supplier, over and over; the first one sells devices. */
const cycle = [
  'Devices and spare parts',
  'Electronic components',
  'Electronic components',
  'Connectors and cables',
  'Plastics and mouldings',
  'Packaging',
  'Electronic components',
  'Chemicals and materials',
  'Plastics and mouldings',
  'Cloud and hosting',
  'Devices and spare parts',
  'Software licences',
  'Consulting',
  'Freight and logistics',
  'Facilities',
  'Office supplies',
  'Electronic components',
  'Connectors and cables',
  'Plastics and mouldings',
  'Packaging',
] as const satisfies readonly Supply[]

/** Nothing is bought from these any more. */
const blocked = new Set([30, 52])

const forms = { DE: 'GmbH', GB: 'Ltd', FR: 'SARL' } as const

/** So many suppliers with their bank details; `sup-001` is the demo's, and sells scanners' accessories. */
export function makeSuppliers(random: Random, count: number): { suppliers: SupplierRow[]; banks: BankRow[] } {
  const suppliers: SupplierRow[] = []
  const names = new Set<string>()
  while (suppliers.length < count) {
    const first = suppliers.length === 0
    const country = first
      ? 'DE'
      : random.weighted<Country>([
          ['DE', 70],
          ['GB', 15],
          ['FR', 15],
        ])
    const category = cycle[suppliers.length % cycle.length] ?? cycle[0]
    const made = `${random.person(country).lastName} ${categories[category].word[country]} ${forms[country]}`
    const name = first ? 'Kestrel Scanner Supply GmbH' : made
    if (names.has(name.toLowerCase())) continue
    names.add(name.toLowerCase())
    suppliers.push(makeSupplier(random, suppliers.length + 1, name, category, country))
  }
  return { suppliers, banks: suppliers.map((supplier, index) => makeBank(random, index + 1, supplier)) }
}

/** The supplier as purchasing keeps it: the same company under the same id, with its rating and its GLN. */
export function supplierOfPurchasing(supplier: SupplierRow): SeedRow<'procurement.suppliers'> {
  const number = Number(supplier.id.slice(4))
  const rating = supplier.status === 'BLOCKED' ? 'C' : number % 3 === 1 ? 'A' : 'B'
  return { ...supplier, rating, gln: gs1Number('location', 1_000 + number) }
}

/** A function that says who supplies a group of products: any active supplier of the right category, in turns. */
export function supplierOfGroup(suppliers: readonly SupplierRow[]): (group: string) => SupplierRow {
  const turns = new Map<string, number>()
  return (group) => {
    const able = suppliers.filter(({ category, status }) => {
      const groups: readonly string[] = categories[category as Supply].groups
      return status === 'ACTIVE' && groups.includes(group)
    })
    const turn = turns.get(group) ?? 0
    turns.set(group, turn + 1)
    const supplier = able[turn % able.length]
    if (!supplier) throw new RangeError(`Nobody supplies ${group}.`)
    return supplier
  }
}

/** What a supplier sells that is no product of ours; empty for suppliers of material. */
export function servicesOf(supplier: SupplierRow): readonly (readonly [string, number, number, string])[] {
  return categories[supplier.category as Supply].sells
}

function makeSupplier(random: Random, number: number, name: string, category: Supply, country: Country): SupplierRow {
  const created = momentOf(-1, random.int(420, 900))
  const place = random.place(country)
  return {
    id: numberedId('sup-', number, 3),
    version: 1,
    created_at: created,
    updated_at: created,
    name,
    status: blocked.has(number) ? 'BLOCKED' : 'ACTIVE',
    category,
    vat_identifier: vatIdentifier(random, country),
    email: `invoices@${plainName(name)}.example`,
    phone: officePhone(random, country),
    street: place.street,
    postal_code: place.postalCode,
    city: place.city,
    country_code: country,
    payment_terms_days: random.pick([14, 30, 30, 45]),
    owner_id: number === 1 ? jonasWeber : random.pick([...buyers, berndOsthoff]),
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
