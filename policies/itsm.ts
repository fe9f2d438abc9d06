/** Permissions on the service desk: incidents, changes, configuration items. */
import type { Rules } from './rules.ts'
import { all, any, argumentOneOf, askPerson, callerIs, callerMay, not } from './vocabulary.ts'

const read = callerMay('itsm:read')
const workOnIncidents = callerMay('itsm:incident:write')
const workOnChanges = callerMay('itsm:change:write')

/** An emergency change goes past the usual tests: a person says that it is one. */
const emergencyByPerson = any(
  callerIs('person'),
  argumentOneOf('input.type', ['STANDARD', 'NORMAL']),
  askPerson('change-manager', 'an agent declares an emergency change'),
)

/** Agents carry changes out; whether one may begin, or is called off, people decide. */
const stepForAgents = any(callerIs('person'), not(argumentOneOf('input.state', ['SCHEDULED', 'CANCELED'])))

export const itsm: Rules<'itsm'> = {
  Query: { '*': read },
  Mutation: {
    createIncident: workOnIncidents,
    updateIncident: workOnIncidents,
    transitionIncident: workOnIncidents,
    addWorkNote: workOnIncidents,
    createChange: all(workOnChanges, emergencyByPerson),
    transitionChange: all(workOnChanges, stepForAgents),
    approveChange: all(callerMay('itsm:change:approve'), callerIs('person')),
  },

  Account: { incidents: read, configurationItems: read },
  Incident: { '*': read },
  WorkNote: { '*': read },
  Change: { '*': read },
  ConfigurationItem: { '*': read },
  CiRelation: { '*': read },

  IncidentConnection: { '*': read },
  IncidentEdge: { '*': read },
  ChangeConnection: { '*': read },
  ChangeEdge: { '*': read },
  ConfigurationItemConnection: { '*': read },
  ConfigurationItemEdge: { '*': read },

  IncidentPayload: { '*': read },
  ChangePayload: { '*': read },
  WorkNotePayload: { '*': read },
}
