/** Customers and the people there. The first account and its first contact are the demo's, and never change. */
import { accountManager, mariaKeller } from './employees.ts'
import { mobilePhone, officePhone } from './contact-data.ts'
import { later, plainName, workingTime, type Country, type Random } from './random.ts'
import { numberedId, type SeedRow } from './rows.ts'

export type AccountRow = SeedRow<'crm.accounts'>
export type ContactRow = SeedRow<'crm.contacts'>

const industries = {
  AUTOMOTIVE: { DE: 'Fahrzeugteile', GB: 'Automotive', FR: 'Automobile' },
  CHEMICALS: { DE: 'Chemie', GB: 'Chemicals', FR: 'Chimie' },
  CONSTRUCTION: { DE: 'Bau', GB: 'Construction', FR: 'Construction' },
  CONSUMER_GOODS: { DE: 'Konsumgüter', GB: 'Home Goods', FR: 'Maison' },
  ENERGY: { DE: 'Energie', GB: 'Energy', FR: 'Énergie' },
  FINANCIAL_SERVICES: { DE: 'Versicherung', GB: 'Mutual', FR: 'Assurances' },
  FOOD: { DE: 'Lebensmittel', GB: 'Foods', FR: 'Alimentaire' },
  HEALTHCARE: { DE: 'Kliniken', GB: 'Healthcare', FR: 'Santé' },
  LOGISTICS: { DE: 'Spedition', GB: 'Freight', FR: 'Transports' },
  MACHINERY: { DE: 'Maschinenbau', GB: 'Engineering', FR: 'Mécanique' },
  RETAIL: { DE: 'Handel', GB: 'Retail', FR: 'Distribution' },
  TECHNOLOGY: { DE: 'Datentechnik', GB: 'Software', FR: 'Numérique' },
} as const satisfies Record<AccountRow['industry'], Record<Country, string>>

const legalForms = {
  DE: ['GmbH', 'GmbH & Co. KG', 'AG', 'SE'],
  GB: ['Ltd', 'plc', 'LLP'],
  FR: ['SAS', 'SARL', 'SA'],
} as const

const sizes = {
  STRATEGIC: [4_000, 30_000],
  KEY: [900, 6_000],
  STANDARD: [80, 1_200],
  SMALL: [5, 90],
} as const satisfies Record<AccountRow['tier'], readonly [number, number]>

const jobs = [
  ['Head of Warehouse Operations', 'Operations'],
  ['Shift Manager', 'Operations'],
  ['IT Manager', 'IT'],
  ['Systems Administrator', 'IT'],
  ['Purchasing Manager', 'Purchasing'],
  ['Head of Finance', 'Finance'],
  ['Accounts Payable Clerk', 'Finance'],
  ['Managing Director', 'Management'],
  ['Site Manager', 'Operations'],
  ['Quality Manager', 'Quality'],
] as const

/** The demo's account: a strategic customer of Maria Keller. */
const nordwind: AccountRow = {
  id: 'acc-0001',
  version: 1,
  created_at: '2025-11-03T08:15:00.000Z',
  updated_at: '2025-11-03T08:15:00.000Z',
  name: 'Nordwind Logistics GmbH',
  type: 'CUSTOMER',
  industry: 'LOGISTICS',
  tier: 'STRATEGIC',
  website: 'https://www.nordwind-logistics.example',
  phone: '+49 40 66969 100',
  billing_street: 'Speicherkai 14',
  billing_city: 'Hamburg',
  billing_postal_code: '20457',
  billing_region: 'Hamburg',
  billing_country: 'DE',
  annual_revenue: '412500000.00',
  currency: 'EUR',
  number_of_employees: 3100,
  description: 'Contract logistics for retailers; three warehouses with about 900 handheld scanners of ours.',
  owner_id: mariaKeller,
}

/** The demo's contact, who writes the e-mail that the demo starts with. */
const erikaBrandt: ContactRow = {
  id: 'con-00001',
  version: 1,
  created_at: '2025-11-03T08:20:00.000Z',
  updated_at: '2025-11-03T08:20:00.000Z',
  account_id: nordwind.id,
  first_name: 'Erika',
  last_name: 'Brandt',
  title: 'Head of Warehouse Operations',
  department: 'Operations',
  email: 'erika.brandt@nordwind-logistics.example',
  phone: '+49 40 66969 112',
  mobile_phone: '+49 171 39200 12',
  do_not_call: false,
  owner_id: mariaKeller,
}

/** So many accounts, the demo's first. */
export function makeAccounts(random: Random, count: number): AccountRow[] {
  const accounts = [nordwind]
  const names = new Set([nordwind.name.toLowerCase()])
  while (accounts.length < count) {
    const country = random.weighted<Country>([
      ['DE', 70],
      ['GB', 16],
      ['FR', 14],
    ])
    const industry = random.pick(Object.keys(industries) as AccountRow['industry'][])
    const stem = random.person(country).lastName
    const name = `${stem} ${industries[industry][country]} ${random.pick<string>(legalForms[country])}`
    if (names.has(name.toLowerCase())) continue
    names.add(name.toLowerCase())
    accounts.push(makeAccount(random, accounts.length + 1, name, industry, country))
  }
  return accounts
}

function makeAccount(
  random: Random,
  number: number,
  name: string,
  industry: AccountRow['industry'],
  country: Country,
): AccountRow {
  const tier = random.weighted<AccountRow['tier']>([
    ['STRATEGIC', 6],
    ['KEY', 20],
    ['STANDARD', 54],
    ['SMALL', 20],
  ])
  const [low, high] = sizes[tier]
  const employees = random.int(low, high)
  const place = random.place(country)
  const created = workingTime(random, random.int(300, 364))
  const type = random.weighted<AccountRow['type']>([
    ['CUSTOMER', 78],
    ['PROSPECT', 12],
    ['PARTNER', 5],
    ['FORMER_CUSTOMER', 5],
  ])
  return {
    id: numberedId('acc-', number, 4),
    version: 1,
    created_at: created,
    updated_at: created,
    name,
    type,
    industry,
    tier,
    website: `https://www.${hostOf(name)}`,
    phone: officePhone(random, country),
    billing_street: place.street,
    billing_city: place.city,
    billing_postal_code: place.postalCode,
    billing_region: null,
    billing_country: country,
    annual_revenue: `${employees * random.int(90, 260)}000.00`,
    currency: 'EUR',
    number_of_employees: employees,
    description: null,
    owner_id: accountManager(random),
  }
}

/** The people at the accounts: three or four each, the demo's contact first. */
export function makeContacts(random: Random, accounts: readonly AccountRow[]): ContactRow[] {
  const contacts = [erikaBrandt]
  const addresses = new Set([erikaBrandt.email])
  for (const account of accounts) {
    const count = random.int(2, 5)
    for (let index = 0; index < count; index += 1) {
      const contact = makeContact(random, contacts.length + 1, account)
      if (addresses.has(contact.email)) continue
      addresses.add(contact.email)
      contacts.push(contact)
    }
  }
  return contacts
}

function makeContact(random: Random, number: number, account: AccountRow): ContactRow {
  const country = countryOf(account)
  const { firstName, lastName } = random.person(country)
  const [title, department] = random.pick(jobs)
  const created = later(account.created_at, random.int(10, 20_000))
  return {
    id: numberedId('con-', number, 5),
    version: 1,
    created_at: created,
    updated_at: created,
    account_id: account.id,
    first_name: firstName,
    last_name: lastName,
    title,
    department,
    email: `${plainName(firstName)}.${plainName(lastName)}@${hostOf(account.name)}`,
    phone: officePhone(random, country),
    mobile_phone: random.chance(60) ? mobilePhone(random, country) : null,
    do_not_call: random.chance(8),
    owner_id: account.owner_id,
  }
}

/** Where an account is at home. */
export function countryOf(account: AccountRow): Country {
  return account.billing_country as Country
}

/** `Nordwind Logistics GmbH` → `nordwind-logistics.example`. */
function hostOf(name: string): string {
  return `${plainName(name.replace(/ (GmbH & Co\. KG|GmbH|AG|SE|Ltd|plc|LLP|SAS|SARL|SA)$/, ''))}.example`
}
