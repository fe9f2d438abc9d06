/** Permissions on people: the directory, employment, access by groups, absences, pay. */
import type { Rules } from './rules.ts'
import {
  all,
  any,
  argumentAbsent,
  argumentOneOf,
  askPerson,
  callerIs,
  callerMay,
  everyone,
  not,
  recordWhere,
} from './vocabulary.ts'

const read = callerMay('hr:read')
const contact = callerMay('hr:contact')
const readPerson = callerMay('hr:person:read')
const readPay = callerMay('hr:pay:read')
const workOnPeople = callerMay('hr:person:write')
const workOnAccess = callerMay('hr:access:write')
const workOnAbsences = callerMay('hr:absence:write')

/** A list sorted or filtered by what one may not read would tell it all the same. */
const asksNoEmployment = all(
  argumentAbsent('filter.hireDate'),
  argumentAbsent('filter.leaveDate'),
  any(argumentAbsent('sort'), not(argumentOneOf('sort.field', ['HIRE_DATE']))),
)

/** Whom somebody reports to says whose pay they may not touch and who looks after them: people decide that. */
const leavesReportingAlone = any(
  callerIs('person'),
  argumentAbsent('input.managerId'),
  askPerson('hr-manager', 'an agent changes whom a person reports to'),
)
const endsByPerson = any(callerIs('person'), askPerson('hr-manager', "an agent ends a person's employment"))
const returnsByPerson = any(callerIs('person'), askPerson('hr-manager', 'an agent makes a person active again'))
const closesByPerson = any(callerIs('person'), askPerson('hr-manager', 'an agent closes a position for good'))

/** Access to money and to people's data is not given by an agent alone. The system holds `input.system` to be the group's. */
const grantsWhatItMay = any(
  callerIs('person'),
  argumentAbsent('input.system'),
  not(argumentOneOf('input.system', ['FINANCE', 'HR'])),
  askPerson('hr-manager', "an agent gives somebody access to finance or to people's data"),
)

/** What was approved people have planned with; agents take back what nobody has decided. */
const cancelsUndecided = any(
  callerIs('person'),
  recordWhere('absences that are not decided', ['status'], (absence) => absence.status === 'REQUESTED', {
    of: 'Absence',
    id: 'input.id',
  }),
)

export const hr: Rules<'hr'> = {
  Query: {
    '*': read,
    users: any(readPerson, asksNoEmployment),
    absence: readPerson,
    absences: readPerson,
  },
  Mutation: {
    createUser: workOnPeople,
    updateUser: all(workOnPeople, leavesReportingAlone),
    deactivateUser: all(workOnPeople, endsByPerson),
    reactivateUser: all(workOnPeople, returnsByPerson),
    createGroup: workOnAccess,
    addGroupMember: all(workOnAccess, grantsWhatItMay),
    removeGroupMember: workOnAccess,
    openPosition: workOnPeople,
    fillPosition: workOnPeople,
    closePosition: all(workOnPeople, closesByPerson),
    requestAbsence: workOnAbsences,
    decideAbsence: all(workOnAbsences, callerIs('person')),
    cancelAbsence: all(workOnAbsences, cancelsUndecided),
    changePay: all(callerMay('hr:pay:write'), callerIs('person')),
  },

  // Without `'*'`, which would hold for the principal too: a record that names a person has said it already, under its own rules.
  User: {
    principal: everyone,
    id: read,
    userName: read,
    displayName: read,
    name: read,
    title: read,
    userType: read,
    active: read,
    countryCode: read,
    locale: read,
    enterprise: read,
    reports: read,
    plant: read,
    position: read,
    groups: read,
    version: read,
    meta: read,
    emails: contact,
    phoneNumbers: contact,
    absences: readPerson,
    hireDate: readPerson,
    leaveDate: readPerson,
    pay: readPay,
  },
  UserName: { '*': read },
  UserEmail: { '*': contact },
  UserPhoneNumber: { '*': contact },
  EnterpriseUser: { '*': read, employeeNumber: readPerson, costCenter: readPerson },
  ResourceMeta: { '*': read },
  Group: { '*': read },
  GroupMember: { '*': read },
  Position: { '*': read, grade: readPerson },
  Absence: { '*': readPerson },
  Pay: { '*': readPay },

  UserConnection: { '*': read },
  UserEdge: { '*': read },
  GroupConnection: { '*': read },
  GroupEdge: { '*': read },
  PositionConnection: { '*': read },
  PositionEdge: { '*': read },
  AbsenceConnection: { '*': readPerson },
  AbsenceEdge: { '*': readPerson },

  UserPayload: { '*': read },
  UserAccessPayload: { '*': read },
  GroupPayload: { '*': read },
  GroupMemberPayload: { '*': read },
  PositionPayload: { '*': read },
  AbsencePayload: { '*': readPerson },
  PayPayload: { '*': readPay },

  // What other systems keep, and this one adds to.
  Plant: { people: read },
}
