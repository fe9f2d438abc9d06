/** Whom records name, as principals: people who sit in `seats.ts`, and the agents that wrote records. */
import type { Random } from './random.ts'

/** Maria Keller looks after the demo's account. */
export const mariaKeller = 'person:maria.keller'
/** Jonas Weber decides about money. */
export const jonasWeber = 'person:jonas.weber'
/** Ana Silva decides about changes. */
export const anaSilva = 'person:ana.silva'

const accountManagers = [
  [mariaKeller, 3],
  ['person:tobias.lang', 3],
  ['person:claire.dubois', 2],
  ['person:henrik.voss', 2],
  ['person:emily.carter', 2],
  ['person:nadia.rahimi', 2],
] as const

export const supportPeople = [
  'person:felix.brandauer',
  'person:greta.lindholm',
  'person:pavel.novak',
  'person:sofia.marchetti',
  'agent:support-agent',
] as const

export const accountants = ['person:karin.albers', 'person:louis.petit', 'agent:finance-agent'] as const

/** Bernd Osthoff manages purchasing: he releases what the buyers order. */
export const berndOsthoff = 'person:bernd.osthoff'

export const buyers = ['person:mei.tanaka', 'person:julien.garnier', 'person:katrin.ebert'] as const

/** Who plans transports, and who forecasts demand. */
export const dispatchers = ['person:selma.aydin', 'person:rory.flynn', 'person:pieter.vermeer'] as const
export const demandPlanner = 'person:noemi.bianchi'

/** Who looks after products. */
export const productOwners = ['person:clara.neumann', 'person:hugo.fontaine', 'person:viktor.lazar'] as const

/** The teams of IT, with their people. */
const teams = {
  'Service Desk': ['person:greta.lindholm', 'person:pavel.novak', 'agent:it-ops-agent'],
  'Field Devices': ['person:ruben.haas', 'person:ines.costa'],
  'Network Operations': ['person:dominik.thal', 'person:aisha.bello'],
  'Application Support': ['person:joanna.krol', 'person:marek.sykora', 'agent:it-ops-agent'],
  'Database Administration': ['person:yuki.mori', 'person:stefan.pohl'],
  'Platform Operations': ['person:oliver.grant', 'person:lea.schubert'],
  'Plant Systems': ['person:niklas.brenner', 'person:sara.lindqvist'],
} as const satisfies Record<string, readonly string[]>

export type Team = keyof typeof teams

export const teamNames = Object.keys(teams) as Team[]

/** Somebody who looks after accounts; the demo's account manager more often than others. */
export function accountManager(random: Random): string {
  return random.weighted(accountManagers)
}

/** Somebody of a team. */
export function memberOf(random: Random, team: Team): string {
  return random.pick<string>(teams[team])
}
