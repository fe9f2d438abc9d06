/**
 * The organisation: every seat with its department, grade, head and, where records name somebody, its person. People of the
 * demo identities sit here as well. A seat comes after the one it reports to.
 */

/** A kind of job; `count` people have it, the named ones first. */
export interface Seat {
  readonly key: string
  readonly title: string
  readonly department: string
  readonly costCenter: string
  /** Index of the plant, or null for the house. */
  readonly plant: number | null
  readonly grade: string
  readonly reportsTo: string | null
  readonly count: number
  /** Given and family name of those whom records name. */
  readonly people: readonly string[]
  /** Whether there are more of them in a larger company. */
  readonly grows: boolean
}

type Line = readonly [
  key: string,
  title: string,
  grade: string,
  reportsTo: string | null,
  count: number,
  people?: string,
]

function seats(department: string, costCenter: string, plant: number | null, lines: readonly Line[]): Seat[] {
  return lines.map(([key, title, grade, reportsTo, count, people = '']) => ({
    key,
    title,
    department,
    costCenter,
    plant,
    grade,
    reportsTo,
    count,
    people: people === '' ? [] : people.split(', '),
    grows: count > 1 && count > (people === '' ? 0 : people.split(', ').length) && !grade.startsWith('M'),
  }))
}

const heads = ['Ruth Meyer', 'Luc Moreau', 'Harriet Cole'] as const
const costCenters = ['CC-5100', 'CC-5200', 'CC-5300'] as const
const staffing = [
  { supervisors: 6, operators: 60, inspectors: 4, mechanics: 4, storekeepers: 6 },
  { supervisors: 3, operators: 31, inspectors: 3, mechanics: 3, storekeepers: 4 },
  { supervisors: 3, operators: 25, inspectors: 2, mechanics: 2, storekeepers: 3 },
] as const

function plantSeats(plant: 0 | 1 | 2): Seat[] {
  const { supervisors, operators, inspectors, mechanics, storekeepers } = staffing[plant]
  const cost = costCenters[plant]
  const head = `plant-${plant}`
  return [
    ...seats('Production', cost, plant, [
      [head, 'Plant Manager', 'M3', 'operations', 1, heads[plant]],
      [`supervisor-${plant}`, 'Shift Supervisor', 'E7', head, supervisors],
      [`operator-${plant}`, 'Machine Operator', 'E3', `supervisor-${plant}`, operators],
    ]),
    ...seats('Quality', cost, plant, [[`inspector-${plant}`, 'Quality Inspector', 'E5', head, inspectors]]),
    ...seats('Maintenance', cost, plant, [[`mechanic-${plant}`, 'Maintenance Technician', 'E5', head, mechanics]]),
    ...seats('Warehouse', cost, plant, [[`storekeeper-${plant}`, 'Warehouse Clerk', 'E3', head, storekeepers]]),
  ]
}

/** All seats, heads before those who report to them. */
export const allSeats: readonly Seat[] = [
  ...seats('Management', 'CC-1000', null, [
    ['chief', 'Chief Executive Officer', 'M4', null, 1, 'Katharina Brandis'],
    ['operations', 'Chief Operating Officer', 'M4', 'chief', 1, 'Anders Holm'],
    ['money', 'Chief Financial Officer', 'M4', 'chief', 1, 'Beatrice Laurent'],
    ['assistant', 'Executive Assistant', 'E5', 'chief', 2],
  ]),
  ...seats('Audit and Security', 'CC-1100', null, [
    ['audit', 'Internal Auditor', 'E8', 'chief', 1, 'Lena Fischer'],
    ['security', 'Security Engineer', 'E8', 'chief', 1, 'Omar Haddad'],
  ]),
  ...seats('Finance', 'CC-2100', null, [
    ['controller', 'Finance Controller', 'M2', 'money', 1, 'Jonas Weber'],
    ['accountant', 'Accountant', 'E5', 'controller', 9, 'Karin Albers, Louis Petit'],
  ]),
  ...seats('Sales', 'CC-3100', null, [
    ['sales', 'Head of Sales', 'M3', 'chief', 1, 'Frederik Sommer'],
    [
      'account-manager',
      'Account Manager',
      'E7',
      'sales',
      12,
      'Maria Keller, Tobias Lang, Claire Dubois, Henrik Voss, Emily Carter, Nadia Rahimi',
    ],
    ['order-desk', 'Order Desk Clerk', 'E4', 'sales', 8],
  ]),
  ...seats('Customer Service', 'CC-3200', null, [
    ['service', 'Head of Customer Service', 'M2', 'sales', 1, 'Marta Kowalska'],
    ['support', 'Support Specialist', 'E5', 'service', 10, 'Felix Brandauer, Sofia Marchetti'],
  ]),
  ...seats('Purchasing', 'CC-4100', null, [
    ['purchasing', 'Purchasing Manager', 'M2', 'operations', 1, 'Bernd Osthoff'],
    ['buyer', 'Buyer', 'E6', 'purchasing', 8, 'Mei Tanaka, Julien Garnier, Katrin Ebert'],
  ]),
  ...seats('Logistics', 'CC-4200', null, [
    ['logistics', 'Head of Logistics', 'M2', 'operations', 1, 'Pieter Vermeer'],
    ['dispatcher', 'Transport Planner', 'E5', 'logistics', 7, 'Selma Aydin, Rory Flynn'],
    ['planner', 'Demand Planner', 'E6', 'logistics', 3, 'Noemi Bianchi'],
  ]),
  ...plantSeats(0),
  ...plantSeats(1),
  ...plantSeats(2),
  ...seats('IT', 'CC-6100', null, [
    ['it', 'Head of IT', 'M3', 'operations', 1, 'Thomas Reuter'],
    ['change', 'Change Manager', 'E8', 'it', 1, 'Ana Silva'],
    ['developer', 'Software Developer', 'E6', 'it', 6, 'Dev Patel'],
    ['desk', 'Service Desk Analyst', 'E4', 'it', 4, 'Greta Lindholm, Pavel Novak'],
    [
      'administrator',
      'Systems Administrator',
      'E6',
      'it',
      14,
      'Ruben Haas, Ines Costa, Dominik Thal, Aisha Bello, Joanna Krol, Marek Sykora, Yuki Mori, Stefan Pohl, Oliver Grant, Lea Schubert, Niklas Brenner, Sara Lindqvist',
    ],
  ]),
  ...seats('Human Resources', 'CC-7100', null, [
    ['people', 'HR Manager', 'M2', 'chief', 1, 'Iris Vogel'],
    ['people-clerk', 'HR Business Partner', 'E6', 'people', 5],
  ]),
  ...seats('Engineering', 'CC-8100', null, [
    ['engineering', 'Head of Engineering', 'M3', 'chief', 1, 'Viktor Lazar'],
    ['engineer', 'Product Engineer', 'E6', 'engineering', 20, 'Clara Neumann, Hugo Fontaine'],
  ]),
]

/** Who came in the last days: second pairs of eyes, where one person alone would decide. */
export const newSeats: readonly Seat[] = [
  ...seats('Finance', 'CC-2100', null, [
    ['deputy-controller', 'Deputy Finance Controller', 'E8', 'controller', 1, 'Petra Lang'],
  ]),
  ...seats('Audit and Security', 'CC-1100', null, [
    ['deputy-security', 'Security Engineer', 'E7', 'security', 1, 'Nina Vogt'],
  ]),
]
