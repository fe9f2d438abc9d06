/** The service management system: incidents, changes, configuration items, in ServiceNow's shapes and state rules. */
import { defineSubgraph, recordReference, referenceItself, type SubgraphDeps } from '../define.ts'
import type { EntitySource } from '../sources/entity-source.ts'
import type { Subgraph } from '../subgraph.ts'
import { approveChange, changeFields, createChange, transitionChange } from './changes.ts'
import { accountFields, itemFields, relationFields } from './configuration-items.ts'
import { addWorkNote, createIncident, incidentFields, updateIncident } from './incidents.ts'
import { queries } from './queries.ts'
import { transitionIncident } from './transition-incident.ts'

const resolvers = {
  Query: queries,
  Mutation: {
    createIncident,
    updateIncident,
    transitionIncident,
    addWorkNote,
    createChange,
    transitionChange,
    approveChange,
  },
  Account: accountFields,
  Incident: incidentFields,
  Change: changeFields,
  ConfigurationItem: itemFields,
  CiRelation: relationFields,
}

const entities = {
  Account: referenceItself,
  Incident: recordReference('Incident'),
  Change: recordReference('Change'),
  ConfigurationItem: recordReference('ConfigurationItem'),
}

/** Makes the service management system over a source that has its entities (`tables.ts` declares them for PostgreSQL). */
export function createItsm(sdl: string, source: EntitySource, deps: SubgraphDeps): Subgraph {
  return defineSubgraph({ name: 'itsm', sdl, resolvers, entities, source, services: {} }, deps)
}
