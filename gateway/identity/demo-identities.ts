/**
 * The agents and people of the demonstration company, as data. Their keys are made at the first start; their rights are those
 * of their roles in `policies/roles/`.
 */
import type { Actor, PrincipalId } from '../../lib/caller.ts'
import type { RoleDefinition } from '../../policies/engine/revision.ts'

/** One identity that the development issuer knows; its `client_id` is its principal id. */
export interface DemoIdentity extends Actor {
  /** What people type: `support-agent`, `maria.keller`. */
  readonly name: string
  /** One line for the terminal and the explorer's list. */
  readonly title: string
}

/** Who answers for the agents of the demonstration company: the heads of the departments that they work in. */
const owners: Readonly<Record<string, string>> = {
  'agent:support-agent': 'person:marta.kowalska',
  'agent:sales-agent': 'person:frederik.sommer',
  'agent:finance-agent': 'person:beatrice.laurent',
  'agent:it-ops-agent': 'person:thomas.reuter',
  'agent:order-agent': 'person:frederik.sommer',
  'agent:production-agent': 'person:anders.holm',
  'agent:logistics-agent': 'person:pieter.vermeer',
  'agent:hr-agent': 'person:katharina.brandis',
  'agent:procurement-agent': 'person:anders.holm',
  'agent:supplier-data-agent': 'person:bernd.osthoff',
}

/** The person who answers for an agent; whoever runs the gateway where the agent is not the demonstration company's. */
export function ownerOf({ id }: Pick<DemoIdentity, 'id'>): PrincipalId {
  return (owners[id] ?? 'person:operator') as PrincipalId
}

const agent = (name: string, title: string): DemoIdentity =>
  Object.freeze({ name, id: `agent:${name}` as PrincipalId, kind: 'agent', roles: Object.freeze([name]), title })

const person = (name: string, role: string, title: string): DemoIdentity =>
  Object.freeze({ name, id: `person:${name}` as PrincipalId, kind: 'person', roles: Object.freeze([role]), title })

/** The agents first, then the people. */
export const demoIdentities: readonly DemoIdentity[] = Object.freeze([
  agent('support-agent', 'Support agent: customers, cases, incidents'),
  agent('sales-agent', 'Sales agent: accounts, opportunities'),
  agent('finance-agent', 'Finance agent: invoices, payments'),
  agent('it-ops-agent', 'IT operations agent: incidents, changes'),
  agent('order-agent', 'Order agent: sales orders, deliveries, stock'),
  agent('production-agent', 'Production agent: job orders, lots, downtimes'),
  agent('logistics-agent', 'Logistics agent: shipments, events, forecasts'),
  person('maria.keller', 'account-manager', 'Maria Keller, account manager'),
  person('jonas.weber', 'finance-controller', 'Jonas Weber, finance controller'),
  person('ana.silva', 'change-manager', 'Ana Silva, change manager'),
  person('ruth.meyer', 'plant-manager', 'Ruth Meyer, plant manager'),
  agent('hr-agent', 'HR agent: people, groups, absences'),
  person('iris.vogel', 'hr-manager', 'Iris Vogel, HR manager'),
  agent('procurement-agent', 'Procurement agent: requisitions, purchase orders, receipts'),
  person('bernd.osthoff', 'purchasing-manager', 'Bernd Osthoff, purchasing manager'),
  agent('supplier-data-agent', 'Supplier data agent: suppliers and where they are paid'),
  person('petra.lang', 'finance-controller', 'Petra Lang, finance controller'),
  person('omar.haddad', 'security-engineer', 'Omar Haddad, security engineer'),
  person('nina.vogt', 'security-engineer', 'Nina Vogt, security engineer'),
  person('lena.fischer', 'auditor', 'Lena Fischer, auditor'),
  person('dev.patel', 'developer', 'Dev Patel, developer'),
])

/** One identity for each role, under the role's name: for rules that are not the demonstration company's. */
export function identitiesOf(roles: Iterable<RoleDefinition>): readonly DemoIdentity[] {
  return [...roles].map(({ key, kind, title }) =>
    Object.freeze({ name: key, id: `${kind}:${key}` as PrincipalId, kind, roles: Object.freeze([key]), title }),
  )
}

/** Finds an identity by its name or its principal id. */
export function findIdentity(identities: readonly DemoIdentity[], nameOrId: string): DemoIdentity | undefined {
  return identities.find(({ name, id }) => name === nameOrId || id === nameOrId)
}
